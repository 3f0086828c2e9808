/**
 * How an announcement travels: seen before, gate, TTL, fan-out.
 *
 * A message is told apart by id, type and data together (message-key.ts) and remembered in the seen table
 * with the best TTL rank of its copies and what became of it. The first copy notifies the local subscribers
 * and opens the gate; when all of them have let it pass (or there are none and this node relays for others)
 * it goes to up to `degree` random open links, never to the sender of the copy that is forwarded.
 *
 * TTL is hops: with 1 it ends here, 0 has no limit, everything else is forwarded less one. A message with
 * TTL t must reach exactly the nodes within t hops, also where its first copy took a detour. So a further
 * copy with a strictly larger TTL (0 ranks above 255) counts: while the gate is open it replaces the copy
 * that waits, after acceptance it is forwarded once more, and after any other end it changes nothing.
 * No copy but the first ever notifies.
 *
 * Who subscribes and what they say is the business of `subscriptions`; which links are open, of
 * `connections`. Both come in through {@link Surroundings}.
 */
import type { Random } from '../../basics/random.ts';
import type { PeerAnnounce } from '../../wire/peer-messages.ts';
import type { Outbox } from '../effects.ts';
import type { ClientId, LinkId } from '../inputs.ts';
import type { Instant, Settings } from '../settings.ts';
import type { LoadedState, StoredState } from '../stored-state.ts';
import { MessageKeys } from './message-key.ts';
import { encodeRecords, restoreRecords } from './seen-records.ts';
import { SeenTable, type SeenRecord } from './seen-table.ts';
import { WaitingMessage, WaitingRoom } from './waiting-room.ts';

/** How a gate ends. */
export type GateOutcome = 'accepted' | 'refused' | 'abstained';

export interface Surroundings {
  /** Undefined where the extension is not spoken. */
  readonly exchange: ExchangePort | undefined;
  /** Links on which a message can be sent now: open, and their queue not full. */
  readonly receivers: () => readonly LinkId[];
  readonly hasSubscribers: (dataType: number) => boolean;
  readonly openLinks: () => number;
  /**
   * Notifies the subscribers of a message from a peer. `undecided`: its gate is open and will be handed to
   * `onGateEnded`. `abstained`: nobody is waited for.
   */
  readonly ask: (message: PeerAnnounce, gate: WaitingMessage) => 'undecided' | 'abstained';
  /** Notifies the subscribers of a local announcement, except the announcer. */
  readonly tell: (dataType: number, data: Uint8Array, announcer: ClientId | undefined) => void;
}

/** What nodes of the extension do beyond sending messages to random peers; see exchange/exchange.ts. */
export interface ExchangePort {
  /** The first copy has come. */
  onFirst(message: WaitingMessage, link: LinkId, data: Uint8Array, now: Instant): void;
  /** A further copy has come. */
  onCopy(
    message: WaitingMessage,
    link: LinkId,
    copy: { readonly ttl: number; readonly bytes: number },
  ): void;
  /** A copy has come of a message that is not kept any more. */
  onFormer(message: PeerAnnounce, link: LinkId, now: Instant): void;
  onOwn(message: WaitingMessage): void;
  /** Somebody wants to know who gets an own announcement, which was just sent on `links`. */
  expectReceipt(receipt: number, message: WaitingMessage, links: readonly LinkId[]): void;
  /** On which of `receivers` to send an accepted message. */
  spread(
    message: WaitingMessage,
    data: Uint8Array,
    receivers: readonly LinkId[],
    now: Instant,
  ): readonly LinkId[];
  /** An accepted message that ends here: known, but given to nobody. */
  keep(message: WaitingMessage, data: Uint8Array, now: Instant): void;
  /** It is refused, or nobody's. */
  onSettled(message: WaitingMessage, now: Instant): void;
}

/** In place of a link: this node itself. */
const OURSELVES: LinkId = -1;

/** Ranks a TTL: the larger, the farther the message may go. No limit (0) ranks above 255. */
function ttlRank(ttl: number): number {
  return ttl === 0 ? 256 : ttl;
}

/** Above every rank: no copy of one's own announcement is ever better. */
const OWN_RANK = 257;

export class Dissemination {
  readonly #settings: Settings;
  readonly #random: Random;
  readonly #out: Outbox;
  readonly #around: Surroundings;
  readonly #keys: MessageKeys;
  readonly #seen: SeenTable<WaitingMessage>;
  readonly #waiting: WaitingRoom;
  readonly #exchange: ExchangePort | undefined;
  #receipts = 0;
  #stored: LoadedState | undefined;

