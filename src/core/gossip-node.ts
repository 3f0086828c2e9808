/**
 * One node of the overlay: the protocol without sockets, clocks or threads.
 *
 * `handle` takes one thing that happened and returns what to do about it, in order; `nextDeadline` says when
 * to call again although nothing happens; `snapshot` shows the state. The host's side of the contract
 * stands in inputs.ts. The rooms do not know each other: rooms.ts introduces them. One message can be followed
 * through this file from top to bottom.
 *
 *     connections    links and handshakes      dissemination   seen, gate, TTL, fan-out
 *     membership     whom to dial and ask      subscriptions   local programs and their verdicts
 *     peer-book      addresses                 pressure        who is held back
 *     intake         what each peer brings, and what became of it
 *     exchange       who has what, among nodes that know more than 504 to 510
 */
import { unreachable } from '../basics/assert.ts';
import type { Random } from '../basics/random.ts';
import type { Address } from '../wire/address.ts';
import type { ExtensionMessage } from '../wire/extension-messages.ts';
import { isExtension, type PeerAnnounce, type PeerMessage } from '../wire/peer-messages.ts';
import type { Link } from './connections/connections.ts';
import { Outbox, type Effect } from './effects.ts';
import type { Input, LinkId, LinkInput } from './inputs.ts';
import { Rooms } from './rooms.ts';
import type { Instant, Millis, PeerIdentity, Proofs, Settings } from './settings.ts';
import type { LoadedState, StoredBan, StoredPeers, StoredState } from './stored-state.ts';
import type { NodeSnapshot, Shares, Sizes } from './snapshot.ts';
import { takeShares } from './take-shares.ts';
import { sizesOf, takeSnapshot } from './take-snapshot.ts';

export interface GossipNodeOptions {
  readonly settings: Settings;
  /** Chance: cryptographic in the daemon, seeded in the simulator. Ids and challenges are drawn from it. */
  readonly random: Random;
  readonly proofs: Proofs;
  /** Whose keys the operator expects at an address; none (the default everywhere): nobody's in particular. */
  readonly expectedAt?: ((address: Address) => readonly PeerIdentity[]) | undefined;
  /** What an earlier life of this node has stored; see {@link GossipNode.store}. */
  readonly stored?: LoadedState | undefined;
  /** Which peers it knew; see {@link GossipNode.storePeers}. */
  readonly storedPeers?: StoredPeers | undefined;
  /** Whom it had banned; see {@link GossipNode.storeBans}. */
  readonly storedBans?: readonly StoredBan[] | undefined;
}

export class GossipNode {
  readonly #out = new Outbox();
  readonly #rooms: Rooms;
  /** How old this node was when this life began, and when it first started by this life's clock. */
  readonly #ageThen: Millis;
  #startedAt: Instant = 0;
  /** Those of the life before, until this one starts. */
  #formerBans: readonly StoredBan[];
  /** Most inputs of a busy node are further copies of a message; they change no deadline. */
  #hasChanged = true;
  #isDeadlineKnown = false;
  #deadline: Instant | undefined;

  constructor(options: GossipNodeOptions) {
    const { stored, storedBans } = options;
    this.#formerBans = storedBans ?? [];
    this.#ageThen = (stored?.firstStartedAgoMs ?? 0) + (stored?.storedAgoMs ?? 0);
    this.#rooms = new Rooms({ ...options, out: this.#out });
  }

