/**
 * Checks proofs of work that peers have found: one hash each, a few microseconds.
 */
import { hash } from 'node:crypto';
import { assert } from '../../basics/assert.ts';
import { readU16, readU32, writeU64 } from '../../basics/integers.ts';
import type { Proofs } from '../../core/settings.ts';
import { isDifficulty } from './jobs.ts';

export const cryptoProofs: Proofs = {
  checkNonce(challenge, nonce, difficulty) {
    assert(isDifficulty(difficulty), `difficulty out of range: ${difficulty}`);
    const message = new Uint8Array(16);
    writeU64(challenge, message, 0);
    writeU64(nonce, message, 8);
    return readU32(hash('sha256', message, 'buffer'), 0) < 2 ** (32 - difficulty);
  },

  checkOffer(packet) {
    return readU16(hash('sha256', packet, 'buffer'), 0) === 0;
  },
};
