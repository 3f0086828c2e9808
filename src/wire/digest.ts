/**
 * How messages between nodes of the extension name an announcement: by the first 16 bytes of SHA-256 over all
 * that makes it one, that is id (64 bits), data type (16 bits) and data, so that nobody can borrow a name.
 *
 * A digest is a string of 16 characters here, one for each byte, because that is what tables are keyed by.
 */
import { assert } from '../basics/assert.ts';

/** Sixteen characters of codes 0 … 255. */
export type MessageDigest = string;

/** Bytes of a digest. */
export const DIGEST_BYTES = 16;

/** Reads the 16 bytes of a digest. */
export function readDigest(bytes: Uint8Array, at: number): MessageDigest {
  // One call with all of them: a string that grows by one stays a chain of pieces until it is first looked up.
  return String.fromCharCode(
    bytes[at]!,
    bytes[at + 1]!,
    bytes[at + 2]!,
    bytes[at + 3]!,
    bytes[at + 4]!,
    bytes[at + 5]!,
    bytes[at + 6]!,
    bytes[at + 7]!,
    bytes[at + 8]!,
    bytes[at + 9]!,
    bytes[at + 10]!,
    bytes[at + 11]!,
    bytes[at + 12]!,
    bytes[at + 13]!,
    bytes[at + 14]!,
    bytes[at + 15]!,
  );
}

/** Writes the 16 bytes of a digest; one of another length is our own defect. */
export function writeDigest(digest: MessageDigest, target: Uint8Array, offset: number): void {
  assert(digest.length === DIGEST_BYTES, `a digest of ${digest.length} bytes`);
  for (let i = 0; i < DIGEST_BYTES; i++) target[offset + i] = digest.charCodeAt(i);
}

/** Its first four bytes as an integer, 0 … 2^32 − 1: where it stands among the ranges of a 527. */
export function digestKey(digest: MessageDigest): number {
  return (
    ((digest.charCodeAt(0) << 24) |
      (digest.charCodeAt(1) << 16) |
      (digest.charCodeAt(2) << 8) |
      digest.charCodeAt(3)) >>>
    0
  );
}
