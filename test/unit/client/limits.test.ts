import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import {
  checkData,
  checkDataType,
  checkDataTypes,
  checkTtl,
  DATA_BYTES_MAX,
} from '../../../src/client/limits.ts';

function code(expected: string): unknown {
  return expect.objectContaining({ name: 'ClientError', code: expected });
}

const NO_NUMBERS = [undefined, null, '1', 1n, Number.NaN, 1.5, -1, Infinity, {}, Symbol('1')];

describe('a data type', () => {
  it.each([0, 65_535])('can be %s', (type) => {
    expect(() => checkDataType(type)).not.toThrow();
  });

  it.each([...NO_NUMBERS, 65_536])('cannot be %s', (type) => {
    expect(() => checkDataType(type)).toThrow(code('bad-type'));
  });
});

describe('a list of data types', () => {
  it('counts each once', () => {
    expect(checkDataTypes([3, 1, 3])).toEqual([3, 1]);
  });

  it('can be a single one', () => {
    expect(checkDataTypes(7)).toEqual([7]);
  });

  it.each([[[]], [[1, '2']], [null], [new Set([1])]])('cannot be %s', (types) => {
    expect(() => checkDataTypes(types)).toThrow(code('bad-type'));
  });
});

describe('a TTL', () => {
  it.each([0, 255])('can be %s', (ttl) => {
    expect(() => checkTtl(ttl)).not.toThrow();
  });

  it.each([...NO_NUMBERS, 256])('cannot be %s', (ttl) => {
    expect(() => checkTtl(ttl)).toThrow(code('bad-ttl'));
  });
});

describe('data', () => {
  it('is text as UTF-8', () => {
    expect([...checkData('é')]).toEqual([0xc3, 0xa9]);
  });

  it('can be bytes of another realm', () => {
    const foreign: unknown = runInNewContext('Uint8Array.of(1, 2)');
    expect([...checkData(foreign)]).toEqual([1, 2]);
  });

  it.each([undefined, null, 5, {}, [1, 2], new Uint16Array(2), new ArrayBuffer(2), new Date(0)])(
    'cannot be %s',
    (data) => {
      expect(() => checkData(data)).toThrow(code('bad-data'));
    },
  );

  it.each([
    ['bytes', new Uint8Array(DATA_BYTES_MAX)],
    ['text', 'x'.repeat(DATA_BYTES_MAX)],
  ])('has room for 65,519 bytes of %s', (_what, data) => {
    expect(checkData(data).length).toBe(65_519);
  });

  it.each([
    ['bytes', new Uint8Array(DATA_BYTES_MAX + 1)],
    ['text', 'x'.repeat(DATA_BYTES_MAX + 1)],
    ['text that is longer as UTF-8', 'é'.repeat(DATA_BYTES_MAX / 2 + 1)],
  ])('has no room for a byte more of %s', (_what, data) => {
    expect(() => checkData(data)).toThrow(code('data-too-large'));
  });
});
