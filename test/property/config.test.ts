/**
 * Configurations survive being written down, and no file, however odd, does anything but load or be
 * refused with one line.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TypeProfile } from '../../src/core/settings.ts';
import {
  CONFIG_KEYS,
  ConfigError,
  formatConfig,
  LIMIT_KEYS,
  LIMIT_NAMES,
  loadConfig,
  type ApiAddress,
  type Config,
  type Limits,
  type LoadedConfig,
} from '../../src/daemon/config/config.ts';

let directory = '';
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'hearsay-config-'));
});
afterAll(() => rmSync(directory, { recursive: true }));

function load(content: string | Uint8Array): LoadedConfig {
  const file = join(directory, 'node.ini');
  writeFileSync(file, content);
  return loadConfig({ file });
}

/** The configuration as plain data, or the code of the refusal; anything else that is thrown goes on. */
function outcome(content: string | Uint8Array): unknown {
  try {
    return load(content);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    expect(error.message).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}]/u);
    return error.code;
  }
}

const letters = [...'abcdefghijklmnopqrstuvwxyz'];
const wholeSeconds = (min: number) => fc.integer({ min, max: 31_536_000 }).map((s) => s * 1000);
const host = fc.oneof(
  fc.tuple(fc.nat(255), fc.nat(255), fc.nat(255), fc.nat(255)).map((parts) => parts.join('.')),
  fc.constantFrom('::1', '::', '2001:db8::1', 'fe80::1:2', 'localhost', 'a-b.example', '_x.y.'),
  fc.string({ unit: fc.constantFrom(...letters), minLength: 1, maxLength: 63 }),
);
const endpoint = (portMin: number) =>
  fc.record({ host, port: fc.integer({ min: portMin, max: 65_535 }) });
/** Absolute and normal, with anything in it but what no path of a configuration may have (U+FFFD: no UTF-8). */
const anyPath = fc
  .string({ unit: 'grapheme', maxLength: 20 })
  .filter((text) => !/[\p{Cc}\p{Cs}\ufffd]/u.test(text))
  .map((text) => resolve('/', text));
const api: fc.Arbitrary<ApiAddress> = fc.oneof(
  endpoint(0).map((address) => ({ kind: 'tcp' as const, ...address })),
  anyPath
    .filter((path) => new TextEncoder().encode(path).length <= 107)
    .map((path) => ({ kind: 'unix' as const, path })),
);
const counts = fc
  .tuple(fc.integer({ min: 1, max: 10_000 }), fc.nat(10_000), fc.nat(10_000))
  .map(([degree, more, most]) => {
    const minConnections = Math.min(degree + more, 10_000);
    const maxConnections = Math.max(2, Math.min(minConnections + most, 10_000));
    return { degree, minConnections, maxConnections };
  });

const anyProfile: fc.Arbitrary<TypeProfile> = fc.record(
  {
    degree: fc.integer({ min: 1, max: 10_000 }),
    lazyThreshold: fc.nat(65_520),
    rateLimit: fc.record({
      perSecond: fc.integer({ min: 1, max: 1_000_000 }),
      burst: fc.integer({ min: 1, max: 1_000_000 }),
    }),
    historyWindow: fc.integer({ min: 1, max: 65_535 }).map((whole) => whole * 1_000),
  },
  { requiredKeys: [] },
);

/** The profiles of a configuration with what would be too much for the node cut down to that, ascending. */
function fitting(config: Config): Config['types'] {
  const fit = ([dataType, profile]: [number, TypeProfile]): [number, TypeProfile] => {
    const { degree, historyWindow, ...others } = profile;
    return [
      dataType,
      {
        ...others,
        ...(degree !== undefined && { degree: Math.min(degree, config.maxConnections) }),
        ...(historyWindow !== undefined && {
          historyWindow: Math.min(historyWindow, config.historyWindow),
        }),
      },
    ];
  };
  return new Map([...config.types].map(fit).toSorted(([a], [b]) => a - b));
}

const anyIdentity = fc.stringMatching(/^[0-9a-f]{64}$/);

/** Any of the limits, each at any number that it allows. */
const anyLimits: fc.Arbitrary<Limits> = fc.record(
  Object.fromEntries(
    LIMIT_NAMES.map((name) => {
      const [min, max] = LIMIT_KEYS[name].reader.allowed.split(' to ').map(Number);
      return [name, fc.integer({ min: min!, max: max! })];
    }),
  ),
  { requiredKeys: [] },
);

