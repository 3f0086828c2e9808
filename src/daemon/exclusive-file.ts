/**
 * Makes a file that was not there: whole or not at all, whenever the machine stops, and never in place of another.
 */
import { randomBytes } from 'node:crypto';
import {
  closeSync,
  constants,
  copyFileSync,
  fsyncSync,
  linkSync,
  openSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname } from 'node:path';

/** Only this user can read it. Throws the system's error, `EEXIST` if anything stands at `path` already. */
export function createPrivateFile(path: string, text: string): void {
  const draft = `${path}.${randomBytes(6).toString('hex')}`;
  try {
    writeDraft(draft, text);
    putInPlace(draft, path);
  } finally {
    removeIfThere(draft);
  }
  syncDirectory(dirname(path));
}

/** `ENOENT`, or what was thrown as text. */
export function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error);
}

export function removeIfThere(path: string): void {
  try {
    unlinkSync(path);
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error;
  }
}

function writeDraft(draft: string, text: string): void {
  const file = openSync(draft, 'wx', 0o600);
  try {
    writeFileSync(file, text);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

function putInPlace(draft: string, path: string): void {
  try {
    linkSync(draft, path);
  } catch (error) {
    if (codeOf(error) === 'EEXIST' || codeOf(error) === 'ENOENT') throw error;
    // A file system without links.
    copyFileSync(draft, path, constants.COPYFILE_EXCL);
  }
}

/** A new name is on the disk only when its directory is. */
function syncDirectory(path: string): void {
  const directory = openSync(path, 'r');
  try {
    fsyncSync(directory);
  } catch {
    // Some file systems cannot, and need not.
  } finally {
    closeSync(directory);
  }
}
