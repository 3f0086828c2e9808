import { describe, expect, it } from 'vitest';
import { AssertionError } from '../../../src/basics/assert.ts';
import { u64 } from '../../../src/basics/integers.ts';
import { Random, seededRandom } from '../../../src/basics/random.ts';

const SEED = 20_261;

describe('a seeded source', () => {
  it('draws what the published generator draws', () => {
    const [random, reference] = [seededRandom(SEED, 7), sfc32(SEED, 7)];
    const draws = Array.from({ length: 1_000 }, () => random.u32());
    expect(draws).toEqual(Array.from({ length: 1_000 }, () => reference()));
  });

  it('draws the same again', () => {
    expect(firstDraws(seededRandom(SEED))).toEqual(firstDraws(seededRandom(SEED)));
  });

  it('draws the same for ever', () => {
    expect(firstDraws(seededRandom(1))).toEqual(GOLDEN_DRAWS);
  });

  it('draws something else with another seed', () => {
    expect(firstDraws(seededRandom(SEED + 1))).not.toEqual(firstDraws(seededRandom(SEED)));
  });

  it('draws something else in another stream', () => {
    expect(firstDraws(seededRandom(SEED, 1))).not.toEqual(firstDraws(seededRandom(SEED, 2)));
  });

  it('draws in streams that have nothing to do with each other', () => {
    const [left, right] = [seededRandom(SEED, 1), seededRandom(SEED, 2)];
    const cells = Array.from({ length: 40_000 }, () => left.below(8) * 8 + right.below(8));
    expect(chiSquare(cells, 64)).toBeLessThan(CRITICAL.get(63)!);
  });
});

describe('a draw', () => {
  it('of 64 bits has the first draw in its upper half', () => {
    expect(scripted(1, 2).u64()).toEqual(u64(1, 2));
  });

  it('below a bound is drawn again where the modulus would favour small values', () => {
    // 3 × 2^30: of the 2^32 draws the last quarter would count twice for the first 2^30 values.
    const bound = 3 * 2 ** 30;
    expect(scripted(0xffff_ffff, 0xc000_0000, bound - 1).below(bound)).toBe(bound - 1);
  });

  it('below 2^32 takes every draw as it is', () => {
    expect(scripted(0xffff_ffff).below(2 ** 32)).toBe(0xffff_ffff);
  });

  it('below 1 is 0', () => {
    expect(scripted(12_345).below(1)).toBe(0);
  });

  it.each([0, -1, 2 ** 32 + 1, Number.NaN])('below %d is our own defect', (bound) => {
    expect(() => seededRandom(SEED).below(bound)).toThrow(AssertionError);
  });

  it('as a fraction is never 1', () => {
    expect(scripted(0xffff_ffff).fraction()).toBeLessThan(1);
  });

  it('as a fraction can be 0', () => {
    expect(scripted(0).fraction()).toBe(0);
  });
});

describe('unbiased are', () => {
  it.each([2, 3, 6, 10, 24, 100])('draws below %i', (bound) => {
    const random = seededRandom(SEED, bound);
    const draws = Array.from({ length: 1_000 * bound }, () => random.below(bound));
    expect(chiSquare(draws, bound)).toBeLessThan(CRITICAL.get(bound - 1)!);
  });

  it('draws below a bound that does not divide 2^32 well', () => {
    const random = seededRandom(SEED);
    const bound = 3 * 2 ** 30;
    const thirds = Array.from({ length: 30_000 }, () => Math.floor(random.below(bound) / 2 ** 30));
    expect(chiSquare(thirds, 3)).toBeLessThan(CRITICAL.get(2)!);
  });

  it('fractions', () => {
    const random = seededRandom(SEED);
    const tenths = Array.from({ length: 10_000 }, () => Math.floor(random.fraction() * 10));
    expect(chiSquare(tenths, 10)).toBeLessThan(CRITICAL.get(9)!);
  });

  it('picks', () => {
    const random = seededRandom(SEED);
    const picks = Array.from({ length: 6_000 }, () => random.pick([0, 1, 2, 3, 4, 5])!);
    expect(chiSquare(picks, 6)).toBeLessThan(CRITICAL.get(5)!);
  });

  it('all orders of a shuffled list', () => {
    const random = seededRandom(SEED);
    const orders = Array.from({ length: 24_000 }, () => rank(random.shuffled([0, 1, 2, 3])));
    expect(chiSquare(orders, 24)).toBeLessThan(CRITICAL.get(23)!);
  });

  it('all ordered pairs of a sample of two', () => {
    const random = seededRandom(SEED);
    const pairs = Array.from({ length: 20_000 }, () => {
      const [first, second] = random.sample([0, 1, 2, 3, 4], 2);
      return first! * 4 + (second! > first! ? second! - 1 : second!);
    });
    expect(chiSquare(pairs, 20)).toBeLessThan(CRITICAL.get(19)!);
  });
});

