/** The directory of a node's key and memory: only its user can look into it, or no node starts with it. */
import { mkdirSync, statSync, type Stats } from 'node:fs';
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
    mkdirSync(path, { recursive: true, mode: 0o700 });
    stats = statSync(path);
  } catch (error) {
    const code = codeOf(error);
    if (code === 'EEXIST' || code === 'ENOTDIR') fail(path, 'is no directory', 'name a directory');
    fail(path, `cannot be made (${code})`, 'let this user write there, or set state_dir');
  }
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

function fail(path: string, problem: string, remedy: string): never {
  throw new StateError(`state_dir ${path}: ${problem}; ${remedy}`);
}
