import { describe, expect, it } from 'vitest';
import { howToCall, quote } from '../../../src/cli/invocation.ts';

describe('how to call the program again', () => {
  it('is its name where the shell finds it', () => {
    const caller = {
      script: '/usr/local/bin/hearsay',
      path: '/bin:/usr/local/bin',
      isNpmScript: false,
    };
    expect(howToCall(caller)).toBe('hearsay');
  });

  it('is its full path where the shell does not find it', () => {
    const caller = { script: '/opt/hearsay/bin/hearsay', path: '/bin', isNpmScript: false };
    expect(howToCall(caller)).toBe('/opt/hearsay/bin/hearsay');
  });

  it('is its full path if only npm made the shell find it', () => {
    const script = '/home/me/project/node_modules/.bin/hearsay';
    expect(
      howToCall({ script, path: '/home/me/project/node_modules/.bin:/bin', isNpmScript: false }),
    ).toBe(script);
  });

  it('names node and the file in a checkout', () => {
    const caller = {
      script: '/home/me/hearsay/dist/cli/main.js',
      path: undefined,
      isNpmScript: false,
    };
    expect(howToCall(caller)).toBe('node /home/me/hearsay/dist/cli/main.js');
  });
});

describe('a node that npm started', () => {
  it('is called with npx, in the same folder', () => {
    const script = '/home/me/hearsay/dist/cli/main.js';
    expect(howToCall({ script, path: '/bin', isNpmScript: true })).toBe('npx hearsay');
  });
});

describe('a word for the shell', () => {
  it.each([
    ['/plain/path-1.js', '/plain/path-1.js'],
    ['[::1]:7001', "'[::1]:7001'"],
    ['/my files/x', "'/my files/x'"],
    ["it's", String.raw`'it'\''s'`],
    ['', "''"],
  ])('%j is written %s', (word, written) => {
    expect(quote(word)).toBe(written);
  });
});
