import { userInfo } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  CONFIG_KEYS,
  defaultConfig,
  loadConfig,
  type Config,
} from '../../../../src/daemon/config/config.ts';
import { AssertionError } from '../../../../src/basics/assert.ts';
import {
  caught,
  load,
  loadLines,
  refusal,
  refusalOfLines,
  temporaryFile,
} from './temporary-file.ts';

const env = { XDG_STATE_HOME: '/state', HOME: '/home/ada' };

describe('without file and flags', () => {
  it('every key has its default', () => {
    const expected: Config = {
      degree: 8,
      minConnections: 8,
      maxConnections: 32,
      cacheSize: 1000,
      searchCooldown: 60_000,
      challengeCooldown: 0,
      bootstrapper: undefined,
      p2pAddress: { host: '127.0.0.1', port: 6001 },
      apiAddress: { kind: 'tcp', host: '127.0.0.1', port: 7001 },
      advertisePort: undefined,
      knownPeers: [],
      proofOfWork: 'connection',
      powDifficulty: 20,
      extension: true,
      historyWindow: 300_000,
      relay: 'all',
      validationTimeout: 60_000,
      seenWindow: 600_000,
      transport: 'tls',
      network: 'main',
      pins: [],
      requirePins: false,
      allowIdentities: [],
      denyIdentities: [],
      stateDir: '/state/hearsay/127.0.0.1_6001',
      adminAddress: undefined,
      hostkey: undefined,
      logLevel: 'info',
      types: new Map(),
      limits: {},
    };
    expect(loadConfig({ env }).config).toEqual(expected);
  });

  it('nothing is warned about', () => {
    expect(loadConfig().warnings).toEqual([]);
  });

  it('the default configuration is what is loaded', () => {
    expect(defaultConfig()).toEqual(loadConfig().config);
  });

  it('every key says that it is a default', () => {
    expect([...loadConfig().sources]).toEqual(CONFIG_KEYS.map(({ name }) => [name, 'default']));
  });
});

