/**
 * Every configuration key, once. Reading files, the flags of the command line, `hearsay config show` and
 * the table in docs/configuration.md are all made from, or checked against, this table.
 */
import { identities, pins } from './identity-readers.ts';
import {
  apiAddress,
  filePath,
  listenAddress,
  networkName,
  NONE,
  onOff,
  orNone,
  peerName,
  peerNames,
  seconds,
  wholeNumber,
  withNote,
  word,
  yesNo,
  type Reader,
} from './readers.ts';

export interface KeySpec<Value> {
  /** One line for documentation and `--help`, without a full stop. */
  readonly meaning: string;
  /** What a number counts. */
  readonly unit?: string;
  /** What stands for the value in `--help`: `--degree N`. */
  readonly placeholder: string;
  /** The default as it would be written, or, where `isDefaultDerived`, a few words about it. */
  readonly defaultText: string;
  /** True where the default depends on other keys or on the file; see derived-defaults.ts. */
  readonly isDefaultDerived?: boolean;
  /** Older names, understood in files but not as flags. */
  readonly aliases?: readonly string[];
  /** `global`: before any section or in `[global]`, where all programs of a file look. Default `gossip`. */
  readonly section?: 'gossip' | 'global';
  readonly reader: Reader<Value>;
}

/** A guess: each link costs buffers and a file descriptor, and most machines allow a few thousand. */
export const CONNECTIONS_MAX = 10_000;
/** A guess: with the largest messages this is 64 GB already. */
const CACHE_MESSAGES_MAX = 1_000_000;
/** What a 520 has room for. */
export const HISTORY_SECONDS_MAX = 65_535;
/** docs/protocol.md; 2^31 hashes are many minutes of work, so more would be a wall, no admission. */
const DIFFICULTY_MAX = 31;

