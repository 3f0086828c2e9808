/**
 * What a 527 says about the messages that its sender has, sorted by digest and cut into ranges:
 *
 *     each range    end 32, mode 8, reserved 8, count 16, then
 *     mode 0        nothing: this range is done (its count is sent as 0 and ignored)
 *     mode 1        fingerprint 64: of the `count` digests in it, the sum of their halves (see docs/protocol.md)
 *     mode 2        digests 128 × count: all of them, each once, in ascending order
 *
 * A range begins where the one before it ends, the first at 0, and holds the digests whose first four bytes,
 * as an integer, are at least its begin and less than its end. The end of the last is written as 0 and means
 * 2^32.
 */
import { assert } from '../basics/assert.ts';
import {
  readU16,
  readU32,
  readU64,
  writeU16,
  writeU32,
  writeU64,
  type U64,
} from '../basics/integers.ts';
import { DIGEST_BYTES, digestKey, readDigest, writeDigest, type MessageDigest } from './digest.ts';
import { violation, type Violation } from './violation.ts';

/** Ranges in one message. */
export const RANGES_MAX = 1_024;
/** Bytes of a range without its fingerprint or digests. */
export const RANGE_BYTES = 8;
const FINGERPRINT_BYTES = 8;
const MODES = { done: 0, fingerprint: 1, digests: 2 } as const;
/** One more than the largest begin of a digest. */
export const KEY_SPACE = 2 ** 32;

/** `end`: 1 … 2^32, exclusive. */
export type Range =
  | { readonly mode: 'done'; readonly end: number }
  | {
      readonly mode: 'fingerprint';
      readonly end: number;
      readonly count: number;
      readonly fingerprint: U64;
    }
  | { readonly mode: 'digests'; readonly end: number; readonly digests: readonly MessageDigest[] };

export function rangesSize(ranges: readonly Range[]): number {
  let size = 0;
  for (const range of ranges) {
    size += RANGE_BYTES;
    if (range.mode === 'fingerprint') size += FINGERPRINT_BYTES;
    else if (range.mode === 'digests') size += DIGEST_BYTES * range.digests.length;
  }
  return size;
}

/** Reads `count` ranges that fill the bytes up to `end` exactly and cover all digests in order. */
export function readRanges(
  bytes: Uint8Array,
  from: number,
  end: number,
  count: number,
): readonly Range[] | Violation {
  if (count === 0 || count > RANGES_MAX) {
    return violation('bad-list', `${count} ranges, 1 to ${RANGES_MAX} are right`);
  }
  const ranges: Range[] = [];
  let at = from;
  let begin = 0;
  for (let i = 0; i < count; i++) {
    const size = sizeOfRange(bytes, at, end);
    if (typeof size !== 'number') return size;
    const range = readRange(bytes, at);
    const wrong = faultOf(range, begin, i === count - 1);
    if (wrong !== undefined) {
      return violation('bad-list', `range ${i + 1} of ${count} ${wrong}`);
    }
    ranges.push(range);
    at += size;
    begin = range.end;
  }
  if (at === end) return ranges;
  return violation('bad-list', `${end - at} bytes after the last of ${count} ranges`);
}

/** What is wrong with a range that begins at `begin`, as the rest of a sentence. */
function faultOf(range: Range, begin: number, isLast: boolean): string | undefined {
  if (range.end <= begin || (range.end === KEY_SPACE) !== isLast) {
    return `ends at ${range.end} after ${begin}`;
  }
  if (range.mode !== 'digests') return undefined;
  let last = '';
  for (const digest of range.digests) {
    if (digest <= last) return 'lists digests that are not in ascending order';
    const key = digestKey(digest);
    if (key < begin || key >= range.end) return 'lists a digest that is not in it';
    last = digest;
  }
  return undefined;
}

function sizeOfRange(bytes: Uint8Array, at: number, end: number): number | Violation {
  let size = RANGE_BYTES;
  if (at + size <= end) {
    const mode = bytes[at + 4]!;
    if (mode > MODES.digests) return violation('bad-list', `a range of mode ${mode}, 0 to 2 exist`);
    if (mode === MODES.fingerprint) size += FINGERPRINT_BYTES;
    if (mode === MODES.digests) size += DIGEST_BYTES * readU16(bytes, at + 6);
  }
  if (at + size <= end) return size;
  return violation('bad-list', `a range of ${size} bytes, but ${end - at} are left`);
}

function readRange(bytes: Uint8Array, at: number): Range {
  const end = readU32(bytes, at) || KEY_SPACE;
  const count = readU16(bytes, at + 6);
  const body = at + RANGE_BYTES;
  switch (bytes[at + 4]) {
    case MODES.fingerprint:
      return { mode: 'fingerprint', end, count, fingerprint: readU64(bytes, body) };
    case MODES.digests: {
      const digests = Array.from({ length: count }, (_, i) =>
        readDigest(bytes, body + i * DIGEST_BYTES),
      );
      return { mode: 'digests', end, digests };
    }
    default:
      return { mode: 'done', end };
  }
}

/** Writes ranges that {@link readRanges} reads; others are our own defect. */
export function writeRanges(ranges: readonly Range[], target: Uint8Array, offset: number): void {
  assert(ranges.length >= 1 && ranges.length <= RANGES_MAX, `${ranges.length} ranges`);
  let at = offset;
  let begin = 0;
  for (const [i, range] of ranges.entries()) {
    const wrong = faultOf(range, begin, i === ranges.length - 1);
    assert(wrong === undefined, `range ${i + 1} of ${ranges.length} ${wrong}`);
    begin = range.end;
    writeU32(range.end === KEY_SPACE ? 0 : range.end, target, at);
    target[at + 4] = MODES[range.mode];
    target[at + 5] = 0;
    writeU16(countOf(range), target, at + 6);
    at += RANGE_BYTES;
    if (range.mode === 'fingerprint') {
      writeU64(range.fingerprint, target, at);
      at += FINGERPRINT_BYTES;
    } else if (range.mode === 'digests') {
      for (const digest of range.digests) {
        writeDigest(digest, target, at);
        at += DIGEST_BYTES;
      }
    }
  }
}

function countOf(range: Range): number {
  if (range.mode === 'done') return 0;
  return range.mode === 'digests' ? range.digests.length : range.count;
}
