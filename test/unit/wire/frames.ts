/**
 * Bytes as tests write them, and streams read to their end.
 */
import type { MessageDigest } from '../../../src/wire/digest.ts';
import type { FrameReader } from '../../../src/wire/frame-reader.ts';
import type { Violation } from '../../../src/wire/violation.ts';

/** The bytes of hexadecimal digits; spaces and line ends are for the eye. */
export function hex(digits: string): Uint8Array {
  return Uint8Array.from(digits.replaceAll(/\s/g, '').match(/../g) ?? [], (byte) =>
    Number.parseInt(byte, 16),
  );
}

/** A digest out of its 32 hexadecimal digits. */
export function digest(digits: string): MessageDigest {
  return String.fromCharCode(...hex(digits));
}

/** The bytes of UTF-8 text. */
export function utf8(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

export function concat(...parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}

/** Hands in the chunks one after the other; everything that comes out, up to the first violation. */
export function readAll<M extends object>(
  reader: FrameReader<M>,
  ...chunks: readonly Uint8Array[]
): (M | Violation)[] {
  const results: (M | Violation)[] = [];
  for (const chunk of chunks) {
    reader.push(chunk);
    for (let result = reader.next(); result !== undefined; result = reader.next()) {
      results.push(result);
      if (isViolation(result)) return results;
    }
  }
  return results;
}

export function isViolation(result: object | undefined): result is Violation {
  return result !== undefined && 'kind' in result && result.kind === 'violation';
}

/** The code of the first thing that comes out, if that is a violation. */
export function codeOf<M extends object>(
  reader: FrameReader<M>,
  chunk: Uint8Array,
): string | undefined {
  const [first] = readAll(reader, chunk);
  return isViolation(first) ? first.code : undefined;
}
