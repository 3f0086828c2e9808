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
import type { U64 } from '../../basics/integers.ts';
import type { Random } from '../../basics/random.ts';
import type { PeerAnnounce } from '../../wire/peer-messages.ts';
import type { Outbox } from '../effects.ts';
import type { ClientId, LinkId } from '../inputs.ts';
import type { Instant, Settings } from '../settings.ts';
import { MessageKeys } from './message-key.ts';
import { SeenTable, type SeenRecord } from './seen-table.ts';
import { WaitingMessage, WaitingRoom } from './waiting-room.ts';

/** How a gate ends. */
export type GateOutcome = 'accepted' | 'refused' | 'abstained';

export interface Surroundings {
  /** Links on which a message can be sent now: open, and their queue not full. */
  readonly receivers: () => readonly LinkId[];
  readonly hasSubscribers: (dataType: number) => boolean;
  /**
   * Notifies the subscribers of a message from a peer. `undecided`: its gate is open and will be handed to
   * `onGateEnded`. `abstained`: nobody is waited for.
   */
  readonly ask: (message: PeerAnnounce, gate: WaitingMessage) => 'undecided' | 'abstained';
  /** Notifies the subscribers of a local announcement, except the announcer. */
  readonly tell: (dataType: number, data: Uint8Array, announcer: ClientId | undefined) => void;
}

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

  constructor(options: {
    readonly settings: Settings;
    readonly random: Random;
    readonly out: Outbox;
    readonly around: Surroundings;
  }) {
    const { seenMax, gateBytesMax, gatesMax } = options.settings.bounds;
    this.#settings = options.settings;
    this.#random = options.random;
    this.#out = options.out;
    this.#around = options.around;
    this.#keys = new MessageKeys(options.random);
    this.#seen = new SeenTable({ window: options.settings.seenWindow, max: seenMax });
    this.#waiting = new WaitingRoom({ bytesMax: gateBytesMax, messagesMax: gatesMax });
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

  /** A local program announces: it counts from now on, whatever becomes of the program. */
  onAnnounce(
    announcement: {
      readonly ttl: number;
      readonly dataType: number;
      readonly data: Uint8Array;
      readonly client: ClientId | undefined;
    },
    now: Instant,
  ): void {
    const { ttl, dataType, data } = announcement;
    const id = this.#freshId(dataType, data, now);
    const links = this.#chooseReceivers(undefined);
    if (links.length > 0) {
      const message: PeerAnnounce = { kind: 'peer-announce', id, ttl, dataType, data };
      this.#out.put({ kind: 'send', links, message, own: true });
    }
    this.#around.tell(dataType, data, announcement.client);
  }

  /** A 504 on an open link. Returns whether the message was new. */
  onPeerAnnounce(sender: LinkId, message: PeerAnnounce, now: Instant): boolean {
    const key = this.#keys.keyOf(message.id, message.dataType, message.data);
    const known = this.#seen.find(key, now);
    if (known !== undefined) {
      this.#onCopy(known, sender, message);
      return false;
    }
    const record = this.#seen.add(key, ttlRank(message.ttl), 'waiting', now);
    if (!this.#around.hasSubscribers(message.dataType)) {
      this.#onUnsubscribed(record, sender, message);
      return true;
    }
    const { id, dataType, ttl } = message;
    const waiting = new WaitingMessage(record, id, dataType, ttl, sender);
    if (this.#around.ask(message, waiting) === 'undecided') this.#wait(waiting, message.data);
    else this.#stop(record, dataType, 'abstained');
    return true;
  }

  /** The gate of a message has ended. A message that had to make room meanwhile stays where it is. */
  onGateEnded(waiting: WaitingMessage, outcome: GateOutcome): void {
    if (!waiting.isWaiting) return;
    this.#waiting.remove(waiting);
    if (outcome === 'accepted') {
      this.#seen.settle(waiting.record, 'accepted');
      this.#forward(waiting, waiting.sender);
    } else {
      this.#stop(waiting.record, waiting.dataType, outcome);
    }
  }

  #onCopy(record: SeenRecord, sender: LinkId, message: PeerAnnounce): void {
    const rank = ttlRank(message.ttl);
    if (rank <= this.#seen.rankOf(record)) return;
    this.#seen.setRank(record, rank);
    const waiting = this.#seen.attachedTo(record);
    if (waiting !== undefined) {
      waiting.ttl = message.ttl;
      waiting.sender = sender;
    } else if (this.#seen.outcomeOf(record) === 'accepted') {
      this.#forward(message, sender);
    }
  }

  #onUnsubscribed(record: SeenRecord, sender: LinkId, message: PeerAnnounce): void {
    if (this.#settings.relay === 'subscribed') {
      this.#stop(record, message.dataType, 'no-subscriber');
      return;
    }
    this.#seen.settle(record, 'accepted');
    this.#forward(message, sender);
  }

  #wait(waiting: WaitingMessage, data: Uint8Array): void {
    this.#seen.attach(waiting.record, waiting);
    for (const evicted of this.#waiting.admit(waiting, data)) {
      this.#stop(evicted.record, evicted.dataType, 'over-capacity');
    }
  }

  #stop(
    record: SeenRecord,
    dataType: number,
    why: 'refused' | 'abstained' | 'no-subscriber' | 'over-capacity',
  ): void {
    this.#seen.settle(record, 'stopped');
    this.#out.report({ kind: 'message-stopped', dataType, why });
  }

  #forward(message: Omit<PeerAnnounce, 'kind'>, sender: LinkId): void {
    if (message.ttl === 1) return;
    // Links first: without any, the message need not be put together.
    const links = this.#chooseReceivers(sender);
    if (links.length === 0) return;
    const { id, ttl, dataType, data } = message;
    const ttlLeft = ttl === 0 ? 0 : ttl - 1;
    const next: PeerAnnounce = { kind: 'peer-announce', id, ttl: ttlLeft, dataType, data };
    this.#out.put({ kind: 'send', links, message: next, own: false });
  }

  #chooseReceivers(sender: LinkId | undefined): readonly LinkId[] {
    const receivers = this.#around.receivers();
    const others = sender === undefined ? receivers : receivers.filter((link) => link !== sender);
    if (others.length <= this.#settings.degree) return others;
    return this.#random.sample(others, this.#settings.degree);
  }

  /** A random id, under which this message is remembered as our own. */
  #freshId(dataType: number, data: Uint8Array, now: Instant): U64 {
    const id = this.#random.u64();
    this.#seen.add(this.#keys.keyOf(id, dataType, data), OWN_RANK, 'own', now);
    return id;
  }
}