  constructor(options: {
    readonly settings: Settings;
    readonly random: Random;
    readonly out: Outbox;
    readonly around: Surroundings;
    /** What an earlier life has seen. */
    readonly stored?: LoadedState | undefined;
  }) {
    const { seenMax, gateBytesMax, gatesMax } = options.settings.bounds;
    this.#settings = options.settings;
    this.#random = options.random;
    this.#out = options.out;
    this.#around = options.around;
    this.#keys = new MessageKeys(options.random, options.stored?.secret);
    this.#stored = options.stored;
    this.#seen = new SeenTable({ window: options.settings.seenWindow, max: seenMax });
    this.#waiting = new WaitingRoom({ bytesMax: gateBytesMax, messagesMax: gatesMax });
    this.#exchange = options.around.exchange;
  }

  get seenSize(): number {
    return this.#seen.size;
  }

  get waitingSize(): number {
    return this.#waiting.size;
  }

  get waitingBytes(): number {
    return this.#waiting.bytes;
  }

  /** Takes up what an earlier life has seen. */
  onStart(now: Instant): void {
    const stored = this.#stored;
    this.#stored = undefined;
    if (stored === undefined) return;
    const { seenWindow: window } = this.#settings;
    restoreRecords(stored.records, this.#seen, { now, older: stored.storedAgoMs, window });
  }

  /** Grows whenever there is more to store. */
  get revision(): number {
    return this.#seen.added;
  }

  /** What the next life is to know. */
  store(now: Instant): Pick<StoredState, 'secret' | 'records'> {
    const records = encodeRecords(this.#seen.entries(), this.#seen.size, now);
    return { secret: this.#keys.secret, records };
  }

  /** A local program announces: it counts from now on, whatever becomes of the program. */
  onAnnounce(
    announcement: {
      readonly ttl: number;
      readonly dataType: number;
      readonly data: Uint8Array;
      readonly client: ClientId | undefined;
      readonly receipt?: true;
    },
    now: Instant,
  ): void {
    const { ttl, dataType, data } = announcement;
    const id = this.#random.u64();
    const key = this.#keys.keyOf(id, dataType, data);
    const record = this.#seen.add(key, OWN_RANK, 'own', now);
    const message: PeerAnnounce = { kind: 'peer-announce', id, ttl, dataType, data };
    const links = this.#receiversOfOwn(record, message, now);
    if (links.length > 0) this.#out.put({ kind: 'send', links, message, own: true });
    if (announcement.receipt === true) this.#giveReceipt(record, links);
    this.#around.tell(dataType, data, announcement.client);
  }

  /** A 504 on an open link. Returns whether the message was new. */
  onPeerAnnounce(sender: LinkId, message: PeerAnnounce, now: Instant): boolean {
    const key = this.#keys.keyOf(message.id, message.dataType, message.data);
    const known = this.#seen.find(key, now);
    if (known !== undefined) {
      this.#onCopy(known, sender, message, now);
      return false;
    }
    const record = this.#seen.add(key, ttlRank(message.ttl), 'waiting', now);
    const hasSubscribers = this.#around.hasSubscribers(message.dataType);
    if (!hasSubscribers && this.#exchange === undefined) {
      this.#onUnsubscribed(record, sender, message);
      return true;
    }
    const tracked = new WaitingMessage(record, message, sender, now);
    this.#exchange?.onFirst(tracked, sender, message.data, now);
    if (!hasSubscribers) this.#onUnsubscribedTracked(tracked, message, now);
    else if (this.#around.ask(message, tracked) === 'undecided')
      this.#wait(tracked, message.data, now);
    else this.#stop(record, message.dataType, 'abstained', tracked, now);
    return true;
  }

  /** The gate of a message has ended. A message that had to make room meanwhile stays where it is. */
  onGateEnded(waiting: WaitingMessage, outcome: GateOutcome, now: Instant): void {
    if (!waiting.isWaiting) return;
    this.#waiting.remove(waiting);
    if (outcome === 'accepted') this.#accept(waiting, waiting.data, now);
    else this.#stop(waiting.record, waiting.dataType, outcome, waiting, now);
  }

  /** Whether a copy with this TTL would travel farther than what is known of the message. */
  wouldImprove({ record }: WaitingMessage, ttl: number): boolean {
    if (!this.#seen.has(record) || ttlRank(ttl) <= this.#seen.rankOf(record)) return false;
    const outcome = this.#seen.outcomeOf(record);
    return outcome === 'waiting' || outcome === 'accepted';
  }

  /** A message is no longer kept for others. */
  onForgotten({ record }: WaitingMessage): void {
    this.#seen.detach(record);
  }

  #onCopy(record: SeenRecord, sender: LinkId, message: PeerAnnounce, now: Instant): void {
    const tracked = this.#seen.attachedTo(record);
    if (tracked === undefined) this.#exchange?.onFormer(message, sender, now);
    else {
      const copy = { ttl: message.ttl, bytes: message.data.length };
      this.#exchange?.onCopy(tracked, sender, copy);
    }
    const rank = ttlRank(message.ttl);
    if (rank <= this.#seen.rankOf(record)) return;
    this.#seen.setRank(record, rank);
    if (tracked?.isWaiting === true) {
      tracked.ttl = message.ttl;
      tracked.sender = sender;
    } else if (this.#seen.outcomeOf(record) === 'accepted') {
      const again = tracked ?? new WaitingMessage(record, message, sender, now);
      again.ttl = message.ttl;
      again.sender = sender;
      this.#forward(again, message.data, now);
    }
  }

  #onUnsubscribed(record: SeenRecord, sender: LinkId, message: PeerAnnounce): void {
    if (this.#settings.relay === 'subscribed') {
      this.#seen.settle(record, 'stopped');
      this.#out.report({
        kind: 'message-stopped',
        dataType: message.dataType,
        why: 'no-subscriber',
      });
      return;
    }
    this.#seen.settle(record, 'accepted');
    if (message.ttl === 1) return;
    this.#send(message, this.#atRandom(this.#receivers(sender)));
  }

  #onUnsubscribedTracked(tracked: WaitingMessage, message: PeerAnnounce, now: Instant): void {
    if (this.#settings.relay === 'all') this.#accept(tracked, message.data, now);
    else this.#stop(tracked.record, tracked.dataType, 'no-subscriber', tracked, now);
  }

  #accept(tracked: WaitingMessage, data: Uint8Array, now: Instant): void {
    this.#seen.settle(tracked.record, 'accepted');
    if (tracked.ttl !== 1) {
      this.#forward(tracked, data, now);
      return;
    }
    // A copy that may travel farther can still come.
    if (this.#exchange === undefined) this.#seen.detach(tracked.record);
    else {
      this.#seen.attach(tracked.record, tracked);
      this.#exchange.keep(tracked, data, now);
    }
  }

  #wait(waiting: WaitingMessage, data: Uint8Array, now: Instant): void {
    this.#seen.attach(waiting.record, waiting);
    for (const evicted of this.#waiting.admit(waiting, data)) {
      this.#stop(evicted.record, evicted.dataType, 'over-capacity', evicted, now);
    }
  }

  #stop(
    record: SeenRecord,
    dataType: number,
    why: 'refused' | 'abstained' | 'no-subscriber' | 'over-capacity',
    tracked: WaitingMessage,
    now: Instant,
  ): void {
    this.#seen.settle(record, 'stopped');
    this.#seen.detach(record);
    this.#exchange?.onSettled(tracked, now);
    this.#out.report({ kind: 'message-stopped', dataType, why });
  }

