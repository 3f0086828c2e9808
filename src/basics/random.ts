/**
 * Chance, injected. The daemon hands in cryptographic bits, the simulator seeded ones; nothing below the
 * daemon may reach for `Math.random`. All draws are unbiased.
 */
import { assert } from './assert.ts';
import { u64, type U64 } from './integers.ts';

/** A source of uniformly distributed 32-bit unsigned integers. */
export type RandomBits = () => number;

export class Random {
  readonly #bits: RandomBits;

  constructor(bits: RandomBits) {
    this.#bits = bits;
  }

  /** A uniform integer in 0 … 2^32 − 1. */
  u32(): number {
    return this.#bits();
  }

  /** A uniform 64-bit integer. */
  u64(): U64 {
    return u64(this.#bits(), this.#bits());
  }

  /** A uniform integer in 0 … `bound` − 1. `bound` is 1 … 2^32. Draws again rather than favour small values. */
  below(bound: number): number {
    assert(bound >= 1 && bound <= 0x1_0000_0000, `bound out of range: ${bound}`);
    const limit = 0x1_0000_0000 - (0x1_0000_0000 % bound);
    let draw = this.#bits();
    while (draw >= limit) draw = this.#bits();
    return draw % bound;
  }

  /** A uniform real in 0 ≤ x < 1, with 32 bits of resolution. */
  fraction(): number {
    return this.#bits() / 0x1_0000_0000;
  }

  /** One element, each with equal probability; undefined of an empty list. */
  pick<T>(items: readonly T[]): T | undefined {
    return items.length === 0 ? undefined : items[this.below(items.length)];
  }

  /**
   * Up to `count` distinct elements in random order, every ordered selection equally likely
   * (a partial Fisher–Yates shuffle of a copy).
   */
  sample<T>(items: readonly T[], count: number): T[] {
    const pool = items.slice();
    const taken = Math.min(count, pool.length);
    for (let i = 0; i < taken; i++) {
      const j = i + this.below(pool.length - i);
      const swapped = pool[i]!;
      pool[i] = pool[j]!;
      pool[j] = swapped;
    }
    pool.length = taken;
    return pool;
  }

  /** All elements in random order; the list itself is left alone. */
  shuffled<T>(items: readonly T[]): T[] {
    return this.sample(items, items.length);
  }
}

/**
 * A reproducible source (sfc32 by Chris Doty-Humphrey, public domain; passes PractRand to 2 TB and more).
 * The same `seed` (any 32-bit integer) and `stream` give the same draws for ever; different streams of one
 * seed are independent, so each simulated node gets its own and adding a node disturbs no other.
 */
export function seededRandom(seed: number, stream = 0): Random {
  let a = seed >>> 0;
  let b = stream >>> 0;
  let c = 0x9e37_79b9;
  let counter = 1;
  const bits = (): number => {
    const result = (a + b + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + result) | 0;
    return result >>> 0;
  };
  // The author's recommendation: discard the first draws, until the seed has spread over the whole state.
  for (let i = 0; i < 15; i++) bits();
  return new Random(bits);
}
