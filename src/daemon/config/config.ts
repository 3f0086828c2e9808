/**
 * The configuration of a node, and the one door of this room: what others need of it is exported here.
 *
 * A configuration is read once, before anything is opened, and never changes. It is complete: every key has
 * a value, from a flag, from the file or by default, and all values fit each other.
 */
import type {
  Millis,
  PeerIdentity,
  PeerName,
  ProofOfWork,
  TypeProfile,
} from '../../core/settings.ts';
import type { HostPort } from './host-port.ts';
import type { ConfiguredPin } from './identity-readers.ts';
import type { Limits } from './limit-keys.ts';
import type { ApiAddress } from './readers.ts';

export { CONFIG_ERROR_CODES, ConfigError } from './config-error.ts';
export { formatConfig } from './format-config.ts';
export type { HostPort } from './host-port.ts';
export type { ConfiguredPin } from './identity-readers.ts';
export { CONFIG_KEYS, type ConfigKey } from './keys.ts';
export {
  defaultConfig,
  loadConfig,
  type LoadedConfig,
  type LoadOptions,
  type Source,
} from './load-config.ts';
export {
  isLimit,
  LIMIT_KEYS,
  LIMIT_NAMES,
  type LimitName,
  type Limits,
  type LimitSpec,
} from './limit-keys.ts';
export { NONE, type ApiAddress } from './readers.ts';
export { TYPE_KEY_NAMES, TYPE_KEYS, type TypeKeyName, type TypeValues } from './type-keys.ts';
export { typeProfile } from './type-profiles.ts';

/** The least important messages that are logged. */
export type LogLevel = 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'silent';

/** Hosts are canonical, paths absolute; 1 ≤ degree ≤ minConnections ≤ maxConnections ≤ 10,000 holds. */
export interface Config {
  /** Peers each announcement is given to, 1 … `minConnections`. Default 8, or what fits the other two. */
  readonly degree: number;
  /** Look for more peers while fewer links are open, `degree` … `maxConnections`. Default 8, likewise. */
  readonly minConnections: number;
  /** Never more open links than this, 2 … 10,000. Default 32, likewise. */
  readonly maxConnections: number;
  /** Accepted messages kept for peers that missed them, 1 … 1,000,000. Default 1,000. */
  readonly cacheSize: number;
  /** Time between checks for too few peers: 1 s to a year, in whole seconds. Default 60 s. */
  readonly searchCooldown: Millis;
  /** The longest a peer waits for its challenge: 0 (at once, default) to a year, in whole seconds. */
  readonly challengeCooldown: Millis;
  /** Used when no known peer answers; port 1 … 65,535. Default none. */
  readonly bootstrapper: PeerName | undefined;
  /** Listen for peers here; port 0 takes a free one. Default 127.0.0.1:6001. */
  readonly p2pAddress: HostPort;
  /** Listen for applications here; port 0 takes a free one. Default 127.0.0.1:7001. */
  readonly apiAddress: ApiAddress;
  /** The port told to peers, 1 … 65,535; undefined (default) is the one that is listened on. */
  readonly advertisePort: number | undefined;
  /** Peers to connect to at the start, no two equal, at most 1,000. Default none. */
  readonly knownPeers: readonly PeerName[];
  /** Where the proof of work stands; see docs/protocol.md. Default `connection`. */
  readonly proofOfWork: ProofOfWork;
  /** Leading zero bits asked of a proof for a connection, 0 … 31. Default 20 with `tls`, 24 with `plain`. */
  readonly powDifficulty: number;
  /** Whether 520 to 529 are spoken with peers that understand them. Default true. */
  readonly extension: boolean;
  /** How long accepted messages are kept for those peers: 1 s to 65,535 s, in whole seconds. Default 300 s. */
  readonly historyWindow: Millis;
  /** Whether messages without a local subscriber travel on. Default `all`. */
  readonly relay: 'all' | 'subscribed';
  /** After this a silent subscriber abstains: 1 s to a year, in whole seconds. Default 60 s. */
  readonly validationTimeout: Millis;
  /** How long a message is remembered as seen: 1 s to a year, in whole seconds. Default 600 s. */
  readonly seenWindow: Millis;
  /** How links are carried: over TLS, or as bare TCP. Default `tls`. */
  readonly transport: 'tls' | 'plain';
  /** Name of the overlay, 1 to 64 of `A-Z a-z 0-9 . _ -`. Default `main`. Has an effect with `tls` only. */
  readonly network: string;
  /** Whose keys are expected at addresses, at most 1,000 and no two for one address. Default none. */
  readonly pins: readonly ConfiguredPin[];
  /** Whether `bootstrapper` and all of `knownPeers` have pins, or this is refused. Default false. */
  readonly requirePins: boolean;
  /** The only identities that are taken as peers, at most 1,000; empty (default): everybody. */
  readonly allowIdentities: readonly PeerIdentity[];
  /** Identities that are not taken, at most 1,000; these go before those allowed. Default none. */
  readonly denyIdentities: readonly PeerIdentity[];
  /** Directory for key and memory, absolute; undefined: both end with the process. See docs/configuration.md. */
  readonly stateDir: string | undefined;
  /** Listen for the administrator here; default none. Has no effect yet. */
  readonly adminAddress: ApiAddress | undefined;
  /** PEM file with the private key of this host; default none: in `stateDir`. Not read in plain. */
  readonly hostkey: string | undefined;
  /** Default `info`. */
  readonly logLevel: LogLevel;
  /** What is particular about single data types, by type, ascending. Default nothing. */
  readonly types: ReadonlyMap<number, TypeProfile>;
  /** What strangers, peers and programs may take, as far as somebody set it. */
  readonly limits: Limits;
}
