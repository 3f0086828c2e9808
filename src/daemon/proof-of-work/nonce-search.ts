/**
 * The search for the nonce of a 509: SHA-256(challenge ‖ nonce), both eight bytes big-endian, starts with
 * `difficulty` zero bits. Nonces are tried upwards from a given one, and after 2^64 − 1 comes 0.
 */
import { assert } from '../../basics/assert.ts';
import type { U64 } from '../../basics/integers.ts';
import { isDifficulty } from './jobs.ts';
import type { Kernel } from './kernel.ts';
import { u64Plus, type Progress, type Search } from './search.ts';

/** Hashes in one slice: 6 to 9 ms here, so that a search that is not wanted any more ends that soon. */
const SLICE_HASHES = 2 ** 16;
const TWO_TO_32 = 2 ** 32;

export interface NonceSearchOptions {
  readonly kernel: Kernel;
  readonly challenge: U64;
  /** Leading zero bits, 0 … 31; 0 takes the first nonce. */
  readonly difficulty: number;
  /** Give up after this many hashes, 0 … 2^53. */
  readonly hashesMax: number;
  /** The first nonce to be tried. */
  readonly start: U64;
}

export class NonceSearch implements Search {
  readonly #kernel: Kernel;
  readonly #challenge: U64;
  /** The bits of the digest's first word that must be zero. */
  readonly #mask: number;
  readonly #hashesMax: number;
  #next: U64;
  #hashes = 0;

  constructor({ kernel, challenge, difficulty, hashesMax, start }: NonceSearchOptions) {
    assert(isDifficulty(difficulty), `difficulty out of range: ${difficulty}`);
    this.#kernel = kernel;
    this.#challenge = challenge;
    // A shift by 32 would be one by 0, so no bits at all are a case of their own.
    this.#mask = difficulty === 0 ? 0 : -1 << (32 - difficulty);
    this.#hashesMax = hashesMax;
    this.#next = start;
  }

  get hashes(): number {
    return this.#hashes;
  }

  step(): Progress {
    const next = this.#next;
    const { high, low } = this.#challenge;
    const hashesLeft = this.#hashesMax - this.#hashes;
    // The kernel counts in the lower half only, so a slice ends where that half is used up.
    const count = Math.min(SLICE_HASHES, hashesLeft, TWO_TO_32 - next.low);
    const kernel = this.#kernel;
    const before = kernel(high | 0, low | 0, next.high | 0, next.low | 0, count, this.#mask);
    this.#hashes += before < 0 ? count : before + 1;
    if (before >= 0) return { kind: 'ended', nonce: u64Plus(next, before) };
    this.#next = u64Plus(next, count);
    return count < hashesLeft ? { kind: 'searching' } : { kind: 'ended', nonce: undefined };
  }
}
