import { describe, expect, it } from 'vitest';
import { assert, AssertionError, unreachable } from '../../../src/basics/assert.ts';

describe('an assertion', () => {
  it('passes while its condition holds', () => {
    expect(() => assert(true, 'never seen')).not.toThrow();
  });

  it('throws its message otherwise', () => {
    expect(() => assert(false, 'one too many')).toThrow(new AssertionError('one too many'));
  });

  it('throws an error that is told apart by its name', () => {
    expect(new AssertionError('').name).toBe('AssertionError');
  });
});

describe('a case that cannot be', () => {
  it('throws an AssertionError that shows the value', () => {
    expect(() => unreachable({ kind: 'odd' } as never)).toThrow(
      new AssertionError('unexpected value: {"kind":"odd"}'),
    );
  });
});
