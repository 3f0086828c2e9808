/**
 * The data of messages that stay: copied, because the bytes it arrived in are long gone when it is needed again.
 *
 * Small data goes into blocks that many messages share: a buffer of its own for each would cost more than everything
 * else that happens to a message. It is copied once, when it first has to stay, and whoever keeps the message later on
 * keeps it where it stands. A block lives as long as one of its messages, so bytes are counted by the block, and
 * bounds hold for what is really kept.
 */
import { assert } from '../basics/assert.ts';

/** Bytes in a block: a node on which little stays has a small one, and each next one is twice as large. */
const BLOCK_BYTES_MIN = 1024;
export const BLOCK_BYTES_MAX = 16 * 1024;
/** Data of more bytes than this gets a block of its own size. */
const SHARED_BYTES_MAX = 1024;
/** Empty blocks that wait to be filled again, largest ones only; more are left to the garbage collector. */
export const FREE_BLOCKS_MAX = 4;

export interface Block {
  readonly bytes: Uint8Array;
  used: number;
  /** Messages in it that wait for their verdicts. */
  waiting: number;
  /** Messages in it that are kept for peers that missed them. */
  kept: number;
}

/** Where the data of one message stands. */
export interface Placed {
  /** As it came, until it is copied: it is there during that input only. */
  lent: Uint8Array | undefined;
  block: Block | undefined;
  offset: number;
  /** Bytes of data, wherever they stand. */
  readonly length: number;
}

/** A view of the data of a message whose data is at hand. */
export function dataOf({ lent, block, offset, length }: Placed): Uint8Array {
  if (block !== undefined) return block.bytes.subarray(offset, offset + length);
  assert(lent !== undefined, 'a message whose data is not at hand');
  return lent;
}

/** Fills one block after the other. The rooms of a node share them, because messages move from one to the other. */
export class DataBlocks {
  #filling: Block | undefined;
  #blockBytes = BLOCK_BYTES_MIN;
  readonly #free: Block[] = [];

  /** The most bytes that are taken up because of a message. */
  static bytesFor({ length }: Placed): number {
    return length > SHARED_BYTES_MAX ? length : BLOCK_BYTES_MAX;
  }

  /** Copies the data of a message that has only been lent so far. The caller counts the message in the block. */
  copy(message: Placed): Block {
    const { lent, length } = message;
    assert(lent !== undefined, 'data is copied once');
    const block = length > SHARED_BYTES_MAX ? newBlock(length) : this.#roomFor(length);
    message.block = block;
    message.offset = block.used;
    message.lent = undefined;
    block.bytes.set(lent, block.used);
    block.used += length;
    return block;
  }

  /** Takes back a block in which nothing is kept any more, if nothing waits in it either. */
  giveBack(block: Block): void {
    if (block.waiting > 0 || block.kept > 0 || block === this.#filling) return;
    if (block.bytes.length !== BLOCK_BYTES_MAX || this.#free.length >= FREE_BLOCKS_MAX) return;
    block.used = 0;
    this.#free.push(block);
  }

  #roomFor(length: number): Block {
    const filling = this.#filling;
    if (filling !== undefined) {
      if (filling.waiting === 0 && filling.kept === 0) filling.used = 0;
      if (filling.used + length <= filling.bytes.length) return filling;
    }
    const block = this.#free.pop() ?? newBlock(this.#blockBytes);
    this.#filling = block;
    this.#blockBytes = Math.min(2 * this.#blockBytes, BLOCK_BYTES_MAX);
    return block;
  }
}

function newBlock(bytes: number): Block {
  return { bytes: new Uint8Array(bytes), used: 0, waiting: 0, kept: 0 };
}
