/**
 * How long a message is under way between two machines. One direction of one pair always takes the same
 * time, as long as nothing else is said: what varies in a network is mostly who is far from whom.
 */
import { assert } from '../basics/assert.ts';
import type { Millis } from '../core/settings.ts';

/** One-way delay between two machines, named by the index of their nodes; at least 0, rounded to 1 ms. */
export type Latency = (from: number, to: number) => Millis;

/**
 * A constant in milliseconds, a uniform range in milliseconds (each pair of machines draws its own value,
 * the same both ways), or a function.
 */
export type LatencyChoice = Millis | { readonly min: Millis; readonly max: Millis } | Latency;

/** The one-way delays that `choice` describes; the draws of a range depend on `seed` and the pair only. */
export function latencyOf(choice: LatencyChoice, seed: number): Latency {
  if (typeof choice === 'function') return choice;
  if (typeof choice === 'number') {
    assert(choice >= 0, `a latency of ${choice} ms`);
    return () => choice;
  }
  const { min, max } = choice;
  assert(min >= 0 && max >= min, `a latency between ${min} and ${max} ms`);
  return (from, to) => min + (max - min) * pairFraction(from, to, seed);
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
