/** Proofs of work for tests: found on the spot, so only easy ones. */
import { randomFillSync } from 'node:crypto';
import { readU64, u64, type U64 } from '../basics/integers.ts';
import { cryptoProofs } from '../daemon/proof-of-work/crypto-proofs.ts';
import { encodePeerMessage, joinOffer, type PeerOffer } from '../wire/peer-messages.ts';

/** More would block the test for long: 2^20 hashes take about two seconds. */
const DIFFICULTY_MAX = 20;

/** A random 64-bit number, as ids and challenges are. */
export function randomU64(): U64 {
  return readU64(randomFillSync(new Uint8Array(8)), 0);
}

/** Whether a 509 with `nonce` answers a 508 with `challenge`: `difficulty` leading zero bits, 0 … 31. */
export function isNonce(challenge: U64, nonce: U64, difficulty: number): boolean {
  return cryptoProofs.checkNonce(challenge, nonce, difficulty);
}

/**
 * A nonce for a 508; some 2^difficulty hashes on this thread.
 *
 * @throws RangeError above 20 bits.
 */
export function findNonce(challenge: U64, difficulty: number): U64 {
  if (difficulty > DIFFICULTY_MAX) {
    throw new RangeError(`${difficulty} bits are too many for a test: at most ${DIFFICULTY_MAX}`);
  }
  for (let low = 0; ; low++) {
    const nonce = u64(Math.floor(low / 2 ** 32), low);
    if (isNonce(challenge, nonce, difficulty)) return nonce;
  }
}

/** A 506 that answers a 505 with `challenge`: some 65,536 hashes on this thread. `text` as in a 506. */
export function proveOffer(challenge: U64, text: Uint8Array): PeerOffer {
  for (let low = 0; ; low++) {
    const offer = joinOffer({ challenge, nonce: u64(0, low), text });
    if (cryptoProofs.checkOffer(encodePeerMessage(offer))) return offer;
  }
}
