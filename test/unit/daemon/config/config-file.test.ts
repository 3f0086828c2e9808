import { chmodSync, mkdirSync, truncateSync } from 'node:fs';
import { dirname } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { loadConfig } from '../../../../src/daemon/config/config.ts';
import { CONFIG_FILE_BYTES_MAX } from '../../../../src/daemon/config/config-file.ts';
import { caught, load, refusal, temporaryFile } from './temporary-file.ts';

/** Latin-1: one byte for each character. */
function bytes(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

function utf16(text: string, mark: boolean): Uint8Array {
  return bytes((mark ? '\xff\xfe' : '') + [...text].map((character) => `${character}\0`).join(''));
}

describe('a configuration file', () => {
  it('may begin with a UTF-8 byte order mark', () => {
    expect(load(bytes('\xef\xbb\xbf[gossip]\ndegree = 3')).config.degree).toBe(3);
  });

  it('may set the global hostkey right after the mark', () => {
    expect(load(bytes('\xef\xbb\xbfhostkey = /a.pem\n[gossip]')).config.hostkey).toBe('/a.pem');
  });

  it('may end its lines with CR LF', () => {
    expect(load('[gossip]\r\ndegree = 3\r\nrelay = subscribed\r\n').config).toMatchObject({
      degree: 3,
      relay: 'subscribed',
    });
  });

  it('may hold other encodings in sections of others', () => {
    expect(load(bytes('[caf\xe9]\nna\xefve = \xff\n[gossip]\ndegree = 3')).config.degree).toBe(3);
  });

  it('may be as large as the bound', () => {
    const text = '[gossip]\ndegree = 3\n;'.padEnd(CONFIG_FILE_BYTES_MAX, 'x');
    expect(load(text).config.degree).toBe(3);
  });

  it('may be a device', () => {
    expect(loadConfig({ file: '/dev/null' }).config.degree).toBe(8);
  });
});

describe('a file that cannot be used is refused with one line', () => {
  it('if it does not exist', () => {
    const file = `${temporaryFile('')}.missing`;
    expect(caught(() => loadConfig({ file }), file)).toEqual({
      code: 'config-file',
      message: 'node.ini: does not exist; the path of an INI file is needed',
    });
  });

  it('if it has no name', () => {
    expect(caught(() => loadConfig({ file: '' }))).toEqual({
      code: 'config-file',
      message: "'': does not exist; the path of an INI file is needed",
    });
  });

  it('if it is a directory', () => {
    const directory = `${temporaryFile('')}.d`;
    mkdirSync(directory);
    expect(caught(() => loadConfig({ file: directory }), directory)).toEqual({
      code: 'config-file',
      message: 'node.ini: is a directory; the path of an INI file is needed',
    });
  });

  it('if a part of its path is a file', () => {
    const file = `${temporaryFile('')}/node.ini`;
    expect(caught(() => loadConfig({ file }), file)).toEqual({
      code: 'config-file',
      message: 'node.ini: cannot be read (ENOTDIR); the path of a readable INI file is needed',
    });
  });

  it('if its name is no path', () => {
    expect(caught(() => loadConfig({ file: 'a\0b\n' }))).toEqual({
      code: 'config-file',
      message:
        'a\\u{0}b\\u{a}: cannot be read (ERR_INVALID_ARG_VALUE); the path of a readable INI file is needed',
    });
  });

  describe('without permission', () => {
    const root = process.geteuid?.() === 0;
    afterEach(() => {
      if (root) process.seteuid?.(0);
    });

    it('if this user may not read it', () => {
      const file = temporaryFile('[gossip]');
      chmodSync(dirname(file), 0o755);
      chmodSync(file, 0o000);
      // The superuser reads everything, so it becomes somebody else for a moment.
      if (root) process.seteuid?.(65_534);
      expect(caught(() => loadConfig({ file }), file)).toEqual({
        code: 'config-file',
        message: 'node.ini: may not be read by this user; give the user read permission',
      });
    });
  });

  it('if it is one byte larger than the bound', () => {
    expect(refusal('[gossip]\n;'.padEnd(CONFIG_FILE_BYTES_MAX + 1, 'x'))).toEqual({
      code: 'config-file',
      message: 'node.ini: larger than 1048576 bytes, which no configuration file is',
    });
  });

  it('if it has 100 MB', () => {
    const file = temporaryFile('[gossip]\n');
    truncateSync(file, 100_000_000);
    expect(caught(() => loadConfig({ file }), file).message).toMatch(/larger than 1048576 bytes/);
  });

  it('if it never ends', () => {
    expect(caught(() => loadConfig({ file: '/dev/zero' }), '/dev/zero').message).toMatch(
      /larger than/,
    );
  });

  it.each([
    ['little-endian', '\xff\xfe[\0g\0'],
    ['big-endian', '\xfe\xff\0[\0g'],
  ])('if it is UTF-16, %s', (_, content) => {
    expect(refusal(bytes(content))).toEqual({
      code: 'config-file',
      message: 'node.ini: UTF-16 text; save it as UTF-8',
    });
  });

  it('if it is UTF-16 without a mark', () => {
    expect(refusal(utf16('[gossip]', false)).message).toBe(
      'node.ini: has NUL bytes, so it is a binary file or UTF-16 text; an INI file in UTF-8 is needed',
    );
  });

  it('if it is a program', () => {
    expect(refusal(bytes('\x7fELF\x02\x01\x01\0\0\0')).code).toBe('config-file');
  });

  it('if it has control characters', () => {
    expect(refusal(bytes('\x1f\x8b\x08\x01[gossip]\n')).message).toBe(
      'node.ini: has control characters, so it is a binary file; an INI file in UTF-8 is needed',
    );
  });

  it('with its whole path however long that is', () => {
    const file = `/${'directory/'.repeat(50)}node.ini`;
    expect(() => loadConfig({ file })).toThrow(file);
  });
});
