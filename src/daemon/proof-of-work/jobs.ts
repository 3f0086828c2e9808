/**
 * What is asked of the workers and what they answer: plain data, copied from thread to thread.
 */
import type { U64 } from '../../basics/integers.ts';
import type { LinkId } from '../../core/inputs.ts';
import { HEADER_BYTES, MESSAGE_BYTES_MAX } from '../../wire/message-types.ts';

/**
 * Links whose nonce jobs are known at once, one job each: no more links than these are not open yet, and the
 * others are cancelled. The core sees to it; one more is a defect and fails an assertion.
 */
export const NONCE_LINKS_MAX = 256;

/** Offers that wait for a nonce at once. The core starts no more; one more fails an assertion. */
export const OFFERS_MAX = 8;

/** The most zero bits that can be asked for: they are all in the first word of the digest. */
const DIFFICULTY_MAX = 31;

export function isDifficulty(bits: number): boolean {
  return Number.isInteger(bits) && bits >= 0 && bits <= DIFFICULTY_MAX;
}

/** What a 506 has left for its text, beside header, challenge and nonce. */
export const OFFER_TEXT_BYTES_MAX = MESSAGE_BYTES_MAX - HEADER_BYTES - 16;

/** Find the nonce of a 509. */
export interface NonceJob {
  readonly link: LinkId;
  readonly challenge: U64;
  /** Leading zero bits, 0 … 31. */
  readonly difficulty: number;
  /** Give up when all nonce jobs of this link, until it is cancelled, have taken this many hashes. */
  readonly hashesMax: number;
}

/** Find the nonce of a 506. */
export interface OfferJob {
  readonly link: LinkId;
  readonly challenge: U64;
  /** The addresses as text, see offer-text.ts; at most {@link OFFER_TEXT_BYTES_MAX} bytes. */
  readonly text: Uint8Array;
}

export type Job = ({ readonly kind: 'nonce' } & NonceJob) | ({ readonly kind: 'offer' } & OfferJob);

/** What a worker does at a time: so many hashes of one job, from a random nonce on. */
export interface Portion {
  readonly job: Job;
  /** At least 1. */
  readonly hashesMax: number;
}

/** To a worker. Every portion that is started is answered by one {@link Report}. */
export type Order =
  /** Work on it. Only for a worker that has none. */
  | { readonly kind: 'start'; readonly portion: Portion }
  /** Nobody wants the result any more: report soon. Without a portion there is nothing to stop. */
  | { readonly kind: 'stop' };

/** From a worker: it is done with its portion. */
export interface Report {
  /** Undefined: none of the nonces tried fits, or the portion was stopped. */
  readonly nonce: U64 | undefined;
  /** How many were tried, 0 … `hashesMax`. */
  readonly hashes: number;
}
