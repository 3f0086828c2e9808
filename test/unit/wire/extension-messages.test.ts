import { describe, expect, it } from 'vitest';
import { AssertionError } from '../../../src/basics/assert.ts';
import { u64 } from '../../../src/basics/integers.ts';
import {
  DIGESTS_MAX,
  HAVES_MAX,
  TYPES_MAX,
  type ExtensionMessage,
  type HaveEntry,
} from '../../../src/wire/extension-messages.ts';
import {
  encodePeerMessage,
  peerMessageReader,
  peerMessageSize,
  writePeerMessage,
} from '../../../src/wire/peer-messages.ts';
import { concat, digest, hex, readAll } from './frames.ts';

const A = '0f724797389056fed321cea641251940';
const B = '68553c0522c201cb7d3fa3788094cf6d';
const C = 'f87a5b818984b2299d586a322a316747';
const ENTRY: HaveEntry = { digest: digest(A), dataType: 1337, size: 8, ttl: 3, age: 2 };

const EXAMPLES: [name: string, bytes: Uint8Array, message: ExtensionMessage][] = [
  [
    'HELLO (520)',
    hex('0012 0208 01 00 012c 00000001 0002 0539 0007'),
    { kind: 'peer-hello', version: 1, historySeconds: 300, features: 1, interest: [1337, 7] },
  ],
  [
    'HELLO (520) of somebody with more types than are worth listing',
    hex('000e 0208 ff 00 ffff ffffffff ffff'),
    {
      kind: 'peer-hello',
      version: 255,
      historySeconds: 65_535,
      features: 0xffff_ffff,
      interest: 'many',
    },
  ],
  ['INTEREST (521)', hex('0008 0209 0001 0539'), { kind: 'peer-interest', interest: [1337] }],
  ['INTEREST (521) in nothing', hex('0006 0209 0000'), { kind: 'peer-interest', interest: [] }],
  [
    'INTEREST (521) in too much to list',
    hex('0006 0209 ffff'),
    { kind: 'peer-interest', interest: 'many' },
  ],
  [
    'HAVE (522)',
    hex(`0034 020a ${A} 0539 0008 03 00 0002 ${B} ffff ffef ff 00 ffff`),
    {
      kind: 'peer-have',
      entries: [
        ENTRY,
        { digest: digest(B), dataType: 65_535, size: 65_519, ttl: 255, age: 65_535 },
      ],
    },
  ],
  [
    'WANT (523)',
    hex(`0024 020b ${B} ${A}`),
    { kind: 'peer-want', digests: [digest(B), digest(A)] },
  ],
  ['DONT WANT (524)', hex(`0014 020c ${A}`), { kind: 'peer-dont-want', digests: [digest(A)] }],
  ['GONE (525)', hex(`0014 020d ${B}`), { kind: 'peer-gone', digests: [digest(B)] }],
  ['PUSH (526)', hex(`0014 020e ${C}`), { kind: 'peer-push', digests: [digest(C)] }],
  [
    'RECONCILE (527) with a range of each mode',
    hex(
      `0054 020f 0007 012c 0000 0004  40000000 00 00 0000
       60000000 01 00 0011 0123456789abcdef  80000000 02 00 0001 ${B}
       00000000 02 00 0001 ${C}`,
    ),
    {
      kind: 'peer-reconcile',
      exchange: 7,
      windowSeconds: 300,
      ranges: [
        { mode: 'done', end: 0x4000_0000 },
        {
          mode: 'fingerprint',
          end: 0x6000_0000,
          count: 17,
          fingerprint: u64(0x0123_4567, 0x89ab_cdef),
        },
        { mode: 'digests', end: 0x8000_0000, digests: [digest(B)] },
        { mode: 'digests', end: 2 ** 32, digests: [digest(C)] },
      ],
    },
  ],
  ['PING (528)', hex('0008 0210 80000001'), { kind: 'peer-ping', token: 0x8000_0001 }],
  ['PONG (529)', hex('0008 0211 ffffffff'), { kind: 'peer-pong', token: 0xffff_ffff }],
];

describe.each(EXAMPLES)('%s', (_name, bytes, message) => {
  it('is written as the protocol shows it', () => {
    expect(encodePeerMessage(message)).toEqual(bytes);
  });

  it('is read as the protocol shows it', () => {
    expect(readAll(peerMessageReader(), bytes)).toEqual([message]);
  });

  it('has its size announced', () => {
    expect(peerMessageSize(message)).toBe(bytes.length);
  });

  it('is written into a used buffer between what is there already', () => {
    const batch = new Uint8Array(bytes.length + 4).fill(0xee);
    writePeerMessage(message, batch, 2);
    expect(batch).toEqual(concat(hex('eeee'), bytes, hex('eeee')));
  });
});

