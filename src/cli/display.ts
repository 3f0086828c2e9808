/**
 * Data from strangers on somebody's terminal: as readable as possible, on one line, and never able to do
 * anything but be read.
 *
 * Printable UTF-8 stays as it is. A backslash becomes `\\`; every byte of anything else becomes `\x` and two
 * hexadecimal digits: bytes that are not UTF-8, control characters (line ends, ESC), line separators, and
 * the marks that turn the writing direction. So two different messages never look the same, and the bytes
 * can be had back.
 */

const UNSAFE = String.raw`\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}`;
const ESCAPED_IN_TEXT = new RegExp(`[${UNSAFE}\\\\]`, 'gu');
const ESCAPED_IN_JSON = new RegExp(`[${UNSAFE}]`, 'gu');

/** Without `ignoreBOM` the decoder would swallow a byte order mark at the start. */
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** `data` on one line. */
export function escapeData(data: Uint8Array): string {
  const text = decodeUtf8(data);
  return text === undefined ? escapePieces(data) : escapeText(text);
}

/** The text that `data` is, or undefined if it is not well-formed UTF-8. */
export function decodeUtf8(data: Uint8Array): string | undefined {
  try {
    return utf8.decode(data);
  } catch {
    return undefined;
  }
}

/** JSON on one line, even for readers that take U+2028 or U+0085 for the end of one. */
export function toJsonLine(value: object): string {
  return JSON.stringify(value).replace(ESCAPED_IN_JSON, (character) => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
}

function escapeText(text: string): string {
  return text.replace(ESCAPED_IN_TEXT, (character) => {
    return character === '\\' ? '\\\\' : escapeBytes(Buffer.from(character));
  });
}

/** Character by character: what decodes stays, what does not is escaped a byte at a time. */
function escapePieces(data: Uint8Array): string {
  let line = '';
  let i = 0;
  while (i < data.length) {
    const character = data.subarray(i, i + sequenceLength(data[i]!));
    const text = decodeUtf8(character);
    line += text === undefined ? escapeBytes(data.subarray(i, i + 1)) : escapeText(text);
    i += text === undefined ? 1 : character.length;
  }
  return line;
}

/** How many bytes the character has that starts with `lead`, if it is one. */
function sequenceLength(lead: number): number {
  if (lead >= 0xf0) return 4;
  if (lead >= 0xe0) return 3;
  return lead >= 0xc0 ? 2 : 1;
}

function escapeBytes(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => `\\x${byte.toString(16).padStart(2, '0')}`).join('');
}
