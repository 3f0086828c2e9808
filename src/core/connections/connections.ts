/**
 * Links: how they open, in both roles and all three settings of `proof_of_work`, and how they end.
 *
 * Whoever dialled says first where it listens (507). Then
 *
 * - `connection`: the dialled side sends a challenge (508), takes one proof (509) and judges it (510). V=1
 *   opens the link on both sides. The dialler solves whatever it is asked, up to 16 challenges and
 *   16 × 2^difficulty hashes on one link, and also accepts V=1 without having been asked.
 * - `none`: the dialled side sends 510 V=1 at once.
 * - `discovery`: nothing more; the 507 opens the link on both sides.
 *
 * What always holds: no more than `maxConnections` links are open; no more than `pendingLinksMax` are on
 * their way; a challenge is used for one 509 only; a link is closed the moment something out of place
 * arrives on it. Two peers that dial each other end up with one link: that of the numerically lower
 * listening address. A link to oneself is recognised by its endpoints or by one's own challenge.
 *
 * A full node makes room for a newcomer by closing an inbound link that has already been given an OFFER,
 * the youngest such; if there is none, the newcomer goes before it has done any work. So one bootstrapper
 * can bring in a network far larger than its `maxConnections`.
 */
import type { U64 } from '../../basics/integers.ts';
import type { Random } from '../../basics/random.ts';
import { addressEquals, compareAddresses, type Address } from '../../wire/address.ts';
import type { PeerMessage } from '../../wire/peer-messages.ts';
import { violation, type Violation } from '../../wire/violation.ts';
import type { Outbox } from '../effects.ts';
import type { HangUpCode } from '../events.ts';
import type { LinkId, QueueState } from '../inputs.ts';
import type { Instant, Proofs, Settings } from '../settings.ts';
import { outOfPlace } from './handshake.ts';
import { Link } from './link.ts';
import { LinkTable } from './link-table.ts';

export type { Link } from './link.ts';

/** Why a link ended: one of our reasons, a violation of the peer's, or `closed` by the other side. */
export type EndCode = HangUpCode | Violation['code'] | 'closed';

export interface ConnectionEvents {
  /** A link has opened. */
  readonly onEstablished: (link: Link, now: Instant) => void;
  /** A link has ended, whichever state it had reached; it is in no table any more. */
  readonly onEnded: (link: Link, code: EndCode, now: Instant) => void;
}

export class Connections {
  readonly #settings: Settings;
  readonly #random: Random;
  readonly #proofs: Proofs;
  readonly #out: Outbox;
  readonly #events: ConnectionEvents;
  readonly #links = new LinkTable();
  /** The next turn at which waiting initiators are challenged, while there are any. */
  #nextTurn: Instant | undefined;
  #isShuttingDown = false;

  constructor(options: {
    readonly settings: Settings;
    readonly random: Random;
    readonly proofs: Proofs;
    readonly out: Outbox;
    readonly events: ConnectionEvents;
  }) {
    this.#settings = options.settings;
    this.#random = options.random;
    this.#proofs = options.proofs;
    this.#out = options.out;
    this.#events = options.events;
  }

  get open(): readonly Link[] {
    return this.#links.open;
  }

  /** Links on their way, in both directions. */
  get pending(): Iterable<Link> {
    return this.#links.pending;
  }

  get pendingCount(): number {
    return this.#links.pendingCount;
  }

  /** Open links whose queue is not full, by id: those on which a message can be sent now. */
  receivers(): readonly LinkId[] {
    return this.#links.receivers();
  }

  find(id: LinkId): Link | undefined {
    return this.#links.find(id);
  }

  /** Whether a link to `address` is open or on its way, whoever dialled. */
  isLinkedTo(address: Address): boolean {
    return this.#links.some((link) => isAt(link, address));
  }

  onShutDown(): void {
    this.#isShuttingDown = true;
  }

  onQueue(id: LinkId, queue: QueueState): void {
    const link = this.#links.find(id);
    if (link === undefined) return;
    link.isQueueFull = queue.level === 'full';
    this.#links.receiversChanged();
  }

  onLinkOpened(
    opened: {
      readonly link: LinkId;
      readonly dialled: Address | undefined;
      readonly remote: Address;
      readonly local: Address;
    },
    now: Instant,
  ): void {
    const { dialled, remote, local } = opened;
    const link = new Link({ id: opened.link, dialled, remote, local, now });
    this.#links.add(link);
    const twin = this.#links.otherEndOf(link);
    if (twin !== undefined) {
      this.#hangUpBothEnds(link, twin, now);
    } else if (this.#isShuttingDown) {
      this.hangUp(link, 'shutting-down', 'this node is shutting down', now);
    } else if (dialled === undefined) {
      this.#welcome(link, now);
    } else {
      this.#introduce(link, now);
    }
  }

