/**
 * Checks proofs of work that peers have found: one hash each, a few microseconds.
 */
import { createHash, hash } from 'node:crypto';
import { assert } from '../../basics/assert.ts';
import { readU16, readU32, writeU16, writeU64 } from '../../basics/integers.ts';
import type { Proofs } from '../../core/settings.ts';
import { readDigest } from '../../wire/digest.ts';
import { isDifficulty } from './jobs.ts';

/** Above this copying costs more than a hash object. */
const ONE_CALL_BYTES_MAX = 4_096;

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

  digest(id, dataType, data) {
    const head = new Uint8Array(10);
    writeU64(id, head, 0);
    writeU16(dataType, head, 8);
    // Small messages in one call: making a hash object costs more than hashing them.
    const whole =
      data.length <= ONE_CALL_BYTES_MAX
        ? hash('sha256', Buffer.concat([head, data]), 'buffer')
        : createHash('sha256').update(head).update(data).digest();
    return readDigest(whole, 0);
  },
};
