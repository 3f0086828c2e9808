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
import { dataOf, type DataBlocks } from '../data-blocks.ts';
import type { Outbox } from '../effects.ts';
import type { GateOutcome } from '../events.ts';
import { OURSELVES, type ClientId, type LinkId } from '../inputs.ts';
import type { Profiles } from '../profiles.ts';
import type { Instant, Settings } from '../settings.ts';
import type { LoadedState, StoredState } from '../stored-state.ts';
import { MessageKeys } from './message-key.ts';
import { encodeRecords, restoreRecords } from './seen-records.ts';
import { SeenTable, type SeenRecord } from './seen-table.ts';
import { TrackedMessage } from './tracked-message.ts';
import { WaitingRoom } from './waiting-room.ts';

/** What a 504 was: new, known already, or new and more than its sender may bring. */
export type Arrival = 'first' | 'copies' | 'overRate';

export interface Surroundings {
  /** Undefined where the extension is not spoken. */
  readonly exchange: ExchangePort | undefined;
  /** Links on which a message can be sent now: open, and their queue not full. */
  readonly receivers: () => readonly LinkId[];
  readonly hasSubscribers: (dataType: number) => boolean;
  readonly openLinks: () => number;
  /** Whether a new message of this type may come from this link now; it counts as come. */
  readonly mayTake: (link: LinkId, dataType: number, now: Instant) => boolean;
  /**
   * Notifies the subscribers of a message from a peer. `undecided`: its gate is open and will be handed to
   * `onGateEnded`. `abstained`: nobody is waited for.
   */
  readonly ask: (message: PeerAnnounce, gate: TrackedMessage) => 'undecided' | 'abstained';
  /** Notifies the subscribers of a local announcement, except the announcer. */
  readonly tell: (message: PeerAnnounce, announcer: ClientId | undefined) => void;
}

/** What nodes of the extension do beyond sending messages to random peers; see exchange/exchange.ts. */
export interface ExchangePort {
  /** The first copy has come. */
  onFirst(message: TrackedMessage, link: LinkId, now: Instant): void;
  /** A further copy has come. */
  onCopy(
    message: TrackedMessage,
    link: LinkId,
    copy: { readonly ttl: number; readonly bytes: number },
  ): void;
  /** A copy has come of a message that is not kept any more. */
  onFormer(message: PeerAnnounce, link: LinkId, now: Instant): void;
  /** A new message was not taken from this link; another may bring it. */
  onTurnedAway(message: PeerAnnounce, link: LinkId, now: Instant): void;
  /** A message that came from no peer just now: it can be found by its digest from now on. */
  track(message: TrackedMessage): void;
  /** Somebody wants to know who gets an own announcement, which was just sent on `links`. */
  expectReceipt(receipt: number, message: TrackedMessage, links: readonly LinkId[]): void;
  /** On which of `receivers` to send an accepted message. */
  spread(message: TrackedMessage, receivers: readonly LinkId[], now: Instant): readonly LinkId[];
  /** An accepted message that ends here: known, but given to nobody. */
  keep(message: TrackedMessage, now: Instant): void;
  /** It is refused, or nobody's. */
  onSettled(message: TrackedMessage, now: Instant): void;
}

/** Ranks a TTL: the larger, the farther the message may go. No limit (0) ranks above 255. */
function ttlRank(ttl: number): number {
  return ttl === 0 ? 256 : ttl;
}

/** Above every rank: no copy of one's own announcement is ever better. */
const OWN_RANK = 257;

export class Dissemination {
  readonly #settings: Settings;
  readonly #profiles: Profiles;
  readonly #random: Random;
  readonly #out: Outbox;
  readonly #around: Surroundings;
  readonly #keys: MessageKeys;
  readonly #seen: SeenTable<TrackedMessage>;
  readonly #waiting: WaitingRoom;
  readonly #exchange: ExchangePort | undefined;
  #receipts = 0;
  #stored: LoadedState | undefined;

