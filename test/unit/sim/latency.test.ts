import { describe, expect, it } from 'vitest';
import { latencyOf, type LatencyChoice } from '../../../src/sim/latency.ts';

const NODES = 300;

/** The delays of all pairs, ascending. */
function delays(choice: LatencyChoice, seed = 7): number[] {
  const latency = latencyOf(choice, seed);
  const values: number[] = [];
  for (let from = 0; from < NODES; from++) {
    for (let to = 0; to < from; to++) values.push(latency(from, to));
  }
  return values.toSorted((a, b) => a - b);
}

function quantile(values: readonly number[], share: number): number {
  return values[Math.floor(share * values.length)]!;
}

const REGIONS = {
  regions: { eu: 0.5, us: 0.3, asia: 0.2 },
  table: { eu: { eu: 10, us: 45, asia: 120 }, us: { us: 20, asia: 80 }, asia: { asia: 15 } },
  jitter: 0.2,
};
const CHOICES: readonly (readonly [string, LatencyChoice])[] = [
  ['a constant', 20],
  ['a range', { min: 10, max: 100 }],
  ['a log-normal distribution', { median: 40, sigma: 0.5 }],
  ['regions', REGIONS],
];

describe('a latency', () => {
  it.each(CHOICES)('is the same both ways for %s', (_name, choice) => {
    const latency = latencyOf(choice, 3);
    for (let i = 1; i < 50; i++) expect(latency(i, 2 * i)).toBe(latency(2 * i, i));
  });

  it('spreads evenly over a range', () => {
    const values = delays({ min: 10, max: 100 });
    expect(values[0]).toBeGreaterThanOrEqual(10);
    expect(values.at(-1)).toBeLessThanOrEqual(100);
    expect(quantile(values, 0.25)).toBeCloseTo(32.5, -0.5);
    expect(quantile(values, 0.75)).toBeCloseTo(77.5, -0.5);
  });

  it('has half of the pairs below a median, and a sixth beyond one sigma', () => {
    const values = delays({ median: 40, sigma: 0.5 });
    expect(quantile(values, 0.5) / 40).toBeCloseTo(1, 1);
    expect(quantile(values, 0.8413) / (40 * Math.exp(0.5))).toBeCloseTo(1, 1);
    expect(quantile(values, 0.1587) / (40 * Math.exp(-0.5))).toBeCloseTo(1, 1);
  });

  it('follows the table between regions, as large as their shares, spread by the jitter', () => {
    const values = delays(REGIONS);
    const near = (delay: number): number =>
      values.filter((value) => value >= 0.8 * delay && value <= 1.2 * delay).length / values.length;
    expect(near(120)).toBeCloseTo(2 * 0.5 * 0.2, 1);
    expect(near(45)).toBeCloseTo(2 * 0.5 * 0.3, 1);
    expect(values.every((value) => value >= 8 && value <= 144)).toBe(true);
  });

  it('needs a table with an entry for every two regions', () => {
    const table = { eu: { eu: 10 }, us: { us: 20 } };
    expect(() => latencyOf({ regions: { eu: 0.5, us: 0.5 }, table }, 1)).toThrow('eu and us');
  });
});
