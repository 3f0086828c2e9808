/**
 * One local program: what it subscribed to, how many answers it owes, which of its message IDs are free, and
 * whether it is waited for.
 */
import type { ClientId } from '../inputs.ts';

/** Message IDs are 1 … 65,535: one bit each, and that of 0 is never free. */
export const ID_WORDS = 65_536 / 32;
export const ALL_TAKEN = -1;

export class Subscriber {
  readonly client: ClientId;
  /** One bit a data type: 8 KiB however many there are. */
  readonly #types = new Uint32Array(65_536 / 32);
  /** IDs that it owes an answer to or that rest: one bit each, another 8 KiB. */
  readonly #takenIds = new Int32Array(ID_WORDS);
  /** While there is none, every notification is dropped, and looking for one would cost most of all. */
  #freeIds = 65_535;
  /** Notifications that it has not answered and that have not timed out. */
  owed = 0;
  /** Whether it was reported as behind with its answers. */
  isBehind = false;
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

  /** The data types it subscribed to, ascending. */
  *types(): Iterable<number> {
    for (let word = 0; word < this.#types.length; word++) {
      for (let bits = this.#types[word]!; bits !== 0; bits &= bits - 1) {
        yield 32 * word + 31 - Math.clz32(bits & -bits);
      }
    }
  }

  isSubscribedTo(dataType: number): boolean {
    return ((this.#types[dataType >>> 5]! >>> (dataType & 31)) & 1) === 1;
  }

  /** Whether it neither owes an answer under this ID, nor does the ID rest. */
  isFree(messageId: number): boolean {
    return ((this.#takenIds[messageId >>> 5]! >>> (messageId & 31)) & 1) === 0;
  }

  take(messageId: number): void {
    if (this.isFree(messageId)) this.#freeIds--;
    this.#takenIds[messageId >>> 5]! |= 1 << (messageId & 31);
  }

  free(messageId: number): void {
    if (!this.isFree(messageId)) this.#freeIds++;
    this.#takenIds[messageId >>> 5]! &= ~(1 << (messageId & 31));
  }

  /** Which of the 32 IDs from 32 × `word` on are not free, one bit each; `word` is 0 … {@link ID_WORDS} − 1. */
  takenIn(word: number): number {
    return this.#takenIds[word]!;
  }

  /** A free ID, looked for from the neighbourhood of `start` on; undefined if all are taken. */
  nextFree(start: number): number | undefined {
    if (this.#freeIds === 0) return undefined;
    for (let i = 0; i < ID_WORDS; i++) {
      const word = ((start >>> 5) + i) % ID_WORDS;
      const taken = this.#takenIds[word]!;
      if (taken !== ALL_TAKEN) return word * 32 + firstFree(taken);
    }
    return undefined;
  }
}

/** The place of a bit that is 0 in `taken`, of which not all are 1. */
export function firstFree(taken: number): number {
  return 31 - Math.clz32(~taken);
}