  constructor(options: {
    readonly settings: Settings;
    readonly profiles: Profiles;
    readonly random: Random;
    readonly out: Outbox;
    readonly around: Surroundings;
    readonly blocks: DataBlocks;
    /** What an earlier life has seen. */
    readonly stored?: LoadedState | undefined;
  }) {
    const { seenMax, gateBytesMax, gatesMax } = options.settings.bounds;
    this.#settings = options.settings;
    this.#profiles = options.profiles;
    this.#random = options.random;
    this.#out = options.out;
    this.#around = options.around;
    this.#keys = new MessageKeys(options.random, options.stored?.secret);
    this.#stored = options.stored;
    this.#seen = new SeenTable({ window: options.settings.seenWindow, max: seenMax });
    const { blocks } = options;
    this.#waiting = new WaitingRoom({ bytesMax: gateBytesMax, messagesMax: gatesMax, blocks });
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
    const record = this.#seen.add(this.#keys.keyOf(id, dataType, data), OWN_RANK, 'own', now);
    const message: PeerAnnounce = { kind: 'peer-announce', id, ttl, dataType, data };
    const tracked = new TrackedMessage(record, message, OURSELVES, now);
    tracked.ttlOut = ttl;
    this.#exchange?.track(tracked);
    const links = this.#route(tracked, this.#around.receivers(), now);
    this.#send(links, message, record, true);
    if (announcement.receipt === true) this.#giveReceipt(tracked, links);
    this.#around.tell(message, announcement.client);
  }

  /** A 504 on an open link. Returns what it was. */
  onPeerAnnounce(sender: LinkId, message: PeerAnnounce, now: Instant): Arrival {
    const key = this.#keys.keyOf(message.id, message.dataType, message.data);
    const known = this.#seen.find(key, now);
    if (known !== undefined) {
      this.#onCopy(known, sender, message, now);
      return 'copies';
    }
    if (!this.#around.mayTake(sender, message.dataType, now)) {
      this.#exchange?.onTurnedAway(message, sender, now);
      this.#out.report({ kind: 'rate-exceeded', link: sender, dataType: message.dataType });
      return 'overRate';
    }
    const record = this.#seen.add(key, ttlRank(message.ttl), 'waiting', now);
    const tracked = new TrackedMessage(record, message, sender, now);
    this.#exchange?.onFirst(tracked, sender, now);
    this.#onNew(tracked, message, now);
    return 'first';
  }

  /** The gate of a message has ended. A message that had to make room meanwhile stays where it is. */
  onGateEnded(waiting: TrackedMessage, outcome: GateOutcome, now: Instant): void {
    if (!waiting.isWaiting) return;
    this.#waiting.remove(waiting);
    if (outcome === 'accepted') this.#accept(waiting, now);
    else this.#stop(waiting, outcome, now);
  }

  /** Whether a copy with this TTL would travel farther than what is known of the message. */
  wouldImprove({ record }: TrackedMessage, ttl: number): boolean {
    if (!this.#seen.has(record) || ttlRank(ttl) <= this.#seen.rankOf(record)) return false;
    const outcome = this.#seen.outcomeOf(record);
    return outcome === 'waiting' || outcome === 'accepted';
  }

  /** A message is no longer kept for others. */
  onForgotten({ record }: TrackedMessage): void {
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
      const again = tracked ?? this.#trackAgain(record, sender, message, now);
      again.ttl = message.ttl;
      again.sender = sender;
      this.#forward(again, now);
    }
  }

