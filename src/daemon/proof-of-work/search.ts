/**
 * What a worker spends its time on: trying one nonce after the other, done in slices, so that the search can
 * be stopped between two of them.
 */
import { u64, type U64 } from '../../basics/integers.ts';

/** Where a search stands after a slice; it ends with a nonce, or without one when its hashes are used up. */
export type Progress =
  { readonly kind: 'searching' } | { readonly kind: 'ended'; readonly nonce: U64 | undefined };

export interface Search {
  /** Hashes so far. */
  readonly hashes: number;
  /** Tries the next slice of nonces, some milliseconds' worth. Not called again once the search has ended. */
  step(): Progress;
}

/** `value` + `count` modulo 2^64; `count` is 0 … 2^32. */
export function u64Plus(value: U64, count: number): U64 {
  const low = value.low + count;
  return u64(low > 0xffff_ffff ? value.high + 1 : value.high, low);
}
