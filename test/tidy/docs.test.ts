/** What the docs say, where the code can tell. */
import { existsSync } from 'node:fs';
import { join, posix } from 'node:path';
import { describe, expect, it } from 'vitest';
import { CLIENT_ERROR_CODES } from '../../src/client/client-error.ts';
import { HANG_UP_CODES } from '../../src/core/events.ts';
import { CONFIG_ERROR_CODES } from '../../src/daemon/config/config.ts';
import { START_ERROR_CODES } from '../../src/daemon/daemon.ts';
import { NODE_ERROR_CODES } from '../../src/daemon/embedding/node-error.ts';
import { CHANNEL_CODES } from '../../src/daemon/transport/peer-check.ts';
import { SCENARIO_ERROR_CODES } from '../../src/sim/scenario/scenario-error.ts';
import { VIOLATION_CODES } from '../../src/wire/violation.ts';
import { filesBelow, read, ROOT } from './sources.ts';

const PAGES = filesBelow('.', /\.md$/);

/** The codes in the first column of the table under a heading of docs/errors.md. */
function codesUnder(heading: string): string[] {
  const page = read('docs/errors.md');
  const section = page.slice(page.indexOf(`## ${heading}`)).split(/\n## /)[0]!;
  return [...section.matchAll(/^\| `([a-z0-9-]+)` \|/gm)].map(([, code]) => code!).sort();
}

describe('docs/errors.md', () => {
  it.each([
    ['Violations', VIOLATION_CODES],
    ['Other ends of a link', [...HANG_UP_CODES, 'closed']],
    ['Connections that are not secured', [...CHANNEL_CODES, 'identity-changed']],
    ['Configuration', [...CONFIG_ERROR_CODES, ...START_ERROR_CODES]],
    ['Embedding', NODE_ERROR_CODES],
    ['Client library', CLIENT_ERROR_CODES],
    ['Scenarios of the simulator', SCENARIO_ERROR_CODES],
  ])('lists the codes of "%s", all of them and no others', (heading, codes) => {
    expect(codesUnder(heading)).toEqual([...codes].sort());
  });
});

describe('the pages', () => {
  it('link only to files that exist', () => {
    const broken = PAGES.flatMap((page) =>
      [...read(page).matchAll(/\]\(([^)#\s]+)(?:#[^)]*)?\)/g)]
        .map(([, target]) => target!)
        .filter((target) => !/^[a-z]+:/.test(target))
        .filter((target) => !existsSync(join(ROOT, posix.dirname(page), target)))
        .map((target) => `${page} links to ${target}`),
    );
    expect(broken).toEqual([]);
  });

  it('name only npm scripts that exist', () => {
    const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
    const named = PAGES.flatMap((page) =>
      [...read(page).matchAll(/npm run (?:-s )?([a-z:-]+)/g)].map(([, script]) => script!),
    );
    expect(named.filter((script) => !(script in scripts))).toEqual([]);
  });

  it('name only source files that exist', () => {
    const missing = PAGES.flatMap((page) =>
      [...read(page).matchAll(/`((?:src|test|bench|docs)\/[\w/.-]+\.\w+)`/g)]
        .map(([, path]) => path!)
        .filter((path) => !existsSync(join(ROOT, path)))
        .map((path) => `${page} names ${path}`),
    );
    expect(missing).toEqual([]);
  });

  it('show the room table that the house is held to', () => {
    const rooms = [...read('ARCHITECTURE.md').matchAll(/^\| `([a-z]+)` \| /gm)].map(([, r]) => r!);
    const present = new Set(
      filesBelow('src', /\.ts$/)
        .map((path) => path.split('/'))
        .filter((parts) => parts.length > 2)
        .map((parts) => parts[1]!),
    );
    expect(rooms.filter((room) => present.has(room)).sort()).toEqual([...present].sort());
  });
});
