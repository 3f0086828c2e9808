/**
 * Junk: data that every subscriber who looks can tell from the real thing; and spam, which nobody can.
 */
import type { Random } from '../../basics/random.ts';

/** What junk begins with: the letters `junk` and a zero byte. */
const MARK: readonly number[] = [0x6a, 0x75, 0x6e, 0x6b, 0x00];
/** Random bytes that tell one piece from the other. */
const SALT_BYTES = 8;
/** No piece of junk or spam is shorter than this, in bytes. */
export const JUNK_BYTES_MIN = 5 + SALT_BYTES;

/** At least `size` bytes that {@link isJunk} recognises. */
export function junk(size: number, random: Random): Uint8Array {
  const data = new Uint8Array(Math.max(size, JUNK_BYTES_MIN));
  data.set(MARK);
  salt(data, MARK.length, random);
  return data;
}

/** At least `size` bytes that look like anything else. */
export function spam(size: number, random: Random): Uint8Array {
  const data = new Uint8Array(Math.max(size, JUNK_BYTES_MIN));
  data.set([0x73, 0x70, 0x61, 0x6d, 0x00]);
  salt(data, MARK.length, random);
  return data;
}

/** What a validator looks at: junk is to be refused. */
export function isJunk(data: Uint8Array): boolean {
  return data.length >= JUNK_BYTES_MIN && MARK.every((byte, i) => data[i] === byte);
}

function salt(data: Uint8Array, at: number, random: Random): void {
  for (let i = 0; i < SALT_BYTES; i++) data[at + i] = random.below(256);
}
