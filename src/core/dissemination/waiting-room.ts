/**
 * Messages that wait for their verdicts. Bounded in number and bytes; at the bound the link with the most
 * messages' bytes in here loses its oldest message first, so that a flood pushes out nobody's but its own.
 */
import { assert } from '../../basics/assert.ts';
import type { DataBlocks } from '../data-blocks.ts';
import type { LinkId } from '../inputs.ts';
import type { TrackedMessage } from './tracked-message.ts';

/** Links that may be remembered although nothing of theirs waits; then they are swept out. */
const IDLE_SHARES_MAX = 64;
/** What a waiting message costs beside its data: a guess at the objects around it. */
const OVERHEAD_BYTES = 256;

/** The messages of one link, oldest first. */
interface Share {
  bytes: number;
  first: TrackedMessage | undefined;
  last: TrackedMessage | undefined;
}

export class WaitingRoom {
  readonly #bytesMax: number;
  readonly #messagesMax: number;
  readonly #shares = new Map<LinkId, Share>();
  readonly #blocks: DataBlocks;
  #bytes = 0;
  #size = 0;

  constructor(options: {
    readonly bytesMax: number;
    readonly messagesMax: number;
    readonly blocks: DataBlocks;
  }) {
    this.#bytesMax = options.bytesMax;
    this.#messagesMax = options.messagesMax;
    this.#blocks = options.blocks;
  }

  /** Bytes of the blocks in which something waits, and {@link OVERHEAD_BYTES} for each message. */
  get bytes(): number {
    return this.#bytes;
  }

  get size(): number {
    return this.#size;
  }

  /** Takes a message in and copies its data; returns those that had to make room, perhaps itself. */
  admit(message: TrackedMessage): readonly TrackedMessage[] {
    assert(!message.isWaiting, 'a message waits once');
    const block = this.#blocks.copy(message);
    if (block.waiting++ === 0) this.#bytes += block.bytes.length;
    this.#append(message);
    this.#size++;
    this.#bytes += OVERHEAD_BYTES;
    if (this.#bytes <= this.#bytesMax && this.#size <= this.#messagesMax) return NOBODY;
    return this.#makeRoom();
  }

  /** Lets a message out. Its data may be read until the next message is admitted. */
  remove(message: TrackedMessage): void {
    assert(message.isWaiting, 'a message leaves once');
    message.isWaiting = false;
    this.#unlink(message);
    this.#size--;
    this.#bytes -= OVERHEAD_BYTES;
    const block = message.block!;
    if (--block.waiting === 0) this.#bytes -= block.bytes.length;
  }

  #makeRoom(): readonly TrackedMessage[] {
    const evicted: TrackedMessage[] = [];
    while (this.#size > 0 && (this.#bytes > this.#bytesMax || this.#size > this.#messagesMax)) {
      const victim = this.#oldestOfNoisiest();
      this.remove(victim);
      evicted.push(victim);
    }
    return evicted;
  }

  #append(message: TrackedMessage): void {
    let share = this.#shares.get(message.owner);
    if (share === undefined) {
      if (this.#shares.size >= IDLE_SHARES_MAX) this.#sweep();
      share = { bytes: 0, first: undefined, last: undefined };
      this.#shares.set(message.owner, share);
    }
    message.isWaiting = true;
    message.previous = share.last;
    if (share.last === undefined) share.first = message;
    else share.last.next = message;
    share.last = message;
    share.bytes += message.length + OVERHEAD_BYTES;
  }

  #unlink(message: TrackedMessage): void {
    const share = this.#shares.get(message.owner)!;
    const { previous, next } = message;
    if (previous === undefined) share.first = next;
    else previous.next = next;
    if (next === undefined) share.last = previous;
    else next.previous = previous;
    message.previous = undefined;
    message.next = undefined;
    share.bytes -= message.length + OVERHEAD_BYTES;
  }

  /** Forgets the links of which nothing waits: many of them are long gone. */
  #sweep(): void {
    for (const [link, share] of this.#shares) {
      if (share.first === undefined) this.#shares.delete(link);
    }
  }

  #oldestOfNoisiest(): TrackedMessage {
    let noisiest: Share | undefined;
    for (const share of this.#shares.values()) {
      if (noisiest === undefined || share.bytes > noisiest.bytes) noisiest = share;
    }
    return noisiest!.first!;
  }
}

const NOBODY: readonly TrackedMessage[] = [];