describe('the values of a file', () => {
  it.each([
    ['degree', '2', { degree: 2 }],
    ['min_connections', '10', { minConnections: 10 }],
    ['max_connections', '100', { maxConnections: 100 }],
    ['cache_size', '1000000', { cacheSize: 1_000_000 }],
    ['cache_size', '0005', { cacheSize: 5 }],
    ['search_cooldown', '1', { searchCooldown: 1000 }],
    ['search_cooldown', '31536000', { searchCooldown: 31_536_000_000 }],
    ['challenge_cooldown', '0', { challengeCooldown: 0 }],
    ['challenge_cooldown', '300', { challengeCooldown: 300_000 }],
    ['bootstrapper', 'Boot.example:6001', { bootstrapper: { host: 'boot.example', port: 6001 } }],
    ['bootstrapper', 'none', { bootstrapper: undefined }],
    ['bootstrapper', '', { bootstrapper: undefined }],
    ['p2p_address', '[::1]:0', { p2pAddress: { host: '::1', port: 0 } }],
    ['listen_address', '[::1]:6002', { p2pAddress: { host: '::1', port: 6002 } }],
    ['api_address', 'localhost:0', { apiAddress: { kind: 'tcp', host: 'localhost', port: 0 } }],
    ['api_address', 'unix:/run/api', { apiAddress: { kind: 'unix', path: '/run/api' } }],
    ['api_address', 'unix:/none', { apiAddress: { kind: 'unix', path: '/none' } }],
    ['api_address', 'unix: /run//x/../api', { apiAddress: { kind: 'unix', path: '/run/api' } }],
    ['advertise_port', '65535', { advertisePort: 65_535 }],
    ['advertise_port', 'none', { advertisePort: undefined }],
    ['advertise_port', '', { advertisePort: undefined }],
    ['known_peers', '', { knownPeers: [] }],
    ['known_peers', 'none', { knownPeers: [] }],
    [
      'known_peers',
      ' a:1 ,[::1]:2',
      {
        knownPeers: [
          { host: 'a', port: 1 },
          { host: '::1', port: 2 },
        ],
      },
    ],
    ['known_peers', 'a:1,A:1,a:01', { knownPeers: [{ host: 'a', port: 1 }] }],
    ['proof_of_work', 'discovery', { proofOfWork: 'discovery' }],
    ['proof_of_work', 'none', { proofOfWork: 'none' }],
    ['proof_of_work', '', { proofOfWork: 'none' }],
    ['pow_difficulty', '0', { powDifficulty: 0 }],
    ['pow_difficulty', '31', { powDifficulty: 31 }],
    ['extension', 'on', { extension: true }],
    ['extension', 'off', { extension: false }],
    ['history_window', '1', { historyWindow: 1_000 }],
    ['history_window', '65535', { historyWindow: 65_535_000 }],
    ['relay', 'subscribed', { relay: 'subscribed' }],
    ['validation_timeout', '5', { validationTimeout: 5000 }],
    ['seen_window', '1', { seenWindow: 1000 }],
    ['transport', 'plain', { transport: 'plain' }],
    ['network', 'Team_23.test-1', { network: 'Team_23.test-1' }],
    ['state_dir', '/var/lib/hearsay', { stateDir: '/var/lib/hearsay' }],
    ['admin_address', 'none', { adminAddress: undefined }],
    ['admin_address', '', { adminAddress: undefined }],
    ['admin_address', '[::1]:8001', { adminAddress: { kind: 'tcp', host: '::1', port: 8001 } }],
    ['admin_address', 'unix:/run/admin', { adminAddress: { kind: 'unix', path: '/run/admin' } }],
    ['log_level', 'trace', { logLevel: 'trace' }],
    ['log_level', 'silent', { logLevel: 'silent' }],
  ] satisfies [string, string, Partial<Config>][])(
    '%s = %s is understood',
    (key, value, expected) => {
      expect(loadLines(`${key} = ${value}`).config).toMatchObject(expected);
    },
  );

  it('say that they come from the file, and the others that they do not', () => {
    const { sources } = load('hostkey = /a.pem\n[gossip]\nlisten_address = 127.0.0.1:1');
    const set = [...sources].filter(([, source]) => source !== 'default');
    expect(set).toEqual([
      ['p2p_address', 'file'],
      ['hostkey', 'file'],
    ]);
  });

  it('may include the hostkey before any section or in [global]', () => {
    expect(load('hostkey = /a.pem\n[gossip]').config.hostkey).toBe('/a.pem');
    expect(load('[gossip]\n[GLOBAL]\nhostkey = /b.pem').config.hostkey).toBe('/b.pem');
  });

  it('may be none for the hostkey', () => {
    expect(load('hostkey =\n[gossip]').config.hostkey).toBeUndefined();
  });

  it('are defaults where the section is missing', () => {
    expect(load('[dht]\ndegree = 20').config.degree).toBe(8);
  });
});

describe('paths', () => {
  it('start at the directory of the file they stand in', () => {
    const file = temporaryFile(
      'hostkey = keys/a.pem\n[gossip]\nstate_dir = state\napi_address = unix:api.sock\nadmin_address = unix:../x',
    );
    const base = dirname(file);
    expect(loadConfig({ file }).config).toMatchObject({
      hostkey: join(base, 'keys/a.pem'),
      stateDir: join(base, 'state'),
      apiAddress: { kind: 'unix', path: join(base, 'api.sock') },
      adminAddress: { kind: 'unix', path: join(dirname(base), 'x') },
    });
  });

  it('start at the working directory in flags', () => {
    const { stateDir } = load('[gossip]', { state_dir: 'state' }).config;
    expect(stateDir).toBe(join(process.cwd(), 'state'));
  });

  it('may be called none after unix:', () => {
    const { apiAddress } = load('[gossip]', { api_address: 'unix:none' }).config;
    expect(apiAddress).toEqual({ kind: 'unix', path: join(process.cwd(), 'none') });
  });
});

