/**
 * A file in which something of a node outlives its process. It is there whole or not at all, whenever the machine
 * stops; one that is damaged nevertheless is set aside, never used and never lost.
 */
import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

/** Damaged files that are kept; the oldest goes. A guess: one is to be looked into, more are a habit. */
export const SET_ASIDE_MAX = 4;

/** Something that an operator should know; `reason` is the system's or one of ours. */
export type Trouble = (message: string, fields: { path: string; reason: string }) => void;

/** What stands in a file, and how. */
export interface FileFormat<Saved, Loaded> {
  /** Its name in the directory. */
  readonly name: string;
  /** What is in it, for messages: `the stored state`. */
  readonly what: string;
  /** The most bytes that are ever written; of a larger one nothing is read. */
  readonly bytesMax: number;
  /** `now` is the calendar's time in milliseconds. */
  readonly encode: (saved: Saved, now: number) => Uint8Array;
  /** What it says, or in a few words what is wrong with it. */
  readonly decode: (bytes: Uint8Array, now: number) => Loaded | string;
}

export class KeptFile<Saved, Loaded extends object> {
  readonly path: string;
  readonly #format: FileFormat<Saved, Loaded>;
  readonly #onTrouble: Trouble;
  readonly #now: () => number;

  /** `now` is the calendar's time in milliseconds. */
  constructor(options: {
    readonly directory: string;
    readonly format: FileFormat<Saved, Loaded>;
    readonly onTrouble: Trouble;
    readonly now: () => number;
  }) {
    this.path = join(options.directory, options.format.name);
    this.#format = options.format;
    this.#onTrouble = options.onTrouble;
    this.#now = options.now;
  }

  /** What was stored last; undefined if there is nothing, or nothing that can be used. Never rejects. */
  async load(): Promise<Loaded | undefined> {
    const { decode, what, bytesMax } = this.#format;
    try {
      const loaded = decode(await readBounded(this.path, bytesMax), this.#now());
      if (typeof loaded !== 'string') return loaded;
      await this.#setAside(loaded);
    } catch (error) {
      if (codeOf(error) !== 'ENOENT') {
        this.#onTrouble(`${what} cannot be read`, { path: this.path, reason: String(error) });
      }
    }
    return undefined;
  }

  /** Stores in place of what was stored before. Rejects if it cannot, and that is still there then. */
  async save(saved: Saved): Promise<void> {
    const directory = dirname(this.path);
    await mkdir(directory, { recursive: true, mode: 0o700 });
    // A leftover of a crash is overwritten.
    const next = `${this.path}.next`;
    try {
      await writeWhole(next, this.#format.encode(saved, this.#now()));
      await rename(next, this.path);
    } catch (error) {
      // Half a file is of no use, and where a disk is full it takes the room of the next attempt.
      await rm(next, { force: true }).catch(() => {});
      throw error;
    }
    await syncDirectory(directory);
  }

  async #setAside(reason: string): Promise<void> {
    const time = new Date(this.#now()).toISOString().replaceAll(':', '');
    const aside = `${this.path}.bad-${time}`;
    await rename(this.path, aside);
    const message = `${this.#format.what} is damaged; it was set aside, and nothing is remembered`;
    this.#onTrouble(message, { path: aside, reason });
    await this.#deleteOldest();
  }

  async #deleteOldest(): Promise<void> {
    const directory = dirname(this.path);
    const aside = (await readdir(directory))
      .filter((name) => name.startsWith(`${basename(this.path)}.bad-`))
      .toSorted();
    for (const name of aside.slice(0, -SET_ASIDE_MAX)) await rm(join(directory, name));
  }
}

async function writeWhole(path: string, bytes: Uint8Array): Promise<void> {
  const file = await open(path, 'w', 0o600);
  try {
    await file.writeFile(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
}

async function readBounded(path: string, bytesMax: number): Promise<Uint8Array> {
  const { size } = await stat(path);
  // Of more than that nothing but the head is needed to see that it is wrong.
  const file = await open(path);
  try {
    return size <= bytesMax ? await file.readFile() : new Uint8Array();
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
