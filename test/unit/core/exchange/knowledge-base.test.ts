import { describe, expect, it } from 'vitest';
import { BLOCK_BYTES_MAX, dataOf, DataBlocks } from '../../../../src/core/data-blocks.ts';
import { KEPT_BYTES_MAX, KnowledgeBase } from '../../../../src/core/exchange/knowledge-base.ts';
import { Profiles } from '../../../../src/core/profiles.ts';
import type { Tracked } from '../../../../src/core/exchange/tracked.ts';
import { bytes, settings } from '../support.ts';
import { tracked } from './support.ts';

const WINDOW = 1_000;
/** Kept for a quarter of the time. */
const SHORT_TYPE = 7;
const PROFILES = new Profiles(
  settings({
    historyWindow: WINDOW,
    types: new Map([[SHORT_TYPE, { historyWindow: WINDOW / 4 }]]),
  }),
);
/** The most that one message carries. */
const LARGEST = 65_519;

function newBase(
  messagesMax = 3,
  blocks = new DataBlocks(),
): { base: KnowledgeBase<Tracked>; forgotten: Tracked[] } {
  const forgotten: Tracked[] = [];
  const onForgotten = (message: Tracked): void => void forgotten.push(message);
  return {
    base: new KnowledgeBase<Tracked>({ messagesMax, profiles: PROFILES, blocks, onForgotten }),
    forgotten,
  };
}

function numbers(messages: Iterable<Tracked>): number[] {
  return Array.from(messages, ({ id }) => id.low);
}

