import { describe, expect, it } from 'vitest';
import { AssertionError } from '../../../src/basics/assert.ts';
import { u64 } from '../../../src/basics/integers.ts';
import { digestKey } from '../../../src/wire/digest.ts';
import { encodePeerMessage, peerMessageReader } from '../../../src/wire/peer-messages.ts';
import { KEY_SPACE, RANGES_MAX, type Range } from '../../../src/wire/reconciliation.ts';
import { concat, digest, hex, readAll } from './frames.ts';

const LOW = `3fffffff${'00'.repeat(12)}`;
const MIDDLE = `40000000${'00'.repeat(12)}`;
const MIDDLE_NEXT = `40000000${'00'.repeat(11)}01`;
const ALL_DONE = '00000000 00 00 0000';

/** A 527 with so many ranges, as it says, and these bytes. */
function reconcile(count: number, ranges: string): Uint8Array {
  const body = concat(hex('0007 012c 0000'), Uint8Array.of(count >>> 8, count), hex(ranges));
  const size = 4 + body.length;
  return concat(Uint8Array.of(size >>> 8, size), hex('020f'), body);
}

function encode(ranges: readonly Range[]): Uint8Array {
  return encodePeerMessage({ kind: 'peer-reconcile', exchange: 7, windowSeconds: 300, ranges });
}

describe('the ranges of a 527', () => {
  it.each([
    ['none', 0, ALL_DONE, '0 ranges, 1 to 1024 are right'],
    ['1,025', 1_025, ALL_DONE, '1025 ranges, 1 to 1024 are right'],
    ['one less than announced', 2, `80000000 00 00 0000`, 'a range of 8 bytes, but 0 are left'],
    ['one more than announced', 1, ALL_DONE + ALL_DONE, '8 bytes after the last of 1 ranges'],
    ['an unknown mode', 1, '00000000 03 00 0000', 'a range of mode 3, 0 to 2 exist'],
    ['half a fingerprint', 1, '00000000 01 00 0001 00000000', 'of 16 bytes, but 12 are left'],
    ['a digest too few', 1, `00000000 02 00 0002 ${LOW}`, 'of 40 bytes, but 24 are left'],
    ['65,535 digests, none there', 1, '00000000 02 00 ffff', 'of 1048568 bytes, but 8 are left'],
    ['an end before everything', 1, '80000000 00 00 0000', 'ends at 2147483648 after 0'],
    ['an end of everything in the middle', 2, ALL_DONE + ALL_DONE, 'range 1 of 2 ends at'],
    [
      'ends that do not ascend',
      3,
      `40000000 00 00 0000 40000000 00 00 0000 ${ALL_DONE}`,
      'range 2 of 3 ends at 1073741824 after 1073741824',
    ],
    [
      'a digest below its range',
      2,
      `40000000 00 00 0000 00000000 02 00 0001 ${LOW}`,
      'range 2 of 2 lists a digest that is not in it',
    ],
    [
      'a digest above its range',
      2,
      `40000000 02 00 0001 ${MIDDLE} ${ALL_DONE}`,
      'range 1 of 2 lists a digest that is not in it',
    ],
    [
      'digests that descend',
      1,
      `00000000 02 00 0002 ${MIDDLE_NEXT} ${MIDDLE}`,
      'lists digests that are not in ascending order',
    ],
    [
      'the same digest twice',
      1,
      `00000000 02 00 0002 ${MIDDLE} ${MIDDLE}`,
      'lists digests that are not in ascending order',
    ],
  ])('are a bad list: %s', (_what, count, ranges, reason) => {
    expect(readAll(peerMessageReader(), reconcile(count, ranges))).toEqual([
      { kind: 'violation', code: 'bad-list', reason: expect.stringContaining(reason) as unknown },
    ]);
  });

  it('may list digests at both ends of a range', () => {
    const bytes = reconcile(
      2,
      `40000000 02 00 0001 ${LOW} 00000000 02 00 0002 ${MIDDLE} ${MIDDLE_NEXT}`,
    );
    expect(readAll(peerMessageReader(), bytes)).toMatchObject([{ kind: 'peer-reconcile' }]);
  });

  it('may be 1,024', () => {
    const ranges: Range[] = Array.from({ length: RANGES_MAX }, (_, i) => ({
      mode: 'done',
      end: i === RANGES_MAX - 1 ? KEY_SPACE : i + 1,
    }));
    expect(readAll(peerMessageReader(), encode(ranges))).toMatchObject([{ ranges }]);
  });

  it('may fill the largest message with digests', () => {
    const digests = Array.from({ length: 4_094 }, (_, i) =>
      digest(`${i.toString(16).padStart(8, '0')}${'ab'.repeat(12)}`),
    );
    const ranges: Range[] = [{ mode: 'digests', end: KEY_SPACE, digests }];
    expect(readAll(peerMessageReader(), encode(ranges))).toMatchObject([{ ranges }]);
  });

  const part: Range = { mode: 'fingerprint', end: 5, count: 1, fingerprint: u64(1, 2) };
  it.each<[string, readonly Range[]]>([
    ['none', []],
    ['no end of everything', [part]],
    ['an end twice', [part, part, { mode: 'done', end: KEY_SPACE }]],
    ['1,025', Array.from({ length: 1_025 }, (_, i) => ({ mode: 'done', end: i + 1 }))],
    [
      'unsorted digests',
      [{ mode: 'digests', end: KEY_SPACE, digests: [digest(MIDDLE), digest(LOW)] }],
    ],
    [
      'more than fits into a message',
      [{ mode: 'digests', end: KEY_SPACE, digests: Array<string>(4_095).fill(digest(LOW)) }],
    ],
  ])('are our own defect when they are written wrongly: %s', (_what, ranges) => {
    expect(() => encode(ranges)).toThrow(AssertionError);
  });
});

describe('the place of a digest among the ranges', () => {
  it.each([
    [LOW, 0x3fff_ffff],
    [MIDDLE_NEXT, 0x4000_0000],
    ['f'.repeat(32), 0xffff_ffff],
    ['0'.repeat(32), 0],
  ])('of %s is its first four bytes', (digits, key) => {
    expect(digestKey(digest(digits))).toBe(key);
  });
});
