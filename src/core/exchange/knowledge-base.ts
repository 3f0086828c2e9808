/**
 * The messages that are kept for peers that missed them: at most `cacheSize`, at most {@link KEPT_BYTES_MAX}
 * bytes, none longer than the `historyWindow` of its type. The oldest goes first.
 *
 * Data is copied into blocks that messages share, as in the waiting room, because a buffer of its own for each
 * would cost more than everything else that happens to a small message.
 */
import type { Profiles } from '../profiles.ts';
import type { Instant, Millis } from '../settings.ts';
import { Shelf } from './shelf.ts';
import type { Tracked } from './tracked.ts';

/** Bytes of data kept at most. A guess: a thousand of the largest messages. */
export const KEPT_BYTES_MAX = 64 * 1024 * 1024;
const BLOCK_BYTES_MIN = 1_024;
const BLOCK_BYTES_MAX = 16 * 1_024;
/** Data of more bytes than this gets a buffer of its own. */
const SHARED_BYTES_MAX = 1_024;

export class KnowledgeBase<M extends Tracked> {
  readonly #messagesMax: number;
  readonly #profiles: Profiles;
  readonly #onForgotten: (message: M) => void;
  /** One for each history window that any type has: a few. */
  readonly #shelves: readonly Shelf<M>[];
  #size = 0;
  #bytes = 0;
  /** The latest receipt of a message that had to go before its time. */
  #lackingUntil: Instant = Number.NEGATIVE_INFINITY;
  #block = new Uint8Array(0);
  #used = 0;

  constructor(options: {
    readonly messagesMax: number;
    readonly profiles: Profiles;
    /** Called for every message that goes, while its data is still there. */
    readonly onForgotten: (message: M) => void;
  }) {
    this.#messagesMax = options.messagesMax;
    this.#profiles = options.profiles;
    this.#onForgotten = options.onForgotten;
    this.#shelves = Array.from(options.profiles.historyWindows, (window) => new Shelf<M>(window));
  }

  get size(): number {
    return this.#size;
  }

  /** Bytes of data, without what is left over in blocks. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Keeps a message with a copy of its data. */
  keep(message: M, data: Uint8Array, now: Instant): void {
    this.expire(now);
    while (this.#size > 0 && this.#isFullFor(data)) {
      const oldest = this.#forgetFirst(this.#shelfOfOldest());
      this.#lackingUntil = Math.max(this.#lackingUntil, oldest.seenAt);
    }
    message.kept = this.#copy(data);
    this.#bytes += data.length;
    this.#size++;
    const { historyWindow } = this.#profiles.of(message.dataType);
    this.#shelves.find(({ window }) => window === historyWindow)!.put(message);
  }

  /** Forgets what is too old, but for what came late past its verdicts: that goes with its neighbours. */
  expire(now: Instant): void {
    for (const shelf of this.#shelves) while (shelf.isOver(now)) this.#forgetFirst(shelf);
  }

  /** For how long everything has been kept: the longest window, or less where messages had to make room. */
  reach(now: Instant): Millis {
    return Math.min(this.#profiles.usual.historyWindow, now - this.#lackingUntil);
  }

  /** All that is kept. */
  *[Symbol.iterator](): Iterator<M> {
    for (const shelf of this.#shelves) yield* shelf;
  }

  #isFullFor(data: Uint8Array): boolean {
    return this.#size >= this.#messagesMax || this.#bytes + data.length > KEPT_BYTES_MAX;
  }

  #shelfOfOldest(): Shelf<M> {
    let oldest: Shelf<M> | undefined;
    for (const shelf of this.#shelves) {
      const since = shelf.first?.seenAt;
      if (since !== undefined && (oldest === undefined || since < oldest.first!.seenAt)) {
        oldest = shelf;
      }
    }
    return oldest!;
  }

  #forgetFirst(shelf: Shelf<M>): M {
    const message = shelf.take();
    this.#size--;
    this.#bytes -= message.kept!.length;
    this.#onForgotten(message);
    message.kept = undefined;
    return message;
  }

  #copy(data: Uint8Array): Uint8Array {
    if (data.length > SHARED_BYTES_MAX) return data.slice();
    if (this.#used + data.length > this.#block.length) {
      const bytes = Math.min(BLOCK_BYTES_MAX, Math.max(BLOCK_BYTES_MIN, 2 * this.#block.length));
      this.#block = new Uint8Array(bytes);
      this.#used = 0;
    }
    const copy = this.#block.subarray(this.#used, this.#used + data.length);
    copy.set(data);
    this.#used += data.length;
    return copy;
  }
}
