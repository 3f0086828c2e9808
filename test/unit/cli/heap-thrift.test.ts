/** When V8 may keep garbage: growth factor 1 means that it may not. */
import { expect, it } from 'vitest';
import { BUSY_BYTES, HeapThrift } from '../../../src/cli/heap-thrift.ts';

const [THRIFTY, USUAL] = ['--semi-space-growth-factor=1', '--semi-space-growth-factor=2'];

function flagsAfter(...carried: readonly number[]): readonly string[] {
  const flags: string[] = [];
  const thrift = new HeapThrift((flag) => flags.push(flag));
  for (const bytes of carried) thrift.look(bytes);
  return flags.filter((flag) => flag.startsWith('--semi'));
}

it('a node that has nothing to carry saves memory', () => {
  expect(flagsAfter(0, 1_000, 2_000)).toEqual([THRIFTY]);
});

it('a node that carries a mebibyte a second does not', () => {
  expect(flagsAfter(0, BUSY_BYTES, 2 * BUSY_BYTES)).toEqual([THRIFTY, USUAL]);
});

it('does so again when that is over', () => {
  expect(flagsAfter(BUSY_BYTES, BUSY_BYTES + 1)).toEqual([THRIFTY, USUAL, THRIFTY]);
});
