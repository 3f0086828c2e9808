/**
 * The lines of an INI file that concern this program.
 *
 * Several programs may share one file, so only `[gossip]`, `[gossip.…]` and the global `hostkey` are ours;
 * whatever else stands in it, in whatever syntax, is passed over. In our own sections nothing is.
 *
 * Why not a library: the known ones keep no line numbers, let the last of two equal keys win, and turn
 * values into other types. Names from the file are keys of a `Map`, never of an object, so a section
 * `[__proto__]` or a key `constructor` is a name like any other.
 */
import { ConfigError, describeLine, printable } from './config-error.ts';

/** One `key = value` line. */
export interface IniEntry {
  /** As written, trimmed; never empty. */
  readonly key: string;
  /** As written, trimmed; may be empty. */
  readonly value: string;
  /** Counted from 1. */
  readonly line: number;
}

export interface IniSection {
  /** The lines of its headers, at least one but for the global section, which begins with the file. */
  readonly headers: readonly number[];
  /** By key, in the file's order. */
  readonly entries: ReadonlyMap<string, IniEntry>;
}

/** The section with our keys. Names are compared in lower case. */
export const GOSSIP_SECTION = 'gossip';
/** The section with the limits. */
export const LIMITS_SECTION = 'gossip.limits';
/** What stands before any section or in `[global]`. Only {@link HOSTKEY} is taken from there. */
export const GLOBAL_SECTION = 'global';
export const HOSTKEY = 'hostkey';

/**
 * Our sections by lower-case name, sections of one name merged. Throws {@link ConfigError} with
 * `config-syntax` for a line of ours that is neither key, comment nor blank, and with `config-duplicate`
 * for a key that stands twice in one section. `file` only serves the messages.
 */
export function parseIni(text: string, file: string): ReadonlyMap<string, IniSection> {
  const reader = new IniReader(file);
  for (const line of text.split(/\r\n|\r|\n/)) reader.read(line.trim());
  return reader.sections;
}

interface OpenSection {
  readonly headers: number[];
  readonly entries: Map<string, IniEntry>;
}

class IniReader {
  readonly sections = new Map<string, OpenSection>();
  readonly #file: string;
  #section = GLOBAL_SECTION;
  #line = 0;

  constructor(file: string) {
    this.#file = file;
  }

  /** Takes the next line, trimmed. */
  read(line: string): void {
    this.#line++;
    if (line === '' || isComment(line)) return;
    if (line.startsWith('[')) this.#readHeader(line);
    else if (isOurs(this.#section)) this.#readEntry(line);
    else if (this.#section === GLOBAL_SECTION) this.#readGlobal(line);
  }

  #readHeader(line: string): void {
    const end = line.indexOf(']');
    const name = (end < 0 ? line.slice(1) : line.slice(1, end)).trim().toLowerCase();
    const rest = end < 0 ? undefined : line.slice(end + 1).trim();
    // Others may end a header with a comment; that is their syntax, and their section begins all the same.
    if (rest === '' || (rest !== undefined && isComment(rest) && !isOurs(name))) {
      this.#section = name;
      if (isOurs(name)) this.#open(name).headers.push(this.#line);
      return;
    }
    // Also inside another program's section: a broken header of ours must not hide all that follows.
    if (isOurs(name)) this.#fail(line, `a section header stands alone on its line: [${name}]`);
    if (isOurs(this.#section)) this.#fail(line, 'not a section header, which is [NAME]');
  }

  #readEntry(line: string): void {
    const split = line.indexOf('=');
    const key = split < 0 ? '' : line.slice(0, split).trim();
    if (key === '') {
      this.#fail(line, 'neither KEY = VALUE, nor a comment (; or # at its start), nor blank');
    }
    // The decoder puts this character where bytes are not UTF-8.
    if (line.includes('\u{fffd}')) this.#fail(line, 'not UTF-8 text; save the file as UTF-8');
    const { entries } = this.#open(this.#section);
    const earlier = entries.get(key);
    if (earlier !== undefined) {
      throw new ConfigError(
        'config-duplicate',
        `${describeLine(this.#file, this.#line)} ${printable(line)}: ` +
          `${printable(key)} is set in line ${earlier.line} already; a key may be given once`,
      );
    }
    entries.set(key, { key, value: line.slice(split + 1).trim(), line: this.#line });
  }

  #readGlobal(line: string): void {
    const split = line.indexOf('=');
    if (split >= 0 && line.slice(0, split).trim() === HOSTKEY) this.#readEntry(line);
  }

  #open(name: string): OpenSection {
    const existing = this.sections.get(name);
    if (existing !== undefined) return existing;
    const section = { headers: [], entries: new Map<string, IniEntry>() };
    this.sections.set(name, section);
    return section;
  }

  #fail(line: string, problem: string): never {
    const where = describeLine(this.#file, this.#line);
    throw new ConfigError('config-syntax', `${where} ${printable(line)}: ${problem}`);
  }
}

function isComment(text: string): boolean {
  return text.startsWith(';') || text.startsWith('#');
}

function isOurs(section: string): boolean {
  return section === GOSSIP_SECTION || section.startsWith(`${GOSSIP_SECTION}.`);
}
