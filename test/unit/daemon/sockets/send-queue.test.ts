import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { QueueState } from '../../../../src/core/inputs.ts';
import type { Lane } from '../../../../src/core/lanes.ts';
import { BATCH_BYTES, SMALL_BATCH_BYTES } from '../../../../src/daemon/sockets/batch-pool.ts';
import { DAEMON_BOUNDS, type SocketBounds } from '../../../../src/daemon/sockets/bounds.ts';
import {
  BUFFERED_BYTES,
  LANED_BYTES_MIN,
  SendQueue,
  type SendGear,
} from '../../../../src/daemon/sockets/send-queue.ts';
import { noTraffic, type Traffic } from '../../../../src/daemon/sockets/traffic.ts';
import { endOfTurn, FakeSink, SMALL_BOUNDS, testGear } from './fakes.ts';

const ENOUGH = 100 * 1024 * 1024;

interface Bench {
  readonly queue: SendQueue;
  readonly sink: FakeSink;
  readonly gear: SendGear;
  readonly states: QueueState[];
  readonly traffic: Traffic;
}

function bench(bounds: SocketBounds = DAEMON_BOUNDS.link): Bench {
  const sink = new FakeSink();
  const gear = testGear();
  const states: QueueState[] = [];
  const traffic = noTraffic();
  const onState = (state: QueueState): number => states.push(state);
  return {
    queue: new SendQueue({ sink, gear, bounds, traffic, onState }),
    sink,
    gear,
    states,
    traffic,
  };
}

function frame(text: string): Uint8Array {
  return Buffer.from(text);
}

function append(queue: SendQueue, ...texts: string[]): void {
  for (const text of texts) queue.append(frame(text), ENOUGH);
}

describe('a message that finds nothing waiting', () => {
  it('leaves at once, in a write of its own', () => {
    const { queue, sink } = bench();
    append(queue, 'one');
    expect(sink.text).toEqual(['one']);
  });

  it('leaves at once again in the next turn', async () => {
    const { queue, sink } = bench();
    append(queue, 'one');
    sink.takeAll();
    await endOfTurn();
    append(queue, 'two');
    expect(sink.text).toEqual(['one', 'two']);
  });

  it('holds a small buffer only', () => {
    const { queue, gear, sink } = bench();
    append(queue, 'one');
    sink.takeAll();
    expect(gear.pool.freeBytes).toBe(SMALL_BATCH_BYTES);
  });
});

describe('what else is queued in a turn', () => {
  it('leaves together at its end', async () => {
    const { queue, sink } = bench();
    append(queue, 'one', 'two', 'three');
    sink.takeAll();
    append(queue, 'four');
    expect(sink.text).toEqual(['one']);
    await endOfTurn();
    expect(sink.text).toEqual(['one', 'twothreefour']);
  });

  it('leaves after the first message is taken, if that takes longer than the turn', async () => {
    const { queue, sink } = bench();
    append(queue, 'one', 'two', 'three');
    await endOfTurn();
    expect(sink.text).toEqual(['one']);
    sink.take();
    expect(sink.text).toEqual(['one', 'twothree']);
  });

  it('is batched from the first message on after a busy turn', async () => {
    const { queue, sink } = bench();
    append(queue, ...Array<string>(20).fill('.'));
    sink.takeAll();
    await endOfTurn();
    sink.takeAll();
    append(queue, 'one', 'two');
    expect(sink.writes).toHaveLength(2);
    await endOfTurn();
    expect(sink.text.at(-1)).toBe('onetwo');
  });

  it('is not batched from the first message on when a quiet turn was in between', async () => {
    const { queue, sink } = bench();
    append(queue, ...Array<string>(20).fill('.'));
    sink.takeAll();
    await endOfTurn();
    sink.takeAll();
    await endOfTurn();
    append(queue, 'one', 'two');
    expect(sink.text.at(-1)).toBe('one');
  });
});

