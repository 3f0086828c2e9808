/**
 * The messages that are kept for peers that missed them: at most `cacheSize`, at most {@link KEPT_BYTES_MAX}
 * bytes, none longer than `historyWindow`. The oldest goes first.
 *
 * Data is copied into blocks that messages share, as in the waiting room, because a buffer of its own for each
 * would cost more than everything else that happens to a small message.
 */
import type { Instant, Millis } from '../settings.ts';
import type { Tracked } from './tracked.ts';

/** Bytes of data kept at most. A guess: a thousand of the largest messages. */
export const KEPT_BYTES_MAX = 64 * 1024 * 1024;
const BLOCK_BYTES_MIN = 1_024;
const BLOCK_BYTES_MAX = 16 * 1_024;
/** Data of more bytes than this gets a buffer of its own. */
const SHARED_BYTES_MAX = 1_024;

export class KnowledgeBase<M extends Tracked> {
  readonly #messagesMax: number;
  readonly #window: Millis;
  readonly #onForgotten: (message: M) => void;
  /** A ring that grows up to `cacheSize`, oldest first from `#first` on. */
  #ring: (M | undefined)[] = [];
  #first = 0;
  #size = 0;
  #bytes = 0;
  /** Whether anything had to go before its time. */
  #hasMadeRoom = false;
  #block = new Uint8Array(0);
  #used = 0;

  constructor(options: {
    readonly messagesMax: number;
    readonly window: Millis;
    /** Called for every message that goes, while its data is still there. */
    readonly onForgotten: (message: M) => void;
  }) {
    this.#messagesMax = options.messagesMax;
    this.#window = options.window;
    this.#onForgotten = options.onForgotten;
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
      this.#forgetOldest();
      this.#hasMadeRoom = true;
    }
    message.kept = this.#copy(data);
    this.#bytes += data.length;
    if (this.#size === this.#ring.length) this.#grow();
    this.#ring[(this.#first + this.#size++) % this.#ring.length] = message;
  }

  /** Forgets what is too old, but for what came late past its verdicts: that goes with its neighbours. */
  expire(now: Instant): void {
    while (this.#size > 0 && now - this.#ring[this.#first]!.seenAt >= this.#window)
      this.#forgetOldest();
  }

  /** For how long everything has been kept: the window, or less where messages had to make room. */
  reach(now: Instant): Millis {
    const oldest = this.#ring[this.#first];
    if (!this.#hasMadeRoom || oldest === undefined) return this.#window;
    return Math.min(this.#window, now - oldest.seenAt);
  }

  /** All that is kept, oldest first. */
  *[Symbol.iterator](): Iterator<M> {
    for (let i = 0; i < this.#size; i++) {
      yield this.#ring[(this.#first + i) % this.#ring.length]!;
    }
  }

  #isFullFor(data: Uint8Array): boolean {
    return this.#size >= this.#messagesMax || this.#bytes + data.length > KEPT_BYTES_MAX;
  }

  #forgetOldest(): void {
    const message = this.#ring[this.#first]!;
    this.#ring[this.#first] = undefined;
    this.#first = (this.#first + 1) % this.#ring.length;
    this.#size--;
    this.#bytes -= message.kept!.length;
    this.#onForgotten(message);
    message.kept = undefined;
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

  #grow(): void {
    const messages = [...this.#ring.slice(this.#first), ...this.#ring.slice(0, this.#first)];
    const room = Math.min(this.#messagesMax, Math.max(8, 2 * messages.length));
    messages.length = room;
    this.#ring = messages;
    this.#first = 0;
  }
}