  onLinkClosed(id: LinkId, reason: string, now: Instant): void {
    const link = this.#links.find(id);
    if (link !== undefined) this.#end(link, 'closed', reason, now);
  }

  /**
   * A message on a link. Handshake messages are dealt with; a message that belongs on an open link (504 to
   * 506) comes back together with it, for others to handle.
   */
  onMessage(id: LinkId, message: PeerMessage, now: Instant): Link | undefined {
    const link = this.#links.find(id);
    if (link === undefined) return undefined;
    if (link.state === 'open') {
      if (isForOpenLinks(message)) return link;
      this.violate(link, outOfPlace(link, message, this.#settings.proofOfWork), now);
    } else if (link.dialled === undefined) {
      this.#onInboundStep(link, message, now);
    } else {
      this.#onOutboundStep(link, message, now);
    }
    return undefined;
  }

  onProofFound(id: LinkId, nonce: U64 | undefined, now: Instant): void {
    const link = this.#links.find(id);
    if (link === undefined || link.state !== 'solving') return;
    if (nonce === undefined) {
      this.hangUp(link, 'proof-given-up', 'the challenge took more hashes than allowed', now);
      return;
    }
    link.challenge = undefined;
    link.state = 'awaiting-answer';
    this.#setDeadline(link, now + this.#settings.bounds.initiatorPatience);
    this.#out.send(link.id, { kind: 'peer-verification', nonce });
  }

  onWake(now: Instant): void {
    if (this.#nextTurn !== undefined && this.#nextTurn <= now) {
      this.#nextTurn = undefined;
      for (const link of this.#links.inState('awaiting-turn')) this.#challenge(link, now);
    }
    for (const link of this.#links.overdue(now)) this.#giveUp(link, now);
  }

  nextDeadline(): Instant | undefined {
    const next = this.#links.nextDeadline();
    if (next === undefined || this.#nextTurn === undefined) return next ?? this.#nextTurn;
    return Math.min(next, this.#nextTurn);
  }

  /** Closes a link for a reason of ours. */
  hangUp(link: Link, code: HangUpCode, reason: string, now: Instant): void {
    this.#out.put({ kind: 'hang-up', link: link.id });
    this.#end(link, code, reason, now);
  }

  /** Closes a link for what its peer did. */
  violate(link: Link, wrong: Violation, now: Instant): void {
    this.#out.put({ kind: 'hang-up', link: link.id });
    this.#end(link, wrong.code, wrong.reason, now);
  }

  // ——— Dialled by us ———

  #introduce(link: Link, now: Instant): void {
    if (this.#isFull()) {
      this.hangUp(link, 'full', 'this node has max_connections links by now', now);
      return;
    }
    const rival = this.#rivalOf(link);
    if (rival !== undefined && !this.#ourDialStays(link)) {
      this.hangUp(link, 'duplicate-link', 'the peer dialled this node at the same time', now);
      return;
    }
    if (rival !== undefined && !rival.isOpen) {
      this.hangUp(rival, 'duplicate-link', 'this node dialled the peer at the same time', now);
    }
    this.#out.send(link.id, { kind: 'peer-info', port: this.#settings.advertisedPort });
    if (this.#settings.proofOfWork === 'discovery') this.#establish(link, now);
    else this.#setDeadline(link, now + this.#settings.bounds.initiatorPatience);
  }

  #onOutboundStep(link: Link, message: PeerMessage, now: Instant): void {
    if (message.kind === 'peer-challenge') this.#onChallenge(link, message.challenge, now);
    else if (message.kind === 'peer-validation') this.#onJudged(link, message.valid, now);
    else this.violate(link, outOfPlace(link, message, this.#settings.proofOfWork), now);
  }

  #onChallenge(link: Link, challenge: U64, now: Instant): void {
    if (this.#links.hasGiven(challenge)) {
      this.hangUp(link, 'self', "the challenge is this node's own", now);
      return;
    }
    const { challengesPerLinkMax } = this.#settings.bounds;
    if (link.challengesTaken === challengesPerLinkMax) {
      const reason = `more than ${challengesPerLinkMax} PEER CHALLENGEs (508) before the link opened`;
      this.violate(link, violation('too-many-challenges', reason), now);
      return;
    }
    link.challengesTaken++;
    link.challenge = challenge;
    link.state = 'solving';
    this.#setDeadline(link, undefined);
    const difficulty = this.#settings.powDifficulty;
    const hashesMax = challengesPerLinkMax * 2 ** difficulty;
    this.#out.put({ kind: 'solve', link: link.id, challenge, difficulty, hashesMax });
  }

  #onJudged(link: Link, isValid: boolean, now: Instant): void {
    if (link.state === 'solving') this.#cancelProof(link);
    if (isValid) this.#establish(link, now);
    else this.hangUp(link, 'refused-by-peer', 'the peer refused the link (510 with V=0)', now);
  }

  // ——— Dialled by the peer ———

  #welcome(link: Link, now: Instant): void {
    const { pendingLinksMax, infoTimeout } = this.#settings.bounds;
    // An eighth is kept for links that we dial, so that a crowd at the door cannot lock us in.
    const outbound = this.#links.pendingCount - this.#links.pendingInbound;
    const kept = Math.max(0, Math.ceil(pendingLinksMax / 8) - outbound);
    if (this.#links.pendingCount > pendingLinksMax - kept) {
      this.hangUp(link, 'too-many-pending', 'too many links are not open yet', now);
      return;
    }
    this.#setDeadline(link, now + infoTimeout);
  }

  #onInboundStep(link: Link, message: PeerMessage, now: Instant): void {
    if (link.state === 'awaiting-info' && message.kind === 'peer-info') {
      this.#onInfo(link, message.port, now);
    } else if (link.state === 'awaiting-proof' && message.kind === 'peer-verification') {
      this.#onProof(link, message.nonce, now);
    } else {
      this.violate(link, outOfPlace(link, message, this.#settings.proofOfWork), now);
    }
  }

  #onInfo(link: Link, port: number, now: Instant): void {
    link.listening = port === 0 ? undefined : { host: link.remote.host, port };
    const rival = this.#rivalOf(link);
    if (rival !== undefined && this.#ourDialStays(rival)) {
      this.hangUp(link, 'duplicate-link', 'this node dialled the peer at the same time', now);
      return;
    }
    if (rival !== undefined && !rival.isOpen) {
      this.hangUp(rival, 'duplicate-link', 'the peer dialled this node at the same time', now);
    }
    if (this.#isFull() && this.#victim() === undefined) {
      this.hangUp(link, 'full', 'this node has max_connections links', now);
      return;
    }
    switch (this.#settings.proofOfWork) {
      case 'discovery':
        this.#establish(link, now);
        break;
      case 'none':
        this.#admit(link, now);
        break;
      case 'connection':
        this.#awaitTurn(link, now);
    }
  }

  #awaitTurn(link: Link, now: Instant): void {
    const cooldown = this.#settings.challengeCooldown;
    if (cooldown === 0) {
      this.#challenge(link, now);
      return;
    }
    link.state = 'awaiting-turn';
    this.#setDeadline(link, undefined);
    this.#nextTurn ??= now + cooldown;
  }

  #challenge(link: Link, now: Instant): void {
    const challenge = this.#random.u64();
    link.challenge = challenge;
    link.state = 'awaiting-proof';
    this.#setDeadline(link, now + this.#settings.bounds.challengeLifetime);
    this.#out.send(link.id, { kind: 'peer-challenge', challenge });
  }

  #onProof(link: Link, nonce: U64, now: Instant): void {
    const challenge = link.challenge!;
    link.challenge = undefined;
    if (this.#proofs.checkNonce(challenge, nonce, this.#settings.powDifficulty)) {
      this.#admit(link, now);
      return;
    }
    this.#out.send(link.id, { kind: 'peer-validation', valid: false });
    const reason = `the nonce does not give ${this.#settings.powDifficulty} leading zero bits`;
    this.violate(link, violation('wrong-proof', reason), now);
  }

  /** Tells a newcomer that it is in (510), or that it is not after all. */
  #admit(link: Link, now: Instant): void {
    if (this.#isFull() && this.#victim() === undefined) {
      this.#out.send(link.id, { kind: 'peer-validation', valid: false });
      this.hangUp(link, 'full', 'this node has max_connections links by now', now);
      return;
    }
    this.#out.send(link.id, { kind: 'peer-validation', valid: true });
    this.#establish(link, now);
  }

