/**
 * Text from strangers, made safe to print: nothing in it can end a line, move a cursor, change a colour or
 * turn the direction of writing, and it is short.
 */

/** Longer texts are cut: a stranger does not decide how long our lines are. */
export const PRINTED_CHARACTERS_MAX = 256;

/**
 * Control characters, format characters (among them all that change the direction of writing), line and
 * paragraph separators, and halves of characters outside the basic plane.
 */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;

/** `text` with everything unprintable as `\x1b` or `\u{202e}`, cut to 256 characters. */
export function printable(text: string): string {
  // Cut first, so that the work is bounded as well; escapes are not cut in the middle afterwards.
  const isLong = text.length > PRINTED_CHARACTERS_MAX;
  const shown = isLong ? `${text.slice(0, PRINTED_CHARACTERS_MAX - 1)}…` : text;
  return shown.replace(UNPRINTABLE, escapeCharacter);
}

function escapeCharacter(character: string): string {
  const code = character.codePointAt(0)!;
  const digits = code.toString(16);
  return code < 0x100 ? `\\x${digits.padStart(2, '0')}` : `\\u{${digits}}`;
}