describe('the default of state_dir', () => {
  it.each([
    ['node.ini', 'node.state'],
    ['node.INI', 'node.state'],
    ['node.1.ini', 'node.1.state'],
    ['node.conf', 'node.conf.state'],
    ['node', 'node.state'],
    ['.ini', '.ini.state'],
  ])('beside %s is %s', (name, state) => {
    const file = temporaryFile('[gossip]', name);
    expect(loadConfig({ file, env }).config.stateDir).toBe(join(dirname(file), state));
  });

  it('is absolute also when the file was named by a relative path', () => {
    const file = temporaryFile('[gossip]');
    expect(loadConfig({ file: relative(process.cwd(), file) }).config.stateDir).toBe(
      join(dirname(file), 'node.state'),
    );
  });

  it('contains the listening address where there is no file', () => {
    const flags = new Map([['p2p_address', '[::1]:7']]);
    expect(loadConfig({ flags, env }).config.stateDir).toBe('/state/hearsay/::1_7');
  });

  it.each([
    ['there is no XDG_STATE_HOME', { HOME: '/home/ada' }],
    ['XDG_STATE_HOME is empty', { XDG_STATE_HOME: '', HOME: '/home/ada' }],
    ['XDG_STATE_HOME is relative', { XDG_STATE_HOME: 'state', HOME: '/home/ada' }],
  ])('is in the home directory if %s', (_, variables) => {
    expect(loadConfig({ env: variables }).config.stateDir).toBe(
      '/home/ada/.local/state/hearsay/127.0.0.1_6001',
    );
  });

  it("is in the user's registered home directory if the environment names none", () => {
    expect(loadConfig({ env: { HOME: '' } }).config.stateDir).toBe(
      join(userInfo().homedir, '.local/state/hearsay/127.0.0.1_6001'),
    );
  });

  it('must not have control characters', () => {
    expect(caught(() => loadConfig({ env: { XDG_STATE_HOME: '/a\nb' } }))).toEqual({
      code: 'config-value',
      message:
        'state_dir has no default: the path has control characters; set state_dir in the file or --state-dir',
    });
  });
});

describe('of degree, min_connections and max_connections those that are not set', () => {
  it.each([
    [{ degree: '2' }, [2, 8, 32]],
    [{ degree: '10' }, [10, 10, 32]],
    [{ degree: '50' }, [50, 50, 50]],
    [{ min_connections: '1' }, [1, 1, 32]],
    [{ min_connections: '5' }, [5, 5, 32]],
    [{ min_connections: '40' }, [8, 40, 40]],
    [{ max_connections: '2' }, [2, 2, 2]],
    [{ max_connections: '3' }, [3, 3, 3]],
    [{ max_connections: '1000' }, [8, 8, 1000]],
    [{ degree: '1', max_connections: '2' }, [1, 2, 2]],
    [{ degree: '6', max_connections: '9' }, [6, 8, 9]],
    [{ degree: '3', min_connections: '50' }, [3, 50, 50]],
    [{ min_connections: '2', max_connections: '5' }, [2, 2, 5]],
    [{ degree: '10000' }, [10_000, 10_000, 10_000]],
  ])('follow from %j', (set, expected) => {
    const lines = Object.entries(set).map(([key, value]) => `${key} = ${value}`);
    const { degree, minConnections, maxConnections } = loadLines(...lines).config;
    expect([degree, minConnections, maxConnections]).toEqual(expected);
  });

  it('follow from flags and file together', () => {
    const { config } = load('[gossip]\nmin_connections = 2', { max_connections: '3' });
    expect([config.degree, config.minConnections, config.maxConnections]).toEqual([2, 2, 3]);
  });
});

