/**
 * The text of a configuration file. It is read at most up to a bound, so a wrong name (a disk image, a
 * device) costs a message instead of memory, and what is plainly no text is refused with a word about what
 * it looks like. A pipe is waited for, but not for ever.
 */
import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import type { Millis } from '../../core/settings.ts';
import { ConfigError, describeFile } from './config-error.ts';

/** A larger file is refused. 1 MiB is some thousand times what all keys and a page of comments take. */
export const CONFIG_FILE_BYTES_MAX = 1024 * 1024;

/** A pipe into which nobody writes is given up after this: somebody may be about to open it. A guess. */
const WRITER_PATIENCE: Millis = 500;
/** A pipe whose writer says nothing is given up after this: a program may have to fetch the text. A guess. */
const TEXT_PATIENCE: Millis = 10_000;
/** Between two looks at a pipe. */
const LOOK: Millis = 10;

/**
 * The file's text without a byte order mark. Bytes that are not UTF-8 become U+FFFD, because they may well
 * stand in another program's section. Throws {@link ConfigError} with `config-file`, one line that says
 * what is wrong and what would be right. Pipes and devices are read like files; a pipe that brings nothing for half a
 * second (without a writer) or ten seconds (with one) is refused.
 */
export function readConfigFile(file: string): string {
  const bytes = readAtMost(file, CONFIG_FILE_BYTES_MAX + 1);
  if (bytes.length > CONFIG_FILE_BYTES_MAX) {
    fail(file, `larger than ${CONFIG_FILE_BYTES_MAX} bytes, which no configuration file is`);
  }
  // UTF-16 first: its text is full of NUL bytes, and "binary" would send its author looking elsewhere.
  if (isUtf16(bytes)) fail(file, 'UTF-16 text; save it as UTF-8');
  if (bytes.includes(0)) {
    fail(
      file,
      'has NUL bytes, so it is a binary file or UTF-16 text; an INI file in UTF-8 is needed',
    );
  }
  if (bytes.some(isControl)) {
    fail(file, 'has control characters, so it is a binary file; an INI file in UTF-8 is needed');
  }
  return new TextDecoder().decode(bytes);
}

function readAtMost(file: string, bytesMax: number): Uint8Array {
  try {
    return readOpen(file, bytesMax);
  } catch (error) {
    if (error instanceof ConfigError) throw error;
    return fail(file, describeFailure(error));
  }
}

function readOpen(file: string, bytesMax: number): Uint8Array {
  // Not blocking: to open or read a pipe would otherwise wait for its writer, for ever if there is none.
  const descriptor = openSync(file, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const isPipe = fstatSync(descriptor).isFIFO();
    const bytes = new Uint8Array(bytesMax);
    let length = 0;
    let waited: Millis = 0;
    while (length < bytesMax) {
      const taken = readNow(descriptor, bytes.subarray(length));
      const isWriterAwaited = taken === 0 && isPipe && length === 0;
      if (taken === 0 && !isWriterAwaited) break;
      waited = taken === undefined || taken === 0 ? wait(file, waited, isWriterAwaited) : 0;
      length += taken ?? 0;
    }
    return bytes.subarray(0, length);
  } finally {
    closeSync(descriptor);
  }
}

/** Bytes taken; 0 at the end, or while a pipe has no writer; undefined if there is nothing for now. */
function readNow(descriptor: number, target: Uint8Array): number | undefined {
  try {
    return readSync(descriptor, target);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EAGAIN') return undefined;
    throw error;
  }
}

/** Lets a moment pass and returns for how long now nothing has come; refuses the file if that is too long. */
function wait(file: string, waited: Millis, isWriterAwaited: boolean): Millis {
  if (isWriterAwaited && waited >= WRITER_PATIENCE) {
    fail(file, 'is a pipe into which nobody writes; the path of an INI file is needed');
  }
  if (waited >= TEXT_PATIENCE) {
    const seconds = TEXT_PATIENCE / 1_000;
    fail(file, `brings nothing for ${seconds} s, nor its end; the path of an INI file is needed`);
  }
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, LOOK);
  return waited + LOOK;
}

function describeFailure(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
  switch (code) {
    case 'ENOENT':
      return 'does not exist; the path of an INI file is needed';
    case 'EISDIR':
      return 'is a directory; the path of an INI file is needed';
    case 'EACCES':
      return 'may not be read by this user; give the user read permission';
    default:
      return `cannot be read (${code}); the path of a readable INI file is needed`;
  }
}

function isUtf16(bytes: Uint8Array): boolean {
  return (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff);
}

/** Below the blank no text has anything but tab to carriage return (9 to 13) and escape (27). */
function isControl(byte: number): boolean {
  return byte < 0x20 && byte !== 0x1b && (byte < 0x09 || byte > 0x0d);
}

function fail(file: string, problem: string): never {
  throw new ConfigError('config-file', `${describeFile(file)}: ${problem}`);
}
