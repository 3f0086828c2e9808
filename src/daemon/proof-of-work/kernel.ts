/**
 * The inner loop of the search for the nonce of a 509. There are two of them that do the same: one in
 * WebAssembly that tries four nonces at a time, and one in JavaScript for where that cannot be had. Measured
 * with bench/proof-of-work.mjs on one core, in million hashes per second: 11.9 and 8.0; `createHash` 0.85.
 */
import { assert } from '../../basics/assert.ts';
import { createJsKernel } from './js-kernel.ts';
import { createSimdKernel } from './simd-kernel.ts';

/**
 * Tries `count` nonces (0 … 2^30), one after the other, and returns how many came before the first that
 * fits, or −1 if none does. A nonce fits if the bits of `mask` are zero in the first word of SHA-256 of
 * challenge ‖ nonce. Of the nonce only the lower half counts up, and after 2^32 − 1 comes 0; `nonceLow` is
 * the first. All but `count` are cut to 32 bits.
 */
export type Kernel = (
  challengeHigh: number,
  challengeLow: number,
  nonceHigh: number,
  nonceLow: number,
  count: number,
  mask: number,
) => number;

/** `simd`: WebAssembly with vectors of four words. `js`: plain JavaScript, two thirds as fast (measured). */
export type KernelName = 'simd' | 'js';

/**
 * The faster kernel that this machine and this Node can run: `simd`, or else `js`. A `name` asks for just
 * that one, for tests and measurements; it is our own defect to ask for what cannot be had.
 */
export function createKernel(name?: KernelName): Kernel {
  if (name === 'js') return createJsKernel();
  const kernel = createSimdKernel();
  assert(kernel !== undefined || name === undefined, 'no WebAssembly with SIMD here');
  return kernel ?? createJsKernel();
}