describe('counts that do not fit each other are refused', () => {
  const rule = 'allowed: degree at most min_connections, and that at most max_connections';

  it('if degree is above min_connections', () => {
    expect(refusalOfLines('min_connections = 4', 'degree = 5')).toEqual({
      code: 'config-conflict',
      message: `node.ini:3 degree = 5: more than min_connections, which is 4 (line 2); ${rule}`,
    });
  });

  it('if min_connections is above max_connections', () => {
    expect(refusalOfLines('min_connections = 33', 'max_connections = 32').message).toBe(
      `node.ini:2 min_connections = 33: more than max_connections, which is 32 (line 3); ${rule}`,
    );
  });

  it('if degree is above max_connections and nothing is between them', () => {
    expect(refusalOfLines('degree = 9', 'max_connections = 8').message).toBe(
      `node.ini:2 degree = 9: more than max_connections, which is 8 (line 3); ${rule}`,
    );
  });

  it('if a flag does not fit the file', () => {
    expect(refusal('[gossip]\nmin_connections = 4', { degree: '5' }).message).toBe(
      `--degree 5: more than min_connections, which is 4 (node.ini:2); ${rule}`,
    );
  });

  it('if the file does not fit a flag', () => {
    expect(refusal('[gossip]\nmin_connections = 4', { max_connections: '3' }).message).toBe(
      `node.ini:2 min_connections = 4: more than max_connections, which is 3 (--max-connections); ${rule}`,
    );
  });

  it('but not if a flag replaces the one that does not fit', () => {
    const { config } = load('[gossip]\ndegree = 9\nmax_connections = 8', { degree: '8' });
    expect([config.degree, config.minConnections, config.maxConnections]).toEqual([8, 8, 8]);
  });
});