  /** Sends an accepted message on, one hop less. */
  #forward(tracked: WaitingMessage, data: Uint8Array, now: Instant): void {
    const { id, ttl, dataType, sender, record } = tracked;
    if (ttl === 1) return;
    const ttlLeft = ttl === 0 ? 0 : ttl - 1;
    const receivers = this.#receivers(sender);
    if (this.#exchange === undefined) {
      this.#seen.detach(record);
      this.#send(tracked, this.#atRandom(receivers), data);
      return;
    }
    tracked.ttlOut = ttlLeft;
    this.#seen.attach(record, tracked);
    const links = this.#exchange.spread(tracked, data, receivers, now);
    if (links.length === 0) return;
    const next: PeerAnnounce = { kind: 'peer-announce', id, ttl: ttlLeft, dataType, data };
    this.#out.put({ kind: 'send', links, message: next, own: false });
  }

  #send(
    message: Omit<PeerAnnounce, 'kind'>,
    links: readonly LinkId[],
    data: Uint8Array = message.data,
  ): void {
    if (links.length === 0) return;
    const { id, dataType } = message;
    const ttl = message.ttl === 0 ? 0 : message.ttl - 1;
    const next: PeerAnnounce = { kind: 'peer-announce', id, ttl, dataType, data };
    this.#out.put({ kind: 'send', links, message: next, own: false });
  }

  #giveReceipt(record: SeenRecord, links: readonly LinkId[]): void {
    const receipt = ++this.#receipts;
    const tracked = this.#seen.attachedTo(record);
    if (tracked !== undefined) this.#exchange?.expectReceipt(receipt, tracked, links);
    const named = tracked?.told?.length ?? 0;
    const open = this.#around.openLinks();
    this.#out.report({
      kind: 'announcement-spread',
      receipt,
      sent: links.length,
      named,
      links: open,
    });
  }

  #receiversOfOwn(record: SeenRecord, message: PeerAnnounce, now: Instant): readonly LinkId[] {
    const receivers = this.#around.receivers();
    if (this.#exchange === undefined) return this.#atRandom(receivers);
    const tracked = new WaitingMessage(record, message, OURSELVES, now);
    tracked.ttlOut = message.ttl;
    this.#seen.attach(record, tracked);
    this.#exchange.onOwn(tracked);
    return this.#exchange.spread(tracked, message.data, receivers, now);
  }

  #receivers(sender: LinkId): readonly LinkId[] {
    return this.#around.receivers().filter((link) => link !== sender);
  }

  #atRandom(links: readonly LinkId[]): readonly LinkId[] {
    const { degree } = this.#settings;
    return links.length <= degree ? links : this.#random.sample(links, degree);
  }
}
