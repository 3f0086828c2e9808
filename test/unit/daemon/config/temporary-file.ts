/**
 * Configuration files that exist for one test, and what loading them comes to with the directory, which is
 * different each time, taken out of the messages.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import {
  ConfigError,
  loadConfig,
  type LoadedConfig,
} from '../../../../src/daemon/config/config.ts';

/** A directory that is gone after the test. */
export function temporaryDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'hearsay-config-'));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  return directory;
}

/** The path of a new `node.ini` with this content. */
export function temporaryFile(content: string | Uint8Array, name = 'node.ini'): string {
  const file = join(temporaryDirectory(), name);
  writeFileSync(file, content);
  return file;
}

export type Flags = Readonly<Record<string, string>>;

/** What a file with this content and these flags give; warnings name the file `node.ini`. */
export function load(content: string | Uint8Array, flags: Flags = {}): LoadedConfig {
  const file = temporaryFile(content);
  const loaded = loadConfig({ file, flags: new Map(Object.entries(flags)) });
  return { ...loaded, warnings: loaded.warnings.map((line) => line.replace(file, 'node.ini')) };
}

/** `load` of a `[gossip]` section with these lines; the first is line 2 of the file. */
export function loadLines(...lines: readonly string[]): LoadedConfig {
  return load(['[gossip]', ...lines, ''].join('\n'));
}

/** Code and message of the error that loading ends with; the message names the file `node.ini`. */
export function refusal(content: string | Uint8Array, flags: Flags = {}): Refusal {
  const file = temporaryFile(content);
  return caught(() => loadConfig({ file, flags: new Map(Object.entries(flags)) }), file);
}

/** `refusal` of a `[gossip]` section with these lines; the first is line 2 of the file. */
export function refusalOfLines(...lines: readonly string[]): Refusal {
  return refusal(['[gossip]', ...lines, ''].join('\n'));
}

export interface Refusal {
  readonly code: string;
  readonly message: string;
}

/** The error that `action` throws, with `file`, if any, in its message as `node.ini`. */
export function caught(action: () => unknown, file?: string): Refusal {
  try {
    action();
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    const { code, message } = error;
    return { code, message: file === undefined ? message : message.replace(file, 'node.ini') };
  }
  throw new Error('nothing was refused');
}
