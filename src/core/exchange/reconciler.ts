/**
 * Finds out what one of two nodes has and the other lacks, at a cost that follows the difference: the sorted
 * digests of both are compared by fingerprints of ranges, and only ranges that differ are cut up further
 * (range-based set reconciliation, as A. Meyer describes it, arXiv:2212.13567).
 */
import { u64, u64Equals, type U64 } from '../../basics/integers.ts';
import { digestKey, type MessageDigest } from '../../wire/digest.ts';
import { KEY_SPACE, rangesSize, type Range } from '../../wire/reconciliation.ts';

/** A range with at most so many digests is listed instead of cut up. */
const LISTED_MAX = 16;
/** Into how many parts a range is cut. */
const PARTS = 16;
/** What the other side has at most one digest of is listed whole, up to so many. */
const LISTED_WHOLE_MAX = 256;
/** Bytes and ranges of one answer; what does not fit any more is put off until the next exchange. */
const ANSWER_BYTES_MAX = 60_000;
const ANSWER_RANGES_MAX = 512;
/** A range with a fingerprint or with as many digests as are listed, and then some. */
const PART_BYTES = 8 + 16 * LISTED_MAX;

export interface Comparison {
  /** What to answer; undefined if nothing is left to say. */
  readonly answer: readonly Range[] | undefined;
  /** What the other side listed and this one lacks. */
  readonly lacking: readonly MessageDigest[];
  /** What this side has in ranges that the other listed without it. */
  readonly extra: readonly MessageDigest[];
}

/** The first message of an exchange: everything as one range. `sorted`: ascending, each once. */
export function opening(sorted: readonly MessageDigest[]): readonly Range[] {
  return [describe(sorted, 0, sorted.length, KEY_SPACE)];
}

/** Compares what the other side says with what this side has. */
export function compare(sorted: readonly MessageDigest[], ranges: readonly Range[]): Comparison {
  const answer: Range[] = [];
  const lacking: MessageDigest[] = [];
  const extra: MessageDigest[] = [];
  let begin = 0;
  let from = 0;
  let isAnything = false;
  let room = ANSWER_BYTES_MAX;
  for (const range of ranges) {
    const to = lowerBound(sorted, range.end, from);
    if (range.mode === 'digests') {
      const theirs = new Set(range.digests);
      for (let i = from; i < to; i++) {
        if (!theirs.delete(sorted[i]!)) extra.push(sorted[i]!);
      }
      lacking.push(...theirs);
      pushDone(answer, range.end);
    } else if (range.mode === 'done' || isSame(range, sorted, from, to)) {
      pushDone(answer, range.end);
    } else if (answer.length + PARTS > ANSWER_RANGES_MAX || room < PARTS * PART_BYTES) {
      pushDone(answer, range.end);
    } else {
      isAnything = true;
      const isNarrow = range.end - begin < PARTS;
      const few = range.count <= 1 || isNarrow ? LISTED_WHOLE_MAX : LISTED_MAX;
      const before = answer.length;
      if (to - from <= few) {
        answer.push({ mode: 'digests', end: range.end, digests: sorted.slice(from, to) });
      } else {
        split(answer, sorted, { begin, end: range.end, from });
      }
      for (let i = before; i < answer.length; i++) room -= rangesSize([answer[i]!]);
    }
    begin = range.end;
    from = to;
  }
  return { answer: isAnything ? answer : undefined, lacking, extra };
}

function isSame(
  range: { readonly count: number; readonly fingerprint: U64 },
  sorted: readonly MessageDigest[],
  from: number,
  to: number,
): boolean {
  return (
    range.count === Math.min(0xffff, to - from) &&
    u64Equals(range.fingerprint, fingerprint(sorted, from, to))
  );
}

function split(
  answer: Range[],
  sorted: readonly MessageDigest[],
  { begin, end, from }: { readonly begin: number; readonly end: number; readonly from: number },
): void {
  const step = Math.max(1, Math.ceil((end - begin) / PARTS));
  let first = from;
  for (let partEnd = begin + step; ; partEnd += step) {
    const bound = Math.min(end, partEnd);
    const last = lowerBound(sorted, bound, first);
    answer.push(describe(sorted, first, last, bound));
    first = last;
    if (bound === end) return;
  }
}

function describe(sorted: readonly MessageDigest[], from: number, to: number, end: number): Range {
  const count = Math.min(0xffff, to - from);
  if (count <= LISTED_MAX) return { mode: 'digests', end, digests: sorted.slice(from, to) };
  return { mode: 'fingerprint', end, count, fingerprint: fingerprint(sorted, from, to) };
}

/** Neighbouring ranges with nothing to say become one. */
function pushDone(answer: Range[], end: number): void {
  if (answer.at(-1)?.mode === 'done') answer.pop();
  answer.push({ mode: 'done', end });
}

/** The sum modulo 2^64 of the exclusive or of both halves of each digest. */
export function fingerprint(sorted: readonly MessageDigest[], from: number, to: number): U64 {
  let high = 0;
  let low = 0;
  for (let i = from; i < to; i++) {
    const digest = sorted[i]!;
    low += (word(digest, 4) ^ word(digest, 12)) >>> 0;
    high += ((word(digest, 0) ^ word(digest, 8)) >>> 0) + Math.floor(low / KEY_SPACE);
    low %= KEY_SPACE;
    high %= KEY_SPACE;
  }
  return u64(high, low);
}

function word(digest: MessageDigest, at: number): number {
  return (
    (digest.charCodeAt(at) << 24) |
    (digest.charCodeAt(at + 1) << 16) |
    (digest.charCodeAt(at + 2) << 8) |
    digest.charCodeAt(at + 3)
  );
}

/** The first place from `from` on whose digest begins with `bound` or more. */
function lowerBound(sorted: readonly MessageDigest[], bound: number, from: number): number {
  let low = from;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (digestKey(sorted[middle]!) < bound) low = middle + 1;
    else high = middle;
  }
  return low;
}
