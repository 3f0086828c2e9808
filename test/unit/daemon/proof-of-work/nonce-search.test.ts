import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AssertionError } from '../../../../src/basics/assert.ts';
import { u64, u64FromHex, type U64 } from '../../../../src/basics/integers.ts';
import { createKernel } from '../../../../src/daemon/proof-of-work/kernel.ts';
import { NonceSearch } from '../../../../src/daemon/proof-of-work/nonce-search.ts';
import type { Progress } from '../../../../src/daemon/proof-of-work/search.ts';
import { challengeWith, firstNonce, zeroBits } from './oracle.ts';

const SLICE = 2 ** 16;
const PLENTY = 2 ** 40;
const kernel = createKernel();

describe('the search for a nonce', () => {
  it('finds the nonce that hashing one after the other finds', () => {
    const half = fc.nat(0xffff_ffff);
    const difficulty = fc.integer({ min: 0, max: 9 });
    fc.assert(
      fc.property(half, half, half, half, difficulty, (a, b, c, d, bits) => {
        const [challenge, start] = [u64(a, b), u64(c, d)];
        expect(search(challenge, start, bits)).toEqual(firstNonce(challenge, start, bits).nonce);
      }),
      { numRuns: 200 },
    );
  });

  it.each([1, 5, 8, 11, 14])('finds the first nonce with %i zero bits', (bits) => {
    const challenge = u64(0xdead_beef, bits);
    const start = u64(0x0123_4567, 0x89ab_cdef);
    expect(search(challenge, start, bits)).toEqual(firstNonce(challenge, start, bits).nonce);
  });

  it('takes any nonce at difficulty 0', () => {
    expect(search(u64(1, 2), u64(3, 4), 0)).toEqual(u64(3, 4));
  });

  it('goes on with the upper half where the lower half of the nonce is used up', () => {
    const start = u64(0x0000_0007, 0xffff_ff00);
    const challenge = challengeWith((c) => firstNonce(c, start, 9).before > 256);
    const nonce = search(challenge, start, 9);
    expect(nonce).toEqual(firstNonce(challenge, start, 9).nonce);
    expect(nonce?.high).toBe(8);
  });

  it('goes on with 0 after the largest nonce', () => {
    const start = u64(0xffff_ffff, 0xffff_ff00);
    const challenge = challengeWith((c) => firstNonce(c, start, 9).before > 256);
    const nonce = search(challenge, start, 9);
    expect(nonce).toEqual(firstNonce(challenge, start, 9).nonce);
    expect(nonce?.high).toBe(0);
  });

  it.each(['0000000000000000', 'ffffffffffffffff', '00000000ffffffff', '8000000080000000'])(
    'accepts the nonce %s if it fits',
    (hex) => {
      const nonce = fromHex(hex);
      const challenge = challengeWith((c) => zeroBits(c, nonce) >= 8);
      expect(search(challenge, nonce, 8)).toEqual(nonce);
    },
  );
});

describe('at the largest difficulties', () => {
  // Found with this very search and checked with node:crypto; 31 bits take minutes.
  const challenge = fromHex('bc7a300e74f6cbcb');
  const rare: [bits: number, nonce: string][] = [
    [28, '012345673d822d9b'],
    [29, '012345670449ddda'],
    [30, '0123456711b5e82c'],
    [31, '01234567b3bf5ef2'],
  ];

  it.each(rare)('a nonce with exactly %i zero bits fits at that difficulty', (bits, hex) => {
    expect(zeroBits(challenge, fromHex(hex))).toBe(bits);
    expect(search(challenge, fromHex(hex), bits, 1)).toEqual(fromHex(hex));
  });

  it.each([1, SLICE - 1, SLICE, SLICE + 1, 3 * SLICE])('finds such a nonce %i later', (before) => {
    const nonce = fromHex('012345673d822d9b');
    const start = u64(nonce.high, nonce.low - before);
    expect(search(challenge, start, 28, before)).toBeUndefined();
    expect(search(challenge, start, 28, before + 1)).toEqual(nonce);
  });

  it.each(rare.slice(0, -1))(
    'a nonce with exactly %i zero bits does not fit one more',
    (bits, hex) => {
      expect(search(challenge, fromHex(hex), bits + 1, 1)).toBeUndefined();
    },
  );
});

describe('the bound on hashes', () => {
  const start = u64(1, 2);
  const challenge = challengeWith((c) => firstNonce(c, start, 10).before > 100);
  const { nonce, before } = firstNonce(challenge, start, 10);

  it('lets the last hash still find a nonce', () => {
    expect(search(challenge, start, 10, before + 1)).toEqual(nonce);
  });

  it('ends the search without a nonce one hash earlier', () => {
    expect(search(challenge, start, 10, before)).toBeUndefined();
  });

  it('ends a search that may not hash at all', () => {
    expect(search(challenge, start, 0, 0)).toBeUndefined();
  });
});

describe('the hashes of a search', () => {
  const start = u64(1, 2);
  const challenge = challengeWith((c) => firstNonce(c, start, 10).before > 100);
  const { before } = firstNonce(challenge, start, 10);

  it('include the one that found a nonce', () => {
    expect(ended(challenge, start, 10, PLENTY).hashes).toBe(before + 1);
  });

  it('are all that it may take if it found none', () => {
    expect(ended(challenge, start, 10, 50).hashes).toBe(50);
  });

  it('grow by 2^16 with each slice', () => {
    const job = { challenge: u64(1, 2), difficulty: 31, hashesMax: 3 * SLICE, start: u64(0, 0) };
    const nonces = new NonceSearch({ ...job, kernel });
    const steps = Array.from({ length: 3 }, () => [nonces.step().kind, nonces.hashes]);
    expect(steps).toEqual([
      ['searching', SLICE],
      ['searching', 2 * SLICE],
      ['ended', 3 * SLICE],
    ]);
  });
});

describe('a difficulty that cannot be searched for', () => {
  it.each([-1, 32, 64, 1e9, 0.5, Number.NaN])('%d is our own defect', (difficulty) => {
    expect(() => search(u64(1, 2), u64(0, 0), difficulty)).toThrow(AssertionError);
  });
});

function search(
  challenge: U64,
  start: U64,
  difficulty: number,
  hashesMax = PLENTY,
): U64 | undefined {
  return ended(challenge, start, difficulty, hashesMax).nonce;
}

function ended(challenge: U64, start: U64, difficulty: number, hashesMax: number) {
  const nonces = new NonceSearch({ kernel, challenge, difficulty, hashesMax, start });
  let progress: Progress = nonces.step();
  while (progress.kind === 'searching') progress = nonces.step();
  return { nonce: progress.nonce, hashes: nonces.hashes };
}

function fromHex(text: string): U64 {
  return u64FromHex(text)!;
}
