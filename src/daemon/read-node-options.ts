/**
 * From the options of a program to a configuration. There is no second table of bounds: options are written as
 * an operator would write them on the command line, and read by the configuration. Only what an operator cannot
 * write, times below a second, is checked here.
 */
import type { Millis } from '../core/settings.ts';
import { formatAddress } from '../wire/address.ts';
import { CONFIG_KEYS, ConfigError, loadConfig, NONE, type Config } from './config/config.ts';
import { badOption, checkMillis, checkOptions, checkSignal } from './embedding/limits.ts';
import { NodeError } from './embedding/node-error.ts';
import type { NodeOptions } from './node-options.ts';
import { readLimitOptions } from './read-limit-options.ts';
import { readTypeOptions } from './read-type-options.ts';

type KeyOption = Exclude<keyof NodeOptions, 'types' | 'limits' | 'log' | 'signal' | MillisOption>;
type MillisOption = Extract<keyof NodeOptions, `${string}Millis`>;

/** How an option is written as the value of a key. A wrong type gives undefined. */
interface KeyWriter {
  readonly key: string;
  readonly type: string;
  readonly write: (value: unknown) => string | undefined;
}

const asNumber = (key: string): KeyWriter => ({
  key,
  type: 'a number',
  write: (value) => (typeof value === 'number' ? String(value) : undefined),
});
const asWord = (key: string): KeyWriter => ({
  key,
  type: 'a string',
  write: (value) => (typeof value === 'string' ? value : undefined),
});
const asSwitch = (key: string): KeyWriter => ({
  key,
  type: 'true or false',
  write: (value) => (typeof value === 'boolean' ? (value ? 'on' : 'off') : undefined),
});
const asAddress = (key: string): KeyWriter => ({
  key,
  type: "an address like '127.0.0.1:6001' or { host, port }",
  write: writeAddress,
});

const KEY_OPTIONS: Readonly<Record<KeyOption, KeyWriter>> = {
  p2pAddress: asAddress('p2p_address'),
  api: { ...asAddress('api_address'), type: "false, 'HOST:PORT', 'unix:PATH' or { host, port }" },
  knownPeers: { key: 'known_peers', type: 'an array of addresses', write: writeAddresses },
  bootstrapper: asAddress('bootstrapper'),
  advertisePort: asNumber('advertise_port'),
  degree: asNumber('degree'),
  minConnections: asNumber('min_connections'),
  maxConnections: asNumber('max_connections'),
  proofOfWork: asWord('proof_of_work'),
  powDifficulty: asNumber('pow_difficulty'),
  extension: asSwitch('extension'),
  cacheSize: asNumber('cache_size'),
  relay: asWord('relay'),
  transport: asWord('transport'),
  network: asWord('network'),
  pins: { key: 'pins', type: 'an array of strings', write: writeStrings },
  requirePins: {
    key: 'require_pins',
    type: 'true or false',
    write: (value) => (typeof value === 'boolean' ? (value ? 'yes' : 'no') : undefined),
  },
  allowIdentities: { key: 'allow_identities', type: 'an array of strings', write: writeStrings },
  denyIdentities: { key: 'deny_identities', type: 'an array of strings', write: writeStrings },
  hostkey: asWord('hostkey'),
  stateDir: asWord('state_dir'),
};

/** What a 520 has room for. */
const HISTORY_MILLIS_MAX: Millis = 65_535_000;

interface MillisSetting {
  readonly setting: keyof Config;
  readonly min: Millis;
  /** Default a year. */
  readonly max?: Millis;
}

/** Times: where they go, and their bounds. */
const MILLIS_OPTIONS: Readonly<Record<MillisOption, MillisSetting>> = {
  historyWindowMillis: { setting: 'historyWindow', min: 1, max: HISTORY_MILLIS_MAX },
  searchCooldownMillis: { setting: 'searchCooldown', min: 1 },
  challengeCooldownMillis: { setting: 'challengeCooldown', min: 0 },
  validationTimeoutMillis: { setting: 'validationTimeout', min: 1 },
  seenWindowMillis: { setting: 'seenWindow', min: 1 },
};

/** The options there are, by name. */
export const NODE_OPTION_NAMES: readonly string[] = [
  ...Object.keys(KEY_OPTIONS),
  ...Object.keys(MILLIS_OPTIONS),
  'types',
  'limits',
  'log',
  'signal',
];

