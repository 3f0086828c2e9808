/**
 * What somebody types to call this program again, in any directory and any terminal.
 */
import { basename, delimiter, dirname, sep } from 'node:path';

/** How this process was called. */
export interface Caller {
  /** The script as the system or the user named it, absolute; links not followed. */
  readonly script: string;
  /** The search path of the shell; undefined if there is none. */
  readonly path: string | undefined;
  /** Whether an npm script of the package started it (`npm start`). */
  readonly isNpmScript: boolean;
}

/**
 * `hearsay` where the shell finds it; `npx hearsay` where npm started it in a checkout; otherwise the full
 * path, which works everywhere. npm puts `node_modules/.bin` on the path of what it runs, where no other
 * terminal has it: that does not count.
 */
export function howToCall({ script, path, isNpmScript }: Caller): string {
  const folder = dirname(script);
  if (script.endsWith('.js') && isNpmScript) return 'npx hearsay';
  if (script.endsWith('.js')) return `node ${quote(script)}`;
  const isNpms = folder.endsWith(`${sep}node_modules${sep}.bin`);
  const isOnPath = path?.split(delimiter).includes(folder) ?? false;
  return isOnPath && !isNpms ? quote(basename(script)) : quote(script);
}

/** `word` as a POSIX shell reads it back. */
export function quote(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
}
