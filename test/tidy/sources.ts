/** The project's files as the tidy tests see them. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, posix, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), '../..');

const LEFT_OUT = new Set(['node_modules', 'dist', '.git', 'coverage']);

/** Paths below `folder`, relative to the project, with forward slashes. */
export function filesBelow(folder: string, matches: RegExp): string[] {
  const found: string[] = [];
  const walk = (path: string): void => {
    for (const name of readdirSync(path)) {
      if (LEFT_OUT.has(name)) continue;
      const full = join(path, name);
      if (statSync(full).isDirectory()) walk(full);
      else if (matches.test(name)) found.push(relative(ROOT, full).split('\\').join('/'));
    }
  };
  walk(join(ROOT, folder));
  return found.sort();
}

export function read(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8');
}

/** The source without its comments and strings' contents left alone: good enough to look for calls. */
export function withoutComments(source: string): string {
  return source.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|[^:'"`])\/\/.*$/gm, '$1');
}

export interface Import {
  readonly from: string;
  readonly specifier: string;
  /** The imported file for a relative specifier. */
  readonly target: string | undefined;
}

/** Everything a file imports or exports from elsewhere, also dynamically. */
export function importsOf(path: string): Import[] {
  const source = withoutComments(read(path));
  const specifiers = source.matchAll(/(?:\bfrom\s+|\bimport\s+|\bimport\(\s*)['"]([^'"]+)['"]/g);
  return [...specifiers].map(([, specifier]) => ({
    from: path,
    specifier: specifier!,
    target: specifier!.startsWith('.')
      ? posix.normalize(posix.join(posix.dirname(path), specifier!))
      : undefined,
  }));
}
