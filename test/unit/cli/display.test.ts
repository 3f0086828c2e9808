import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeUtf8, escapeData, toJsonLine } from '../../../src/cli/display.ts';

function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** What a reader of the output does to get the bytes back; knows nothing of how they were written. */
function unescape(line: string): Uint8Array {
  const pieces = line.match(/\\\\|\\x[0-9a-f]{2}|[^\\]/gsu) ?? [];
  return Buffer.concat(
    pieces.map((piece) => {
      if (piece === '\\\\') return Buffer.from('\\');
      return piece.startsWith('\\x') ? Buffer.from(piece.slice(2), 'hex') : Buffer.from(piece);
    }),
  );
}

/** Bytes of all kinds: random ones, text, and text that was cut or damaged. */
const anyData = fc.oneof(
  fc.uint8Array({ maxLength: 64 }),
  fc.string({ unit: 'binary', maxLength: 32 }).map(bytes),
  fc
    .tuple(fc.string({ unit: 'binary', maxLength: 16 }).map(bytes), fc.uint8Array({ maxLength: 4 }))
    .map(([text, noise]) => Uint8Array.from([...text.subarray(1), ...noise, ...text])),
);

describe('data on one line', () => {
  it('gives the bytes back to whoever undoes the escapes', () => {
    fc.assert(
      fc.property(anyData, (data) => {
        expect([...unescape(escapeData(data))]).toEqual([...data]);
      }),
    );
  });

  it('never holds a control character, a line end or a mark of direction', () => {
    fc.assert(
      fc.property(anyData, (data) => {
        expect(escapeData(data)).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]/u);
      }),
    );
  });

  it.each(['hello, world', 'Grüße', '日本語', '👩‍🚀 🏴', 'نص', 'quo\'te"s', ' blanks  '])(
    'leaves the text %j as it is',
    (text) => {
      expect(escapeData(bytes(text))).toBe(text);
    },
  );

  it.each([
    ['a line end', 'a\nb', 'a\\x0ab'],
    ['a carriage return', 'a\rb', 'a\\x0db'],
    ['a tab', 'a\tb', 'a\\x09b'],
    ['an escape sequence', '\x1b[2J', '\\x1b[2J'],
    ['a C1 control character', '\u009b31m', '\\xc2\\x9b31m'],
    ['a change of direction', 'a\u202eb', 'a\\xe2\\x80\\xaeb'],
    ['a line separator', 'a\u2028b', 'a\\xe2\\x80\\xa8b'],
    ['a backslash', '\\x41', '\\\\x41'],
    ['zero', '\0', '\\x00'],
  ])('escapes %s', (_what, text, line) => {
    expect(escapeData(bytes(text))).toBe(line);
  });

  it('escapes only what is not UTF-8 in data that is text otherwise', () => {
    const data = Uint8Array.from([...bytes('Grü'), 0xff, ...bytes('ße'), 0xe2, 0x82]);
    expect(escapeData(data)).toBe('Grü\\xffße\\xe2\\x82');
  });

  it('escapes overlong forms and surrogates, which are not UTF-8', () => {
    expect(escapeData(Uint8Array.of(0xc0, 0xaf, 0xed, 0xa0, 0x80))).toBe(
      '\\xc0\\xaf\\xed\\xa0\\x80',
    );
  });

  it('keeps a byte order mark', () => {
    expect([...unescape(escapeData(bytes('\ufeffx')))]).toEqual([0xef, 0xbb, 0xbf, 0x78]);
  });
});

describe('text in data', () => {
  it('is undefined if the data is not UTF-8', () => {
    expect(decodeUtf8(Uint8Array.of(0x61, 0x80))).toBeUndefined();
  });

  it('includes a byte order mark', () => {
    expect(decodeUtf8(bytes('\ufeffx'))).toBe('\ufeffx');
  });
});

describe('a JSON line', () => {
  it('holds nothing that any reader takes for a line end', () => {
    const line = toJsonLine({ text: 'a\u2028b\u2029c\u0085d\ne' });
    expect(line).not.toMatch(/[\n\r\u0085\u2028\u2029]/);
  });

  it('parses to what went in', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(JSON.parse(toJsonLine({ text }))).toEqual({ text });
      }),
    );
  });
});
