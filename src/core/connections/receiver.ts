/**
 * The dialled side of a handshake: takes one 507, asks for work (508) where `proof_of_work` says so, judges
 * one 509 and tells the peer whether it is in (510).
 *
 * A full node decides at the 507, before the newcomer has done any work, and carries it out when the link
 * opens. Challenges are random, for one 509 only, and expire.
 */
import type { U64 } from '../../basics/integers.ts';
import type { Random } from '../../basics/random.ts';
import type { PeerInfo, PeerMessage } from '../../wire/peer-messages.ts';
import { violation, type Violation } from '../../wire/violation.ts';
import type { Outbox } from '../effects.ts';
import type { Instant, Proofs, Settings } from '../settings.ts';
import { capability, outOfPlace, type Door } from './handshake.ts';
import type { Link } from './link.ts';
import type { LinkTable } from './link-table.ts';
import { ourDialStays, rivalOf } from './rivals.ts';

export class Receiver {
  readonly #settings: Settings;
  readonly #random: Random;
  readonly #proofs: Proofs;
  readonly #out: Outbox;
  readonly #links: LinkTable;
  readonly #door: Door;
  /** The next turn at which waiting initiators are challenged, while there are any. */
  #nextTurn: Instant | undefined;

  constructor(options: {
    readonly settings: Settings;
    readonly random: Random;
    readonly proofs: Proofs;
    readonly out: Outbox;
    readonly links: LinkTable;
    readonly door: Door;
  }) {
    this.#settings = options.settings;
    this.#random = options.random;
    this.#proofs = options.proofs;
    this.#out = options.out;
    this.#links = options.links;
    this.#door = options.door;
  }

  /** Somebody dialled this node: wait for the 507, if there is room to wait. */
  welcome(link: Link, now: Instant): void {
    const { pendingLinksMax, infoTimeout } = this.#settings.bounds;
    // An eighth is kept for links that we dial, so that a crowd at the door cannot lock us in.
    const outbound = this.#links.pendingCount - this.#links.pendingInbound;
    const kept = Math.max(0, Math.ceil(pendingLinksMax / 8) - outbound);
    const isCrowded = this.#links.pendingCount > pendingLinksMax - kept;
    if (isCrowded && !this.closeMostSilent(link, now)) {
      this.#door.hangUp(link, 'too-many-pending', 'too many links are not open yet', now);
      return;
    }
    this.#links.setDeadline(link, now + infoTimeout);
  }

  /**
   * Makes room among the links on their way: the peer goes that has owed its 507 for longest. An honest one
   * sends it at once, so a crowd that says nothing keeps nobody out for longer than it takes to come. False
   * if no link but `newcomer` waits for a 507.
   */
  closeMostSilent(newcomer: Link, now: Instant): boolean {
    const silent = this.#links.oldestIn('awaiting-info');
    if (silent === undefined || silent === newcomer) return false;
    const reason = 'too many links are not open yet, and it has said nothing for longest';
    this.#door.hangUp(silent, 'too-many-pending', reason, now);
    return true;
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

  /** Challenges those whose turn has come. */
  onWake(now: Instant): void {
    if (this.#nextTurn === undefined || this.#nextTurn > now) return;
    this.#nextTurn = undefined;
    for (const link of this.#links.inState('awaiting-turn')) this.#challenge(link, now);
  }

  nextDeadline(): Instant | undefined {
    return this.#nextTurn;
  }

  #onInfo(link: Link, { port, isExtended }: PeerInfo, now: Instant): void {
    link.isExtended = this.#settings.extension && isExtended === true;
    link.listening = port === 0 ? undefined : { host: link.remote.host, port };
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
    // An open rival will go when this link opens, and so makes its room.
    if (rival?.isOpen !== true && !this.#door.hasRoomFor(link)) {
      this.#door.hangUp(link, 'full', 'this node has max_connections links', now);
      return;
    }
    switch (this.#settings.proofOfWork) {
      case 'discovery':
        this.#door.establish(link, now);
        break;
      case 'none':
        this.#admit(link, now);
        break;
      case 'connection':
        this.#awaitTurn(link, now);
    }
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
      this.#admit(link, now);
    } else {
      const reason = `the nonce does not give ${this.#settings.powDifficulty} leading zero bits`;
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

  /** Tells a newcomer that it is in (510), or that it is not after all. */
  #admit(link: Link, now: Instant): void {
    if (rivalOf(link, this.#links)?.isOpen !== true && !this.#door.hasRoomFor(link)) {
      this.#out.send(link.id, { kind: 'peer-validation', valid: false });
      this.#door.hangUp(link, 'full', 'this node has max_connections links by now', now);
      return;
    }
    const says = { kind: 'peer-validation', ...capability(this.#settings), valid: true } as const;
    this.#out.send(link.id, says);
    this.#door.establish(link, now);
  }
}
