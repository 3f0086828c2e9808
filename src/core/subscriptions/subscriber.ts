/**
 * One local program: what it subscribed to, how many answers it owes, which of its message IDs are free, and
 * whether it is waited for.
 */
import type { ClientId } from '../inputs.ts';
import type { Instant } from '../settings.ts';

/** An ID whose notification timed out and that must rest before it is used again. */
interface RestingId {
  readonly messageId: number;
  readonly until: Instant;
}

/** Message IDs are 1 … 65,535: one bit each, and that of 0 is never free. */
const ID_WORDS = 65_536 / 32;
const ALL_TAKEN = -1;

/** Rested IDs that are kept in the list before it is cut. */
const RESTED_MAX = 1_024;

export class Subscriber {
  readonly client: ClientId;
  /** One bit a data type: 8 KiB however many there are. */
  readonly #types = new Uint32Array(65_536 / 32);
  /** IDs that it owes an answer to or that rest: one bit each, another 8 KiB. */
  readonly #takenIds = new Int32Array(ID_WORDS);
  /** IDs at rest, in the order in which they become free. */
  #resting: RestingId[] = [];
  #restingHead = 0;
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
    this.#takenIds[0] = 1;
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

  /** Whether it neither owes an answer under this ID, nor does the ID rest. */
  isFree(messageId: number): boolean {
    return ((this.#takenIds[messageId >>> 5]! >>> (messageId & 31)) & 1) === 0;
  }

  take(messageId: number): void {
    this.#takenIds[messageId >>> 5]! |= 1 << (messageId & 31);
  }

  free(messageId: number): void {
    this.#takenIds[messageId >>> 5]! &= ~(1 << (messageId & 31));
  }

  /** A free ID, looked for from the neighbourhood of `start` on; undefined if all are taken. */
  nextFree(start: number): number | undefined {
    for (let i = 0; i < ID_WORDS; i++) {
      const word = ((start >>> 5) + i) % ID_WORDS;
      const taken = this.#takenIds[word]!;
      if (taken !== ALL_TAKEN) return word * 32 + (31 - Math.clz32(~taken));
    }
    return undefined;
  }

  /** The answer did not come: the ID rests until `until`. Calls come in the order of `until`. */
  rest(messageId: number, until: Instant): void {
    this.#resting.push({ messageId, until });
    this.take(messageId);
  }

  /** Frees the IDs that have rested long enough. */
  wakeRested(now: Instant): void {
    while (this.#restingHead < this.#resting.length) {
      const first = this.#resting[this.#restingHead]!;
      if (first.until > now) break;
      this.free(first.messageId);
      this.#restingHead++;
    }
    if (this.#restingHead > RESTED_MAX && this.#restingHead * 2 > this.#resting.length) {
      this.#resting = this.#resting.slice(this.#restingHead);
      this.#restingHead = 0;
    }
  }
}