describe('a backlog', () => {
  it('leaves whole and in order whatever its frames and the pace of the other side', async () => {
    const sizes = fc.array(fc.integer({ min: 4, max: 65_535 }), { minLength: 1, maxLength: 40 });
    const pace = fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 1, maxLength: 40 });
    await fc.assert(
      fc.asyncProperty(sizes, pace, async (lengths, takes) => {
        const { queue, sink } = bench();
        const frames = lengths.map((length, i) => Buffer.alloc(length, i));
        for (const [i, each] of frames.entries()) {
          queue.append(each, ENOUGH);
          for (let k = takes[i % takes.length]!; k > 0; k--) sink.take();
          if (i % 3 === 0) await endOfTurn();
        }
        await endOfTurn();
        sink.takeAll();
        expect(Buffer.concat(sink.writes).equals(Buffer.concat(frames))).toBe(true);
        expect(queue.bytes).toBe(0);
      }),
      { numRuns: 30 },
    );
  });

  it('is handed over one buffer at a time', async () => {
    const { queue, sink } = bench();
    for (let i = 0; i < 10; i++) queue.append(Buffer.alloc(60_000), ENOUGH);
    await endOfTurn();
    expect(sink.writes.map((bytes) => bytes.length)).toEqual([60_000]);
    sink.take();
    expect(sink.writes).toHaveLength(2);
  });

  it('gives its buffers back when it has left', async () => {
    const { queue, sink, gear } = bench();
    for (let i = 0; i < 10; i++) queue.append(Buffer.alloc(60_000), ENOUGH);
    await endOfTurn();
    sink.takeAll();
    expect(gear.pool.freeBytes).toBe(10 * BATCH_BYTES);
  });

  it('never cuts a frame to fill a buffer', async () => {
    const { queue, sink } = bench();
    append(queue, 'first');
    sink.takeAll();
    queue.append(Buffer.alloc(40_000), ENOUGH);
    queue.append(Buffer.alloc(40_000), ENOUGH);
    await endOfTurn();
    sink.takeAll();
    expect(sink.writes.map((bytes) => bytes.length)).toEqual([5, 40_000, 40_000]);
  });
});

describe('a queue at its bound', () => {
  it('drops a frame that does not fit, whole, and counts it', async () => {
    const { queue, sink, traffic } = bench();
    expect(queue.append(Buffer.alloc(60), 100)).toBe(true);
    expect(queue.append(Buffer.alloc(41), 100)).toBe(false);
    expect(queue.append(Buffer.alloc(40), 100)).toBe(true);
    await endOfTurn();
    sink.takeAll();
    expect(sink.writes.map((bytes) => bytes.length)).toEqual([60, 40]);
    expect([traffic.messagesOut, traffic.messagesDropped]).toEqual([2, 1]);
  });

  it('tells how full it is, and when it is empty again', async () => {
    const { queue, sink, states } = bench(SMALL_BOUNDS);
    for (let i = 0; i < 40; i++) queue.append(Buffer.alloc(99), SMALL_BOUNDS.queueBytesMax);
    await endOfTurn();
    sink.takeAll();
    expect(states.map(({ level }) => level)).toEqual(['high', 'full', 'low']);
  });

  it('is given up when nothing is taken for long', () => {
    const { queue } = bench(SMALL_BOUNDS);
    for (let i = 0; i < 40; i++) queue.append(Buffer.alloc(99), SMALL_BOUNDS.queueBytesMax);
    const verdicts = Array.from({ length: 1 + SMALL_BOUNDS.stuckTicks }, () => queue.tick());
    expect(verdicts.indexOf(true)).toBe(SMALL_BOUNDS.stuckTicks);
  });

  it('is not given up while the other side acknowledges what the system has taken', () => {
    const { queue } = bench(SMALL_BOUNDS);
    for (let i = 0; i < 40; i++) queue.append(Buffer.alloc(99), SMALL_BOUNDS.queueBytesMax);
    let backlog = 1_000_000;
    const verdicts = Array.from({ length: 100 }, () => queue.tick((backlog -= 10)));
    expect(verdicts).not.toContain(true);
  });
});

describe('a queue that is held', () => {
  it('writes nothing until it is released', async () => {
    const { queue, sink } = bench();
    queue.hold();
    append(queue, 'one', 'two');
    await endOfTurn();
    expect(sink.writes).toEqual([]);
    queue.release();
    expect(sink.text).toEqual(['onetwo']);
  });

  it('writes all the same once it is long: two that wait for each other would wait for ever', async () => {
    const { queue, sink } = bench(SMALL_BOUNDS);
    queue.hold();
    for (let i = 0; i < 40; i++) queue.append(Buffer.alloc(99), SMALL_BOUNDS.queueBytesMax);
    await endOfTurn();
    expect(sink.writes.length).toBeGreaterThan(0);
  });

  it('is judged like any other once it is long', () => {
    const { queue } = bench(SMALL_BOUNDS);
    queue.hold();
    for (let i = 0; i < 40; i++) queue.append(Buffer.alloc(99), SMALL_BOUNDS.queueBytesMax);
    const verdicts = Array.from({ length: 100 }, () => queue.tick());
    expect(verdicts).toContain(true);
  });
});

