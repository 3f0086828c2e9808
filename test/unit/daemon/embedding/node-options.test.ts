import { describe, expect, it } from 'vitest';
import { CONFIG_KEYS, defaultConfig } from '../../../../src/daemon/config/config.ts';
import { NodeError } from '../../../../src/daemon/embedding/node-error.ts';
import type { NodeOptions } from '../../../../src/daemon/node-options.ts';
import { NODE_OPTION_NAMES, readNodeOptions } from '../../../../src/daemon/read-node-options.ts';

/** Keys that a program cannot set: without effect in this version, or nothing to a program. */
const IDENTITY = 'ab'.repeat(32);
const NOT_OFFERED = ['admin_address', 'log_level'];

/** The message for options that plain JavaScript might hand in. */
function refusal(options: unknown): string {
  try {
    readNodeOptions(options as NodeOptions);
  } catch (error) {
    if (error instanceof NodeError && error.code === 'bad-option') return error.message;
    throw error;
  }
  throw new Error('they were taken');
}

describe('options', () => {
  it('that are left out are those of the configuration, except where a program is no service', () => {
    const { config, hasApi } = readNodeOptions({});
    expect({ config, hasApi }).toEqual({
      config: {
        ...defaultConfig(),
        p2pAddress: { host: '127.0.0.1', port: 0 },
        stateDir: undefined,
      },
      hasApi: false,
    });
  });

  it('that are undefined are left out', () => {
    expect(readNodeOptions({ degree: undefined, p2pAddress: undefined, api: undefined })).toEqual(
      readNodeOptions({}),
    );
  });

  it('exist for every key but those that mean nothing to a program', () => {
    const camelCase = (key: string): string =>
      key.replace(/_(.)/g, (_, letter: string) => letter.toUpperCase());
    const expected = CONFIG_KEYS.filter(({ name }) => !NOT_OFFERED.includes(name)).map(
      ({ name, unit }) => {
        if (name === 'api_address') return 'api';
        return camelCase(name) + (unit === 'seconds' ? 'Millis' : '');
      },
    );
    expect([...NODE_OPTION_NAMES].sort()).toEqual(
      [...expected, 'types', 'limits', 'log', 'signal'].sort(),
    );
  });

  it('set what they are named after', () => {
    const options = {
      degree: 2,
      minConnections: 3,
      maxConnections: 5,
      advertisePort: 6000,
      proofOfWork: 'discovery',
      powDifficulty: 7,
      extension: false,
      cacheSize: 8,
      relay: 'subscribed',
      transport: 'tls',
      network: 'test',
      pins: [`127.0.0.1:6001=${IDENTITY}`],
      requirePins: true,
      allowIdentities: [IDENTITY],
      denyIdentities: [],
      hostkey: '/etc/hostkey.pem',
      stateDir: '/state',
    } as const;
    const pins = [{ peer: { host: '127.0.0.1', port: 6001 }, identities: [IDENTITY] }];
    expect(readNodeOptions(options).config).toMatchObject({ ...options, pins });
  });

  it('pull the other counts of links along, as in a file', () => {
    expect(readNodeOptions({ degree: 50 }).config).toMatchObject({
      minConnections: 50,
      maxConnections: 50,
    });
  });

  it('take addresses as text or as host and port', () => {
    const { config } = readNodeOptions({
      p2pAddress: '127.0.0.1:6001',
      bootstrapper: { host: '::1', port: 6002 },
      knownPeers: ['[::1]:6003', { host: 'peer.example', port: 6004 }],
      api: 'unix:/tmp/api.sock',
    });
    expect(config).toMatchObject({
      p2pAddress: { host: '127.0.0.1', port: 6001 },
      bootstrapper: { host: '::1', port: 6002 },
      knownPeers: [
        { host: '::1', port: 6003 },
        { host: 'peer.example', port: 6004 },
      ],
      apiAddress: { kind: 'unix', path: '/tmp/api.sock' },
    });
  });

  it('count time in milliseconds', () => {
    const { config } = readNodeOptions({
      searchCooldownMillis: 1,
      challengeCooldownMillis: 0,
      validationTimeoutMillis: 1_500,
      seenWindowMillis: 31_536_000_000,
      historyWindowMillis: 65_535_000,
    });
    expect(config).toMatchObject({
      searchCooldown: 1,
      challengeCooldown: 0,
      validationTimeout: 1_500,
      seenWindow: 31_536_000_000,
      historyWindow: 65_535_000,
    });
  });

  it('say what is particular about data types', () => {
    const { config } = readNodeOptions({
      types: {
        1337: { degree: 9, rateLimit: 5, rateBurst: 50 },
        7: { lazyThreshold: 0, historyWindowMillis: 1_500, degree: undefined },
        8: undefined,
      },
    });
    expect([...config.types]).toEqual([
      [7, { lazyThreshold: 0, historyWindow: 1_500 }],
      [1337, { degree: 9, rateLimit: { perSecond: 5, burst: 50 } }],
    ]);
  });

  it('allow no longer times than a file does', () => {
    const key = CONFIG_KEYS.find(({ name }) => name === 'seen_window');
    expect(key?.allowed).toBe('1 to 31536000');
    const history = CONFIG_KEYS.find(({ name }) => name === 'history_window');
    expect(history?.allowed).toBe('1 to 65535');
  });

  it('warn of what is probably not meant, by their own names', () => {
    const { warnings } = readNodeOptions({ api: '0.0.0.0:7001' });
    expect(warnings.map((line) => line.slice(0, 30))).toEqual(['api 0.0.0.0:7001: not a loopba']);
  });
});

