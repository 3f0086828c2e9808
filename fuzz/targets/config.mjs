/**
 * `config`: any bytes as a configuration file, with any flags, either load to a configuration that keeps what
 * it promises and reads the same when it is written down, or are refused with a `ConfigError` of one line.
 *
 * Input: the file; behind the bytes ff 00, if they are there, flags, each `key=value`, separated by newlines.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FuzzFailure, must } from '../failure.mjs';

/** No text for people may be longer, and certainly no longer than a file: it would be no sentence. */
const LINE_CHARACTERS_MAX = 2_000;
const WARNINGS_MAX = 51;

const VALUES = [
  ...'none 0 1 2 4 31 32 33 10000 10001 99999999999999999999 -1 1e3 0x10 ١ 127.0.0.1:6001'.split(
    ' ',
  ),
  ...'[::1]:0 ::1:6001 localhost:7001 :1 unix:x unix: a:1,b:2 a:1,,b:2 all subscribed'.split(' '),
  ...'tls connection discovery plain debug /tmp/x ~ .. ./none \u200b'.split(' '),
  '',
  'a b ; c',
  '1.2.3.4:5, b:2 ,[::1]:9',
  `unix:${'p'.repeat(110)}`,
];
const LINES = [
  ...'[gossip] [gossip.x] [global] [dht] [__proto__] [gossip'.split(' ').map((line) => `${line}\n`),
  ...'= listen_address constructor \ufeff \ufffd \u2028 \t \r \r\n \n'.split(' '),
  '[GOSSIP] ; x\n',
  'hostkey = k.pem\n',
  '; comment\n',
  '__proto__ = 1\n',
  'degree = 4\ndegree = 4\n',
];

export function configTarget(code) {
  let folder;
  const utf8 = new TextEncoder();
  const keys = code.CONFIG_KEYS.map(({ name }) => name);
  const settings = keys.flatMap((key) => VALUES.map((value) => `${key} = ${value}\n`));
  const words = [...settings, ...keys, ...VALUES, ...LINES];
  const load = (bytes, flags) => {
    folder ??= mkdtempSync(join(tmpdir(), 'hearsay-fuzz-'));
    const file = join(folder, 'node.ini');
    writeFileSync(file, bytes);
    return code.loadConfig({ file, flags, env: { HOME: '/home/somebody' } });
  };
  return {
    name: 'config',
    summary: 'configuration files and flags',
    shape: {
      bytesMax: 1_024,
      dictionary: [...words.map((word) => utf8.encode(word)), Uint8Array.of(255, 0)],
    },
    seeds: [
      ...SEEDS.map((text) => utf8.encode(text)),
      withFlags('[gossip]\ndegree = 9\n', 'degree=2'),
    ],
    execute(input, features) {
      const [bytes, flags] = split(input, keys);
      let loaded;
      try {
        loaded = load(bytes, flags);
      } catch (error) {
        features.note(expectOneLine(code, error));
        return;
      }
      features.note(expectPromises(loaded));
      const again = loadAgain(code, load, loaded);
      must(
        JSON.stringify(again.config) === JSON.stringify(loaded.config),
        'other-when-written',
        () => {
          return 'the configuration that was written down loads to another one';
        },
      );
    },
    describe(input) {
      const [bytes, flags] = split(input, keys);
      return [
        `file ${JSON.stringify(new TextDecoder().decode(bytes))}`,
        `flags ${[...flags].join(' ')}`,
      ];
    },
    close() {
      if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
      folder = undefined;
    },
  };
}

/** Loads what is written of a configuration that was loaded. */
function loadAgain(code, load, { config, sources }) {
  try {
    return load(code.formatConfig(config, sources), new Map());
  } catch (error) {
    throw new FuzzFailure('refused-when-written', error.message);
  }
}

/** File and flags; flags of keys that do not exist are left out, as the command line refuses them. */
function split(input, keys) {
  const end = input.findIndex((byte, i) => byte === 0 && input[i - 1] === 255);
  if (end < 0) return [input, new Map()];
  const lines = new TextDecoder().decode(input.subarray(end + 1)).split('\n');
  const flags = lines
    .map((line) => [line.slice(0, line.indexOf('=')).trim(), line.slice(line.indexOf('=') + 1)])
    .filter(([key]) => keys.includes(key));
  return [input.subarray(0, end - 1), new Map(flags)];
}

function expectOneLine(code, error) {
  if (!(error instanceof code.ConfigError)) throw error;
  const kind = code.CONFIG_ERROR_CODES.indexOf(error.code);
  must(kind >= 0, 'unknown-code', () => error.code);
  expectLine(error.message);
  // The kind of problem, whatever the value: what stands behind the last colon but for numbers and names.
  const problem = error.message
    .split(': ')
    .slice(1)
    .join(' ')
    .replaceAll(/[\d"']+/g, '')
    .slice(0, 24);
  return [...problem].reduce((sum, c) => (sum * 31 + c.charCodeAt(0)) | 0, kind + 1) & 0x3ff;
}

function expectPromises({ config, warnings, sources }) {
  const { degree, minConnections, maxConnections } = config;
  const isOrdered = 1 <= degree && degree <= minConnections && minConnections <= maxConnections;
  must(
    isOrdered && maxConnections >= 2,
    'counts',
    () => `${degree} ${minConnections} ${maxConnections}`,
  );
  must(warnings.length <= WARNINGS_MAX, 'warnings', () => `${warnings.length} warnings`);
  for (const warning of warnings) expectLine(warning);
  if (Object.keys(Object.prototype).length > 0) {
    throw new FuzzFailure('prototype', 'a name of the file became a property of every object');
  }
  return [...sources.values()].reduce(
    (sum, source) => (sum * 3 + source.length) | 0,
    warnings.length,
  );
}

function expectLine(text) {
  const isLine = !/[\p{Cc}\p{Zl}\p{Zp}]/u.test(text) && text !== '';
  must(isLine, 'not-one-line', () => JSON.stringify(text));
  must(text.length <= LINE_CHARACTERS_MAX, 'long-line', () => `${text.length} characters`);
}

const SEEDS = [
  '[gossip]\ndegree = 3\nmin_connections = 5\nmax_connections = 30\np2p_address = [::1]:6001\n',
  'hostkey = /etc/key.pem\n[dht]\nx\n[gossip]\napi_address = unix:api.sock\nknown_peers = a:1, 10.0.0.1:2\n',
  '; c\n[global]\nhostkey = none\n[Gossip]\r\nlisten_address = 0.0.0.0:0\r\nrelay = subscribed\r\n',
  '[gossip]\nproof_of_work = discovery\npow_difficulty = 0\nseen_window = 60\nnetwork = lab\ncache_sise = 1\n',
];

function withFlags(file, flags) {
  const utf8 = new TextEncoder();
  return Uint8Array.of(...utf8.encode(file), 255, 0, ...utf8.encode(flags));
}