export interface ReadOptions {
  readonly config: Config;
  readonly hasApi: boolean;
  /** What is allowed but probably not meant, one line each. */
  readonly warnings: readonly string[];
}

/** @throws NodeError `bad-option`, which names the option, its value and what is allowed. */
export function readNodeOptions(options: NodeOptions): ReadOptions {
  checkOptions('createNode()', options, NODE_OPTION_NAMES);
  checkHandedIn(options);
  const given = new Map<string, unknown>(Object.entries(options));
  const hasApi = (options.api ?? false) !== false;
  if (!hasApi) given.delete('api');
  given.set('p2pAddress', options.p2pAddress ?? '127.0.0.1:0');
  // What is embedded keeps nothing unless told.
  given.set('stateDir', options.stateDir ?? NONE);
  const millis = readMillis(given);
  try {
    const { config, warnings } = loadConfig({ flags: writeFlags(given) });
    const node = { ...config, ...millis };
    const types = readTypeOptions(options.types, node);
    const limits = readLimitOptions(options.limits);
    return { config: { ...node, types, limits }, hasApi, warnings: warnings.map(inOptions) };
  } catch (error) {
    throw error instanceof ConfigError ? asBadOption(error) : error;
  }
}

/** The sentence of a `ConfigError` with the options' names in place of flags and keys. */
export function inOptions(message: string): string {
  return message.replace(NAMES_PATTERN, (name) => OPTION_BY_NAME.get(name) ?? name);
}

/** By key and by flag. */
const OPTION_BY_NAME = new Map(
  Object.entries(KEY_OPTIONS).flatMap(([option, { key }]): [string, string][] => [
    [key, option],
    [CONFIG_KEYS.find(({ name }) => name === key)!.flag, option],
  ]),
);
/** None begins in the middle of a word, so that a host named `my-degree` stays what it is. */
const NAMES_PATTERN = new RegExp(
  `(?<![\\w.-])(${[...OPTION_BY_NAME.keys()].join('|')})(?![\\w.-])`,
  'g',
);

function checkHandedIn({
  log,
  signal,
}: {
  readonly log?: unknown;
  readonly signal?: unknown;
}): void {
  if (log !== undefined && !LOG_METHODS.every((method) => isMethod(log, method))) {
    throw badOption('log', log, 'an object with the methods debug, info and warn');
  }
  checkSignal(signal);
}

const LOG_METHODS = ['debug', 'info', 'warn'];

function isMethod(of: unknown, name: string): boolean {
  if (typeof of !== 'object' || of === null) return false;
  return typeof Reflect.get(of, name) === 'function';
}

function writeFlags(given: ReadonlyMap<string, unknown>): ReadonlyMap<string, string> {
  const flags = new Map<string, string>();
  for (const [option, { key, type, write }] of Object.entries(KEY_OPTIONS)) {
    const value = given.get(option);
    if (value === undefined) continue;
    const text = write(value);
    if (text === undefined) throw badOption(option, value, type);
    flags.set(key, text);
  }
  return flags;
}

function readMillis(given: ReadonlyMap<string, unknown>): Partial<Config> {
  const read: [string, Millis][] = [];
  for (const [option, { setting, ...bounds }] of Object.entries(MILLIS_OPTIONS)) {
    const value = given.get(option);
    if (value !== undefined) read.push([setting, checkMillis(option, value, bounds)]);
  }
  return Object.fromEntries(read);
}

function writeAddress(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  if (typeof value !== 'object' || value === null) return undefined;
  if (!('host' in value) || !('port' in value)) return undefined;
  const { host, port } = value;
  if (typeof host !== 'string' || typeof port !== 'number') return undefined;
  return formatAddress({ host, port });
}

function writeAddresses(value: unknown): string | undefined {
  if (!Array.isArray(value)) return undefined;
  const written = value.map(writeAddress).filter((text) => text !== undefined);
  return written.length === value.length ? written.join(',') : undefined;
}

function writeStrings(value: unknown): string | undefined {
  if (!Array.isArray(value) || !value.every((entry) => typeof entry === 'string')) return undefined;
  return value.length === 0 ? NONE : value.join(',');
}

function asBadOption(error: ConfigError): NodeError {
  return new NodeError('bad-option', inOptions(error.message), error);
}
