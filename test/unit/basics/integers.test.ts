import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  readU16,
  readU32,
  readU64,
  u64,
  u64Equals,
  u64FromHex,
  u64ToHex,
  writeU16,
  writeU32,
  writeU64,
} from '../../../src/basics/integers.ts';

const BYTES = Uint8Array.of(0xee, 0x81, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef, 0xee);

describe('integers in bytes', () => {
  it('of 16 bits are read with the most significant byte first', () => {
    expect(readU16(BYTES, 1)).toBe(0x8123);
  });

  it('of 32 bits are read with the most significant byte first, and never negative', () => {
    expect(readU32(BYTES, 1)).toBe(0x8123_4567);
  });

  it('of 64 bits are read as two halves', () => {
    expect(readU64(BYTES, 1)).toEqual({ high: 0x8123_4567, low: 0x89ab_cdef });
  });

  it('of 16 bits are written where they belong', () => {
    expect(written(2, (target) => writeU16(0x8123, target, 1))).toEqual([0x81, 0x23]);
  });

  it('of 32 bits are written where they belong', () => {
    expect(written(4, (target) => writeU32(0x8123_4567, target, 1))).toEqual([
      0x81, 0x23, 0x45, 0x67,
    ]);
  });

  it('of 64 bits are written where they belong', () => {
    const value = u64(0x8123_4567, 0x89ab_cdef);
    expect(written(8, (target) => writeU64(value, target, 1))).toEqual([
      0x81, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef,
    ]);
  });

  it('are what a DataView reads and writes', () => {
    const half = fc.nat(0xffff_ffff);
    fc.assert(
      fc.property(half, half, (high, low) => {
        const bytes = new Uint8Array(8);
        writeU64(u64(high, low), bytes, 0);
        const view = new DataView(bytes.buffer);
        expect([view.getUint32(0), view.getUint32(4)]).toEqual([high, low]);
        expect(readU64(bytes, 0)).toEqual({ high, low });
      }),
    );
  });
});

describe('a 64-bit integer', () => {
  it('has its halves cut to 32 unsigned bits', () => {
    expect(u64(-1, 2 ** 32 + 5)).toEqual({ high: 0xffff_ffff, low: 5 });
  });

  it('equals another with the same halves', () => {
    expect(u64Equals(u64(1, 2), u64(1, 2))).toBe(true);
  });

  it.each([u64(1, 3), u64(3, 2), u64(2, 1)])('does not equal one with other halves', (other) => {
    expect(u64Equals(u64(1, 2), other)).toBe(false);
  });

  it.each([
    [u64(0, 0), '0000000000000000'],
    [u64(0, 1), '0000000000000001'],
    [u64(0xdead_beef, 0x000c_afe0), 'deadbeef000cafe0'],
    [u64(0xffff_ffff, 0xffff_ffff), 'ffffffffffffffff'],
  ])('%j is %s in hexadecimal, and back', (value, digits) => {
    expect([u64ToHex(value), u64FromHex(digits)]).toEqual([digits, value]);
  });

  it('is read from upper-case digits too', () => {
    expect(u64FromHex('DEADBEEF000CAFE0')).toEqual(u64(0xdead_beef, 0x000c_afe0));
  });

  it.each([
    '',
    '0',
    '000000000000000',
    '00000000000000000',
    '000000000000000g',
    ' 00000000000000',
    '0x00000000000000',
  ])('is not read from %j', (text) => {
    expect(u64FromHex(text)).toBeUndefined();
  });
});

/** What `write` puts at offset 1; fails if it touches the bytes around. */
function written(length: number, write: (target: Uint8Array) => void): number[] {
  const target = new Uint8Array(length + 2).fill(0xee);
  write(target);
  expect([target[0], target.at(-1)]).toEqual([0xee, 0xee]);
  return [...target.subarray(1, -1)];
}
