import { describe, expect, it } from 'vitest';
import { commonBars, shares } from '../../../../src/cli/simulate/report/histograms.ts';

const sum = (counts: readonly number[]): number => counts.reduce((a, b) => a + b, 0);

describe('histograms on one scale', () => {
  it('have a bar for each value where values are few', () => {
    const bars = commonBars([
      [
        [2, 5],
        [4, 1],
      ],
      [[3, 7]],
    ]);
    expect(bars).toMatchObject({
      from: [2, 3, 4],
      width: 1,
      counts: [
        [5, 0, 1],
        [0, 7, 0],
      ],
    });
  });

  it('lose no sample, however wide their values are spread', () => {
    const wide = Array.from({ length: 2_000 }, (_, i) => [i * i, 3] as const);
    const { counts, from } = commonBars([wide]);
    expect(sum(counts[0]!)).toBe(6_000);
    expect(from.length).toBeLessThanOrEqual(96);
  });

  it('gather a long thin tail in the last bar', () => {
    const { counts, isCut, from } = commonBars([
      [
        [10, 5_000],
        [20, 5_000],
        [60_000, 1],
      ],
    ]);
    expect([isCut, sum(counts[0]!)]).toEqual([true, 10_001]);
    expect(from.at(-1)).toBeLessThan(100);
  });

  it('are empty without samples', () => {
    expect(commonBars([[], []])).toMatchObject({ from: [], counts: [[], []] });
  });

  it('become shares that add up to one', () => {
    expect(shares([1, 3])).toEqual([0.25, 0.75]);
    expect(shares([0, 0])).toEqual([0, 0]);
  });
});