  // ——— Both ———

  #establish(link: Link, now: Instant): void {
    if (this.#isFull() && !this.#makeRoomFor(link, now)) {
      this.hangUp(link, 'full', 'this node has max_connections links by now', now);
      return;
    }
    link.challenge = undefined;
    this.#links.setOpen(link);
    link.openedAt = now;
    const rival = this.#rivalOf(link);
    this.#out.report({
      kind: 'link-established',
      link: link.id,
      direction: link.direction,
      peer: link.peer,
      openLinks: this.#links.openCount,
    });
    // A rival that is not open yet is dealt with when it opens: no open link is closed for one that is not.
    if (rival?.isOpen === true) {
      const [ours, theirs] = link.dialled === undefined ? [rival, link] : [link, rival];
      const loser = this.#ourDialStays(ours) ? theirs : ours;
      this.hangUp(loser, 'duplicate-link', 'another link to the same peer stays', now);
      if (loser === link) return;
    }
    this.#events.onEstablished(link, now);
  }

  #isFull(): boolean {
    return this.#links.openCount >= this.#settings.maxConnections;
  }

  /** The youngest inbound link that has been given an OFFER: it knows where else to go. */
  #victim(): Link | undefined {
    let youngest: Link | undefined;
    for (const link of this.#links.open) {
      if (link.dialled !== undefined || !link.wasOffered) continue;
      if (youngest === undefined || link.openedAt! >= youngest.openedAt!) youngest = link;
    }
    return youngest;
  }

  /** A link that we dialled pushes nobody out. */
  #makeRoomFor(newcomer: Link, now: Instant): boolean {
    const victim = newcomer.dialled === undefined ? this.#victim() : undefined;
    if (victim === undefined) return false;
    this.hangUp(
      victim,
      'made-room',
      'it has been offered other peers and a newcomer needs room',
      now,
    );
    return true;
  }

  /** A link to the same peer that the other side dialled (or, for an inbound one, that we did). */
  #rivalOf(link: Link): Link | undefined {
    const address = link.listening;
    if (address === undefined) return undefined;
    const isInbound = link.dialled === undefined;
    return this.#links.first(
      (other) => (other.dialled === undefined) !== isInbound && isAt(other, address),
    );
  }

  /** Of two links between the same peers that of the numerically lower listening address stays. */
  #ourDialStays(ours: Link): boolean {
    const own: Address = { host: ours.local.host, port: this.#settings.advertisedPort };
    return compareAddresses(own, ours.dialled!) < 0;
  }

  #hangUpBothEnds(link: Link, twin: Link, now: Instant): void {
    // The outbound end first: its address is what must not be dialled again.
    const [dialler, dialled] = link.dialled === undefined ? [twin, link] : [link, twin];
    this.hangUp(dialler, 'self', 'this node dialled itself', now);
    this.hangUp(dialled, 'self', 'this node dialled itself', now);
  }

  #giveUp(link: Link, now: Instant): void {
    if (link.state === 'awaiting-info') {
      const seconds = this.#settings.bounds.infoTimeout / 1000;
      this.hangUp(link, 'info-timeout', `no PEER INFO (507) within ${seconds} s`, now);
    } else if (link.state === 'awaiting-proof') {
      const seconds = this.#settings.bounds.challengeLifetime / 1000;
      const reason = `no PEER VERIFICATION (509) within ${seconds} s of the challenge`;
      this.violate(link, violation('challenge-expired', reason), now);
    } else {
      const seconds = this.#settings.bounds.initiatorPatience / 1000;
      const reason = `neither challenge (508) nor validation (510) within ${seconds} s`;
      this.hangUp(link, 'handshake-timeout', reason, now);
    }
  }

  #end(link: Link, code: EndCode, reason: string, now: Instant): void {
    if (link.state === 'solving') this.#cancelProof(link);
    const wasOpen = link.isOpen;
    this.#links.remove(link);
    const { id, direction, peer } = link;
    if (wasOpen) {
      const openLinks = this.#links.openCount;
      this.#out.report({ kind: 'link-lost', link: id, peer, code, reason, openLinks });
    } else {
      this.#out.report({ kind: 'handshake-failed', link: id, direction, peer, code, reason });
    }
    this.#events.onEnded(link, code, now);
  }

  #cancelProof(link: Link): void {
    this.#out.put({ kind: 'cancel-proofs', link: link.id });
  }

  #setDeadline(link: Link, deadline: Instant | undefined): void {
    this.#links.setDeadline(link, deadline);
  }
}

function isForOpenLinks(message: PeerMessage): boolean {
  return (
    message.kind === 'peer-announce' ||
    message.kind === 'peer-discovery' ||
    message.kind === 'peer-offer'
  );
}

function isAt(link: Link, address: Address): boolean {
  return link.listening !== undefined && addressEquals(link.listening, address);
}