  /** A copy of a message that was forgotten but for its record is about to be forwarded. */
  #trackAgain(
    record: SeenRecord,
    sender: LinkId,
    message: PeerAnnounce,
    now: Instant,
  ): TrackedMessage {
    const again = new TrackedMessage(record, message, sender, now);
    again.ageThen = Math.floor((now - this.#seen.timeOf(record)) / 1_000);
    this.#exchange?.track(again);
    return again;
  }

  /** Opens the gate of a message, or does without one. */
  #onNew(tracked: TrackedMessage, message: PeerAnnounce, now: Instant): void {
    if (!this.#around.hasSubscribers(message.dataType)) {
      if (this.#settings.relay === 'all') this.#accept(tracked, now);
      else this.#stop(tracked, 'no-subscriber', now);
    } else if (this.#around.ask(message, tracked) === 'undecided') this.#wait(tracked, now);
    else this.#stop(tracked, 'abstained', now);
  }

  #accept(tracked: TrackedMessage, now: Instant): void {
    this.#seen.settle(tracked.record, 'accepted');
    if (tracked.ttl !== 1) {
      this.#forward(tracked, now);
      return;
    }
    // A copy that may travel farther can still come.
    if (this.#exchange === undefined) this.#seen.detach(tracked.record);
    else {
      this.#seen.attach(tracked.record, tracked);
      this.#exchange.keep(tracked, now);
    }
  }

  #wait(waiting: TrackedMessage, now: Instant): void {
    this.#seen.attach(waiting.record, waiting);
    for (const evicted of this.#waiting.admit(waiting)) {
      this.#stop(evicted, 'over-capacity', now);
    }
  }

  #stop(
    tracked: TrackedMessage,
    why: 'refused' | 'abstained' | 'no-subscriber' | 'over-capacity',
    now: Instant,
  ): void {
    const { record, dataType } = tracked;
    this.#seen.settle(record, 'stopped');
    this.#seen.detach(record);
    this.#exchange?.onSettled(tracked, now);
    this.#out.report({ kind: 'message-stopped', dataType, why });
  }

  /** Sends an accepted message on, one hop less. */
  #forward(tracked: TrackedMessage, now: Instant): void {
    const { id, ttl, dataType, sender } = tracked;
    tracked.ttlOut = ttl === 0 ? 0 : ttl - 1;
    const receivers = without(sender, this.#around.receivers());
    const links = this.#route(tracked, receivers, now);
    if (links.length === 0) return;
    const data = dataOf(tracked);
    const next: PeerAnnounce = { kind: 'peer-announce', id, ttl: tracked.ttlOut, dataType, data };
    this.#send(links, next, tracked.record, false);
  }

  #send(links: readonly LinkId[], message: PeerAnnounce, tag: number, own: boolean): void {
    if (links.length > 0) this.#out.put({ kind: 'send', links, message, own, tag });
  }

  /** The links to send an accepted message on, among `receivers`; the exchange keeps it from now on. */
  #route(tracked: TrackedMessage, receivers: readonly LinkId[], now: Instant): readonly LinkId[] {
    if (this.#exchange === undefined) {
      this.#seen.detach(tracked.record);
      return this.#atRandom(tracked.dataType, receivers);
    }
    this.#seen.attach(tracked.record, tracked);
    return this.#exchange.spread(tracked, receivers, now);
  }

  #giveReceipt(tracked: TrackedMessage, links: readonly LinkId[]): void {
    const receipt = ++this.#receipts;
    this.#exchange?.expectReceipt(receipt, tracked, links);
    const named = tracked.told?.length ?? 0;
    const open = this.#around.openLinks();
    this.#out.report({
      kind: 'announcement-spread',
      receipt,
      sent: links.length,
      named,
      links: open,
    });
  }

  #atRandom(dataType: number, links: readonly LinkId[]): readonly LinkId[] {
    const { degree } = this.#profiles.of(dataType);
    return links.length <= degree ? links : this.#random.sample(links, degree);
  }
}

/** A list without one link; the list itself if that is not in it. */
function without(link: LinkId, links: readonly LinkId[]): readonly LinkId[] {
  const place = links.indexOf(link);
  if (place < 0) return links;
  return links.length === 1 ? NOBODY : links.toSpliced(place, 1);
}

const NOBODY: readonly LinkId[] = [];
