/**
 * What an operator is told when the configuration cannot be used: one line that says where, what stands
 * there, what is wrong with it and what is allowed. Nothing in this room throws anything else.
 */

/** The codes that reading a configuration can end with; docs/configuration.md lists them. */
export const CONFIG_ERROR_CODES = [
  'config-file',
  'config-syntax',
  'config-duplicate',
  'config-value',
  'config-conflict',
] as const;

/** The node cannot start as it was told to. `message` is one line, meant to be shown as it is. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  /** Stable, for programs: one of {@link CONFIG_ERROR_CODES}, or a code of whoever else refuses a setting. */
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

/** Where a key was set. */
export type Place =
  | { readonly kind: 'file'; readonly file: string; readonly line: number }
  | { readonly kind: 'flag' };

/** `node.ini:3 degree = 0` or `--degree 0`, on one line whatever is in it. */
export function describePlace(place: Place, key: string, text: string): string {
  const value = printable(text);
  return place.kind === 'file'
    ? `${describeLine(place.file, place.line)} ${printable(key)} = ${value}`
    : `${flagOf(key)} ${value === '' ? "''" : value}`;
}

/** `node.ini:3`. */
export function describeLine(file: string, line: number): string {
  return `${describeFile(file)}:${line}`;
}

/** The file as the operator named it; never cut, for the end of a path is what tells files apart. */
export function describeFile(file: string): string {
  return file === '' ? "''" : printable(file, Number.POSITIVE_INFINITY);
}

/** The command-line flag of a key: `--p2p-address` of `p2p_address`. */
export function flagOf(key: string): string {
  return `--${key.replaceAll('_', '-')}`;
}

/** Longer texts are cut in messages: a line that nobody can read helps nobody. */
const SHOWN_CHARACTERS_MAX = 120;

/** `text` with everything escaped that is invisible or ends a line, and cut after `charactersMax`. */
export function printable(text: string, charactersMax = SHOWN_CHARACTERS_MAX): string {
  const escaped = text
    .slice(0, charactersMax)
    .replace(
      /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu,
      (character) => `\\u{${character.codePointAt(0)!.toString(16)}}`,
    );
  return text.length > charactersMax ? `${escaped}…` : escaped;
}