describe('finishing a queue', () => {
  it('waits until everything is taken', () => {
    const { queue, sink } = bench();
    append(queue, 'one', 'two');
    let isDone = false;
    queue.finish(() => (isDone = true));
    sink.take();
    expect([sink.text, isDone]).toEqual([['one', 'two'], false]);
    sink.take();
    expect(isDone).toBe(true);
  });

  it('is done at once when nothing waits', () => {
    const { queue } = bench();
    let isDone = false;
    queue.finish(() => (isDone = true));
    expect(isDone).toBe(true);
  });

  it('takes no more frames', () => {
    const { queue } = bench();
    queue.finish(() => {});
    expect(queue.append(frame('late'), ENOUGH)).toBe(false);
  });

  it('drops what no write has begun with, if told so before', () => {
    const { queue, sink } = bench();
    append(queue, 'one', 'two');
    queue.discard();
    let isDone = false;
    queue.finish(() => (isDone = true));
    sink.takeAll();
    expect([sink.text, isDone]).toEqual([['one'], true]);
  });
});

describe('a write that fails', () => {
  it('ends the queue and gives its buffers back', async () => {
    const { queue, sink, gear } = bench();
    for (let i = 0; i < 3; i++) queue.append(Buffer.alloc(60_000), ENOUGH);
    await endOfTurn();
    sink.take(new Error('EPIPE'));
    expect([queue.bytes, gear.pool.freeBytes]).toEqual([0, 3 * BATCH_BYTES]);
    expect(queue.append(frame('late'), ENOUGH)).toBe(false);
  });
});

describe('on a socket that takes nothing while much is sent', () => {
  const LARGE = 8 * LANED_BYTES_MIN;
  const PAD = '.'.repeat(LARGE - 1);

  /** As many frames as go into the buffers. */
  function blocked(): Bench {
    const it = bench();
    for (let i = 0; i < BUFFERED_BYTES / LARGE; i++) {
      it.queue.append(frame('x'.repeat(LARGE)), ENOUGH, 'forward');
    }
    return it;
  }

  function large(queue: SendQueue, name: string, lane: Lane, tag?: number): void {
    queue.append(frame(name + PAD), ENOUGH, lane, tag);
  }

  /** What came out behind what was in the buffers. */
  function names({ sink }: Bench): string {
    sink.takeAll();
    return sink.text.join('').replaceAll(PAD, '').replaceAll('x', '');
  }

  it('large frames of a better lane go first', async () => {
    const it = blocked();
    large(it.queue, 'r', 'reply');
    large(it.queue, 'f', 'forward');
    large(it.queue, 'o', 'own');
    await endOfTurn();
    expect(names(it)).toBe('ofr');
  });

  it('small ones go before all of them, but not past others of their lane', async () => {
    const it = blocked();
    large(it.queue, 'o', 'own');
    it.queue.append(frame('p'), ENOUGH, 'own');
    it.queue.append(frame('c'), ENOUGH, 'control');
    await endOfTurn();
    expect(names(it)).toBe('cop');
  });

  it('what was taken back is not sent, and does not count any more', async () => {
    const it = blocked();
    const before = it.queue.bytes;
    large(it.queue, 'a', 'forward', 1);
    large(it.queue, 'b', 'forward', 2);
    it.queue.withdraw(1);
    expect(it.queue.bytes).toBe(before + LARGE);
    await endOfTurn();
    expect(names(it)).toBe('b');
  });

  it('what stands in the buffers cannot be taken back', async () => {
    const it = bench();
    large(it.queue, 'a', 'forward', 1);
    large(it.queue, 'b', 'forward', 2);
    it.queue.withdraw(2);
    await endOfTurn();
    expect(names(it)).toBe('ab');
  });

  it('frames that would make it longer than the maximum are dropped, wherever they would wait', () => {
    const { queue } = blocked();
    const max = BUFFERED_BYTES + LARGE;
    const taken = [0, 1].map(() => queue.append(frame('a' + PAD), max, 'forward'));
    expect([taken, queue.bytes]).toEqual([[true, false], max]);
  });

  it('what waits in lanes leaves as well before the end', async () => {
    const it = blocked();
    let isEmpty = false;
    large(it.queue, 'a', 'reply');
    it.queue.finish(() => (isEmpty = true));
    await endOfTurn();
    expect([names(it), isEmpty]).toEqual(['a', true]);
  });

  it('what waits in lanes is dropped with the rest', () => {
    const it = blocked();
    large(it.queue, 'a', 'reply');
    it.queue.discard();
    expect(names(it)).toBe('');
  });
});
