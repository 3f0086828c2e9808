import { describe, expect, it } from 'vitest';
import {
  BLOCK_BYTES_MAX,
  dataOf,
  DataBlocks,
  FREE_BLOCKS_MAX,
  type Block,
  type Placed,
} from '../../../src/core/data-blocks.ts';

function lent(size: number, byte = 1): Placed {
  const data = new Uint8Array(size).fill(byte);
  return { lent: data, block: undefined, offset: 0, length: size };
}

/** Copies a message that waits from then on. */
function waits(blocks: DataBlocks, message: Placed): Block {
  const block = blocks.copy(message);
  block.waiting++;
  return block;
}

describe('the data of a message', () => {
  it('is at hand as it came until it is copied', () => {
    const message = lent(4);
    expect(dataOf(message)).toBe(message.lent);
  });

  it.each([[0], [1], [1_024], [1_025], [65_519]])('is copied: %i bytes', (size) => {
    const message = lent(size);
    const { lent: data } = message;
    new DataBlocks().copy(message);
    data!.fill(2);
    expect([dataOf(message), message.lent]).toEqual([new Uint8Array(size).fill(1), undefined]);
  });

  it('shares a block with that of others', () => {
    const blocks = new DataBlocks();
    const messages = [lent(100, 1), lent(0), lent(100, 2)];
    const [first, ...rest] = messages.map((message) => waits(blocks, message));
    expect(rest.every((block) => block === first)).toBe(true);
    expect(messages.map(dataOf)).toEqual([1, 0, 2].map((byte) => lent(byte && 100, byte).lent));
  });

  it('has a block of its own size if it is large', () => {
    const block = waits(new DataBlocks(), lent(5_000));
    expect(block.bytes.length).toBe(5_000);
  });

  it('goes into larger blocks the more of it stays, up to a bound', () => {
    const blocks = new DataBlocks();
    const sizes = new Set<number>();
    for (let i = 0; i < 100; i++) sizes.add(waits(blocks, lent(1_024)).bytes.length);
    expect([...sizes]).toEqual([1_024, 2_048, 4_096, 8_192, BLOCK_BYTES_MAX]);
  });

  it('is not overwritten while others of its block wait or are kept', () => {
    const blocks = new DataBlocks();
    const [gone, stays] = [lent(10, 1), lent(10, 2)];
    const block = waits(blocks, gone);
    waits(blocks, stays);
    block.waiting -= 2;
    block.kept++;
    waits(blocks, lent(10, 3));
    expect(dataOf(stays)).toEqual(lent(10, 2).lent);
  });

  it('makes room for the next once nothing of its block waits or is kept', () => {
    const blocks = new DataBlocks();
    const block = waits(blocks, lent(1_000));
    block.waiting--;
    expect([waits(blocks, lent(1_000)), block.used]).toEqual([block, 1_000]);
  });

  it('fills blocks anew that were given back, so many of the largest', () => {
    const blocks = new DataBlocks();
    const made = new Set<Block>();
    for (let i = 0; i < 200; i++) made.add(waits(blocks, lent(1_024)));
    for (const block of made) {
      block.waiting = 0;
      blocks.giveBack(block);
    }
    const again = new Set<Block>();
    // What is filled at the moment goes on being filled.
    for (let i = 0; i < 16 * (FREE_BLOCKS_MAX + 2); i++) again.add(waits(blocks, lent(1_024)));
    expect([...again].filter((block) => made.has(block))).toHaveLength(FREE_BLOCKS_MAX + 1);
  });

  it.each([['waiting'], ['kept']] as const)(
    'is not overwritten in a block that is given back while something of it is %s',
    (use) => {
      const blocks = new DataBlocks();
      const made = new Set<Block>();
      for (let i = 0; i < 200; i++) made.add(waits(blocks, lent(1_024)));
      for (const block of made) {
        block.waiting = 0;
        block[use] = 1;
        blocks.giveBack(block);
      }
      const again = new Set<Block>();
      for (let i = 0; i < 100; i++) again.add(waits(blocks, lent(1_024)));
      const [filling] = again;
      again.delete(filling!);
      expect([...again].some((block) => made.has(block))).toBe(false);
    },
  );

  it('takes up no more than is said before', () => {
    for (const size of [0, 1_024, 1_025, 65_519]) {
      const message = lent(size);
      const most = DataBlocks.bytesFor(message);
      expect(new DataBlocks().copy(message).bytes.length).toBeLessThanOrEqual(most);
    }
  });
});