describe('a sample', () => {
  it('has distinct elements of the list', () => {
    const sample = seededRandom(SEED).sample([...Array(100).keys()], 30);
    expect(new Set(sample).size).toBe(30);
  });

  it('has all elements when more are asked for than there are', () => {
    expect(seededRandom(SEED).sample([1, 2, 3], 10).toSorted()).toEqual([1, 2, 3]);
  });

  it('of none is empty', () => {
    expect(seededRandom(SEED).sample([1, 2, 3], 0)).toEqual([]);
  });

  it('leaves the list alone', () => {
    const list = [1, 2, 3, 4, 5];
    seededRandom(SEED).shuffled(list);
    expect(list).toEqual([1, 2, 3, 4, 5]);
  });
});

describe('a pick', () => {
  it('from an empty list is undefined', () => {
    expect(seededRandom(SEED).pick([])).toBeUndefined();
  });

  it('from a list of one is that one', () => {
    expect(seededRandom(SEED).pick(['only'])).toBe('only');
  });
});

/** Chi-square at p = 0.001 by degrees of freedom; seeds are fixed, so a test passes always or never. */
const CRITICAL: ReadonlyMap<number, number> = new Map([
  [1, 10.83],
  [2, 13.82],
  [5, 20.52],
  [9, 27.88],
  [19, 43.82],
  [23, 49.73],
  [63, 103.44],
  [99, 148.23],
]);

/** The first of seed 1, checked against the reference below. */
const GOLDEN_DRAWS = [2_308_299_391, 1_950_625_580, 354_034_397, 661_219_729];

function chiSquare(draws: readonly number[], outcomes: number): number {
  const counts = Array<number>(outcomes).fill(0);
  for (const draw of draws) counts[draw]!++;
  const expected = draws.length / outcomes;
  return counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
}

/** The place of an order of 0, 1, 2, 3 among all 24. */
function rank(order: readonly number[]): number {
  const [a, b, c, d] = order as [number, number, number, number];
  const lower = (value: number, later: number[]) => later.filter((other) => other < value).length;
  return lower(a, [b, c, d]) * 6 + lower(b, [c, d]) * 2 + lower(c, [d]);
}

function scripted(...draws: number[]): Random {
  return new Random(() => draws.shift()!);
}

function firstDraws(random: Random): number[] {
  return Array.from({ length: 4 }, () => random.u32());
}

/** sfc32 as its author wrote it in C, in 32-bit arithmetic on big integers. */
function sfc32(seed: number, stream: number): () => number {
  let [a, b, c, counter] = [BigInt(seed), BigInt(stream), 0x9e37_79b9n, 1n];
  const cut = (value: bigint) => BigInt.asUintN(32, value);
  const draw = () => {
    const result = cut(a + b + counter);
    counter = cut(counter + 1n);
    a = b ^ (b >> 9n);
    b = cut(c + (c << 3n));
    c = cut(((c << 21n) | (c >> 11n)) + result);
    return Number(result);
  };
  for (let i = 0; i < 15; i++) draw();
  return draw;
}