/** The keys in the order in which they are documented. */
export const KEYS = {
  degree: {
    meaning: 'peers each announcement is given to',
    unit: 'peers',
    placeholder: 'N',
    defaultText: '8',
    isDefaultDerived: true,
    reader: withNote(wholeNumber(1, CONNECTIONS_MAX), 'at most min_connections'),
  },
  min_connections: {
    meaning: 'look for more peers while fewer links than this are open',
    unit: 'links',
    placeholder: 'N',
    defaultText: '8',
    isDefaultDerived: true,
    reader: withNote(wholeNumber(1, CONNECTIONS_MAX), 'from degree to max_connections'),
  },
  max_connections: {
    meaning: 'never have more links than this open',
    unit: 'links',
    placeholder: 'N',
    defaultText: '32',
    isDefaultDerived: true,
    reader: withNote(wholeNumber(2, CONNECTIONS_MAX), 'at least min_connections'),
  },
  cache_size: {
    meaning: 'accepted messages kept for peers that missed them; the oldest makes room',
    unit: 'messages',
    placeholder: 'N',
    defaultText: '1000',
    reader: wholeNumber(1, CACHE_MESSAGES_MAX),
  },
  search_cooldown: {
    meaning: 'time between checks for too few peers',
    unit: 'seconds',
    placeholder: 'SECONDS',
    defaultText: '60',
    reader: seconds(1),
  },
  challenge_cooldown: {
    meaning: 'a peer that waits for its challenge gets it after this time at most; 0 is at once',
    unit: 'seconds',
    placeholder: 'SECONDS',
    defaultText: '0',
    reader: seconds(0),
  },
  bootstrapper: {
    meaning: 'the peer to begin with when no known peer answers',
    placeholder: 'HOST:PORT',
    defaultText: NONE,
    reader: orNone(peerName),
  },
  p2p_address: {
    meaning: 'listen for peers here; port 0 takes a free one',
    placeholder: 'HOST:PORT',
    defaultText: '127.0.0.1:6001',
    aliases: ['listen_address'],
    reader: listenAddress,
  },
  api_address: {
    meaning: 'listen for applications here; port 0 takes a free one',
    placeholder: 'ADDRESS',
    defaultText: '127.0.0.1:7001',
    reader: apiAddress,
  },
  advertise_port: {
    meaning: 'tell peers this port; none is the one that is listened on',
    placeholder: 'PORT',
    defaultText: NONE,
    reader: orNone(wholeNumber(1, 65_535)),
  },
  known_peers: {
    meaning: 'peers to connect to at the start',
    placeholder: 'PEERS',
    defaultText: NONE,
    reader: peerNames,
  },
  proof_of_work: {
    meaning: 'where peers ask each other for a proof of work; the same in a whole network',
    placeholder: 'WORD',
    defaultText: 'connection',
    reader: word(['connection', 'discovery', 'none']),
  },
  pow_difficulty: {
    meaning:
      'leading zero bits asked of the proof of work for a connection; unless set 24 in plain',
    unit: 'bits',
    placeholder: 'BITS',
    defaultText: '20',
    isDefaultDerived: true,
    reader: wholeNumber(0, DIFFICULTY_MAX),
  },
  extension: {
    meaning: 'speak 520 to 529 with peers that understand them',
    placeholder: 'WORD',
    defaultText: 'on',
    reader: onOff,
  },
  history_window: {
    meaning: 'for how long accepted messages are kept for peers that missed them',
    unit: 'seconds',
    placeholder: 'SECONDS',
    defaultText: '300',
    reader: seconds(1, HISTORY_SECONDS_MAX),
  },
  relay: {
    meaning: 'messages of peers that travel on: all, or only those with a subscriber here',
    placeholder: 'WORD',
    defaultText: 'all',
    reader: word(['all', 'subscribed']),
  },
  validation_timeout: {
    meaning: 'a subscriber that has not answered after this time abstains',
    unit: 'seconds',
    placeholder: 'SECONDS',
    defaultText: '60',
    reader: seconds(1),
  },
  seen_window: {
    meaning: 'how long a message is remembered as seen',
    unit: 'seconds',
    placeholder: 'SECONDS',
    defaultText: '600',
    reader: seconds(1),
  },
  transport: {
    meaning: 'how links are carried: encrypted between known keys, or as existing nodes do',
    placeholder: 'WORD',
    defaultText: 'tls',
    reader: word(['tls', 'plain']),
  },
  network: {
    meaning: 'name of the overlay; with tls, nodes of different names never link up',
    placeholder: 'NAME',
    defaultText: 'main',
    reader: networkName,
  },
  pins: {
    meaning: 'whose keys are expected at addresses that are dialled; others are refused there',
    placeholder: 'PINS',
    defaultText: NONE,
    reader: pins,
  },
  require_pins: {
    meaning: 'whether bootstrapper and all known_peers must have pins',
    placeholder: 'WORD',
    defaultText: 'no',
    reader: yesNo,
  },
  allow_identities: {
    meaning: 'the only peers that are taken; none is everybody',
    placeholder: 'IDENTITIES',
    defaultText: NONE,
    reader: identities,
  },
  deny_identities: {
    meaning: 'peers that are not taken',
    placeholder: 'IDENTITIES',
    defaultText: NONE,
    reader: identities,
  },
  state_dir: {
    meaning: 'directory for the key and what a node remembers; none is memory only',
    placeholder: 'PATH',
    defaultText: 'NAME.state beside the file NAME.ini',
    isDefaultDerived: true,
    reader: orNone(filePath),
  },
  admin_address: {
    meaning: 'listen for the administrator (HTTP) here; no effect yet',
    placeholder: 'ADDRESS',
    defaultText: NONE,
    reader: orNone(apiAddress),
  },
  log_level: {
    meaning: 'the least important messages that are logged',
    placeholder: 'WORD',
    defaultText: 'info',
    reader: word(['trace', 'debug', 'info', 'warn', 'error', 'silent']),
  },
  hostkey: {
    meaning: 'PEM file with the private key that is the identity, in place of one in state_dir',
    placeholder: 'PATH',
    defaultText: NONE,
    section: 'global',
    reader: orNone(filePath),
  },
} as const satisfies Readonly<Record<string, KeySpec<unknown>>>;

export type KeyName = keyof typeof KEYS;

/** What a key's reader makes of its text. */
export type KeyValue<Name extends KeyName> =
  (typeof KEYS)[Name]['reader'] extends Reader<infer Value> ? Value : never;
