/** docs/library.md and the guide to embedding, where the code can tell. */
import { describe, expect, it } from 'vitest';
import { BACKLOG_BOUNDS } from '../../../../src/daemon/embedding/backlog.ts';
import { NODE_ERROR_CODES } from '../../../../src/daemon/embedding/node-error.ts';
import { NODE_OPTION_NAMES } from '../../../../src/daemon/read-node-options.ts';
import { ANNOUNCER_BOUNDS } from '../../../../src/daemon/embedding/announcer.ts';
import { filesBelow, read } from '../../../tidy/sources.ts';

const REFERENCE = read('docs/library.md');
const GUIDE = read('docs/guides/embed-it.md');
const SOURCES = ['src/daemon', 'src/testkit', 'src/wire', 'src/core']
  .flatMap((folder) => filesBelow(folder, /\.ts$/))
  .map(read)
  .join('\n');

/** Every name that an entry exports, types included. */
function exportsOf(entry: string): string[] {
  return [...read(entry).matchAll(/export (?:type )?\{([^}]*)\}/g)]
    .flatMap(([, list]) => list!.split(','))
    .map((name) => name.replace(/^\s*type\s/, '').trim())
    .filter((name) => name !== '');
}

const ENTRIES = ['src/index.ts', 'src/wire/index.ts', 'src/testkit/index.ts'];
const EXPORTS = ENTRIES.flatMap(exportsOf);

/** The members of an interface or the public ones of a class, by their names. */
function membersOf(name: string): string[] {
  const pattern = new RegExp(`export (?:interface|class) ${name}\\b[^{]*\\{\\n(.*?)\\n\\}`, 's');
  const [, body] = pattern.exec(SOURCES) ?? [];
  const members = /^ {2}(?:readonly |static |async |get )*([a-z]\w*)(?:<[^>]*>)?\??[:(]/gm;
  return [...(body ?? '').matchAll(members)]
    .map(([, member]) => member!)
    .filter((member) => member !== 'constructor');
}

/** The first column of the table that begins with a head. */
function firstColumn(head: string): string[] {
  const [, table = ''] = REFERENCE.split(head);
  return [...table.split('\n\n')[0]!.matchAll(/^\| `([\w-]+)` \|/gm)].map(([, name]) => name!);
}

describe('the reference of the library', () => {
  it.each(ENTRIES)('names every export of %s', (entry) => {
    const missing = exportsOf(entry).filter((name) => !new RegExp(`\\b${name}\\b`).test(REFERENCE));
    expect(missing).toEqual([]);
  });

  it.each(EXPORTS.filter((name) => membersOf(name).length > 0))(
    'names every member of %s',
    (name) => {
      const isNamed = (member: string): boolean =>
        new RegExp(`(\`|\`${name}\\.)${member}\\b`).test(REFERENCE);
      expect(membersOf(name).filter((member) => !isNamed(member))).toEqual([]);
    },
  );

  it('has a row for each option and for nothing else', () => {
    const options = firstColumn('| option | meaning | allowed | default |');
    expect([...options].sort()).toEqual([...NODE_OPTION_NAMES].sort());
  });

  it('has a row for each error code', () => {
    const [, section = ''] = REFERENCE.split('### NodeError');
    const codes = [...section.split('\n## ')[0]!.matchAll(/^\| `([\w-]+)` \|/gm)];
    expect(codes.map(([, code]) => code)).toEqual([...NODE_ERROR_CODES]);
  });

  it('has a row for each event', () => {
    const [, counts = ''] = read('src/daemon/observe/counters.ts').split('> = {');
    const kinds = [...counts.matchAll(/'?([\w-]+)'?: 0/g)].map(([, kind]) => kind!);
    expect(firstColumn('| event | when | beside `kind` |').sort()).toEqual(
      [...kinds, 'validator-failed'].sort(),
    );
  });

  it.each([
    ['the reference', REFERENCE],
    ['the guide', GUIDE],
  ])('states the bounds as they are: %s', (_, page) => {
    const { highItems, fullItems } = BACKLOG_BOUNDS;
    const { waitingMax, waitingBytesMax } = ANNOUNCER_BOUNDS;
    const numbers = [highItems, fullItems, waitingMax].map((n) => n.toLocaleString('en-GB'));
    const missing = [...numbers, `${waitingBytesMax / 1_048_576} MiB`].filter(
      (text) => !page.includes(text),
    );
    expect(missing).toEqual([]);
  });
});

describe('the code in the guide to embedding', () => {
  const examples = filesBelow('examples', /\.mjs$/).map((path) => withoutIndent(read(path)));
  const blocks = [...GUIDE.matchAll(/^```js\n(.*?)^```$/gms)].map(([, block]) => block!.trim());

  it.each(blocks)('stands in an example, which is run: %s', (block) => {
    expect(examples.some((example) => example.includes(withoutIndent(block)))).toBe(true);
  });
});

function withoutIndent(code: string): string {
  return code.replaceAll(/^ +/gm, '');
}
