/**
 * Proofs of work as the protocol words them, one digest at a time with node:crypto: what the fast code is
 * compared with.
 */
import { createHash } from 'node:crypto';
import { writeU64, type U64 } from '../../../../src/basics/integers.ts';

/** Zero bits at the start of SHA-256(challenge ‖ nonce). */
export function zeroBits(challenge: U64, nonce: U64): number {
  const message = new Uint8Array(16);
  writeU64(challenge, message, 0);
  writeU64(nonce, message, 8);
  return leadingZeros(createHash('sha256').update(message).digest());
}

/** Zero bits at the start of SHA-256 over a whole packet. */
export function packetZeroBits(packet: Uint8Array): number {
  return leadingZeros(createHash('sha256').update(packet).digest());
}

/** The first nonce from `start` on, upwards modulo 2^64, that has `difficulty` zero bits, and how many come before it. */
export function firstNonce(
  challenge: U64,
  start: U64,
  difficulty: number,
): { readonly nonce: U64; readonly before: number } {
  for (let before = 0; ; before++) {
    const nonce = plus(start, before);
    if (zeroBits(challenge, nonce) >= difficulty) return { nonce, before };
  }
}

/** `value` + `count` modulo 2^64. */
export function plus(value: U64, count: number): U64 {
  const sum = BigInt.asUintN(64, (BigInt(value.high) << 32n) + BigInt(value.low) + BigInt(count));
  return { high: Number(sum >> 32n), low: Number(sum & 0xffff_ffffn) };
}

/** The first of the challenges 0, 1, 2, … for which `condition` holds. */
export function challengeWith(condition: (challenge: U64) => boolean): U64 {
  for (let low = 0; ; low++) {
    const challenge = { high: 0, low };
    if (condition(challenge)) return challenge;
  }
}

function leadingZeros(digest: Uint8Array): number {
  let bits = 0;
  for (const byte of digest) {
    bits += Math.clz32(byte) - 24;
    if (byte !== 0) break;
  }
  return bits;
}
