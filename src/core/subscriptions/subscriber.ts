/**
 * One local program: what it subscribed to, which message IDs it still owes an answer, and whether it is
 * waited for.
 */
import type { Random } from '../../basics/random.ts';
import type { ClientId } from '../inputs.ts';
import type { Instant } from '../settings.ts';
import type { Round } from './round.ts';

/** Message IDs are 1 … 65,535. */
export const MESSAGE_IDS = 65_535;

/** An ID whose notification timed out and that must rest before it is used again. */
interface RestingId {
  readonly messageId: number;
  readonly until: Instant;
}

export class Subscriber {
  readonly client: ClientId;
  /** One bit a data type: 8 KiB however many there are. */
  readonly #types = new Uint32Array(65_536 / 32);
  /** The rounds this program has not answered yet, by message ID. */
  readonly owed = new Map<number, Round>();
  /** IDs at rest, in the order in which they become free; {@link #restingSet} finds them. */
  #resting: RestingId[] = [];
  #restingHead = 0;
  readonly #restingSet = new Set<number>();
  /** Notifications that timed out since its last answer in time. */
  timeoutsInRow = 0;
  /**
   * Rounds from this sequence number on wait for this program; Infinity while it is not waited for.
   */
  waitedFrom = 0;
  /** Whether its send queue takes no more: then it cannot be notified. */
  isQueueFull = false;

  constructor(client: ClientId) {
    this.client = client;
  }

  get isSilent(): boolean {
    return this.waitedFrom === Number.POSITIVE_INFINITY;
  }

  /** Adds a data type; false if it was there before. */
  subscribe(dataType: number): boolean {
    if (this.isSubscribedTo(dataType)) return false;
    this.#types[dataType >>> 5]! |= 1 << (dataType & 31);
    return true;
  }

  isSubscribedTo(dataType: number): boolean {
    return ((this.#types[dataType >>> 5]! >>> (dataType & 31)) & 1) === 1;
  }

  /** Whether `messageId` is neither unanswered nor at rest here. */
  mayUse(messageId: number): boolean {
    return !this.owed.has(messageId) && !this.#restingSet.has(messageId);
  }

  /** A random ID that is free here, or undefined if all are taken. */
  drawFreeId(random: Random, now: Instant): number | undefined {
    this.#wakeRested(now);
    if (this.owed.size + this.#restingSet.size >= MESSAGE_IDS) return undefined;
    const start = random.below(MESSAGE_IDS);
    for (let i = 0; i < MESSAGE_IDS; i++) {
      const messageId = ((start + i) % MESSAGE_IDS) + 1;
      if (this.mayUse(messageId)) return messageId;
    }
    return undefined;
  }

  /** The answer did not come: the ID rests until `until`. Calls come in the order of `until`. */
  rest(messageId: number, until: Instant, now: Instant): void {
    this.#wakeRested(now);
    this.#resting.push({ messageId, until });
    this.#restingSet.add(messageId);
  }

  /** Frees the IDs that have rested long enough. */
  #wakeRested(now: Instant): void {
    while (this.#restingHead < this.#resting.length) {
      const first = this.#resting[this.#restingHead]!;
      if (first.until > now) break;
      this.#restingSet.delete(first.messageId);
      this.#restingHead++;
    }
    if (this.#restingHead > 1024 && this.#restingHead * 2 > this.#resting.length) {
      this.#resting = this.#resting.slice(this.#restingHead);
      this.#restingHead = 0;
    }
  }
}
