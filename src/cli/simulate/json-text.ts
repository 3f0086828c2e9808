/**
 * Reads JSON that people write: an error says line and column, on every version of Node, and a key that
 * stands twice in one object is an error and not a riddle about which of them counts.
 */

/** What is wrong and where; both numbers begin with 1. */
export interface JsonProblem {
  readonly line: number;
  readonly column: number;
  readonly problem: string;
}

/** Deeper is no scenario: it would only exhaust the stack. A guess. */
const DEPTH_MAX = 64;

/** The first thing that is wrong with `text` as JSON (RFC 8259), if anything is. */
export function findJsonProblem(text: string): JsonProblem | undefined {
  try {
    new Scanner(text).document();
    return undefined;
  } catch (error) {
    if (!(error instanceof Misplaced)) throw error;
    return { ...position(text, error.at), problem: error.message };
  }
}

class Misplaced extends Error {
  readonly at: number;

  constructor(at: number, message: string) {
    super(message);
    this.at = at;
  }
}

const SPACE = /[ \t\n\r]*/y;
/** Of the control characters only the first 32 are forbidden. */
const STRING = /"(?:[^"\\\p{Cc}]|[\x7f-\x9f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/uy;
const SCALAR = /(?:true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?)(?![\w.+-])/y;

class Scanner {
  readonly #text: string;
  #at = 0;
  #depth = 0;

  constructor(text: string) {
    this.#text = text;
  }

  document(): void {
    this.#skip(SPACE);
    this.#value();
    if (this.#at < this.#text.length) this.#refuse('nothing more');
  }

  /** A value and the space behind it. */
  #value(): void {
    const start = this.#text[this.#at];
    if (start === '{') this.#object();
    else if (start === '[') this.#list(']', () => this.#value());
    else if (start === '"') this.#string();
    else if (this.#skip(SCALAR) === undefined) this.#refuse('a value');
    this.#skip(SPACE);
  }

  #object(): void {
    const keys = new Set<string>();
    this.#list('}', () => this.#member(keys));
  }

  #list(end: string, entry: () => void): void {
    if (++this.#depth > DEPTH_MAX) throw new Misplaced(this.#at, `deeper than ${DEPTH_MAX} levels`);
    this.#at++;
    this.#skip(SPACE);
    if (this.#text[this.#at] !== end) {
      entry();
      while (this.#text[this.#at] === ',') {
        this.#at++;
        this.#skip(SPACE);
        entry();
      }
    }
    if (this.#text[this.#at] !== end) this.#refuse(`, or ${end}`);
    this.#at++;
    this.#depth--;
  }

  #member(keys: Set<string>): void {
    const start = this.#at;
    if (this.#text[start] !== '"') this.#refuse('a key in double quotes');
    const key = this.#string();
    if (keys.has(key)) throw new Misplaced(start, `the key ${key} stands here twice`);
    keys.add(key);
    this.#skip(SPACE);
    if (this.#text[this.#at] !== ':') this.#refuse(':');
    this.#at++;
    this.#skip(SPACE);
    this.#value();
  }

  #string(): string {
    const string = this.#skip(STRING);
    if (string === undefined) {
      throw new Misplaced(this.#at, 'a text that does not end, or has a character that needs a \\');
    }
    return string;
  }

  #skip(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0];
    this.#at += found?.length ?? 0;
    return found;
  }

  #refuse(expected: string): never {
    const found = this.#text[this.#at];
    const what = found === undefined ? 'the end of the file' : JSON.stringify(found);
    throw new Misplaced(this.#at, `${what} where ${expected} should be`);
  }
}

function position(text: string, at: number): Pick<JsonProblem, 'line' | 'column'> {
  const before = text.slice(0, at).split(/\r\n|\n|\r/);
  return { line: before.length, column: before.at(-1)!.length + 1 };
}
