import { describe, expect, it } from 'vitest';
import { load, loadLines } from './temporary-file.ts';

describe('an unknown key', () => {
  it.each([
    ['degre', 'degree'],
    ['min-connections', 'min_connections'],
    ['MAX_CONNECTIONS', 'max_connections'],
    ['knownpeers', 'known_peers'],
    ['listen_adress', 'listen_address'],
    ['hostky', 'relay'],
  ])('%s is warned about, with the nearest known key', (key, nearest) => {
    expect(loadLines(`${key} = 1`).warnings).toEqual([
      `node.ini:2 ${key} = 1: unknown key, ignored; nearest known key: ${nearest}`,
    ]);
  });

  it.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty'])('may be %s', (key) => {
    const { warnings } = loadLines(`${key} = 1`);
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toContain(
      `node.ini:2 ${key} = 1: unknown key, ignored; nearest known key: `,
    );
  });

  it('does not keep the others from being used', () => {
    expect(loadLines('foo = 1', 'degree = 3').config.degree).toBe(3);
  });

  it.each([
    ['[gossip]', 'hostkey', 'before any section or in [global]'],
    ['[gossip]', 'links_per_host', 'in [gossip.limits]'],
    ['[gossip]', 'lazy_threshold', 'in a section [gossip.type.N]'],
    ['[gossip.limits]', 'degree', 'in [gossip]'],
    ['[gossip.type.7]', 'bans', 'in [gossip.limits]'],
  ])('is told where it belongs if it is one of another section: %s %s', (section, key, place) => {
    expect(load(`[gossip]\n${section}\n${key} = 3`).warnings).toEqual([
      `node.ini:3 ${key} = 3: ignored here; ${key} stands ${place}`,
    ]);
  });

  it('that belongs elsewhere sets nothing', () => {
    expect(loadLines('hostkey = a.pem').config.hostkey).toBeUndefined();
  });

  it('is any key of a section that begins with gossip. and is not about a data type', () => {
    expect(load('[gossip]\n[Gossip.Types.1337]\ndegree = 9').warnings).toEqual([
      'node.ini:3 degree = 9: unknown key, ignored; [gossip.types.1337] is not used by this version; ' +
        'nearest known key: degree',
    ]);
  });

  it('is no key of another section', () => {
    expect(load('foo = 1\n[gossip]\n[dht]\nfoo = 1').warnings).toEqual([]);
  });

  it('is shown escaped and cut', () => {
    const [warning] = loadLines(`a\u{202e}b\x1b${'c'.repeat(500)} = 1`).warnings;
    expect(warning).toMatch(/^node\.ini:2 a\\u\{202e\}b\\u\{1b\}c{116}… = 1: unknown key/);
  });

  it('is counted only, after fifty warnings', () => {
    const lines = Array.from({ length: 30_000 }, (_, i) => `unknown_key_${i} = 1`);
    const { warnings } = loadLines(...lines);
    expect(warnings).toHaveLength(51);
    expect(warnings.at(-1)).toBe('29950 further warnings are not shown');
  });
});

describe('a file without [gossip]', () => {
  it.each(['', '[dht]\ndegree = 3', 'degree = 3'])('is warned about: %j', (text) => {
    expect(load(text).warnings).toEqual([
      'node.ini: has no section [gossip], so it sets none of its keys',
    ]);
  });
});

describe('an api_address', () => {
  it.each([
    '127.0.0.1:1',
    '127.9.9.9:1',
    '[::1]:1',
    'localhost:1',
    'a.localhost:1',
    'unix:/run/api',
  ])('%s is nothing to warn about', (address) => {
    expect(loadLines(`api_address = ${address}`).warnings).toEqual([]);
  });

  it.each(['0.0.0.0:1', '[::]:1', '192.168.0.1:1', '8.8.8.8:1', 'example.org:1', 'notlocalhost:1'])(
    '%s is warned about',
    (address) => {
      expect(loadLines(`api_address = ${address}`).warnings).toEqual([
        `node.ini:2 api_address = ${address}: not a loopback address or socket; whoever can connect ` +
          'there can announce and validate, for applications are not asked who they are',
      ]);
    },
  );

  it('is warned about as a flag', () => {
    expect(load('[gossip]', { api_address: '0.0.0.0:1' }).warnings[0]).toMatch(
      /^--api-address 0\.0\.0\.0:1: /,
    );
  });
});

describe('a difficulty of 0', () => {
  it('is warned about where connections need a proof', () => {
    expect(loadLines('pow_difficulty = 0').warnings).toEqual([
      'node.ini:2 pow_difficulty = 0: any nonce is a proof, so links cost nothing',
    ]);
  });

  it.each(['discovery', 'none'])('does not matter with proof_of_work = %s', (setting) => {
    expect(loadLines('pow_difficulty = 0', `proof_of_work = ${setting}`).warnings).toEqual([]);
  });
});

describe('a pin of a name', () => {
  const PIN = `pins = a.example:1=${'0'.repeat(64)}`;

  it('that is not dialled is warned about: nobody looks it up', () => {
    expect(loadLines(PIN).warnings).toEqual([
      expect.stringMatching(
        /^node\.ini:2 pins = .*: a\.example:1 is neither bootstrapper nor one of/,
      ),
    ]);
  });

  it.each(['bootstrapper', 'known_peers'])('that is dialled as %s is not', (key) => {
    expect(loadLines(PIN, `${key} = a.example:1`).warnings).toEqual([]);
  });

  it('is not meant where the host is an address', () => {
    expect(loadLines(PIN.replace('a.example', '192.0.2.1')).warnings).toEqual([]);
  });
});
