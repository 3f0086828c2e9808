import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SequenceWindow } from '../../../../src/client/signed/sequence-window.ts';

function windowOf(sizeMax: number, ...used: bigint[]): SequenceWindow {
  const window = new SequenceWindow(sizeMax);
  for (const sequence of used) window.add(sequence);
  return window;
}

describe('a window of sequence numbers', () => {
  it('takes any number for new at first, also 0 and the highest', () => {
    const window = windowOf(3);
    expect([window.judge(0n), window.judge(2n ** 64n - 1n)]).toEqual(['new', 'new']);
  });

  it('knows what was used', () => {
    const window = windowOf(3, 5n, 0n);
    expect([window.judge(5n), window.judge(0n)]).toEqual(['replayed', 'replayed']);
  });

  it('takes a lower number for new while nothing above it was forgotten', () => {
    expect(windowOf(3, 5n, 9n).judge(7n)).toBe('new');
  });

  it('keeps as many as allowed; what lies below them is outdated', () => {
    const window = windowOf(3, 1n, 2n, 3n, 10n);
    expect([0n, 1n, 2n, 4n].map((sequence) => window.judge(sequence))).toEqual([
      'outdated',
      'outdated',
      'replayed',
      'new',
    ]);
  });

  it('says the same as a list of all numbers used, whatever they are', () => {
    const numbers = fc.array(fc.bigInt(0n, 40n), { maxLength: 60 });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 8 }), numbers, (sizeMax, sequences) => {
        const window = new SequenceWindow(sizeMax);
        const used: bigint[] = [];
        for (const sequence of sequences) {
          expect(window.judge(sequence)).toBe(expected(sizeMax, used, sequence));
          if (window.judge(sequence) !== 'new') continue;
          window.add(sequence);
          used.push(sequence);
        }
      }),
    );
  });
});

/** By the definition: the `sizeMax` highest are remembered, the highest of the others is the floor. */
function expected(sizeMax: number, used: readonly bigint[], sequence: bigint): string {
  const descending = used.toSorted((a, b) => (a < b ? 1 : -1));
  const floor = descending[sizeMax];
  if (floor !== undefined && sequence <= floor) return 'outdated';
  return used.includes(sequence) ? 'replayed' : 'new';
}
