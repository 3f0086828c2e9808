import { describe, expect, it } from 'vitest';
import {
  checkData,
  checkDataTypes,
  checkTtl,
  shown,
} from '../../../../src/daemon/embedding/limits.ts';

function codeOf(check: () => unknown): string | undefined {
  try {
    check();
  } catch (error) {
    return (error as { code?: string }).code;
  }
  return undefined;
}

describe('data types', () => {
  it.each([
    [0, [0]],
    [65_535, [65_535]],
    [
      [1, 2, 1],
      [1, 2],
    ],
  ])('may be %j', (given, expected) => {
    expect(checkDataTypes(given)).toEqual(expected);
  });

  it.each([[-1], [65_536], [1.5], ['1'], [undefined], [[]], [[1, -1]], [Number.NaN]])(
    'may not be %j',
    (given) => {
      expect(codeOf(() => checkDataTypes(given))).toBe('bad-type');
    },
  );
});

describe('a TTL', () => {
  it.each([[0], [255]])('may be %j', (ttl) => {
    expect(codeOf(() => checkTtl(ttl))).toBeUndefined();
  });

  it.each([[-1], [256], [0.5], ['4'], [null]])('may not be %j', (ttl) => {
    expect(codeOf(() => checkTtl(ttl))).toBe('bad-ttl');
  });
});

describe('data', () => {
  it('may be a string, which travels as UTF-8', () => {
    expect(checkData('ä')).toEqual(Uint8Array.of(0xc3, 0xa4));
  });

  it('may be 65,519 bytes', () => {
    expect(checkData(new Uint8Array(65_519)).length).toBe(65_519);
  });

  it.each([
    ['bytes', new Uint8Array(65_520)],
    ['letters', 'a'.repeat(65_520)],
    ['letters of two bytes', 'ä'.repeat(32_760)],
  ])('may not be more than that in %s', (_, data) => {
    expect(codeOf(() => checkData(data))).toBe('data-too-large');
  });

  it.each([[undefined], [null], [7], [[1, 2]], [new Uint16Array(1)], [new ArrayBuffer(1)]])(
    'may not be %j',
    (data) => {
      expect(codeOf(() => checkData(data))).toBe('bad-data');
    },
  );
});

describe('a value in a message', () => {
  it('is on one line, and short', () => {
    const text = shown(`a\nb${'c'.repeat(1_000)}`);
    expect([text.includes('\n'), text.length < 100]).toEqual([false, true]);
  });
});
