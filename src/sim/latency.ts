/**
 * How long a message is under way between two machines. One direction of one pair always takes the same
 * time, as long as nothing else is said: what varies in a network is mostly who is far from whom.
 */
import { assert } from '../basics/assert.ts';
import type { Millis } from '../core/settings.ts';

/** One-way delay between two machines, named by the index of their nodes; at least 0, rounded to 1 ms. */
export type Latency = (from: number, to: number) => Millis;

/** Half of the pairs are closer than `median`; `sigma` is the standard deviation of the logarithm. */
export interface LogNormalLatency {
  readonly median: Millis;
  readonly sigma: number;
}

/**
 * Nodes live in regions: `regions` holds the share of the nodes in each, which add up to 1, and `table` the
 * delay from one region to another, in one direction at least. `jitter` spreads the pairs by up to that
 * share of the delay to either side, 0 … 1; default 0.1.
 */
export interface RegionalLatency {
  readonly regions: Readonly<Record<string, number>>;
  readonly table: Readonly<Record<string, Readonly<Record<string, Millis>>>>;
  readonly jitter?: number;
}

/**
 * A constant in milliseconds, a uniform range in milliseconds, a log-normal distribution, regions, or a
 * function. Each pair of machines draws its own value, the same both ways.
 */
export type LatencyChoice =
  | Millis
  | { readonly min: Millis; readonly max: Millis }
  | LogNormalLatency
  | RegionalLatency
  | Latency;

const JITTER = 0.1;

/** The one-way delays that `choice` describes; what is drawn depends on `seed` and the pair only. */
export function latencyOf(choice: LatencyChoice, seed: number): Latency {
  if (typeof choice === 'function') return choice;
  if (typeof choice === 'number') {
    assert(choice >= 0, `a latency of ${choice} ms`);
    return () => choice;
  }
  if ('median' in choice) return logNormal(choice, seed);
  if ('regions' in choice) return regional(choice, seed);
  const { min, max } = choice;
  assert(min >= 0 && max >= min, `a latency between ${min} and ${max} ms`);
  return (from, to) => min + (max - min) * pairFraction(from, to, seed);
}

function logNormal({ median, sigma }: LogNormalLatency, seed: number): Latency {
  assert(median >= 0 && sigma >= 0, `a latency of ${median} ms with sigma ${sigma}`);
  return (from, to) => {
    // Box and Muller's transform of two uniform numbers into a normal one.
    const radius = Math.sqrt(-2 * Math.log(1 - pairFraction(from, to, seed)));
    const angle = 2 * Math.PI * pairFraction(from, to, ~seed);
    return median * Math.exp(sigma * radius * Math.cos(angle));
  };
}

function regional({ regions, table, jitter = JITTER }: RegionalLatency, seed: number): Latency {
  const names = Object.keys(regions);
  const delays = names.map((from) => names.map((to) => table[from]?.[to] ?? table[to]?.[from]));
  names.forEach((from, i) =>
    names.forEach((to, j) => {
      assert(delays[i]![j] !== undefined, `no latency between the regions ${from} and ${to}`);
    }),
  );
  const regionOf = (node: number): number => {
    let left = pairFraction(node, node, seed ^ 0x5bd1_e995);
    for (let i = 0; i < names.length - 1; i++) {
      left -= regions[names[i]!]!;
      if (left < 0) return i;
    }
    return names.length - 1;
  };
  return (from, to) => {
    const delay = delays[regionOf(from)]![regionOf(to)]!;
    return delay * (1 + jitter * (2 * pairFraction(from, to, seed) - 1));
  };
}

/** A number in 0 ≤ x < 1 that looks random and is the same for both orders of the pair. */
function pairFraction(a: number, b: number, seed: number): number {
  let hash = seed ^ Math.imul(Math.min(a, b) + 1, 0x9e37_79b1);
  hash = scramble(hash) ^ Math.imul(Math.max(a, b) + 1, 0x85eb_ca6b);
  return (scramble(hash) >>> 0) / 0x1_0000_0000;
}

/** The finaliser of MurmurHash3: every input bit changes every output bit with probability one half. */
export function scramble(value: number): number {
  let hash = value;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85eb_ca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2_ae35);
  return hash ^ (hash >>> 16);
}
