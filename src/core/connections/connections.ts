/**
 * Links: how they open, in both roles and all three settings of `proof_of_work`, and how they end.
 *
 * Whoever dialled says first where it listens (507). Then
 *
 * - `connection`: the dialled side sends a challenge (508), takes one proof (509) and judges it (510). V=1
 *   opens the link on both sides. The dialler solves whatever it is asked, up to 16 challenges and
 *   16 × 2^difficulty hashes on one link on average, and also accepts V=1 without having been asked.
 * - `none`: the dialled side sends 510 V=1 at once.
 * - `discovery`: nothing more; the 507 opens the link on both sides.
 *
 * What always holds: no more than `maxConnections` links are open; no more than `pendingLinksMax` are on
 * their way; a challenge is used for one 509 only; a link is closed the moment something out of place
 * arrives on it. Two peers that dial each other end up with one link (rivals.ts). A link to oneself is
 * recognised by its endpoints, by one's own challenge, or by one's own key.
 *
 * Who may wait to be let in stands in doorkeeper.ts, how much work that takes in newcomers.ts, and who gets in when
 * all places are taken in places.ts.
 */
import type { U64 } from '../../basics/integers.ts';
import type { Random } from '../../basics/random.ts';
import type { Address } from '../../wire/address.ts';
import type { MessageType } from '../../wire/message-types.ts';
import type { PeerMessage } from '../../wire/peer-messages.ts';
import type { Violation } from '../../wire/violation.ts';
import type { Outbox } from '../effects.ts';
import type { HangUpCode } from '../events.ts';
import type { LinkId, QueueState, Secured } from '../inputs.ts';
import type { Instant, PeerIdentity, Proofs, Settings } from '../settings.ts';
import { Crowds } from './crowds.ts';
import { Doorkeeper } from './doorkeeper.ts';
import { isForOpenLinks, kindForOpenLinks, outOfPlace, type Door } from './handshake.ts';
import { Initiator } from './initiator.ts';
import { Link } from './link.ts';
import { LinkTable } from './link-table.ts';
import { Liveness } from './liveness.ts';
import { Newcomers } from './newcomers.ts';
import { Places } from './places.ts';
import { Receiver } from './receiver.ts';
import { isLinkTo, isOneTooMany, ourDialStays, rivalOf } from './rivals.ts';

export type { Link } from './link.ts';

/** Why a link ended: one of our reasons, a violation of the peer's, or `closed` by the other side. */
export type EndCode = HangUpCode | Violation['code'] | 'closed';

/** A host, and the key that somebody there has shown. */
export interface Endpoint {
  readonly host: string;
  readonly identity?: PeerIdentity | undefined;
}

export interface ConnectionEvents {
  /** A link has opened. */
  readonly onEstablished: (link: Link, now: Instant) => void;
  /** A link has ended, whichever state it had reached; it is in no table any more. */
  readonly onEnded: (link: Link, code: EndCode, now: Instant) => void;
}

/** Which of the two it is only its operator can know. */
const OWN_KEY =
  "the peer holds this node's own key: it is this node itself, or another one that uses the same key";

export class Connections implements Door {
  readonly #settings: Settings;
  readonly #out: Outbox;
  readonly #events: ConnectionEvents;
  readonly #links = new LinkTable();
  readonly #initiator: Initiator;
  readonly #receiver: Receiver;
  readonly #places: Places;
  readonly #banOf: (peer: Endpoint) => string | undefined;
  readonly #liveness: Liveness;
  readonly #newcomers: Newcomers;
  readonly #doorkeeper: Doorkeeper;
  #isShuttingDown = false;

