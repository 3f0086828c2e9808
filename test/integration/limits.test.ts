/** What a program sees of the limits of its node: each that it has set, and how much of it is taken. */
import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import {
  createNode,
  type HearsayNode,
  type LimitOptions,
  type NodeOptions,
} from '../../src/index.ts';
import { LIMIT_KEYS, LIMIT_NAMES } from '../../src/daemon/config/config.ts';
import { ScriptedPeer } from '../../src/testkit/index.ts';

const PAGE = readFileSync(new URL('../../docs/configuration.md', import.meta.url), 'utf8');
/** Where docs/configuration.md says that each limit is seen. */
const USES = [...PAGE.matchAll(/^\| `(\w+)` \|.*\| `(sizes|shares)\.(\w+)` \|$/gm)].map(
  ([, limit, table, name]) => ({ limit: limit!, table: table as 'sizes' | 'shares', name: name! }),
);

async function start(limits: LimitOptions, others: NodeOptions = {}): Promise<HearsayNode> {
  const node = await createNode({ ...others, limits });
  onTestFinished(() => node.close());
  return node;
}

describe('the statistics of a node', () => {
  it('have a place for every limit that is no time or rate', () => {
    const named = new Set(USES.map(({ limit }) => limit));
    const others = LIMIT_NAMES.filter((name) => !named.has(name));
    const counted = others.filter((name) => !/_timeout$|_pause$/.test(name));
    expect(counted).toEqual([
      'admissions_per_second',
      'admissions_per_second_per_range',
      'reads_per_turn',
      'addresses_per_minute',
      'ports_per_host',
    ]);
  });

  it('show each limit as it was set', async () => {
    const odd = (name: keyof typeof LIMIT_KEYS): number =>
      Number(LIMIT_KEYS[name].defaultText) + (name === 'seen_messages' ? -1 : 1);
    const node = await start(Object.fromEntries(LIMIT_NAMES.map((name) => [name, odd(name)])));
    const stats = node.stats();
    const tables: Record<string, Record<string, { max: number } | undefined>> = {
      sizes: stats.sizes,
      shares: { ...stats.shares },
    };
    const shown = USES.map(({ limit, table, name }) => [limit, tables[table]?.[name]?.max]);
    expect(shown).toEqual(USES.map(({ limit }) => [limit, odd(limit as keyof typeof LIMIT_KEYS)]));
  });

  it('show what is taken', async () => {
    const node = await start({}, { transport: 'plain', proofOfWork: 'none' });
    expect(node.stats().shares.inboundLinks.size).toBe(0);
    await ScriptedPeer.link(node.address, { cleanUp: onTestFinished });
    expect(node.stats().shares.inboundLinks.size).toBe(1);
  });
});

describe('a node with an RSA key', () => {
  it('begins fewer handshakes in a second, unless it is told how many', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'hearsay-rsa-'));
    onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
    const hostkey = join(directory, 'hostkey.pem');
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    writeFileSync(hostkey, privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 });
    const max = (node: HearsayNode): number => node.stats().shares.handshakesThisSecond.max;
    expect(max(await start({}, { hostkey }))).toBe(12);
    expect(max(await start({ handshakes_per_second: 30 }, { hostkey }))).toBe(30);
    expect(max(await start({}))).toBe(50);
  });
});

describe('a limit of a program', () => {
  it.each([
    [{ pending_link: 1 }, /limits.*pending_link/],
    [{ bans: 0 }, 'limits.bans 0: too small; allowed: 1 to 10000'],
    [{ bans: '7' }, "limits.bans '7'"],
    [7, /limits/],
  ])('is refused with its name if it is none: %j', async (limits, message) => {
    await expect(createNode({ limits: limits as LimitOptions })).rejects.toThrow(message);
  });
});
