/**
 * The keys that somebody set, with what was made of them and where they stand, so that a later check can
 * still say which line or flag is to blame.
 */
import { assert } from '../../basics/assert.ts';
import { ConfigError, describePlace, printable, type Place } from './config-error.ts';
import { KEYS, type KeyName, type KeyValue } from './key-table.ts';
import { NONE, type Reader } from './readers.ts';

/** A value as somebody wrote it. */
export interface Setting {
  /** The name used, which may be an older one. */
  readonly written: string;
  /** Trimmed; may be empty. */
  readonly text: string;
  readonly place: Place;
}

export class GivenValues {
  readonly #settings = new Map<KeyName, Setting>();
  readonly #values = new Map<KeyName, unknown>();

  /**
   * Reads and keeps a value, in place of an earlier one of the same key. Relative paths start at `base`,
   * or if that is empty at the working directory.
   * Throws {@link ConfigError} with `config-value` if the value is not allowed.
   */
  set(name: KeyName, setting: Setting, base: string): void {
    const reader: Reader<unknown> = KEYS[name].reader;
    this.#values.set(name, readSetting(setting, reader, base));
    this.#settings.set(name, setting);
  }

  /** Who set the key, or undefined. */
  setting(name: KeyName): Setting | undefined {
    return this.#settings.get(name);
  }

  /** The value if somebody set the key; undefined if not, or if it was set to `none`. */
  given<Name extends KeyName>(name: Name): KeyValue<Name> | undefined {
    // Proof of the cast: `set` is the only writer and stores what this key's own reader made.
    return this.#values.get(name) as KeyValue<Name> | undefined;
  }

  /** The value, or the key's constant default. */
  value<Name extends KeyName>(name: Name): KeyValue<Name> {
    if (this.#settings.has(name)) return this.given(name) as KeyValue<Name>;
    const reader: Reader<unknown> = KEYS[name].reader;
    const reading = reader.read(KEYS[name].defaultText, '/');
    assert(reading.kind === 'value', `the default of ${name} cannot be read`);
    // Proof of the cast: the key's own reader made it.
    return reading.value as KeyValue<Name>;
  }
}

/** What a reader makes of a setting. Throws {@link ConfigError} with `config-value` if that is not allowed. */
export function readSetting<Value>(setting: Setting, reader: Reader<Value>, base: string): Value {
  // What a shell hands over that is not UTF-8 arrives with this character; no file could say it again.
  if (setting.text.includes('\u{fffd}')) refuse(setting, 'not UTF-8 text', reader.allowed);
  const reading = reader.read(setting.text === '' ? NONE : setting.text, base);
  if (reading.kind === 'problem') refuse(setting, reading.problem, reader.allowed);
  return reading.value;
}

/** `node.ini:3 degree = 0` or `--degree 0`. */
export function describeSetting(setting: Setting): string {
  return describePlace(setting.place, setting.written, setting.text);
}

/** A problem may quote the value, which may be as long as a file. */
const PROBLEM_CHARACTERS_MAX = 300;

function refuse(setting: Setting, problem: string, allowed: string): never {
  const meaning = setting.text === '' ? `empty, which means ${NONE}: ` : '';
  // Other INI dialects allow it, so it is the likeliest reason for a value that looks right.
  const hint = /\s[;#]/.test(setting.text) ? ' (a comment needs a line of its own)' : '';
  const what = printable(problem, PROBLEM_CHARACTERS_MAX);
  throw new ConfigError(
    'config-value',
    `${describeSetting(setting)}: ${meaning}${what}${hint}; allowed: ${allowed}`,
  );
}
