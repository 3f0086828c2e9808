/** docs/library-client.md and the guides, where the code can tell. */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { CLIENT_BOUNDS } from '../../../src/client/client-settings.ts';
import * as library from '../../../src/client/index.ts';

const ROOT = new URL('../../../', import.meta.url);

function read(path: string): string {
  return readFileSync(new URL(path, ROOT), 'utf8');
}

function filesIn(folder: string, ending: string): string[] {
  return readdirSync(new URL(folder, ROOT), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith(ending))
    .map((name) => `${folder}${name}`);
}

const REFERENCE = read('docs/library-client.md');
const VALIDATOR_GUIDE = read('docs/guides/write-a-validator.md');
const REPLACE_GUIDE = read('docs/guides/replace-your-gossip-module.md');
const SOURCES = filesIn('src/client/', '.ts').map(read).join('\n');

/** Every name that the entry exports, types included. */
const EXPORTS = [...read('src/client/index.ts').matchAll(/export (?:type )?\{([^}]*)\}/g)]
  .flatMap(([, list]) => list!.split(','))
  .map((name) => name.replace(/^\s*type\s/, '').trim())
  .filter((name) => name !== '');

/** The members of an interface, by their names. */
function membersOf(name: string): string[] {
  const [, body] = new RegExp(`export interface ${name}\\b[^{]*\\{\\n(.*?)\\n\\}`, 's').exec(
    SOURCES,
  )!;
  return [...body!.matchAll(/^ {2}(?:readonly )?(\w+)\??[:(]/gm)].map(([, member]) => member!);
}

describe('the reference of the client library', () => {
  it('names every export', () => {
    expect(EXPORTS.length).toBeGreaterThan(30);
    expect(EXPORTS.filter((name) => !new RegExp(`\\b${name}\\b`).test(REFERENCE))).toEqual([]);
  });

  it.each(EXPORTS.filter((name) => SOURCES.includes(`export interface ${name} `)))(
    'names every member of %s',
    (name) => {
      const missing = membersOf(name).filter((member) => !REFERENCE.includes(`\`${member}`));
      expect(missing).toEqual([]);
    },
  );

  it.each([
    ['DATA_BYTES_MAX', library.DATA_BYTES_MAX],
    ['DATA_TYPE_MAX', library.DATA_TYPE_MAX],
    ['TTL_MAX', library.TTL_MAX],
    ['SIGNED_OVERHEAD_BYTES', library.SIGNED_OVERHEAD_BYTES],
    ['SIGNED_PAYLOAD_BYTES_MAX', library.SIGNED_PAYLOAD_BYTES_MAX],
  ])('gives %s its value', (name, value) => {
    expect(REFERENCE).toMatch(new RegExp(`\`${name}\` \\| ${value.toLocaleString('en-GB')}\\b`));
  });

  it('states the bounds as they are', () => {
    const { waitingFramesMax, waitingBytesMax, queueItemsMax, queueBytesMax } = CLIENT_BOUNDS;
    const mebibytes = [waitingBytesMax, queueBytesMax].map((bytes) => `${bytes / 1_048_576} MiB`);
    const numbers = [waitingFramesMax, queueItemsMax].map((count) => count.toLocaleString('en-GB'));
    const missing = [...mebibytes, ...numbers].filter((text) => !REFERENCE.includes(text));
    expect(missing).toEqual([]);
  });
});

describe('the guide to validators', () => {
  it('lists the problems of signed data, all of them and no others', () => {
    const section = VALIDATOR_GUIDE.split('| problem |')[1]!.split('\n\n')[0]!;
    const listed = [...section.matchAll(/^\| `([a-z-]+)` \|/gm)].map(([, problem]) => problem);
    expect(listed).toEqual([...library.SIGNED_PROBLEMS]);
  });

  it('shows an envelope that is right', () => {
    const bytes = VALIDATOR_GUIDE.split('```').find((block) => block.startsWith('\n48534401'))!;
    const data = Buffer.from(bytes.replaceAll(/\s/g, ''), 'hex');
    const result = library.verify(1337, data, { now: () => 1_800_000_000_000 });
    expect(result).toMatchObject({ ok: true, message: { sequence: 1n } });
  });
});

describe('the code in the guides', () => {
  const examples = filesIn('examples/', '.mjs').map((path) => withoutIndent(read(path)));
  const blocks = [VALIDATOR_GUIDE, REPLACE_GUIDE].flatMap((guide) =>
    [...guide.matchAll(/^```js\n(.*?)^```$/gms)].map(([, block]) => block!.trim()),
  );

  it.each(blocks)('stands in an example, which is run: %s', (block) => {
    expect(examples.some((example) => example.includes(withoutIndent(block)))).toBe(true);
  });
});

function withoutIndent(code: string): string {
  return code.replaceAll(/^ +/gm, '');
}
