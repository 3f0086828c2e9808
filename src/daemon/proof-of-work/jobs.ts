/**
 * What is asked of the workers and what they answer: plain data, copied from thread to thread.
 */
import type { U64 } from '../../basics/integers.ts';
import type { LinkId } from '../../core/inputs.ts';
import { HEADER_BYTES, MESSAGE_BYTES_MAX } from '../../wire/message-types.ts';

/** Links that wait for a nonce at once: no more links than these are not open yet, and open ones do not. */
export const LINKS_MAX = 256;

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

/** To a worker. Jobs are known by a number that is never used twice. */
export type Order =
  /** Work on it; a nonce job takes the place of an earlier one of its link. */
  | { readonly kind: 'start'; readonly number: number; readonly job: Job }
  /** Drop all jobs of the link and forget what hashes it has taken. */
  | { readonly kind: 'cancel'; readonly link: LinkId };

/** From a worker: the job is done, with a nonce, or without one if all its hashes are used up. */
export interface Answer {
  readonly number: number;
  readonly nonce: U64 | undefined;
}
