/**
 * What `createNode` can be told: the keys of the configuration file under the names that JavaScript gives
 * them, with the same meaning, bounds and defaults, except where a program differs from a service: it listens
 * on a free port, has no API unless told, and counts time in milliseconds.
 */
import type { Millis, ProofOfWork } from '../core/settings.ts';
import type { LimitName } from './config/config.ts';
import type { NodeLog } from './embedding/node-log.ts';

/** `HOST:PORT`, `[IPV6]:PORT`, or the two apart, the host without brackets. */
export type AddressOption = string | { readonly host: string; readonly port: number };

/** What is particular about the messages of one data type; what is left out is as for all others. */
export interface TypeOptions {
  /** Peers each announcement is given to, 1 … `maxConnections`. Default `degree` of the node. */
  readonly degree?: number | undefined;
  /**
   * Messages with fewer bytes of data are sent whole to up to `degree` peers; others only where that has shown to be
   * useful, and named to the rest. 0 … 65,520: always, never. Default 1,024.
   */
  readonly lazyThreshold?: number | undefined;
  /**
   * New messages per second that one peer may bring in the long run, 1 … 1,000,000; others are dropped, and local
   * programs that announce more are held back. Default none.
   */
  readonly rateLimit?: number | undefined;
  /** How many it may bring at once after a pause, 1 … 1,000,000, only with `rateLimit`. Default the same number. */
  readonly rateBurst?: number | undefined;
  /** How long accepted messages are kept, 1 … `historyWindowMillis` of the node, the default. */
  readonly historyWindowMillis?: Millis | undefined;
}

/** Limits, by name. */
export type LimitOptions = { readonly [Name in LimitName]?: number | undefined };

/** All may be left out. Times are in milliseconds, whole ones. */
export interface NodeOptions {
  /** Listen for peers here; port 0 takes a free one. Default `127.0.0.1:0`, so nodes never collide. */
  readonly p2pAddress?: AddressOption | undefined;
  /**
   * Listen for applications here, or on the socket `unix:PATH`; port 0 takes a free one. Default false:
   * nowhere.
   */
  readonly api?: AddressOption | false | undefined;
  /** Peers to connect to at the start, at most 1,000. Default none. */
  readonly knownPeers?: readonly AddressOption[] | undefined;
  /** The peer to begin with when no known peer answers. Default none. */
  readonly bootstrapper?: AddressOption | undefined;
  /** The port told to peers, 1 … 65,535. Default the one that is listened on. */
  readonly advertisePort?: number | undefined;
  /** Peers each announcement is given to, 1 … `minConnections`. Default 8, or what fits the other two. */
  readonly degree?: number | undefined;
  /** Look for more peers while fewer links are open, `degree` … `maxConnections`. Default 8, likewise. */
  readonly minConnections?: number | undefined;
  /** Never more open links than this, 2 … 10,000. Default 32, likewise. */
  readonly maxConnections?: number | undefined;
  /** Time between checks for too few peers, 1 … a year. Default 60,000. */
  readonly searchCooldownMillis?: Millis | undefined;
  /** The longest a peer waits for its challenge, 0 (at once) … a year. Default 0. */
  readonly challengeCooldownMillis?: Millis | undefined;
  /** Where peers ask each other for a proof of work; the same in a whole network. Default `connection`. */
  readonly proofOfWork?: ProofOfWork | undefined;
  /** Leading zero bits asked of a proof for a connection, 0 … 31. Default 20, or 24 in plain. */
  readonly powDifficulty?: number | undefined;
  /** Whether 520 to 529 are spoken with peers that understand them; nobody else notices. Default true. */
  readonly extension?: boolean | undefined;
  /** Accepted messages kept for peers that missed them, 1 … 1,000,000. Default 1,000. */
  readonly cacheSize?: number | undefined;
  /** How long they are kept, 1 … 65,535,000; it works in whole seconds. Default 300,000. */
  readonly historyWindowMillis?: Millis | undefined;
  /** Messages of peers that travel on: all, or only those with a subscriber here. Default `all`. */
  readonly relay?: 'all' | 'subscribed' | undefined;
  /** After this a subscriber that has not answered abstains, 1 … a year. Default 60,000. */
  readonly validationTimeoutMillis?: Millis | undefined;
  /** How long a message is remembered as seen, 1 … a year. Default 600,000. */
  readonly seenWindowMillis?: Millis | undefined;
  /** How links are carried: over TLS between known keys, or as bare TCP. Default `tls`. */
  readonly transport?: 'tls' | 'plain' | undefined;
  /** Name of the overlay: with TLS, nodes of different names never link up. Default `main`. */
  readonly network?: string | undefined;
  /** `HOST:PORT=IDENTITY` or `HOST:PORT=IDENTITY/IDENTITY`: whose keys are expected there. Default none. */
  readonly pins?: readonly string[] | undefined;
  /** Whether `bootstrapper` and all of `knownPeers` must have pins. Default false. */
  readonly requirePins?: boolean | undefined;
  /** The only peers that are taken, by identity (64 hexadecimal digits). Default everybody. */
  readonly allowIdentities?: readonly string[] | undefined;
  /** Peers that are not taken. Default none. */
  readonly denyIdentities?: readonly string[] | undefined;
  /** PEM file with the private key; made if it is not there. Default: in `stateDir`, or a key of this run alone. */
  readonly hostkey?: string | undefined;
  /** Directory for the key and what the node remembers; for one node only. Default: nothing is kept. */
  readonly stateDir?: string | undefined;
  /** What is particular about single data types, 0 … 65,535, by type. Default nothing. */
  readonly types?: Readonly<Record<number, TypeOptions | undefined>> | undefined;
  /**
   * What strangers, peers and programs may take of this node, by the names and in the units of docs/configuration.md:
   * `{ pending_links: 100, silence_timeout: 60 }`. Default: what stands there.
   */
  readonly limits?: LimitOptions | undefined;
  /** Where log lines go: a pino logger, `console`, or whatever has these methods. Default nowhere. */
  readonly log?: NodeLog | undefined;
  /** Closes the node when it fires; before that, ends its start. */
  readonly signal?: AbortSignal | undefined;
}