describe('an option', () => {
  it.each([
    [{ degree: 0 }, 'degree 0: too small; allowed: 1 to 10000, at most minConnections'],
    [{ degree: '4' }, "degree '4': allowed: a number"],
    [{ powDifficulty: 1.5 }, 'powDifficulty 1.5: not a whole number in decimal digits; allowed'],
    [{ maxConnections: Number.NaN }, 'maxConnections NaN: not a whole number'],
    [{ degree: 5, minConnections: 3 }, 'degree 5: more than minConnections, which is 3'],
    [{ relay: 'some' }, 'relay some: not one of the allowed words; allowed: all or subscribed'],
    [{ relay: true }, 'relay true: allowed: a string'],
    [{ transport: 'tcp' }, 'transport tcp: not one of the allowed words; allowed: tls or plain'],
    [{ p2pAddress: 'nowhere' }, 'p2pAddress nowhere: the port is missing; allowed: HOST:PORT'],
    [{ p2pAddress: 6001 }, 'p2pAddress 6001: allowed: an address like'],
    [{ p2pAddress: { port: 6001 } }, 'p2pAddress { port: 6001 }: allowed: an address like'],
    [{ api: true }, "api true: allowed: false, 'HOST:PORT', 'unix:PATH' or { host, port }"],
    [{ api: 'unix:' }, 'api unix:: the path after unix: is missing'],
    [{ knownPeers: '::1:6001' }, "knownPeers '::1:6001': allowed: an array of addresses"],
    [{ knownPeers: ['a:1', 2] }, "knownPeers [ 'a:1', 2 ]: allowed: an array of addresses"],
    [{ knownPeers: ['a:0'] }, 'knownPeers a:0: entry 1, a:0: the port is not a number from 1'],
    [
      { validationTimeoutMillis: 0 },
      'validationTimeoutMillis 0: allowed: whole milliseconds, 1 to 31536000000 (a year)',
    ],
    [{ extension: 'on' }, "extension 'on': allowed: true or false"],
    [{ cacheSize: 0 }, 'cacheSize 0: too small; allowed: 1 to 1000000'],
    [
      { historyWindowMillis: 65_535_001 },
      'historyWindowMillis 65535001: allowed: whole milliseconds, 1 to 65535000',
    ],
    [{ seenWindowMillis: 1.5 }, 'seenWindowMillis 1.5: allowed: whole milliseconds'],
    [{ seenWindowMillis: 31_536_000_001 }, 'seenWindowMillis 31536000001: allowed'],
    [{ searchCooldownMillis: '60' }, "searchCooldownMillis '60': allowed: whole milliseconds"],
    [
      { validationTimeout: 60 },
      "there is no option 'validationTimeout' of createNode(); the nearest is",
    ],
    [{ types: 7 }, 'types 7: allowed: an object that has data types, 0 to 65535, as its names'],
    [{ types: { banana: {} } }, 'types { banana: {} }: allowed: an object that has data types'],
    [{ types: { 65536: {} } }, "types { '65536': {} }: allowed: an object that has data types"],
    [{ types: { 7: 5 } }, 'the options of types[7] are an object, not 5'],
    [
      { types: { 7: { degre: 5 } } },
      "there is no option 'degre' of types[7]; the nearest is degree",
    ],
    [
      { types: { 7: { degree: 0 } } },
      'types[7].degree 0: too small; allowed: 1 to 10000, at most maxConnections',
    ],
    [{ types: { 7: { degree: '4' } } }, "types[7].degree '4': allowed: a number"],
    [
      { types: { 7: { degree: 9 } }, maxConnections: 8 },
      'types[7].degree 9: more than maxConnections, which is 8',
    ],
    [
      { types: { 7: { rateBurst: 9 } } },
      'types[7].rateBurst 9: there is no rateLimit for it; allowed: only with rateLimit',
    ],
    [
      { types: { 7: { historyWindowMillis: 1.5 } } },
      'types[7].historyWindowMillis 1.5: allowed: whole milliseconds',
    ],
    [
      { types: { 7: { historyWindowMillis: 2_001 } }, historyWindowMillis: 2_000 },
      'types[7].historyWindowMillis 2001: longer than historyWindowMillis of the node, which is 2 s',
    ],
    [{ log: {} }, 'log {}: allowed: an object with the methods debug, info and warn'],
    [{ signal: 'now' }, "signal 'now': allowed: an AbortSignal"],
  ])('that is wrong, %j, is refused with name, value and what is allowed', (options, start) => {
    expect(refusal(options)).toContain(start);
  });

  it.each([[null], ['127.0.0.1:6001'], [7]])('cannot be given as %j', (options) => {
    expect(refusal(options)).toContain('the options of createNode() are an object');
  });

  it('whose value looks like a key of the configuration is shown as it was given', () => {
    expect(refusal({ knownPeers: ['known_peers.example:0', 'x'] })).toContain(
      'known_peers.example:0',
    );
  });

  it('is refused on one line, whatever is in it', () => {
    expect(refusal({ bootstrapper: 'a\nb:1' }).split('\n').length).toBe(1);
  });
});
