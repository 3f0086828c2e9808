import { describe, expect, it } from 'vitest';
import {
  chooseApiTarget,
  collectDataTypes,
  parseCount,
  parseDataType,
  parseTtl,
} from '../../../src/cli/arguments.ts';

describe('a data type on the command line', () => {
  it.each([
    ['0', 0],
    ['1337', 1337],
    ['65535', 65_535],
  ])('can be %s', (text, value) => {
    expect(parseDataType(text)).toBe(value);
  });

  it.each(['65536', '-1', '1.5', '0x10', '1e3', '', ' 1', 'abc', '١'])('cannot be %j', (text) => {
    expect(() => parseDataType(text)).toThrow('A data type is a whole number from 0 to 65535');
  });

  it('counts once if it is given twice', () => {
    const types = ['7', '8', '7'].reduce<readonly number[]>(
      (all, text) => collectDataTypes(text, all),
      [],
    );
    expect(types).toEqual([7, 8]);
  });
});

describe('a TTL on the command line', () => {
  it.each(['0', '255'])('can be %s', (text) => {
    expect(parseTtl(text)).toBe(Number(text));
  });

  it.each(['256', '-1', '1s'])('cannot be %j', (text) => {
    expect(() => parseTtl(text)).toThrow('A TTL is a whole number from 0 to 255');
  });
});

describe('a count on the command line', () => {
  it('is at least 1', () => {
    expect(() => parseCount('0')).toThrow('A count is a whole number from 1');
  });
});

describe('the node that a command talks to', () => {
  it('is the usual one unless told otherwise', () => {
    expect(chooseApiTarget(undefined, {})).toEqual({ kind: 'tcp', host: '127.0.0.1', port: 7001 });
  });

  it('comes from HEARSAY_API', () => {
    expect(chooseApiTarget(undefined, { HEARSAY_API: 'unix:/run/x' })).toEqual({
      kind: 'unix',
      path: '/run/x',
    });
  });

  it('is the usual one if HEARSAY_API is empty', () => {
    expect(chooseApiTarget(undefined, { HEARSAY_API: '' })).toMatchObject({ port: 7001 });
  });

  it('comes from --api rather than from HEARSAY_API', () => {
    expect(chooseApiTarget('[::1]:5', { HEARSAY_API: 'unix:/run/x' })).toEqual({
      kind: 'tcp',
      host: '::1',
      port: 5,
    });
  });

  it('is blamed on the variable if that is wrong', () => {
    expect(() => chooseApiTarget(undefined, { HEARSAY_API: 'x' })).toThrow(
      /^HEARSAY_API "x" is not/,
    );
  });
});
