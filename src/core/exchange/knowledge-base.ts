/**
 * The messages that are kept for peers that missed them: at most `cacheSize`, at most {@link KEPT_BYTES_MAX}
 * bytes, none longer than the `historyWindow` of its type. The oldest goes first. Their data stays where it stood
 * while they waited for their verdicts, if they had to.
 */
import { DataBlocks, type Block } from '../data-blocks.ts';
import type { Profiles } from '../profiles.ts';
import type { Instant, Millis } from '../settings.ts';
import { Shelf } from './shelf.ts';
import type { Tracked } from './tracked.ts';

/** Bytes of data kept at most, whole blocks. A guess: a thousand of the largest messages. */
export const KEPT_BYTES_MAX = 64 * 1024 * 1024;

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
  readonly #blocks: DataBlocks;

  constructor(options: {
    readonly messagesMax: number;
    readonly profiles: Profiles;
    readonly blocks: DataBlocks;
    /** Called for every message that goes, while its data is still there. */
    readonly onForgotten: (message: M) => void;
  }) {
    this.#messagesMax = options.messagesMax;
    this.#profiles = options.profiles;
    this.#blocks = options.blocks;
    this.#onForgotten = options.onForgotten;
    this.#shelves = Array.from(options.profiles.historyWindows, (window) => new Shelf<M>(window));
  }

  get size(): number {
    return this.#size;
  }

  /** Bytes of the blocks in which something is kept. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Keeps a message with its data. */
  keep(message: M, now: Instant): void {
    // Counted first, so that nobody fills its block anew when others of it are forgotten.
    if (message.block !== undefined) this.#count(message.block);
    this.expire(now);
    while (this.#size > 0 && this.#isFullFor(message)) {
      const oldest = this.#forgetFirst(this.#shelfOfOldest());
      this.#lackingUntil = Math.max(this.#lackingUntil, oldest.seenAt);
    }
    if (message.block === undefined) this.#count(this.#blocks.copy(message));
    message.isKept = true;
    this.#size++;
    this.#shelfFor(message).put(message);
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

  #isFullFor(message: M): boolean {
    if (this.#size >= this.#messagesMax) return true;
    const more = message.block === undefined ? DataBlocks.bytesFor(message) : 0;
    return this.#bytes + more > KEPT_BYTES_MAX;
  }

  #shelfFor({ dataType }: M): Shelf<M> {
    const { historyWindow } = this.#profiles.of(dataType);
    return this.#shelves.find(({ window }) => window === historyWindow)!;
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
    this.#onForgotten(message);
    this.#discount(message.block!);
    message.isKept = false;
    message.block = undefined;
    return message;
  }

  #count(block: Block): void {
    if (block.kept++ === 0) this.#bytes += block.bytes.length;
  }

  #discount(block: Block): void {
    if (--block.kept > 0) return;
    this.#bytes -= block.bytes.length;
    this.#blocks.giveBack(block);
  }
}
