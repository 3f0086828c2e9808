import { describe, expect, it } from 'vitest';
import { TokenBucket } from '../../../src/basics/token-bucket.ts';

/** Ten a second, three at once. */
function bucket(): TokenBucket {
  return new TokenBucket({ perSecond: 10, burst: 3 }, 0);
}

function taken(from: TokenBucket, times: number, now: number): number {
  return Array.from({ length: times }, () => from.take(now)).filter(Boolean).length;
}

describe('a token bucket', () => {
  it('is full at first', () => {
    expect(taken(bucket(), 10, 0)).toBe(3);
  });

  it('never holds more than its burst', () => {
    expect(taken(bucket(), 10, 1_000_000)).toBe(3);
  });

  it('is filled evenly', () => {
    const one = bucket();
    taken(one, 3, 0);
    expect([99, 100, 199, 200].map((now) => one.take(now))).toEqual([false, true, false, true]);
  });

  it('keeps to its rate in the long run', () => {
    const one = bucket();
    let count = 0;
    for (let now = 0; now < 60_000; now += 7) if (one.take(now)) count++;
    expect(count).toBeGreaterThanOrEqual(601);
    expect(count).toBeLessThanOrEqual(603);
  });

  it('gives an amount whole or not at all', () => {
    const one = bucket();
    expect([one.take(0, 4), one.take(0, 2), one.take(0, 2), one.take(0, 1)]).toEqual([
      false,
      true,
      false,
      true,
    ]);
  });

  it('gives nothing away by being asked', () => {
    const one = bucket();
    expect([one.has(0, 3), one.has(0, 3), one.has(0, 4)]).toEqual([true, true, false]);
  });

  it('says when there will be one in it', () => {
    const one = bucket();
    expect(one.readyAt(0)).toBe(0);
    for (let i = 0; i < 5; i++) one.owe(0);
    expect([one.readyAt(0), one.readyAt(250), one.take(299), one.take(300)]).toEqual([
      300,
      300,
      false,
      true,
    ]);
  });

  it('lends, and says when that is paid back', () => {
    const one = bucket();
    expect(Array.from({ length: 5 }, () => one.owe(0))).toEqual([0, 0, 0, 100, 200]);
  });

  it('has one again that much later', () => {
    const one = bucket();
    for (let i = 0; i < 5; i++) one.owe(0);
    expect([one.take(299), one.take(300)]).toEqual([false, true]);
  });
});