describe('what readers ignore', () => {
  it.each([
    ['in 520', '000e 0208 01 ff 012c 00000000 0000', '000e 0208 01 00 012c 00000000 0000'],
    [
      'behind the types of a 520',
      '0014 0208 01 00 012c 00000000 0001 0539 aabbccdd',
      '0010 0208 01 00 012c 00000000 0001 0539',
    ],
    [
      'behind "many" in a 520',
      '0010 0208 01 00 012c 00000000 ffff 0539',
      '000e 0208 01 00 012c 00000000 ffff',
    ],
    ['in 522', `001c 020a ${A} 0539 0008 03 ff 0002`, `001c 020a ${A} 0539 0008 03 00 0002`],
    [
      'in 527, its ranges, and the count of a range that is done',
      '0014 020f 0007 012c ffff 0001 00000000 00 ff ffff',
      '0014 020f 0007 012c 0000 0001 00000000 00 00 0000',
    ],
  ])('%s', (_where, given, meant) => {
    const read = (digits: string) => readAll(peerMessageReader(), hex(digits));
    expect(read(given)).toEqual(read(meant));
  });
});

describe('a frame that contradicts itself', () => {
  it.each([
    [
      '520 with a type less than announced',
      '0010 0208 01 00 012c 00000000 0002 0539',
      '2 data types announced, but there is room for 1',
    ],
    [
      '520 with 1,025 types',
      '0010 0208 01 00 012c 00000000 0401 0539',
      '1025 data types listed, at most 1024 may be',
    ],
    [
      '520 with 65,534 types',
      '000e 0208 01 00 012c 00000000 fffe',
      '65534 data types listed, at most 1024 may be',
    ],
    [
      '521 with a type less than announced',
      '0008 0209 0002 0539',
      '2 data types announced, but there is room for 1',
    ],
    [
      '521 with a type more than announced',
      '0008 0209 0000 0539',
      '0 data types announced, but there is room for 1',
    ],
    [
      '521 with a type behind "many"',
      '0008 0209 ffff 0539',
      '0 data types announced, but there is room for 1',
    ],
    [
      '522 of data that no 504 can hold',
      `001c 020a ${A} 0539 fff0 03 00 0002`,
      'a message of 65520 bytes, 65519 is the most',
    ],
  ])('is a bad list: %s', (_what, bytes, reason) => {
    const violation = { kind: 'violation', code: 'bad-list', reason };
    expect(readAll(peerMessageReader(), hex(bytes))).toEqual([violation]);
  });

  it('is judged with its last byte and not before', () => {
    const reader = peerMessageReader();
    expect(readAll(reader, hex('0008 0209 0000 05'))).toEqual([]);
    expect(readAll(reader, hex('39'))).toMatchObject([{ code: 'bad-list' }]);
  });
});

describe('the largest lists', () => {
  const digests = (count: number) => Array<string>(count).fill(digest(A));

  it.each<ExtensionMessage>([
    { kind: 'peer-interest', interest: Array<number>(TYPES_MAX).fill(7) },
    { kind: 'peer-have', entries: Array<HaveEntry>(HAVES_MAX).fill(ENTRY) },
    { kind: 'peer-want', digests: digests(DIGESTS_MAX) },
  ])('of a $kind are read as they were written', (message) => {
    expect(readAll(peerMessageReader(), encodePeerMessage(message))).toEqual([message]);
  });

  it.each<[string, ExtensionMessage]>([
    ['1,025 types', { kind: 'peer-interest', interest: Array<number>(TYPES_MAX + 1).fill(7) }],
    ['513 entries', { kind: 'peer-have', entries: Array<HaveEntry>(HAVES_MAX + 1).fill(ENTRY) }],
    ['no entries', { kind: 'peer-have', entries: [] }],
    ['513 digests', { kind: 'peer-want', digests: digests(DIGESTS_MAX + 1) }],
    ['no digests', { kind: 'peer-gone', digests: [] }],
    ['a digest of 15 bytes', { kind: 'peer-push', digests: [digest(A).slice(1)] }],
    ['data of 65,520 bytes', { kind: 'peer-have', entries: [{ ...ENTRY, size: 65_520 }] }],
  ])('are not exceeded by %s: that is our own defect', (_what, message) => {
    expect(() => encodePeerMessage(message)).toThrow(AssertionError);
  });
});

describe('seconds beyond 16 bits', () => {
  const LONG = 70_000;

  it.each<[string, ExtensionMessage, number]>([
    ['the age in a 522', { kind: 'peer-have', entries: [{ ...ENTRY, age: LONG }] }, 26],
    [
      'the window of a 520',
      { kind: 'peer-hello', version: 1, historySeconds: LONG, features: 0, interest: [] },
      6,
    ],
    [
      'the window of a 527',
      {
        kind: 'peer-reconcile',
        exchange: 1,
        windowSeconds: LONG,
        ranges: [{ mode: 'done', end: 2 ** 32 }],
      },
      6,
    ],
  ])('are written as the most there is, not cut: %s', (_what, message, at) => {
    expect([...encodePeerMessage(message).subarray(at, at + 2)]).toEqual([0xff, 0xff]);
  });
});