describe('what is kept', () => {
  it('is given oldest first', () => {
    const { base } = newBase();
    for (const number of [1, 2, 3]) base.keep(tracked({ number, lent: bytes('data') }), 0);
    expect(numbers(base)).toEqual([1, 2, 3]);
  });

  it.each([[4], [1_024], [1_025], [LARGEST]])('has a copy of its data: %i bytes', (size) => {
    const { base } = newBase();
    const data = new Uint8Array(size).fill(1);
    const message = tracked({ lent: data });
    base.keep(message, 0);
    data.fill(2);
    expect(dataOf(message)).toEqual(new Uint8Array(size).fill(1));
  });

  it('is not mixed up by others that share a block', () => {
    const { base } = newBase(200);
    const messages = Array.from({ length: 200 }, (_, number) =>
      tracked({ number, lent: new Uint8Array(100 + number).fill(number) }),
    );
    for (const message of messages) base.keep(message, 0);
    const wrong = messages.filter((message) => {
      const data = dataOf(message);
      return data.length !== 100 + message.id.low || data.some((byte) => byte !== message.id.low);
    });
    expect(wrong).toEqual([]);
  });

  it('may have no data at all', () => {
    const { base } = newBase();
    const message = tracked({ lent: bytes('') });
    base.keep(message, 0);
    expect([base.size, dataOf(message)]).toEqual([1, bytes('')]);
  });

  it('is at most so many messages, the latest ones', () => {
    const { base, forgotten } = newBase(3);
    for (let number = 1; number <= 10; number++)
      base.keep(tracked({ number, lent: bytes('data') }), 0);
    expect([base.size, numbers(base)]).toEqual([3, [8, 9, 10]]);
    expect(numbers(forgotten)).toEqual([1, 2, 3, 4, 5, 6, 7]);
  });

  it('can be a single message', () => {
    const { base } = newBase(1);
    for (const number of [1, 2]) base.keep(tracked({ number, lent: bytes('data') }), 0);
    expect(numbers(base)).toEqual([2]);
  });

  it('is at most so many bytes', () => {
    const { base } = newBase(100_000);
    const data = new Uint8Array(LARGEST);
    let most = 0;
    for (let number = 0; number < 1_030; number++) {
      base.keep(tracked({ number, lent: data }), 0);
      most = Math.max(most, base.bytes);
    }
    expect(most).toBe(Math.floor(KEPT_BYTES_MAX / LARGEST) * LARGEST);
  });

  it('is not overwritten where it waited, while others of its block are forgotten for it', () => {
    const blocks = new DataBlocks();
    const { base } = newBase(1, blocks);
    const [first, second] = [tracked({ lent: bytes('data') }), tracked({ lent: bytes('more') })];
    const large = (): Tracked => tracked({ lent: new Uint8Array(1_024) });
    // So that the block has the size of those that are filled anew.
    for (let i = 0; i < 31; i++) blocks.copy(large()).waiting++;
    const block = blocks.copy(first);
    block.waiting++;
    blocks.copy(second);
    for (let i = 0; i < 16; i++) blocks.copy(large()).waiting++;
    expect(second.block).toBe(block);
    block.waiting = 0;
    for (const message of [first, second]) base.keep(message, 0);
    for (let i = 0; i < 16; i++) blocks.copy(large()).waiting++;
    expect([first.isKept, dataOf(second)]).toEqual([false, bytes('more')]);
  });

  it('stays where it waited, and takes up the whole block while it is kept', () => {
    const { base } = newBase();
    const blocks = new DataBlocks();
    const message = tracked({ lent: bytes('data') });
    const block = blocks.copy(message);
    base.keep(message, 0);
    expect([message.block, base.bytes]).toEqual([block, block.bytes.length]);
    base.expire(WINDOW);
    expect([block.kept, base.bytes]).toEqual([0, 0]);
  });

  it('is at most so many bytes also where every message stands in a block of its own', () => {
    const { base } = newBase(100_000);
    let most = 0;
    for (let number = 0; number < 5_000; number++) {
      const message = tracked({ number, lent: bytes('data') });
      message.block = { bytes: new Uint8Array(BLOCK_BYTES_MAX), used: 4, waiting: 0, kept: 0 };
      base.keep(message, 0);
      most = Math.max(most, base.bytes);
    }
    expect(most).toBe(KEPT_BYTES_MAX);
  });

  it('goes when it is too old', () => {
    const { base, forgotten } = newBase();
    base.keep(tracked({ number: 1, seenAt: 0, lent: bytes('data') }), 0);
    base.keep(tracked({ number: 2, seenAt: 1, lent: bytes('data') }), 1);
    base.expire(WINDOW);
    expect([numbers(base), numbers(forgotten)]).toEqual([[2], [1]]);
  });

  it('goes when something else is kept after its time', () => {
    const { base } = newBase();
    base.keep(tracked({ number: 1, seenAt: 0, lent: bytes('data') }), 0);
    base.keep(tracked({ number: 2, seenAt: WINDOW, lent: bytes('data') }), WINDOW);
    expect(numbers(base)).toEqual([2]);
  });

  it('goes earlier where its type has a shorter window, whatever came before it', () => {
    const { base, forgotten } = newBase();
    base.keep(tracked({ number: 1, lent: bytes('data') }), 0);
    base.keep(tracked({ number: 2, dataType: SHORT_TYPE, lent: bytes('data') }), 0);
    base.keep(tracked({ number: 3, lent: bytes('data') }), 0);
    base.expire(WINDOW / 4 - 1);
    expect(numbers(forgotten)).toEqual([]);
    base.expire(WINDOW / 4);
    expect([base.size, numbers(forgotten)]).toEqual([2, [2]]);
  });

  it('makes room oldest first, whatever its type', () => {
    const { base, forgotten } = newBase(3);
    for (let number = 1; number <= 6; number++) {
      const dataType = number % 2 === 0 ? SHORT_TYPE : 1337;
      base.keep(tracked({ number, dataType, seenAt: number, lent: bytes('data') }), number);
    }
    expect(numbers(forgotten)).toEqual([1, 2, 3]);
  });

  it('reaches back for the longest window, although a type has a shorter one', () => {
    const { base } = newBase();
    base.keep(tracked({ dataType: SHORT_TYPE, lent: bytes('data') }), 0);
    base.expire(WINDOW);
    expect(base.reach(WINDOW)).toBe(WINDOW);
  });

  it('reaches back to the last that had to make room, until that is over', () => {
    const { base } = newBase(1);
    base.keep(tracked({ number: 1, seenAt: 100, lent: bytes('data') }), 100);
    base.keep(tracked({ number: 2, seenAt: 200, lent: bytes('data') }), 200);
    expect([base.reach(200), base.reach(500), base.reach(2_000)]).toEqual([100, 400, WINDOW]);
  });

  it('still has its data while its end is told, and not afterwards', () => {
    const told: Uint8Array[] = [];
    const base = new KnowledgeBase<Tracked>({
      messagesMax: 1,
      profiles: PROFILES,
      blocks: new DataBlocks(),
      onForgotten: (message) => void told.push(dataOf(message).slice()),
    });
    const message = tracked({ number: 1, lent: bytes('data') });
    base.keep(message, 0);
    base.keep(tracked({ number: 2, lent: bytes('more') }), 0);
    expect([told, message.isKept, message.block]).toEqual([[bytes('data')], false, undefined]);
  });

  it('counts nothing after everything has gone', () => {
    const { base } = newBase(100);
    for (let number = 0; number < 100; number++)
      base.keep(tracked({ number, lent: bytes('data') }), 0);
    base.expire(WINDOW);
    expect([base.size, base.bytes, numbers(base)]).toEqual([0, 0, []]);
  });
});
