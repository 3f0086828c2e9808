import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EventQueue } from '../../../src/sim/event-queue.ts';
import { runTo } from './support.ts';

function note(log: string[], queue: EventQueue, name: string): { fire: () => void } {
  return { fire: () => log.push(`${queue.now} ${name}`) };
}

describe('the event queue', () => {
  it('fires events in the order of their times', () => {
    const queue = new EventQueue();
    const log: string[] = [];
    for (const at of [30, 10, 20]) queue.put(at, note(log, queue, 'event'));
    runTo(queue, 100);
    expect(log).toEqual(['10 event', '20 event', '30 event']);
  });

  it('fires events of one millisecond in the order in which they were put', () => {
    const queue = new EventQueue();
    const log: string[] = [];
    for (const name of ['a', 'b', 'c']) queue.put(5, note(log, queue, name));
    runTo(queue, 100);
    expect(log).toEqual(['5 a', '5 b', '5 c']);
  });

  it('keeps that order when some were put while their time was far away', () => {
    const queue = new EventQueue();
    const log: string[] = [];
    queue.put(10_000, note(log, queue, 'early'));
    queue.put(10_000, note(log, queue, 'next'));
    queue.put(6_000, { fire: () => queue.put(10_000, note(log, queue, 'late')) });
    runTo(queue, 20_000);
    expect(log).toEqual(['10000 early', '10000 next', '10000 late']);
  });

  it('fires what is put for this very millisecond after what already waits for it', () => {
    const queue = new EventQueue();
    const log: string[] = [];
    queue.put(5, { fire: () => queue.put(5, note(log, queue, 'put while firing')) });
    queue.put(5, note(log, queue, 'waiting'));
    runTo(queue, 5);
    expect(log).toEqual(['5 waiting', '5 put while firing']);
  });

  it('takes more events for one millisecond than a bucket keeps room for, again and again', () => {
    const queue = new EventQueue();
    const log: string[] = [];
    for (const at of [5, 5 + 4_096]) {
      for (let i = 0; i < 3_000; i++) queue.put(at, note(log, queue, String(i)));
      runTo(queue, at);
    }
    expect([queue.length, log.length, log.at(-1)]).toEqual([0, 6_000, '4101 2999']);
  });

  it('stops at the limit, with the clock on it', () => {
    const queue = new EventQueue();
    const log: string[] = [];
    queue.put(7, note(log, queue, 'event'));
    runTo(queue, 6);
    expect([queue.now, queue.length, log]).toEqual([6, 1, []]);
    runTo(queue, 7);
    expect([queue.now, queue.length, log]).toEqual([7, 0, ['7 event']]);
  });

  it('refuses the past and fractions of a millisecond', () => {
    const queue = new EventQueue();
    runTo(queue, 10);
    expect(() => queue.put(9, note([], queue, ''))).toThrow('an event at 9');
    expect(() => queue.put(10.5, note([], queue, ''))).toThrow('an event at 10.5');
  });

  it('agrees with a sorted list for any mix of near and distant times', () => {
    const delays = fc.array(fc.array(fc.nat({ max: 20_000 }), { maxLength: 5 }), { maxLength: 40 });
    fc.assert(
      fc.property(delays, fc.nat({ max: 5_000 }), (rounds, step) => {
        const queue = new EventQueue();
        const fired: [at: number, order: number][] = [];
        const put: [at: number, order: number][] = [];
        for (const round of rounds) {
          for (const delay of round) {
            const entry: [number, number] = [queue.now + delay, put.length];
            put.push(entry);
            queue.put(entry[0], { fire: () => fired.push([queue.now, entry[1]]) });
          }
          runTo(queue, queue.now + step);
        }
        runTo(queue, queue.now + 30_000);
        expect(fired).toEqual(put.toSorted((a, b) => a[0] - b[0] || a[1] - b[1]));
      }),
    );
  });
});
