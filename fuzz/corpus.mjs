/**
 * Inputs as files: hexadecimal bytes that a person can read in a review, with comments from `#` to the end of
 * the line. One folder for each target; every file in it is executed by every run and by the tests.
 */
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const CORPUS = fileURLToPath(new URL('../test/fuzz-corpus/', import.meta.url));
const ENDING = '.hex';
const LINE_BYTES = 16;

/** The paths of a target's inputs, in the order of their names. */
export function corpusFiles(target) {
  let names;
  try {
    names = readdirSync(join(CORPUS, target));
  } catch (error) {
    if (error.code === 'ENOENT') return [];
    throw error;
  }
  const inputs = names.filter((name) => name.endsWith(ENDING)).toSorted();
  return inputs.map((name) => join(CORPUS, target, name));
}

/** The bytes in a file; throws a sentence if there is anything else. */
export function readInput(path) {
  const digits = readFileSync(path, 'utf8')
    .split('\n')
    .map((line) => line.split('#')[0].replaceAll(/\s/g, ''))
    .join('');
  if (digits.length % 2 === 1 || /[^0-9a-f]/i.test(digits)) {
    throw new Error(`${path}: not an input; bytes in hexadecimal are needed, comments after #`);
  }
  return Uint8Array.from(Buffer.from(digits, 'hex'));
}

/** Writes an input under a name made of its bytes, so that a second find of it is the same file. */
export function writeInput(target, input, comments) {
  const folder = join(CORPUS, target);
  const name = createHash('sha256').update(input).digest('hex').slice(0, 12);
  const path = join(folder, `found-${name}${ENDING}`);
  mkdirSync(folder, { recursive: true });
  writeFileSync(path, formatInput(input, comments));
  return path;
}

/** Sixteen bytes a line, with what they look like as text. */
export function formatInput(input, comments) {
  const lines = comments.map((comment) => `# ${comment.replaceAll(/\s+/g, ' ')}`.trimEnd());
  for (let at = 0; at < input.length; at += LINE_BYTES) {
    const bytes = input.subarray(at, at + LINE_BYTES);
    const hex = Buffer.from(bytes)
      .toString('hex')
      .replaceAll(/(..)(?=.)/g, '$1 ');
    const text = Array.from(bytes, (byte) =>
      byte > 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '.',
    ).join('');
    lines.push(`${hex.padEnd(LINE_BYTES * 3)}# ${text}`);
  }
  return `${lines.join('\n')}\n`;
}
