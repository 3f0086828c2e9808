/** The directory of a node's key and memory: only its user can look into it, or no node starts with it. */
import { mkdirSync, statSync, type Stats } from 'node:fs';
import { dirname } from 'node:path';
import { codeOf } from '../exclusive-file.ts';

/** The state directory cannot be used. `message` is one line with the path and a remedy. */
export class StateError extends Error {
  override readonly name = 'StateError';
}

/** Another node uses it. */
export class StateInUseError extends StateError {}

/** Makes the directory (mode 0700) if it is not there, and those above it. @throws StateError */
export function ensurePrivateDirectory(path: string): void {
  let stats: Stats;
  try {
    makeDirectory(path);
    stats = statSync(path);
  } catch (error) {
    const code = codeOf(error);
    if (code === 'ENOTDIR') failAsNoDirectory(path);
    fail(path, `cannot be made (${code})`, 'let this user write there, or set state_dir');
  }
  if (!stats.isDirectory()) failAsNoDirectory(path);
  const own = process.getuid?.();
  if (own === undefined) return;
  if (stats.uid !== own) {
    fail(path, `belongs to another user (uid ${stats.uid})`, `chown it to the node's user`);
  }
  if ((stats.mode & 0o077) !== 0) {
    const bits = (stats.mode & 0o777).toString(8).padStart(4, '0');
    fail(path, `is open to other users (mode ${bits})`, 'chmod 700 it, or set state_dir');
  }
}

/**
 * Not by the `recursive` of Node, which tries for ever where a directory that is there says that it is not when
 * something is made in it, as those of /proc do.
 */
function makeDirectory(path: string): void {
  try {
    makeLast(path);
  } catch (error) {
    const parent = dirname(path);
    if (codeOf(error) !== 'ENOENT' || parent === path) throw error;
    makeDirectory(parent);
    makeLast(path);
  }
}

/** Those above it are there. Another process may make it at the same time. */
function makeLast(path: string): void {
  try {
    mkdirSync(path, { mode: 0o700 });
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error;
  }
}

function failAsNoDirectory(path: string): never {
  fail(path, 'is no directory', 'name a directory');
}

function fail(path: string, problem: string, remedy: string): never {
  throw new StateError(`state_dir ${path}: ${problem}; ${remedy}`);
}
