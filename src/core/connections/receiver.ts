/**
 * The dialled side of a handshake: takes one 507, asks for work (508) where `proof_of_work` says so, judges
 * one 509 and tells the peer whether it is in (510).
 *
 * A full node decides at the 507, before the newcomer has done any work, and carries it out when the link
 * opens. Challenges are random or belong to the TLS channel, for one 509 only, and expire. How many a newcomer gets,
 * and how soon it is in, stands in newcomers.ts.
 */
import type { U64 } from '../../basics/integers.ts';
import type { Random } from '../../basics/random.ts';
import type { Address } from '../../wire/address.ts';
import type { PeerInfo, PeerMessage } from '../../wire/peer-messages.ts';
import { violation, type Violation } from '../../wire/violation.ts';
import type { Outbox } from '../effects.ts';
import type { Instant, PeerIdentity, Proofs, Settings } from '../settings.ts';
import type { Crowds } from './crowds.ts';
import { capability, outOfPlace, type Door } from './handshake.ts';
import type { Link } from './link.ts';
import type { LinkTable } from './link-table.ts';
import type { Newcomers } from './newcomers.ts';
import { ourDialStays, rivalOf } from './rivals.ts';

export class Receiver {
  readonly #settings: Settings;
  readonly #random: Random;
  readonly #proofs: Proofs;
  readonly #out: Outbox;
  readonly #links: LinkTable;
  readonly #door: Door;
  readonly #newcomers: Newcomers;
  readonly #crowds: Crowds;
  readonly #expectedAt: (address: Address) => readonly PeerIdentity[];
  /** The next turn at which waiting initiators are challenged, while there are any. */
  #nextTurn: Instant | undefined;
  /** When the next of those who have done their work goes in, while there are any. */
  #nextAdmission: Instant | undefined;

  constructor(options: {
    readonly settings: Settings;
    readonly random: Random;
    readonly proofs: Proofs;
    readonly out: Outbox;
    readonly links: LinkTable;
    readonly door: Door;
    readonly newcomers: Newcomers;
    readonly crowds: Crowds;
    /** Whose keys the operator expects at an address; none: nobody's in particular. */
    readonly expectedAt: (address: Address) => readonly PeerIdentity[];
  }) {
    this.#settings = options.settings;
    this.#random = options.random;
    this.#proofs = options.proofs;
    this.#out = options.out;
    this.#links = options.links;
    this.#door = options.door;
    this.#newcomers = options.newcomers;
    this.#crowds = options.crowds;
    this.#expectedAt = options.expectedAt;
  }

  /** Somebody dialled this node: wait for the 507. */
  welcome(link: Link, now: Instant): void {
    const { infoTimeout } = this.#settings.bounds;
    this.#links.setDeadline(link, now + infoTimeout);
  }

  onMessage(link: Link, message: PeerMessage, now: Instant): void {
    if (link.state === 'awaiting-info' && message.kind === 'peer-info') {
      this.#onInfo(link, message, now);
    } else if (link.state === 'awaiting-proof' && message.kind === 'peer-verification') {
      this.#onProof(link, message.nonce, now);
    } else {
      this.#door.violate(link, outOfPlace(link, message, this.#settings.proofOfWork), now);
    }
  }

