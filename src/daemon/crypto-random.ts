/** Chance for the core: ids, challenges and choices that nobody can foresee. */
import { randomFillSync } from 'node:crypto';
import { Random } from '../basics/random.ts';

/** 4 KiB at a time: one call for eight bytes takes three microseconds, a thousandth of that from the pool. */
const POOL_WORDS = 1024;

export function cryptoRandom(): Random {
  const pool = new Uint32Array(POOL_WORDS);
  let next = POOL_WORDS;
  return new Random(() => {
    if (next === POOL_WORDS) {
      randomFillSync(pool);
      next = 0;
    }
    return pool[next++]!;
  });
}
