/**
 * The text of a configuration file. It is read at most up to a bound, so a wrong name (a disk image, a
 * device) costs a message instead of memory, and what is plainly no text is refused with a word about what
 * it looks like.
 */
import { closeSync, openSync, readSync } from 'node:fs';
import { ConfigError, describeFile } from './config-error.ts';

/** A larger file is refused. 1 MiB is some thousand times what all keys and a page of comments take. */
export const CONFIG_FILE_BYTES_MAX = 1024 * 1024;

/**
 * The file's text without a byte order mark. Bytes that are not UTF-8 become U+FFFD, because they may well
 * stand in another program's section. Throws {@link ConfigError} with `config-file`, one line that says
 * what is wrong and what would be right. Pipes and devices are read like files.
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
    return fail(file, describeFailure(error));
  }
}

function readOpen(file: string, bytesMax: number): Uint8Array {
  const descriptor = openSync(file, 'r');
  try {
    const bytes = new Uint8Array(bytesMax);
    let length = 0;
    while (length < bytesMax) {
      const taken = readSync(descriptor, bytes, length, bytesMax - length, null);
      if (taken === 0) break;
      length += taken;
    }
    return bytes.subarray(0, length);
  } finally {
    closeSync(descriptor);
  }
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