describe('a bad value is refused', () => {
  it('with file, line, key, value, what is wrong and what is allowed', () => {
    expect(refusalOfLines('', '; comment', 'cache_size = 0')).toEqual({
      code: 'config-value',
      message: 'node.ini:4 cache_size = 0: too small; allowed: 1 to 1000000',
    });
  });

  it('under the name that was used for it', () => {
    expect(refusalOfLines('listen_address = ::1:6001').message).toBe(
      'node.ini:2 listen_address = ::1:6001: an IPv6 address needs brackets, write [::1]:6001; ' +
        'allowed: HOST:PORT with port 0 to 65535',
    );
  });

  it('with a word about emptiness if it is empty', () => {
    expect(refusalOfLines('degree =').message).toBe(
      'node.ini:2 degree = : empty, which means none: not a whole number in decimal digits; ' +
        'allowed: 1 to 10000, at most min_connections',
    );
  });

  it('with a word about comments if it looks as if one were meant', () => {
    expect(refusalOfLines('degree = 4 ; four').message).toMatch(
      /a comment needs a line of its own/,
    );
  });

  it.each([
    ...[
      -1,
      0,
      10_001,
      '1e12',
      '0x10',
      '1e3',
      '4.0',
      '+4',
      '4,000',
      '1_000',
      '٣',
      'four',
      '"4"',
    ].map((value) => ['degree', value]),
    ['min_connections', '0'],
    ['min_connections', '10001'],
    ['max_connections', '1'],
    ['max_connections', '10001'],
    ['cache_size', '-1'],
    ['cache_size', '1000001'],
    ['cache_size', '1000000000000'],
    ['cache_size', '9'.repeat(400)],
    ['search_cooldown', '0'],
    ['search_cooldown', '31536001'],
    ['search_cooldown', '1.5'],
    ['search_cooldown', '60s'],
    ['challenge_cooldown', '-1'],
    ['challenge_cooldown', '31536001'],
    ['bootstrapper', 'a:0'],
    ['bootstrapper', 'a'],
    ['bootstrapper', 'a:1,b:2'],
    ['p2p_address', 'none'],
    ['p2p_address', ''],
    ['p2p_address', '127.0.0.1'],
    ['p2p_address', '127.0.0.1:65536'],
    ['p2p_address', 'unix:/run/p2p'],
    ['api_address', ''],
    ['api_address', 'none'],
    ['api_address', 'unix:'],
    ['api_address', '7001'],
    ['admin_address', '127.0.0.1'],
    ['admin_address', 'off'],
    ['advertise_port', '0'],
    ['advertise_port', '65536'],
    ['known_peers', ','],
    ['known_peers', 'a:1,'],
    ['known_peers', 'a:1,,b:2'],
    ['known_peers', 'a:1 b:2'],
    ['known_peers', 'a:1,none'],
    ['known_peers', 'a:0'],
    ['proof_of_work', 'Connection'],
    ['proof_of_work', 'yes'],
    ['pow_difficulty', '-1'],
    ['pow_difficulty', '32'],
    ['pow_difficulty', '64'],
    ['pow_difficulty', '1e9'],
    ['extension', ''],
    ['extension', 'On'],
    ['extension', 'true'],
    ['extension', '1'],
    ['history_window', '0'],
    ['history_window', '65536'],
    ['history_window', '1.5'],
    ['relay', ''],
    ['relay', 'none'],
    ['validation_timeout', '0'],
    ['seen_window', '0'],
    ['transport', ''],
    ['transport', 'tcp'],
    ['network', ''],
    ['network', 'none'],
    ['network', 'a b'],
    ['network', 'a/b'],
    ['network', 'x'.repeat(65)],
    ['pins', '127.0.0.1:6001'],
    ['pins', `127.0.0.1:0=${'a'.repeat(64)}`],
    ['pins', `127.0.0.1:6001=${'a'.repeat(16)}`],
    ['pins', `127.0.0.1:6001=${'a'.repeat(64)}/`],
    ['pins', `a:1=${'a'.repeat(64)}, a:1=${'b'.repeat(64)}`],
    ['pins', `a:1=${Array(9).fill('a'.repeat(64)).join('/')}`],
    [
      'pins',
      Array(1001)
        .fill(`a:1=${'a'.repeat(64)}`)
        .join(','),
    ],
    ['require_pins', 'on'],
    ['require_pins', ''],
    ['allow_identities', 'a'.repeat(63)],
    ['allow_identities', `${'a'.repeat(64)},`],
    ['deny_identities', 'g'.repeat(64)],
    ['state_dir', 'a\tb'],
    ['state_dir', 'x'.repeat(4096)],
    ['log_level', 'warning'],
    ['log_level', 'INFO'],
  ])('%s = %s', (key, value) => {
    const { code, message } = refusalOfLines(`${key} = ${value}`);
    expect(code).toBe('config-value');
    expect(message).toContain(`node.ini:2 ${key} = `);
    expect(message).toContain(`allowed: ${CONFIG_KEYS.find(({ name }) => name === key)?.allowed}`);
  });

  it('also if a flag replaces it', () => {
    expect(refusal('[gossip]\ndegree = 0', { degree: '4' }).message).toMatch(
      /^node\.ini:2 degree = 0: /,
    );
  });

  it('in the line that comes first', () => {
    expect(refusalOfLines('relay = x', 'degree = 0').message).toMatch(/^node\.ini:2 relay = x: /);
  });

  it('naming the entry of a list', () => {
    expect(refusalOfLines('known_peers = a:1, ::1:6001').message).toContain(
      'entry 2, ::1:6001: an IPv6 address needs brackets, write [::1]:6001; allowed: ',
    );
  });

  it('if a list is too long', () => {
    const peers = Array.from({ length: 1001 }, (_, i) => `a:${i + 1}`).join(',');
    expect(refusalOfLines(`known_peers = ${peers}`).message).toContain('1001 entries are too many');
  });

  it('cut short if it is long', () => {
    const { message } = refusalOfLines(`known_peers = a:1,${'x'.repeat(500_000)}`);
    expect(message.length).toBeLessThan(1000);
  });
});

