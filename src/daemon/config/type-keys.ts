/**
 * The keys of the sections `[gossip.type.N]`, which say what is particular about messages of the data type N, once:
 * reading files, options of programs, `hearsay config show` and the table in docs/configuration.md are all made
 * from, or checked against, this table.
 */
import { DATA_BYTES_MAX } from '../../wire/message-types.ts';
import { CONNECTIONS_MAX, HISTORY_SECONDS_MAX, type KeySpec } from './key-table.ts';
import { NONE, orNone, seconds, wholeNumber, withNote, type Reader } from './readers.ts';

export type TypeKeySpec<Value> = Pick<
  KeySpec<Value>,
  'meaning' | 'unit' | 'defaultText' | 'reader'
>;

/** A guess: more than a node carries of the smallest messages. */
const RATE_MAX = 1_000_000;

/** The keys in the order in which they are documented. */
export const TYPE_KEYS = {
  degree: {
    meaning: 'peers each announcement of the type is given to',
    unit: 'peers',
    defaultText: 'degree of [gossip]',
    reader: withNote(wholeNumber(1, CONNECTIONS_MAX), 'at most max_connections'),
  },
  lazy_threshold: {
    meaning:
      'messages with fewer bytes of data are sent whole to degree peers; others only where that is useful, and named',
    unit: 'bytes',
    defaultText: '1024',
    reader: wholeNumber(0, DATA_BYTES_MAX + 1),
  },
  rate_limit: {
    meaning: 'new messages per second that one peer may bring in the long run; others are dropped',
    unit: 'messages',
    defaultText: NONE,
    reader: orNone(wholeNumber(1, RATE_MAX)),
  },
  rate_burst: {
    meaning: 'new messages that one peer may bring at once after a pause',
    unit: 'messages',
    defaultText: 'as rate_limit',
    reader: withNote(wholeNumber(1, RATE_MAX), 'only with rate_limit'),
  },
  history_window: {
    meaning: 'for how long accepted messages are kept for peers that missed them',
    unit: 'seconds',
    defaultText: 'history_window of [gossip]',
    reader: withNote(seconds(1, HISTORY_SECONDS_MAX), 'at most history_window of [gossip]'),
  },
} as const satisfies Readonly<Record<string, TypeKeySpec<unknown>>>;

export type TypeKeyName = keyof typeof TYPE_KEYS;

/** What each key's reader made of its text; what nobody set is not there. */
export type TypeValues = {
  [Name in TypeKeyName]?: (typeof TYPE_KEYS)[Name]['reader'] extends Reader<infer Value>
    ? Value
    : never;
};

// Proof of the cast: the object is ours, constant, and has no keys but those of its type.
export const TYPE_KEY_NAMES = Object.keys(TYPE_KEYS) as readonly TypeKeyName[];

export function isTypeKey(name: string): name is TypeKeyName {
  return Object.hasOwn(TYPE_KEYS, name);
}
