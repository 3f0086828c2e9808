/**
 * Unsigned integers in network byte order (most significant byte first), as every message carries them.
 */

/**
 * An unsigned 64-bit integer as two 32-bit halves. Message ids, challenges and nonces are 64 bits wide,
 * which a JavaScript number cannot hold; a bigint can, but costs an allocation and a slow hash on every
 * message that passes. Values are immutable and compared with {@link u64Equals}.
 */
export interface U64 {
  /** The upper 32 bits, 0 … 2^32 − 1. */
  readonly high: number;
  /** The lower 32 bits, 0 … 2^32 − 1. */
  readonly low: number;
}

/** The two halves as one value; each is cut to 32 bits. */
export function u64(high: number, low: number): U64 {
  return { high: high >>> 0, low: low >>> 0 };
}

export function u64Equals(a: U64, b: U64): boolean {
  return a.high === b.high && a.low === b.low;
}

/** Reads eight bytes, most significant first, at `offset`. */
export function readU64(bytes: Uint8Array, offset: number): U64 {
  return { high: readU32(bytes, offset), low: readU32(bytes, offset + 4) };
}

/** Writes eight bytes, most significant first, at `offset`. */
export function writeU64(value: U64, bytes: Uint8Array, offset: number): void {
  writeU32(value.high, bytes, offset);
  writeU32(value.low, bytes, offset + 4);
}

/** Sixteen lower-case hexadecimal digits, as ids and challenges are written in logs. */
export function u64ToHex(value: U64): string {
  return value.high.toString(16).padStart(8, '0') + value.low.toString(16).padStart(8, '0');
}

/** The value of exactly sixteen hexadecimal digits. Meant for tests and tools: anything else is undefined. */
export function u64FromHex(text: string): U64 | undefined {
  if (!/^[0-9a-f]{16}$/i.test(text)) return undefined;
  return { high: Number.parseInt(text.slice(0, 8), 16), low: Number.parseInt(text.slice(8), 16) };
}

export function readU32(bytes: Uint8Array, offset: number): number {
  return (
    ((bytes[offset]! << 24) |
      (bytes[offset + 1]! << 16) |
      (bytes[offset + 2]! << 8) |
      bytes[offset + 3]!) >>>
    0
  );
}

export function writeU32(value: number, bytes: Uint8Array, offset: number): void {
  bytes[offset] = value >>> 24;
  bytes[offset + 1] = value >>> 16;
  bytes[offset + 2] = value >>> 8;
  bytes[offset + 3] = value;
}

export function readU16(bytes: Uint8Array, offset: number): number {
  return (bytes[offset]! << 8) | bytes[offset + 1]!;
}

export function writeU16(value: number, bytes: Uint8Array, offset: number): void {
  bytes[offset] = value >>> 8;
  bytes[offset + 1] = value;
}
