/**
 * One process at a time uses a state directory: two nodes with one key would take each other's places, and write
 * over each other's memory.
 *
 * The lock is a file that names its holder by process id, the time that process began, and the boot of the machine.
 * So a holder that is gone is known to be gone, also when its number was given to another process since. Processes
 * that cannot see each other (containers, machines that share a disk) are not kept apart.
 */
import { randomBytes } from 'node:crypto';
import { linkSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { codeOf, createPrivateFile, removeIfThere } from '../exclusive-file.ts';
import { StateError, StateInUseError } from './private-directory.ts';

export const LOCK_FILE = 'lock';

/** Two that find the lock of a dead process at once take turns; more is a machine out of order. */
const ATTEMPTS_MAX = 8;

export class StateLock {
  readonly #path: string;
  readonly #text: string;

  private constructor(path: string, text: string) {
    this.#path = path;
    this.#text = text;
  }

  /** @throws StateError if another node, also one of this process, has the directory. */
  static take(directory: string): StateLock {
    const path = join(directory, LOCK_FILE);
    const text = describeHolder(process.pid);
    for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
      try {
        createPrivateFile(path, text);
        return new StateLock(path, text);
      } catch (error) {
        if (codeOf(error) !== 'EEXIST') {
          throw new StateError(
            `state_dir ${directory}: cannot be locked (${codeOf(error)}); let this user write there, or set state_dir`,
          );
        }
      }
      removeIfStale(path, directory);
    }
    return refuse(directory, 'another process');
  }

  /** Lets others have the directory. */
  release(): void {
    if (readHolder(this.#path) === this.#text) removeIfThere(this.#path);
  }
}

function removeIfStale(path: string, directory: string): void {
  const found = readHolder(path);
  if (found === undefined) return;
  if (isAlive(found)) refuse(directory, `process ${found.split(' ')[0]}`);
  // By another name first: somebody else may have removed it and taken the lock since it was read.
  const aside = `${path}.${randomBytes(6).toString('hex')}`;
  try {
    renameSync(path, aside);
    if (readHolder(aside) !== found) linkSync(aside, path);
  } catch (error) {
    if (codeOf(error) !== 'ENOENT' && codeOf(error) !== 'EEXIST') throw error;
  } finally {
    removeIfThere(aside);
  }
}

function refuse(directory: string, holder: string): never {
  throw new StateInUseError(
    `state_dir ${directory}: another node uses it (${holder}); stop that one, or set another state_dir`,
  );
}

function readHolder(path: string): string | undefined {
  try {
    return readFileSync(path, 'latin1');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/** `PID START BOOT`; the last two are `-` where the system does not tell. */
function describeHolder(pid: number): string {
  return `${pid} ${startOf(pid) ?? '-'} ${bootId() ?? '-'}\n`;
}

function isAlive(holder: string): boolean {
  const [pid, start, boot] = holder.trim().split(' ');
  if (pid === undefined || !/^[1-9][0-9]{0,9}$/.test(pid)) return false;
  if (boot !== undefined && boot !== '-' && bootId() !== undefined && boot !== bootId()) {
    return false;
  }
  try {
    process.kill(Number(pid), 0);
  } catch (error) {
    // EPERM: it is there, and another user's.
    if (codeOf(error) === 'ESRCH') return false;
  }
  const startNow = startOf(Number(pid));
  return start === undefined || start === '-' || startNow === undefined || start === startNow;
}

/** When a process began, in ticks since the boot: field 22 of /proc/PID/stat, behind a name in parentheses. */
function startOf(pid: number): string | undefined {
  const stat = readIfThere(`/proc/${pid}/stat`);
  return stat?.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
}

function bootId(): string | undefined {
  return readIfThere('/proc/sys/kernel/random/boot_id')?.trim();
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return undefined;
  }
}
