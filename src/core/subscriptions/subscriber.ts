/**
 * One local program: what it subscribed to, how many answers it owes, which of its message IDs rest, and
 * whether it is waited for.
 */
import type { ClientId } from '../inputs.ts';
import type { Instant } from '../settings.ts';

/** An ID whose notification timed out and that must rest before it is used again. */
interface RestingId {
  readonly messageId: number;
  readonly until: Instant;
}

/** Rested IDs that are kept in the list before it is cut. */
const RESTED_MAX = 1_024;

export class Subscriber {
  readonly client: ClientId;
  /** One bit a data type: 8 KiB however many there are. */
  readonly #types = new Uint32Array(65_536 / 32);
  /** IDs at rest, in the order in which they become free; {@link #restingSet} finds them. */
  #resting: RestingId[] = [];
  #restingHead = 0;
  readonly #restingSet = new Set<number>();
  /** Notifications that it has not answered and that have not timed out. */
  owed = 0;
  /** Notifications that timed out since its last answer in time. */
  timeoutsInRow = 0;
  /** Rounds from this sequence number on wait for this program; Infinity while it is not waited for. */
  waitedFrom = 0;
  /** Whether its send queue takes no more: then it cannot be notified. */
  isQueueFull = false;

  constructor(client: ClientId) {
    this.client = client;
  }

  get isSilent(): boolean {
    return this.waitedFrom === Number.POSITIVE_INFINITY;
  }

  /** IDs that cannot be used for it now. */
  get idsTaken(): number {
    return this.owed + this.#restingSet.size;
  }

  get hasRestingIds(): boolean {
    return this.#restingSet.size > 0;
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

  isResting(messageId: number): boolean {
    return this.#restingSet.has(messageId);
  }

  /** The answer did not come: the ID rests until `until`. Calls come in the order of `until`. */
  rest(messageId: number, until: Instant): void {
    this.#resting.push({ messageId, until });
    this.#restingSet.add(messageId);
  }

  /** Frees the IDs that have rested long enough. */
  wakeRested(now: Instant): void {
    while (this.#restingHead < this.#resting.length) {
      const first = this.#resting[this.#restingHead]!;
      if (first.until > now) break;
      this.#restingSet.delete(first.messageId);
      this.#restingHead++;
    }
    if (this.#restingHead > RESTED_MAX && this.#restingHead * 2 > this.#resting.length) {
      this.#resting = this.#resting.slice(this.#restingHead);
      this.#restingHead = 0;
    }
  }
}