  /** Takes one input at time `now` and returns what to do, in order. */
  handle(input: Input, now: Instant): readonly Effect[] {
    this.#rooms.now = now;
    this.#hasChanged = true;
    this.#dispatch(input, now);
    if (this.#hasChanged) this.#isDeadlineKnown = false;
    return this.#out.take();
  }

  /** When to hand in a `wake` at the latest; undefined while nothing is due. */
  nextDeadline(): Instant | undefined {
    if (this.#isDeadlineKnown) return this.#deadline;
    this.#isDeadlineKnown = true;
    this.#deadline = this.#rooms.earliestDeadline();
    return this.#deadline;
  }

  #dispatch(input: Input, now: Instant): void {
    switch (input.kind) {
      case 'message':
        this.#onMessage(input.link, input.message, now);
        return;
      case 'verdict':
        this.#rooms.pressure.onAnswer(input.client, now);
        this.#rooms.subscriptions.onVerdict(input.client, input.messageId, input.valid, now);
        return;
      case 'abstain':
        this.#rooms.pressure.onAnswer(input.client, now);
        this.#rooms.subscriptions.onAbstain(input.client, input.messageId, now);
        return;
      case 'announce':
        this.#onAnnounce(input, now);
        return;
      case 'wake':
        this.#rooms.onWake(now);
        return;
      case 'start':
        this.#startedAt = now - this.#ageThen;
        this.#rooms.bans.restore(this.#formerBans, now);
        this.#formerBans = [];
        this.#rooms.exchange?.onStart(now, this.#ageThen);
        this.#rooms.dissemination.onStart(now);
        this.#rooms.membership.onStart(now);
        return;
      case 'shut-down':
        this.#rooms.membership.onShutDown();
        this.#rooms.connections.onShutDown();
        return;
      case 'client-joined':
        this.#rooms.subscriptions.onClientJoined(input.client);
        return;
      case 'subscribe':
        this.#rooms.subscriptions.onSubscribe(input.client, input.dataType);
        this.#rooms.exchange?.onInterestChanged(now);
        return;
      case 'client-queue':
        this.#rooms.subscriptions.onQueue(input.client, input.queue);
        this.#rooms.pressure.onClientQueue(input.client, input.queue, now);
        return;
      case 'client-gone':
        this.#rooms.subscriptions.onClientGone(input.client);
        this.#rooms.exchange?.onInterestChanged(now);
        this.#rooms.pressure.onClientGone(input.client, now);
        return;
      case 'ban':
        this.#onBan(input, now);
        return;
      case 'unban':
        this.#rooms.bans.remove(input.whom);
        return;
      case 'disconnect':
        this.#rooms.connections.disconnect(input.link, now);
        return;
      default:
        this.#onLinkInput(input, now);
    }
  }

  #onBan(input: Extract<Input, { kind: 'ban' }>, now: Instant): void {
    const { whom, forMillis, reason } = input;
    this.#rooms.ban({ whom, forMillis, reason, isOrdered: true }, now);
  }

