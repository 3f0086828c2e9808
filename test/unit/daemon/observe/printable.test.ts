import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PRINTED_CHARACTERS_MAX, printable } from '../../../../src/daemon/observe/printable.ts';

describe('text from strangers', () => {
  it.each([
    ['a colour', '\x1b[31mred', '\\x1b[31mred'],
    ['a line end', 'one\r\ntwo', 'one\\x0d\\x0atwo'],
    ['NUL', 'a\0b', 'a\\x00b'],
    ['an eight-bit control', 'a\x9bb', 'a\\x9bb'],
    ['a change of direction', 'abc\u202edef', 'abc\\u{202e}def'],
    ['an isolate', '\u2066x\u2069', '\\u{2066}x\\u{2069}'],
    ['a line separator', 'a\u2028b', 'a\\u{2028}b'],
    ['half a character', 'a\ud800b', 'a\\u{d800}b'],
  ])('loses %s', (_, text, printed) => {
    expect(printable(text)).toBe(printed);
  });

  it('keeps what can be read, in any script', () => {
    expect(printable('127.0.0.1:6001 – müßig 例え 🎉')).toBe('127.0.0.1:6001 – müßig 例え 🎉');
  });

  it('is cut', () => {
    const printed = printable('x'.repeat(10_000));
    expect([printed.length, printed.at(-1)]).toEqual([PRINTED_CHARACTERS_MAX, '…']);
  });

  it('never has a control character left, whatever it was', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(printable(text)).toMatch(/^[^\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]*$/u);
      }),
    );
  });
});