  /** Challenges those whose turn has come, and lets those in who have waited for it. */
  onWake(now: Instant): void {
    if (this.#nextAdmission !== undefined && this.#nextAdmission <= now) this.#letWaitingIn(now);
    if (this.#nextTurn === undefined || this.#nextTurn > now) return;
    this.#nextTurn = undefined;
    for (const link of this.#links.inState('awaiting-turn')) this.#challenge(link, now);
  }

  nextDeadline(): Instant | undefined {
    if (this.#nextTurn === undefined || this.#nextAdmission === undefined) {
      return this.#nextTurn ?? this.#nextAdmission;
    }
    return Math.min(this.#nextTurn, this.#nextAdmission);
  }

  #onInfo(link: Link, { port, isExtended }: PeerInfo, now: Instant): void {
    link.isExtended = this.#settings.extension && isExtended === true;
    link.listening =
      port === 0 ? undefined : this.#believed(link, { host: link.remote.host, port });
    if (this.#isOurs(link)) {
      this.#door.hangUp(link, 'self', "it claims this node's own listening address", now);
      return;
    }
    const rival = rivalOf(link, this.#links);
    if (rival !== undefined && ourDialStays(rival, this.#settings)) {
      const reason = 'this node dialled the peer at the same time';
      this.#door.hangUp(link, 'duplicate-link', reason, now);
      return;
    }
    if (rival !== undefined && !rival.isOpen) {
      const reason = 'the peer dialled this node at the same time';
      this.#door.hangUp(rival, 'duplicate-link', reason, now);
    }
    this.#crowds.onCome(link, now);
    // An open rival will go when this link opens, and so makes its room.
    if (rival?.isOpen !== true && !this.#door.hasRoomFor(link, now)) {
      this.#door.hangUp(link, 'full', 'this node has max_connections links', now);
      return;
    }
    this.#newcomers.onCome(link, now);
    switch (this.#settings.proofOfWork) {
      case 'discovery':
        this.#letIn(link, now);
        break;
      case 'none':
        this.#onDone(link, now);
        break;
      case 'connection':
        link.roundsLeft = this.#newcomers.roundsFor(link, now);
        this.#awaitTurn(link, now);
    }
  }

  /** The link is open with the 507, for the peer too: it cannot be made to wait. */
  #letIn(link: Link, now: Instant): void {
    if (this.#newcomers.lets(link, now)) this.#door.establish(link, now);
    else this.#door.hangUp(link, 'too-many-newcomers', 'too many newcomers at once', now);
  }

  /**
   * Where a peer says that it listens, unless the operator expects somebody else there. Its link is as good as any
   * stranger's: it may share a router's address with the expected one, and know nothing of it. But the address would
   * not be dialled while a link seems to lead there, and others would be told that this peer is found there.
   */
  #believed({ id, identity }: Link, address: Address): Address | undefined {
    if (identity === undefined) return address;
    const expected = this.#expectedAt(address);
    if (expected.length === 0 || expected.includes(identity)) return address;
    this.#out.report({ kind: 'claim-ignored', link: id, address, identity });
    return undefined;
  }

  /** Who connects from one of this machine's addresses and listens where this node does is this node. */
  #isOurs({ listening, local }: Link): boolean {
    if (listening === undefined || listening.host !== local.host) return false;
    const { listenAddress, advertisedPort } = this.#settings;
    return listening.port === listenAddress.port || listening.port === advertisedPort;
  }

  #awaitTurn(link: Link, now: Instant): void {
    const cooldown = this.#settings.challengeCooldown;
    if (cooldown === 0) {
      this.#challenge(link, now);
      return;
    }
    link.state = 'awaiting-turn';
    this.#links.setDeadline(link, undefined);
    this.#nextTurn ??= now + cooldown;
  }

  #challenge(link: Link, now: Instant): void {
    const challenge = link.secured?.challenges[link.challengesGiven] ?? this.#random.u64();
    link.challengesGiven++;
    link.roundsLeft--;
    link.steppedAt = now;
    link.challenge = challenge;
    link.state = 'awaiting-proof';
    this.#links.setDeadline(link, now + this.#settings.bounds.challengeLifetime);
    this.#out.send(link.id, { kind: 'peer-challenge', challenge });
  }

  #onProof(link: Link, nonce: U64, now: Instant): void {
    const { challenge, deadline } = link;
    link.challenge = undefined;
    if (deadline !== undefined && now > deadline) {
      this.#refuse(link, this.expired(), now);
    } else if (this.#proofs.checkNonce(challenge!, nonce, this.#settings.powDifficulty)) {
      if (link.roundsLeft > 0) this.#challenge(link, now);
      else this.#onDone(link, now);
    } else {
      const { powDifficulty } = this.#settings;
      const reason = `the nonce does not give ${powDifficulty} leading zero bits; is pow_difficulty lower there?`;
      this.#refuse(link, violation('wrong-proof', reason), now);
    }
  }

  /** What a peer has done that has not answered its challenge in time. */
  expired(): Violation {
    const seconds = this.#settings.bounds.challengeLifetime / 1000;
    const reason = `no PEER VERIFICATION (509) within ${seconds} s of the challenge`;
    return violation('challenge-expired', reason);
  }

  #refuse(link: Link, wrong: Violation, now: Instant): void {
    this.#out.send(link.id, { kind: 'peer-validation', valid: false });
    this.#door.violate(link, wrong, now);
  }

  /** A newcomer has done what it was asked: it is let in as soon as others have been. */
  #onDone(link: Link, now: Instant): void {
    if (link.scope === 'loopback') {
      this.#admit(link, now);
      return;
    }
    link.state = 'awaiting-admission';
    this.#links.setDeadline(link, undefined);
    this.#letWaitingIn(now);
  }

  #letWaitingIn(now: Instant): void {
    for (;;) {
      const waiting = this.#links.inState('awaiting-admission');
      const next = this.#newcomers.firstOf(waiting, now);
      this.#nextAdmission = next?.at;
      if (next === undefined || !this.#newcomers.lets(next.link, now)) return;
      this.#admit(next.link, now);
    }
  }

  /** Tells a newcomer that it is in (510), or that it is not after all. */
  #admit(link: Link, now: Instant): void {
    if (rivalOf(link, this.#links)?.isOpen !== true && !this.#door.hasRoomFor(link, now)) {
      this.#out.send(link.id, { kind: 'peer-validation', valid: false });
      this.#door.hangUp(link, 'full', 'this node has max_connections links by now', now);
      return;
    }
    const says = { kind: 'peer-validation', ...capability(this.#settings), valid: true } as const;
    this.#out.send(link.id, says);
    this.#door.establish(link, now);
  }
}
