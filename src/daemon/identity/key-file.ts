/**
 * The file with a node's private key. Whoever can read it can be the node, so a file that others can read is
 * refused and not mended: nobody knows who has read it already. What is wrong with it is the operator's to put
 * right, in one sentence with the path and what to do; the key itself is in no message.
 *
 * A file that is made is there whole or not at all, and takes no other file's place.
 */
import { createPrivateKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { closeSync, constants, fstatSync, openSync, readFileSync, type Stats } from 'node:fs';
import { codeOf, createPrivateFile } from '../exclusive-file.ts';
import { ALLOWED_KEYS, keyProblem } from './keys.ts';

/** A key of 4,096 bits takes some 3,300 bytes. */
const KEY_FILE_BYTES_MAX = 65_536;

/** The key cannot be used. `message` is one line with the path and a remedy. */
export class KeyFileError extends Error {
  override readonly name = 'KeyFileError';
}

/** The private key in a file, which is made (Ed25519, mode 0600) if it is not there. @throws KeyFileError */
export function loadOrMakeKey(path: string): KeyObject {
  return loadKey(path) ?? makeKey(path);
}

/** The private key (PEM) in a file; undefined if there is none. @throws KeyFileError */
export function loadKey(path: string): KeyObject | undefined {
  const text = readKeyFile(path);
  return text === undefined ? undefined : parseKey(path, text);
}

function makeKey(path: string): KeyObject {
  const { privateKey } = generateKeyPairSync('ed25519');
  try {
    createPrivateFile(path, privateKey.export({ type: 'pkcs8', format: 'pem' }).toString());
    return privateKey;
  } catch (error) {
    // Somebody else has made one in the meantime: that one counts.
    const winner = codeOf(error) === 'EEXIST' ? loadKey(path) : undefined;
    if (winner !== undefined) return winner;
    const remedy = 'let this user write to the directory, or name another';
    return fail(path, `the key cannot be made (${codeOf(error)})`, remedy);
  }
}

function readKeyFile(path: string): string | undefined {
  let file: number;
  try {
    // Not through a link, which another user might turn elsewhere; not waiting for the writer of a pipe.
    file = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    return describeOpening(path, codeOf(error));
  }
  try {
    checkFile(path, fstatSync(file));
    return readFileSync(file, 'latin1');
  } catch (error) {
    if (error instanceof KeyFileError) throw error;
    return fail(path, `cannot be read (${codeOf(error)})`, 'name a readable file');
  } finally {
    closeSync(file);
  }
}

function describeOpening(path: string, code: string): undefined {
  switch (code) {
    case 'ENOENT':
      return undefined;
    case 'ELOOP':
      return fail(path, 'is a symbolic link', 'name the file itself, or put the key here');
    case 'EACCES':
      return fail(path, 'may not be read by this user', `chown it to the node's user; chmod 600`);
    default:
      return fail(path, `cannot be opened (${code})`, 'name a readable file');
  }
}

function checkFile(path: string, stats: Stats): void {
  const { mode, uid, size } = stats;
  if (stats.isDirectory()) fail(path, 'is a directory', 'name a file');
  if (!stats.isFile()) fail(path, 'is no file', 'name a file');
  const own = process.getuid?.();
  if (own !== undefined && uid !== own) {
    fail(path, `belongs to another user (uid ${uid})`, `chown it to the node's user`);
  }
  if (own !== undefined && (mode & 0o077) !== 0) {
    const bits = (mode & 0o777).toString(8).padStart(4, '0');
    const remedy = 'chmod 600 it, or, if others may have read it, remove it for a new identity';
    fail(path, `is open to other users (mode ${bits})`, remedy);
  }
  if (size > KEY_FILE_BYTES_MAX) {
    fail(path, `has ${size} bytes, which no private key has`, 'name the file with the key');
  }
}

const REMOVE = 'restore it from a copy, or remove it for a new identity';

function parseKey(path: string, text: string): KeyObject {
  if (text.trim() === '') return fail(path, 'is empty', REMOVE);
  if (text.includes('ENCRYPTED')) {
    return fail(path, 'is encrypted with a passphrase', 'store the key without one');
  }
  let key: KeyObject;
  try {
    key = createPrivateKey(text);
  } catch {
    const isPem = text.includes('-----BEGIN') && text.includes('PRIVATE KEY-----');
    const problem = isPem ? 'is a damaged or truncated private key' : 'is no PEM private key';
    return fail(path, problem, REMOVE);
  }
  const problem = keyProblem(key);
  return problem === undefined ? key : fail(path, problem, `a key is ${ALLOWED_KEYS}`);
}

function fail(path: string, problem: string, remedy: string): never {
  throw new KeyFileError(`${path}: ${problem}; ${remedy}`);
}
