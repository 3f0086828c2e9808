/** Samples by counting: percentiles, and how exact they are. */
import { describe, expect, it } from 'vitest';
import { CountHistogram } from '../../../../src/sim/scenario/count-histogram.ts';

function counted(...values: readonly number[]): CountHistogram {
  const histogram = new CountHistogram();
  for (const value of values) histogram.add(value);
  return histogram;
}

describe('a histogram', () => {
  it('without samples has no percentiles', () => {
    expect(new CountHistogram().distribution()).toEqual({
      count: 0,
      mean: null,
      p50: null,
      p90: null,
      p99: null,
      max: null,
    });
  });

  it('gives percentiles by nearest rank', () => {
    const hundred = counted(...Array.from({ length: 100 }, (_, i) => i + 1));
    expect(hundred.distribution()).toEqual({
      count: 100,
      mean: 50.5,
      p50: 50,
      p90: 90,
      p99: 99,
      max: 100,
    });
  });

  it('of one sample has that for every percentile', () => {
    expect(counted(7).distribution()).toMatchObject({ p50: 7, p90: 7, p99: 7, max: 7, mean: 7 });
  });

  it('lists the values that occurred, ascending', () => {
    expect(counted(5, 3, 5, 0).histogram()).toEqual([
      [0, 1],
      [3, 1],
      [5, 2],
    ]);
  });

  it.each([2_047, 2_048, 2_049, 4_095, 4_096, 100_003, 2 ** 31 + 1, 2 ** 39 + 12_345])(
    'keeps %i within 0.1 percent, never above it',
    (value) => {
      const [[from]] = counted(value).histogram() as [[number, number]];
      expect(from).toBeLessThanOrEqual(value);
      expect((value - from) / value).toBeLessThan(0.001);
    },
  );

  it('puts larger values into later bins', () => {
    const values = Array.from({ length: 4_000 }, (_, i) => 1_900 + i * 7);
    const starts = values.map((value) => counted(value).histogram()[0]![0]);
    expect(starts).toEqual([...starts].sort((a, b) => a - b));
  });

  it('counts what is too large for it as its largest value', () => {
    expect(counted(2 ** 50).histogram()).toEqual(counted(2 ** 40).histogram());
  });

  it('merges and reads back without a difference', () => {
    const both = counted(1, 5_000, 7);
    both.merge(counted(7, 90_000_000));
    expect(CountHistogram.of(both.histogram()).histogram()).toEqual(both.histogram());
    expect(both.count).toBe(5);
  });

  it('copies without a tie to the original', () => {
    const original = counted(1);
    original.copy().add(2);
    expect(original.count).toBe(1);
  });
});