describe('a list of peers', () => {
  it('may have 1,000 entries', () => {
    const peers = Array.from({ length: 1000 }, (_, i) => `a:${i + 1}`).join(',');
    expect(loadLines(`known_peers = ${peers}`).config.knownPeers).toHaveLength(1000);
  });
});

describe('the path of a socket', () => {
  const longest = `/${'a'.repeat(106)}`;

  it('may have 107 bytes', () => {
    expect(loadLines(`api_address = unix:${longest}`).config.apiAddress).toEqual({
      kind: 'unix',
      path: longest,
    });
  });

  it('may not have 108', () => {
    expect(refusalOfLines(`api_address = unix:${longest}a`).message).toContain(
      'from the root its path has 108 bytes, too many for a socket',
    );
  });

  it('is measured in bytes, not characters', () => {
    expect(refusalOfLines(`admin_address = unix:/${'é'.repeat(54)}`).message).toContain(
      '109 bytes',
    );
  });

  it('is measured from the root', () => {
    expect(refusalOfLines(`api_address = unix:${'a'.repeat(107)}`).message).toContain('too many');
  });
});

describe('the same key twice is refused', () => {
  it('under its two names', () => {
    expect(refusalOfLines('p2p_address = 127.0.0.1:1', 'listen_address = 127.0.0.1:1')).toEqual({
      code: 'config-duplicate',
      message:
        'node.ini:3 listen_address = 127.0.0.1:1: p2p_address, which is the same key, is set in ' +
        'line 2 already; a key may be given once',
    });
  });

  it('in two sections of the same name', () => {
    expect(refusal('[gossip]\ndegree = 4\n[Gossip]\ndegree = 4').code).toBe('config-duplicate');
  });

  it('but not as flag and in the file', () => {
    const flags = { p2p_address: '127.0.0.1:2' };
    const { p2pAddress } = load('[gossip]\nlisten_address = 127.0.0.1:1', flags).config;
    expect(p2pAddress.port).toBe(2);
  });
});

describe('flags', () => {
  it.each(CONFIG_KEYS)('exist for $name', ({ name, flag, defaultText }) => {
    expect(flag).toBe(`--${name.replaceAll('_', '-')}`);
    const flags = new Map([[name, defaultText]]);
    expect(loadConfig({ flags }).sources.get(name)).toBe('flag');
  });

  it('win over the file', () => {
    const { config, sources } = load('[gossip]\ndegree = 2\nrelay = subscribed', { degree: '3' });
    expect(config).toMatchObject({ degree: 3, relay: 'subscribed' });
    expect([sources.get('degree'), sources.get('relay')]).toEqual(['flag', 'file']);
  });

  it('may be empty, which means none', () => {
    const { bootstrapper } = load('[gossip]\nbootstrapper = a:1', { bootstrapper: '' }).config;
    expect(bootstrapper).toBeUndefined();
  });

  it('are trimmed', () => {
    expect(load('[gossip]', { degree: ' 3\n' }).config.degree).toBe(3);
  });

  it('are named in errors', () => {
    expect(refusal('[gossip]', { min_connections: '0' })).toEqual({
      code: 'config-value',
      message:
        '--min-connections 0: too small; allowed: 1 to 10000, from degree to max_connections',
    });
  });

  it('are shown in errors also when they are empty', () => {
    expect(refusal('[gossip]', { degree: '' }).message).toMatch(
      /^--degree '': empty, which means none: /,
    );
  });

  it('give one line whatever is in them', () => {
    expect(refusal('[gossip]', { known_peers: 'a:1,b\u2028\n]' }).message).toMatch(
      /^--known-peers a:1,b\\u\{2028\}\\u\{a\}\]: entry 2, b\\u\{2028\}\\u\{a\}\]: /,
    );
  });

  it('of other names are a mistake in this program', () => {
    const flags = new Map([['listen_address', '127.0.0.1:1']]);
    expect(() => loadConfig({ flags })).toThrow(AssertionError);
  });
});
