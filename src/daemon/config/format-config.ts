/**
 * A configuration as the text of an INI file: what `hearsay config show` prints. Reading it back gives the
 * same configuration, wherever the file is put.
 */
import type { Millis, PeerName, TypeProfile } from '../../core/settings.ts';
import { formatAddress } from '../../wire/address.ts';
import type { Config } from './config.ts';
import type { ConfiguredPin } from './identity-readers.ts';
import { GOSSIP_SECTION, LIMITS_SECTION } from './ini.ts';
import type { KeyName } from './key-table.ts';
import { CONFIG_KEYS, type ConfigKey } from './keys.ts';
import type { Source } from './load-config.ts';
import { LIMIT_KEYS, LIMIT_NAMES, type LimitName, type Limits } from './limit-keys.ts';
import { NONE, type ApiAddress } from './readers.ts';
import { TYPE_KEY_NAMES, TYPE_KEYS, type TypeKeyName } from './type-keys.ts';
import { typeSection } from './type-sections.ts';

/**
 * Every key with its meaning, who set it and its value, the global one first. `sources` are those that
 * came with `config`; a key that is not in them counts as default.
 */
export function formatConfig(config: Config, sources: ReadonlyMap<string, Source>): string {
  const entry = (key: ConfigKey): string =>
    `; ${key.meaning} (${describeSource(sources.get(key.name) ?? 'default')})\n` +
    `${key.name} = ${TEXTS[key.name](config)}\n`;
  const entries = (section: ConfigKey['section']): string =>
    CONFIG_KEYS.filter((key) => key.section === section)
      .map(entry)
      .join('\n');
  const types = Array.from(config.types, formatType).join('');
  const limits = LIMIT_NAMES.map((name) => formatLimit(name, config.limits)).join('\n');
  return (
    `${entries('global')}\n[${GOSSIP_SECTION}]\n${entries('gossip')}` +
    `\n[${LIMITS_SECTION}]\n${limits}${types}`
  );
}

/** A limit that nobody set is shown and left unset: some defaults depend on other keys. */
function formatLimit(name: LimitName, limits: Limits): string {
  const {
    meaning,
    defaultText,
    otherwise,
  }: (typeof LIMIT_KEYS)[LimitName] & {
    readonly otherwise?: string;
  } = LIMIT_KEYS[name];
  const limit = limits[name];
  const text = otherwise === undefined ? defaultText : `${defaultText} (${otherwise})`;
  return limit === undefined
    ? `; ${meaning} (default)\n; ${name} = ${text}\n`
    : `; ${meaning} (set in the file)\n${name} = ${limit}\n`;
}

/** The section of one data type. Keys that nobody set are left out, so that they go on following the node's. */
function formatType([dataType, profile]: readonly [number, TypeProfile]): string {
  const entries = TYPE_KEY_NAMES.flatMap((name) => {
    const text = TYPE_TEXTS[name](profile);
    return text === undefined ? [] : [`; ${TYPE_KEYS[name].meaning}\n${name} = ${text}\n`];
  });
  return `\n[${typeSection(dataType)}]\n${entries.join('\n')}`;
}

const TYPE_TEXTS: {
  readonly [Name in TypeKeyName]: (profile: TypeProfile) => string | undefined;
} = {
  degree: ({ degree }) => degree?.toString(),
  lazy_threshold: ({ lazyThreshold }) => lazyThreshold?.toString(),
  rate_limit: ({ rateLimit }) => rateLimit?.perSecond.toString(),
  rate_burst: ({ rateLimit }) => rateLimit?.burst.toString(),
  history_window: ({ historyWindow: window }) =>
    window === undefined ? undefined : formatSeconds(window),
};

/** How each key's value is written. */
const TEXTS: { readonly [Name in KeyName]: (config: Config) => string } = {
  degree: (config) => String(config.degree),
  min_connections: (config) => String(config.minConnections),
  max_connections: (config) => String(config.maxConnections),
  cache_size: (config) => String(config.cacheSize),
  search_cooldown: (config) => formatSeconds(config.searchCooldown),
  challenge_cooldown: (config) => formatSeconds(config.challengeCooldown),
  bootstrapper: (config) => formatPeers(config.bootstrapper ? [config.bootstrapper] : []),
  p2p_address: (config) => formatAddress(config.p2pAddress),
  api_address: (config) => formatApiAddress(config.apiAddress),
  advertise_port: (config) => String(config.advertisePort ?? NONE),
  known_peers: (config) => formatPeers(config.knownPeers),
  proof_of_work: (config) => config.proofOfWork,
  pow_difficulty: (config) => String(config.powDifficulty),
  extension: (config) => (config.extension ? 'on' : 'off'),
  history_window: (config) => formatSeconds(config.historyWindow),
  relay: (config) => config.relay,
  validation_timeout: (config) => formatSeconds(config.validationTimeout),
  seen_window: (config) => formatSeconds(config.seenWindow),
  transport: (config) => config.transport,
  network: (config) => config.network,
  pins: (config) => formatList(config.pins.map(formatPin)),
  require_pins: (config) => (config.requirePins ? 'yes' : 'no'),
  allow_identities: (config) => formatList(config.allowIdentities),
  deny_identities: (config) => formatList(config.denyIdentities),
  state_dir: (config) => (config.stateDir === undefined ? NONE : formatPath(config.stateDir)),
  admin_address: (config) => formatApiAddress(config.adminAddress),
  log_level: (config) => config.logLevel,
  hostkey: (config) => (config.hostkey === undefined ? NONE : formatPath(config.hostkey)),
};

function describeSource(source: Source): string {
  switch (source) {
    case 'default':
      return 'default';
    case 'file':
      return 'set in the file';
    case 'flag':
      return 'set by a flag';
  }
}

function formatSeconds(time: Millis): string {
  return String(time / 1000);
}

function formatPeers(peers: readonly PeerName[]): string {
  return formatList(peers.map(formatAddress));
}

function formatPin({ peer, identities }: ConfiguredPin): string {
  return `${formatAddress(peer)}=${identities.join('/')}`;
}

function formatList(entries: readonly string[]): string {
  return entries.length === 0 ? NONE : entries.join(', ');
}

function formatApiAddress(address: ApiAddress | undefined): string {
  if (address === undefined) return NONE;
  return address.kind === 'unix' ? `unix:${formatPath(address.path)}` : formatAddress(address);
}

/** Values are trimmed when read, so a path that ends in a blank is written with something after it. */
function formatPath(path: string): string {
  return path === path.trimEnd() ? path : `${path}/.`;
}