const anyConfig: fc.Arbitrary<Config> = fc
  .tuple(
    counts,
    fc.record({
      cacheSize: fc.integer({ min: 1, max: 1_000_000 }),
      searchCooldown: wholeSeconds(1),
      challengeCooldown: wholeSeconds(0),
      bootstrapper: fc.option(endpoint(1), { nil: undefined }),
      p2pAddress: endpoint(0),
      apiAddress: api,
      advertisePort: fc.option(fc.integer({ min: 1, max: 65_535 }), { nil: undefined }),
      knownPeers: fc.uniqueArray(endpoint(1), {
        maxLength: 5,
        selector: ({ host: name, port }) => `${name} ${port}`,
      }),
      proofOfWork: fc.constantFrom('connection' as const, 'discovery' as const, 'none' as const),
      powDifficulty: fc.integer({ min: 0, max: 31 }),
      extension: fc.boolean(),
      historyWindow: fc.integer({ min: 1, max: 65_535 }).map((whole) => whole * 1_000),
      relay: fc.constantFrom('all' as const, 'subscribed' as const),
      validationTimeout: wholeSeconds(1),
      seenWindow: wholeSeconds(1),
      transport: fc.constant('tls' as const),
      network: fc.stringMatching(/^[A-Za-z0-9._-]{1,64}$/).filter((name) => name !== 'none'),
      pins: fc.uniqueArray(
        fc.record({
          peer: endpoint(1),
          identities: fc.array(anyIdentity, { minLength: 1, maxLength: 8 }),
        }),
        { maxLength: 3, selector: ({ peer }) => `${peer.host} ${peer.port}` },
      ),
      requirePins: fc.constant(false),
      allowIdentities: fc.uniqueArray(anyIdentity, { maxLength: 3 }),
      denyIdentities: fc.uniqueArray(anyIdentity, { maxLength: 3 }),
      stateDir: fc.option(anyPath, { nil: undefined }),
      adminAddress: fc.option(api, { nil: undefined }),
      hostkey: fc.option(anyPath, { nil: undefined }),
      logLevel: fc.constantFrom('trace' as const, 'info' as const, 'silent' as const),
    }),
    fc.uniqueArray(fc.tuple(fc.nat(65_535), anyProfile), {
      maxLength: 5,
      selector: ([dataType]) => dataType,
    }),
    anyLimits,
  )
  .map(([three, others, types, limits]) => ({
    ...three,
    ...others,
    types: new Map(types),
    limits,
  }))
  .map((config) => ({ ...config, types: fitting(config) }));

describe('a configuration that is written down', () => {
  it('loads back to the same one', () => {
    fc.assert(
      fc.property(anyConfig, (config) => {
        expect(load(formatConfig(config, new Map())).config).toEqual(config);
      }),
    );
  });

  it('loads back to the same one whatever ends its lines', () => {
    fc.assert(
      fc.property(anyConfig, fc.constantFrom('\r\n', '\r', '\n\n', ' \n\t'), (config, end) => {
        const text = formatConfig(config, new Map()).replaceAll('\n', end);
        expect(load(text).config).toEqual(config);
      }),
    );
  });
});

describe('any three counts', () => {
  it('either load so that they fit each other, or are refused as a conflict', () => {
    const count = fc.option(fc.integer({ min: 2, max: 60 }), { nil: undefined });
    fc.assert(
      fc.property(count, count, count, (degree, min, max) => {
        const set = { degree, min_connections: min, max_connections: max };
        const lines = Object.entries(set).flatMap(([key, n]) =>
          n === undefined ? [] : [`${key}=${n}`],
        );
        const fits = (degree ?? 0) <= (min ?? max ?? 60) && (min ?? 0) <= (max ?? 60);
        const content = ['[gossip]', ...lines].join('\n');
        if (!fits) {
          expect(outcome(content)).toBe('config-conflict');
          return;
        }
        const { config } = load(content);
        expect(config.degree).toBeLessThanOrEqual(config.minConnections);
        expect(config.minConnections).toBeLessThanOrEqual(config.maxConnections);
        expect([degree ?? config.degree, min ?? config.minConnections]).toEqual([
          config.degree,
          config.minConnections,
        ]);
      }),
    );
  });
});

/** Lines that are likely to mean something, in any order. */
const anyLine = fc.oneof(
  fc.constantFrom(
    '[gossip]',
    '[GOSSIP]',
    '[dht]',
    '[global]',
    '[gossip.x]',
    '[__proto__]',
    '[gossip',
    '',
  ),
  fc
    .tuple(
      fc.constantFrom(
        'hostkey',
        'listen_address',
        '__proto__',
        ...CONFIG_KEYS.map(({ name }) => name),
      ),
      fc.oneof(
        fc.constantFrom(
          '',
          'none',
          '1',
          '40',
          '::1:6001',
          '127.0.0.1:6001',
          'unix:x',
          'all',
          'a:1,b:2',
        ),
        fc.string({ unit: 'binary' }),
      ),
    )
    .map(([key, value]) => `${key} = ${value}`),
  fc.string({ unit: 'binary' }),
);

describe('any file', () => {
  it('of lines loads or is refused with one line', () => {
    fc.assert(
      fc.property(fc.array(anyLine, { maxLength: 12 }), (lines) => {
        outcome(lines.join('\n'));
        expect(Object.keys(Object.prototype)).toEqual([]);
      }),
      { numRuns: 500 },
    );
  });

  it('of bytes loads or is refused with one line', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        outcome(bytes);
      }),
    );
  });

  it('loads to the same whatever other programs write after it', () => {
    fc.assert(
      fc.property(fc.array(anyLine), fc.string({ unit: 'grapheme-ascii' }), (lines, theirs) => {
        const before = lines.join('\n');
        const after = `\n[dht]\n${theirs.replaceAll('[', '(')}`;
        expect(outcome(before + after)).toEqual(outcome(before));
      }),
    );
  });
});
