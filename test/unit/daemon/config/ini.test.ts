import { describe, expect, it } from 'vitest';
import { ConfigError } from '../../../../src/daemon/config/config-error.ts';
import { parseIni } from '../../../../src/daemon/config/ini.ts';

/** Sections as lists of `key=value@line`. */
function read(text: string): Record<string, string[]> {
  const sections = [...parseIni(text, 'node.ini')].map(([name, { entries }]) => [
    name,
    [...entries.values()].map(({ key, value, line }) => `${key}=${value}@${line}`),
  ]);
  return Object.fromEntries(sections);
}

function refused(text: string): string {
  try {
    parseIni(text, 'node.ini');
  } catch (error) {
    if (error instanceof ConfigError) return `${error.code}: ${error.message}`;
    throw error;
  }
  throw new Error('nothing was refused');
}

describe('the lines of [gossip]', () => {
  it('are keys and values split at the first equals sign, and trimmed', () => {
    expect(read('[gossip]\n \t a  =  b = c \t')).toEqual({ gossip: ['a=b = c@2'] });
  });

  it('may have an empty value', () => {
    expect(read('[gossip]\na =')).toEqual({ gossip: ['a=@2'] });
  });

  it('are blank, or comments if they start with a semicolon or a hash', () => {
    expect(read('[gossip]\n\n; one\n# two\n  # indented = yes\na=1')).toEqual({
      gossip: ['a=1@6'],
    });
  });

  it('keep quotes, comment signs and backslashes in values', () => {
    expect(read('[gossip]\na = "x" ; y # \\z')).toEqual({ gossip: ['a="x" ; y # \\z@2'] });
  });

  it('are refused if they have no equals sign', () => {
    expect(refused('[gossip]\ndegree: 4')).toBe(
      'config-syntax: node.ini:2 degree: 4: neither KEY = VALUE, nor a comment (; or # at its start), nor blank',
    );
  });

  it('are refused if nothing stands before the equals sign', () => {
    expect(refused('[gossip]\n = 4')).toMatch(
      /^config-syntax: node\.ini:2 = 4: neither KEY = VALUE/,
    );
  });

  it('are refused if a key stands twice, naming both lines', () => {
    expect(refused('[gossip]\na = 1\n\na = 1')).toBe(
      'config-duplicate: node.ini:4 a = 1: a is set in line 2 already; a key may be given once',
    );
  });

  it('are refused where they are not UTF-8', () => {
    expect(refused('[gossip]\nstate_dir = caf\u{fffd}')).toMatch(
      /^config-syntax: node\.ini:2 .*UTF-8/,
    );
  });

  it('may have anything in a comment', () => {
    expect(read('[gossip]\n; caf\u{fffd}')).toEqual({ gossip: [] });
  });

  it.each([
    ['LF', '\n'],
    ['CR LF', '\r\n'],
    ['CR', '\r'],
  ])('may end with %s', (_, end) => {
    expect(read(['[gossip]', 'a = 1', '', 'b = 2'].join(end))).toEqual({
      gossip: ['a=1@2', 'b=2@4'],
    });
  });
});

describe('sections', () => {
  it('are matched without case and without blanks inside the brackets', () => {
    expect(read('[ GosSip ]\na = 1')).toEqual({ gossip: ['a=1@2'] });
  });

  it('are merged if they have the same name', () => {
    expect(read('[gossip]\na = 1\n[dht]\na = 2\n[GOSSIP]\nb = 3')).toEqual({
      gossip: ['a=1@2', 'b=3@6'],
    });
  });

  it('of one name may not set a key twice together', () => {
    expect(refused('[gossip]\na = 1\n[gossip]\na = 2')).toMatch(
      /^config-duplicate: node\.ini:4 a = 2/,
    );
  });

  it('that begin with gossip. are ours and separate', () => {
    expect(read('[gossip]\na = 1\n[gossip.type.1337]\na = 2')).toEqual({
      gossip: ['a=1@2'],
      'gossip.type.1337': ['a=2@4'],
    });
  });

  it.each(['[dht]', '[gossipx]', '[my gossip]', '[]', '[gossip, dht]'])(
    'like %s are left alone, whatever stands in them',
    (header) => {
      expect(
        read(`${header}\nno syntax at all\na = 1\na = 2\n= [x\n[y] z\n[gossip]\nb = 3`),
      ).toEqual({
        gossip: ['b=3@8'],
      });
    },
  );

  it.each(['[dht] ; comment', '[dht]# comment'])('of others may begin with %s', (header) => {
    expect(read(`[gossip]\na = 1\n${header}\nno syntax`)).toEqual({ gossip: ['a=1@2'] });
  });

  it.each(['[gossip', '[gossip] ; comment', '[gossip] x', '[GOSSIP.type.1'])(
    'of ours that begin with %s are refused, even after a section of others',
    (header) => {
      expect(refused(`[dht]\nx\n${header}\ndegree = 3`)).toMatch(
        /^config-syntax: node\.ini:3 .*: a section header stands alone on its line: \[gossip/,
      );
    },
  );

  it('cannot be closed by a broken header', () => {
    expect(refused('[gossip]\n[dht')).toBe(
      'config-syntax: node.ini:2 [dht: not a section header, which is [NAME]',
    );
  });
});

describe('the global section', () => {
  it('begins with the file', () => {
    expect(read('hostkey = a.pem\n[gossip]')).toEqual({ global: ['hostkey=a.pem@1'], gossip: [] });
  });

  it('may have a header', () => {
    expect(read('[gossip]\n[Global]\nhostkey = a.pem')).toEqual({
      gossip: [],
      global: ['hostkey=a.pem@3'],
    });
  });

  it('is read for hostkey only', () => {
    expect(read('no syntax\ndegree = 3\ndegree = 4\nHostkey = x')).toEqual({});
  });

  it('may not set hostkey twice', () => {
    expect(refused('hostkey = a\n[global]\nhostkey = b')).toMatch(
      /^config-duplicate: node\.ini:3 hostkey = b: hostkey is set in line 1 already/,
    );
  });
});

describe('names that objects already have', () => {
  it('are names like any other', () => {
    expect(read('[gossip]\n__proto__ = 1\nconstructor = 2\ntoString = 3')).toEqual({
      gossip: ['__proto__=1@2', 'constructor=2@3', 'toString=3@4'],
    });
  });

  it('change nothing as sections', () => {
    parseIni('[__proto__]\npolluted = yes\n[gossip.__proto__]\npolluted = yes', 'node.ini');
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });
});
