/** The lockfile: what `npm ci` on a clean machine depends on. */
import { describe, expect, it } from 'vitest';
import { read } from './sources.ts';

interface LockedPackage {
  readonly resolved?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

const { packages } = JSON.parse(read('package-lock.json')) as {
  readonly packages: Readonly<Record<string, LockedPackage>>;
};

/** Whether `name` is found from the package at `path`, as Node looks it up: in its own folder, then above. */
function isLocked(path: string, name: string): boolean {
  for (let at = path; ; at = at.slice(0, Math.max(0, at.lastIndexOf('/node_modules/')))) {
    const prefix = at === '' ? '' : `${at}/`;
    if (`${prefix}node_modules/${name}` in packages) return true;
    if (at === '') return false;
    if (!at.includes('/node_modules/')) return `node_modules/${name}` in packages;
  }
}

describe('the lockfile', () => {
  it('carries no download addresses', () => {
    expect(Object.keys(packages).filter((path) => 'resolved' in packages[path]!)).toEqual([]);
  });

  it('has every dependency, also those of other platforms, without which npm ci refuses it', () => {
    const missing = Object.entries(packages).flatMap(
      ([path, { dependencies, optionalDependencies }]) =>
        Object.keys({ ...dependencies, ...optionalDependencies })
          .filter((name) => !isLocked(path, name))
          .map((name) => `${name} of ${path === '' ? 'the project' : path}`),
    );
    expect(missing).toEqual([]);
  });
});
