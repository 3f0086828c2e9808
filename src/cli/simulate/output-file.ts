/**
 * Files that a command writes when it is done. They are opened before it begins: a mistyped folder is told
 * at once and not after an hour of simulating.
 */
import { closeSync, existsSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { Failure } from '../failure.ts';

export class OutputFile {
  readonly path: string;
  readonly #flag: string;
  /** Created by us, and still empty. */
  #isNew: boolean;

  /** @throws Failure with exit code 2 if nothing can be written there. What stands there stays for now. */
  constructor(flag: string, path: string) {
    this.path = path;
    this.#flag = flag;
    this.#isNew = !existsSync(path);
    try {
      closeSync(openSync(path, 'a'));
    } catch (error) {
      throw new Failure(2, `${flag} ${path}: ${reason(error)}; name a file that can be written`);
    }
  }

  /** @throws Failure with exit code 1, such as for a full disk. */
  write(text: string): void {
    try {
      writeFileSync(this.path, text);
      this.#isNew = false;
    } catch (error) {
      throw new Failure(1, `${this.#flag} ${this.path}: ${reason(error)}`);
    }
  }

  /** For the end, whatever happened: if nothing was written, no empty file stays behind. */
  discard(): void {
    if (this.#isNew) rmSync(this.path, { force: true });
  }
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'no such folder',
  ENOTDIR: 'no such folder',
  EISDIR: 'a folder',
  EACCES: 'may not be written',
  EPERM: 'may not be written',
  EROFS: 'a read-only file system',
  ENOSPC: 'the disk is full',
};

export function reason(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  return REASONS[code] ?? error.message;
}