  constructor(options: {
    readonly settings: Settings;
    readonly random: Random;
    readonly proofs: Proofs;
    readonly out: Outbox;
    readonly events: ConnectionEvents;
    /** Whose keys the operator expects at an address; none: nobody's in particular. */
    readonly expectedAt: (address: Address) => readonly PeerIdentity[];
    /** Whether this node does not read from a link for now. */
    readonly isUnread: (link: LinkId) => boolean;
    /** Whether there is anybody whom this node could dial now or later. */
    readonly knowsOthers: () => boolean;
    /** Why somebody may have no link for now; undefined if he may. */
    readonly banOf: (peer: Endpoint) => string | undefined;
  }) {
    this.#settings = options.settings;
    this.#out = options.out;
    this.#events = options.events;
    this.#banOf = options.banOf;
    const crowds = new Crowds(options.settings.bounds.rangesMax);
    this.#places = new Places({ ...options, links: this.#links, crowds });
    const newcomers = new Newcomers({
      settings: options.settings,
      isNearlyFull: () => this.#places.isNearlyFull,
    });
    this.#newcomers = newcomers;
    const shared = {
      ...options,
      links: this.#links,
      door: this,
      newcomers,
      crowds,
    };
    this.#doorkeeper = new Doorkeeper(shared);
    this.#initiator = new Initiator(shared);
    this.#receiver = new Receiver(shared);
    this.#liveness = new Liveness(shared);
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

  /** Ranges of addresses of which newcomers have come. */
  get rangeCount(): number {
    return this.#newcomers.rangeCount;
  }

  /** Inbound links that may be open now. */
  get inboundMax(): number {
    return this.#places.inboundMax;
  }

  /** How much of the bursts of admissions is used for now: of that for all, and by one range of its own. */
  admissions(now: Instant): { readonly all: number; readonly range: number } {
    return { all: this.#newcomers.taken(now), range: this.#newcomers.mostTaken(now) };
  }

  find(id: LinkId): Link | undefined {
    return this.#links.find(id);
  }

  /** Whether a link to `address` is open or on its way, whoever dialled. */
  isLinkedTo(address: Address): boolean {
    return this.#links.some((link) => isLinkTo(link, address));
  }

  isBanned({ host }: Address): boolean {
    return this.#banOf({ host }) !== undefined;
  }

  /** Ends the links, open or not, of those who may not have one any more. */
  closeBanned(now: Instant): void {
    for (const link of [...this.#links.open, ...this.#links.pending])
      this.#closeIfBanned(link, now);
  }

  /** The operator wants a link to end. */
  disconnect(id: LinkId, now: Instant): void {
    const link = this.#links.find(id);
    if (link !== undefined) this.hangUp(link, 'disconnected', 'the operator ended the link', now);
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
      readonly secured?: Secured | undefined;
    },
    now: Instant,
    isFeeler = false,
  ): void {
    const { dialled, remote, local, secured } = opened;
    const link = new Link({ id: opened.link, dialled, remote, local, secured, isFeeler, now });
    this.#links.add(link);
    const twin = this.#links.otherEndOf(link);
    if (twin !== undefined) {
      this.#hangUpBothEnds(link, twin, now);
    } else if (secured !== undefined && secured.identity === this.#settings.ownIdentity) {
      this.hangUp(link, 'self', OWN_KEY, now);
    } else if (this.#closeIfBanned(link, now)) {
      // Nothing more to do.
    } else if (this.#isShuttingDown) {
      this.hangUp(link, 'shutting-down', 'this node is shutting down', now);
    } else if (isOneTooMany(link, this.#links)) {
      this.hangUp(link, 'duplicate-link', 'there is a link to the same peer already', now);
    } else if (this.#doorkeeper.lets(link, now)) {
      if (dialled === undefined) this.#receiver.welcome(link, now);
      else this.#initiator.introduce(link, now);
    }
  }

  onLinkClosed(id: LinkId, reason: string, now: Instant): void {
    const link = this.#links.find(id);
    if (link !== undefined) this.#end(link, 'closed', reason, now);
  }

  /**
   * A message on a link. Handshake messages are dealt with; a message that belongs on an open link (504 to
   * 506, and 520 to 529 if this node speaks the extension) comes back together with it, for others to handle.
   */
  onMessage(id: LinkId, message: PeerMessage, now: Instant): Link | undefined {
    const link = this.#links.find(id);
    if (link === undefined) return undefined;
    link.heardAt = now;
    if (link.state === 'open') {
      if (isForOpenLinks(message.kind, this.#settings.extension)) return link;
      this.violate(link, outOfPlace(link, message, this.#settings.proofOfWork), now);
    } else if (link.dialled === undefined) {
      this.#receiver.onMessage(link, message, now);
    } else {
      this.#initiator.onMessage(link, message, now);
    }
    return undefined;
  }

  /**
   * The header of a message is there. Messages for open links are the only large ones: where the link is not
   * open, their rest is not waited for.
   */
  onMessageBegun(id: LinkId, type: MessageType, now: Instant): void {
    const link = this.#links.find(id);
    const kind = kindForOpenLinks(type);
    if (link !== undefined) link.heardAt = now;
    if (link === undefined || kind === undefined) return;
    if (link.isOpen && isForOpenLinks(kind, this.#settings.extension)) return;
    this.violate(link, outOfPlace(link, { kind }, this.#settings.proofOfWork), now);
  }

  /** Local programs have accepted an announcement that came on this link first; returns it unless it has ended. */
  onUseful(id: LinkId, now: Instant): Link | undefined {
    const link = this.#links.find(id);
    if (link !== undefined) link.usefulAt = now;
    return link;
  }

  /** The peer has said its 520. */
  onGreeted(link: Link, now: Instant): void {
    this.#liveness.watch(link, now);
  }

  /** A 529. */
  onPong(link: Link, token: number, now: Instant): void {
    this.#liveness.onPong(link, token, now);
  }

  onProofFound(id: LinkId, nonce: U64 | undefined, now: Instant): void {
    const link = this.#links.find(id);
    if (link !== undefined) this.#initiator.onProofFound(link, nonce, now);
  }

  onWake(now: Instant): void {
    this.#receiver.onWake(now);
    this.#liveness.onWake(now);
    for (const link of this.#links.overdue(now)) {
      // What one of them has done may have ended others: those of a host that is banned for it.
      if (this.#links.find(link.id) !== undefined) this.#onDue(link, now);
    }
  }

  nextDeadline(): Instant | undefined {
    return earliest(
      this.#links.nextDeadline(),
      this.#receiver.nextDeadline(),
      this.#liveness.nextDeadline(),
    );
  }

  /** Closes a link for a reason of ours. */
  hangUp(link: Link, code: Exclude<EndCode, 'closed'>, reason: string, now: Instant): void {
    // What was wrong with another link of the same host may have ended this one in the same step.
    if (this.#links.find(link.id) !== link) return;
    this.#out.put({ kind: 'hang-up', link: link.id });
    this.#end(link, code, reason, now);
  }

  /** Closes a link for what its peer did. */
  violate(link: Link, wrong: Violation, now: Instant): void {
    this.hangUp(link, wrong.code, wrong.reason, now);
  }

  establish(link: Link, now: Instant): void {
    const rival = rivalOf(link, this.#links);
    // A rival that is not open yet is dealt with when it opens: no open link is closed for one that is not.
    if (rival?.isOpen === true) {
      const [ours, theirs] = link.dialled === undefined ? [rival, link] : [link, rival];
      const loser = ourDialStays(ours, this.#settings) ? theirs : ours;
      this.hangUp(loser, 'duplicate-link', 'another link to the same peer stays', now);
      if (loser === link) return;
    } else if (isOneTooMany(link, this.#links)) {
      this.hangUp(link, 'duplicate-link', 'another link to the same peer has opened', now);
      return;
    }
    if (this.#places.isFullFor(link) && !this.#makeRoomFor(link, now)) {
      this.hangUp(link, 'full', 'this node has max_connections links by now', now);
      return;
    }
    link.challenge = undefined;
    link.openedAt = now;
    this.#links.setOpen(link);
    const { id, direction, peer, identity } = link;
    const openLinks = this.#links.openCount;
    this.#out.report({ kind: 'link-established', link: id, direction, peer, identity, openLinks });
    this.#events.onEstablished(link, now);
  }

  hasRoomFor(newcomer: Link, now: Instant): boolean {
    return !this.#places.isFullFor(newcomer) || this.#places.victimFor(newcomer, now) !== undefined;
  }

  #makeRoomFor(newcomer: Link, now: Instant): boolean {
    const victim = this.#places.victimFor(newcomer, now);
    if (victim === undefined) return false;
    this.#places.onMadeRoom(victim, now);
    const reason = 'it has been offered other peers and a newcomer needs room';
    this.hangUp(victim, 'made-room', reason, now);
    return true;
  }

  #closeIfBanned(link: Link, now: Instant): boolean {
    const { remote, identity } = link;
    const reason = this.#banOf({ host: remote.host, identity });
    if (reason !== undefined) this.hangUp(link, 'banned', reason, now);
    return reason !== undefined;
  }

  #hangUpBothEnds(link: Link, twin: Link, now: Instant): void {
    // The outbound end first: its address is what must not be dialled again.
    const [dialler, dialled] = link.dialled === undefined ? [twin, link] : [link, twin];
    this.hangUp(dialler, 'self', 'this node dialled itself', now);
    this.hangUp(dialled, 'self', 'this node dialled itself', now);
  }

  /** The time of its state is over. */
  #onDue(link: Link, now: Instant): void {
    if (link.state === 'awaiting-info') {
      const seconds = this.#settings.bounds.infoTimeout / 1000;
      this.hangUp(link, 'info-timeout', `no PEER INFO (507) within ${seconds} s`, now);
    } else if (link.state === 'awaiting-proof') {
      this.violate(link, this.#receiver.expired(), now);
    } else {
      const seconds = this.#initiator.patienceWith(link) / 1000;
      const reason = `neither challenge (508) nor validation (510) within ${seconds} s`;
      this.hangUp(link, 'handshake-timeout', reason, now);
    }
  }

  #end(link: Link, code: EndCode, reason: string, now: Instant): void {
    if (link.challengesTaken > 0 && !link.isOpen) {
      this.#out.put({ kind: 'cancel-proofs', link: link.id });
    }
    const wasOpen = link.isOpen;
    this.#links.remove(link);
    this.#liveness.onEnded(link);
    const { id, direction, peer, identity } = link;
    const ended = { link: id, peer, identity, code, reason };
    if (wasOpen) {
      const openLinks = this.#links.openCount;
      this.#out.report({ kind: 'link-lost', ...ended, openLinks });
    } else if (code !== 'felt') {
      this.#out.report({ kind: 'handshake-failed', ...ended, direction });
    }
    this.#events.onEnded(link, code, now);
  }
}

function earliest(...instants: readonly (Instant | undefined)[]): Instant | undefined {
  let first: Instant | undefined;
  for (const instant of instants) {
    if (instant !== undefined && (first === undefined || instant < first)) first = instant;
  }
  return first;
}