  #onLinkInput(input: LinkInput, now: Instant): void {
    switch (input.kind) {
      case 'link-opened':
        this.#rooms.connections.onLinkOpened(
          input,
          now,
          this.#rooms.membership.onConnected(input.dialled, input.local),
        );
        return;
      case 'link-closed':
        this.#rooms.connections.onLinkClosed(input.link, input.reason, now);
        return;
      case 'message-begun':
        this.#rooms.connections.onMessageBegun(input.link, input.messageType, now);
        return;
      case 'garbage': {
        const link = this.#rooms.connections.find(input.link);
        if (link !== undefined) this.#rooms.connections.violate(link, input.violation, now);
        return;
      }
      case 'link-queue':
        this.#rooms.connections.onQueue(input.link, input.queue);
        this.#rooms.exchange?.onQueue(input.link, input.queue);
        this.#rooms.pressure.onLinkQueue(input.link, input.queue, now);
        return;
      case 'dial-failed':
        this.#rooms.membership.onDialFailed(input.address, input.reason, now);
        return;
      case 'resolved':
        this.#rooms.membership.onResolved(input.name, input.addresses, now);
        return;
      case 'proof-found':
        this.#rooms.connections.onProofFound(input.link, input.nonce, now);
        return;
      case 'offer-proven': {
        const link = this.#rooms.connections.find(input.link);
        if (link !== undefined) this.#rooms.membership.onOfferProven(link, input.body);
        return;
      }
      default:
        unreachable(input);
    }
  }

  #onMessage(id: LinkId, message: PeerMessage, now: Instant): void {
    const link = this.#rooms.connections.onMessage(id, message, now);
    if (link === undefined) return;
    switch (message.kind) {
      case 'peer-announce':
        this.#onPeerAnnounce(link, message, now);
        return;
      case 'peer-discovery':
        this.#rooms.membership.onDiscovery(link, message, now);
        return;
      case 'peer-offer': {
        const wrong = this.#rooms.membership.onOffer(link, message, now);
        if (wrong !== undefined) this.#rooms.connections.violate(link, wrong, now);
        return;
      }
      default:
        if (isExtension(message)) this.#onExtension(link, message, now);
    }
  }

  #onExtension(link: Link, message: ExtensionMessage, now: Instant): void {
    const { id, isExtended: isGreeted } = link;
    const isOutbound = link.dialled !== undefined;
    const wrong = this.#rooms.exchange?.onMessage({ id, isOutbound, isGreeted }, message, now);
    if (wrong !== undefined) return this.#rooms.connections.violate(link, wrong, now);
    link.isExtended = true;
    if (message.kind === 'peer-hello') this.#rooms.connections.onGreeted(link, now);
    else if (message.kind === 'peer-pong') this.#rooms.connections.onPong(link, message.token, now);
  }

  #onPeerAnnounce(link: Link, message: PeerAnnounce, now: Instant): void {
    const was = this.#rooms.dissemination.onPeerAnnounce(link.id, message, now);
    this.#rooms.intake.onReceived(link.id, was);
    if (was === 'first') this.#rooms.pressure.onLinkIntake(link.id, message.data.length, now);
    else if (was === 'copies') this.#hasChanged = false;
  }

  #onAnnounce(announcement: Extract<Input, { kind: 'announce' }>, now: Instant): void {
    this.#rooms.dissemination.onAnnounce(announcement, now);
    const until = this.#rooms.intake.onOwn(announcement.dataType, now);
    const { client } = announcement;
    if (client === undefined) return;
    this.#rooms.pressure.onClientIntake(client, now);
    if (until > now) this.#rooms.pressure.holdClient(client, until);
  }

  /** Grows whenever {@link store} would say more than before. */
  get storeRevision(): number {
    return this.#rooms.dissemination.revision;
  }

  /** What the next life of this node is to know, at the time of the last input. */
  store(): StoredState {
    const firstStartedAgoMs = Math.max(0, this.#rooms.now - this.#startedAt);
    return { ...this.#rooms.dissemination.store(this.#rooms.now), firstStartedAgoMs };
  }

  /** Grows whenever {@link storePeers} would say something else. */
  get peersRevision(): number {
    return this.#rooms.book.revision + this.#rooms.membership.anchorRevision;
  }

  /** Which peers the next life of this node is to know. */
  storePeers(): StoredPeers {
    return this.#rooms.book.store(this.#rooms.membership.anchors);
  }

  /** Grows whenever {@link storeBans} would say something else. */
  get bansRevision(): number {
    return this.#rooms.bans.revision;
  }

  /** Whom the next life of this node is to keep out, at the time of the last input. */
  storeBans(): readonly StoredBan[] {
    return this.#rooms.bans.store(this.#rooms.now);
  }

  /**
   * How many peers are known to have an announcement that was made with a receipt; undefined if the receipt was
   * forgotten (they are, after a thousand others) or the extension is not spoken.
   */
  reached(receipt: number): { readonly known: number } | undefined {
    const known = this.#rooms.exchange?.known(receipt);
    return known === undefined ? undefined : { known };
  }

  snapshot(): NodeSnapshot {
    return takeSnapshot(this.#rooms);
  }

  /** Everything that can grow, as in {@link snapshot}. */
  sizes(): Sizes {
    return sizesOf(this.#rooms);
  }

  /** Who has most of what everybody may have some of, at the time of the last input. */
  shares(): Shares {
    return takeShares(this.#rooms);
  }
}
