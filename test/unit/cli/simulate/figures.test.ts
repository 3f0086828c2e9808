import { describe, expect, it } from 'vitest';
import { format } from '../../../../src/cli/simulate/figures.ts';

describe('a share', () => {
  it.each([
    [1, '100 %'],
    [0.9999, '99.99 %'],
    [0.29, '29 %'],
    [0, '0 %'],
    [0.000001, '< 0.001 %'],
  ])('%d is written %s', (share, text) => {
    expect(format(share, 'share')).toBe(text);
  });

  it.each([0.99999, 0.9999999, 1 - 1e-9])('of %d is never rounded up to all', (share) => {
    expect(format(share, 'share')).not.toBe('100 %');
  });
});

describe('other figures', () => {
  it.each([
    [null, 'ms', '–'],
    [1_234, 'ms', '1,234 ms'],
    [95_000, 'ms', '95 s'],
    [3.14159, 'count', '3.14'],
    [1_234_567, 'count', '1,234,567'],
    [1_536, 'bytes', '1.5 KiB'],
    [3 * 1024 ** 3, 'bytes', '3 GiB'],
  ] as const)('%s in %s is written %s', (value, unit, text) => {
    expect(format(value, unit)).toBe(text);
  });
});
