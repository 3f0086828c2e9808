/**
 * The directory in which a node's memory outlives its process. Only its user can look into it. A file is there whole
 * or not at all, whenever the machine stops; one that is damaged nevertheless is set aside, never used and never lost.
 * One process uses it at a time.
 */
import { mkdir, open, rename, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { LoadedState, StoredState } from '../../core/stored-state.ts';
import { decodeState, encodeState, STATE_FILE_BYTES_MAX } from './state-file.ts';

/** The file with what was seen. */
export const STATE_FILE = 'seen.bin';
/** Where it is written before it takes the other's place; a leftover of a crash is overwritten. */
const NEXT_FILE = 'seen.bin.next';

/** Something that an operator should know; `reason` is the system's or one of ours. */
export type Trouble = (message: string, fields: { path: string; reason: string }) => void;

export class StateDirectory {
  readonly path: string;
  readonly #onTrouble: Trouble;
  readonly #now: () => number;

  /** `now` is the calendar's time in milliseconds. Default `Date.now`. */
  constructor(path: string, onTrouble: Trouble, now: () => number = Date.now) {
    this.path = path;
    this.#onTrouble = onTrouble;
    this.#now = now;
  }

  /** What was stored last; undefined if there is nothing, or nothing that can be used. Never rejects. */
  async load(): Promise<LoadedState | undefined> {
    const path = join(this.path, STATE_FILE);
    try {
      const state = decodeState(await readBounded(path), this.#now());
      if (typeof state !== 'string') return state;
      await this.#setAside(path, state);
    } catch (error) {
      if (codeOf(error) !== 'ENOENT') this.#tell('the stored state cannot be read', path, error);
    }
    return undefined;
  }

  /** Stores in place of what was stored before. Rejects if it cannot, and that is still there then. */
  async save(state: StoredState): Promise<void> {
    await mkdir(this.path, { recursive: true, mode: 0o700 });
    const next = join(this.path, NEXT_FILE);
    const file = await open(next, 'w', 0o600);
    try {
      await file.writeFile(encodeState(state, this.#now()));
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(next, join(this.path, STATE_FILE));
    await syncDirectory(this.path);
  }

  async #setAside(path: string, reason: string): Promise<void> {
    const time = new Date(this.#now()).toISOString().replaceAll(':', '');
    const aside = `${path}.bad-${time}`;
    await rename(path, aside);
    this.#onTrouble('the stored state is damaged; it was set aside, and nothing is remembered', {
      path: aside,
      reason,
    });
  }

  #tell(message: string, path: string, error: unknown): void {
    this.#onTrouble(message, { path, reason: String(error) });
  }
}

async function readBounded(path: string): Promise<Uint8Array> {
  const { size } = await stat(path);
  // Of more than that nothing but the head is needed to see that it is wrong.
  const file = await open(path);
  try {
    if (size <= STATE_FILE_BYTES_MAX) return await file.readFile();
    return Buffer.alloc(0);
  } finally {
    await file.close();
  }
}

/** A rename is on the disk only when its directory is. Some file systems cannot, and need not. */
async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path);
  try {
    await directory.sync();
  } catch (error) {
    if (codeOf(error) !== 'EINVAL' && codeOf(error) !== 'EISDIR') throw error;
  } finally {
    await directory.close();
  }
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}
