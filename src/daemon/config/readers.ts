/**
 * The kinds of values a key can have. Each reader states what it allows in the words that error messages
 * and documentation use, made from the bounds it checks, so that the three cannot disagree.
 */
import { resolve } from 'node:path';
import type { Millis, PeerName } from '../../core/settings.ts';
import { formatAddress } from '../../wire/address.ts';
import { readHostPort, type HostPort } from './host-port.ts';
import { problem, value, type Reading } from './reading.ts';

/** An address that applications or an operator's tools connect to. */
export type ApiAddress =
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number }
  /** A Unix domain socket; the path is absolute. */
  | { readonly kind: 'unix'; readonly path: string };

export interface Reader<Value> {
  /** What is allowed, in a few words. */
  readonly allowed: string;
  /**
   * Reads trimmed text that is not empty. A relative path in it starts at `base`, or, if that is empty, at
   * the working directory.
   */
  read(text: string, base: string): Reading<Value>;
}

/** The word for "no value". An empty value means it too. */
export const NONE = 'none';

/** A whole number from `min` to `max` in decimal digits. */
export function wholeNumber(min: number, max: number): Reader<number> {
  return {
    allowed: `${min} to ${max}`,
    read(text) {
      if (!/^[0-9]+$/.test(text)) return problem('not a whole number in decimal digits');
      const number = Number(text);
      if (number < min) return problem('too small');
      return number > max ? problem('too large') : value(number);
    },
  };
}

/** The same with another word about what is allowed, which the reader by itself cannot check. */
export function withNote<Value>(reader: Reader<Value>, note: string): Reader<Value> {
  return { ...reader, allowed: `${reader.allowed}, ${note}` };
}

/** A year: more is a typing error, and keeps every sum of times far from where numbers get inexact. */
const SECONDS_MAX = 31_536_000;

/** A length of time, written in whole seconds of at least `min` and at most `max`, if not told a year. */
export function seconds(min: number, max = SECONDS_MAX): Reader<Millis> {
  const whole = wholeNumber(min, max);
  return {
    allowed: whole.allowed,
    read(text, base) {
      const reading = whole.read(text, base);
      return reading.kind === 'value' ? value(reading.value * 1000) : reading;
    },
  };
}

/** One of a few words. `hints` says more about words that people will try although they are not allowed. */
export function word<const Word extends string>(
  words: readonly Word[],
  hints: ReadonlyMap<string, string> = new Map(),
): Reader<Word> {
  return {
    allowed:
      words.length === 1 ? words.join('') : `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`,
    read(text) {
      const found = words.find((candidate) => candidate === text);
      if (found !== undefined) return value(found);
      return problem(hints.get(text) ?? 'not one of the allowed words');
    },
  };
}

/** Something that is there or not. */
export const onOff: Reader<boolean> = {
  allowed: 'on or off',
  read(text) {
    if (text === 'on' || text === 'off') return value(text === 'on');
    return problem('neither on nor off');
  },
};

/** Something that is so or not. */
export const yesNo: Reader<boolean> = {
  allowed: 'yes or no',
  read(text) {
    if (text === 'yes' || text === 'no') return value(text === 'yes');
    return problem('neither yes nor no');
  },
};

/** What `reader` reads, or `none`, which is undefined. */
export function orNone<Value>(reader: Reader<Value>): Reader<Value | undefined> {
  return {
    allowed: `${reader.allowed}; or ${NONE}`,
    read: (text, base) => (text === NONE ? value(undefined) : reader.read(text, base)),
  };
}

/** An address to listen on: port 0 takes a free one. */
export const listenAddress: Reader<HostPort> = {
  allowed: 'HOST:PORT with port 0 to 65535',
  read: (text) => readHostPort(text, 0),
};

/** An address to connect to. */
export const peerName: Reader<PeerName> = {
  allowed: 'HOST:PORT with port 1 to 65535',
  read: (text) => readHostPort(text, 1),
};

/** A guess: more than anybody writes by hand. */
const KNOWN_PEERS_MAX = 1000;

/** Peers separated by commas; those that stand there twice are taken once. */
export const peerNames: Reader<readonly PeerName[]> = {
  allowed: `up to ${KNOWN_PEERS_MAX} of HOST:PORT with port 1 to 65535, separated by commas; or ${NONE}`,
  read(text, base) {
    if (text === NONE) return value([]);
    const entries = text.split(',');
    if (entries.length > KNOWN_PEERS_MAX) return problem(`${entries.length} entries are too many`);
    const peers = new Map<string, PeerName>();
    for (const [index, entry] of entries.entries()) {
      const peer = entry.trim();
      if (peer === '') return problem(`entry ${index + 1} is empty`);
      const reading = peerName.read(peer, base);
      if (reading.kind === 'problem') {
        return problem(`entry ${index + 1}, ${peer}: ${reading.problem}`);
      }
      peers.set(formatAddress(reading.value), reading.value);
    }
    return value([...peers.values()]);
  },
};

const UNIX_PREFIX = 'unix:';
/** The kernel's room for a socket path, 108 bytes on Linux, holds a final NUL byte too. */
const SOCKET_PATH_BYTES_MAX = 107;

/** An address to listen on, or a Unix domain socket. */
export const apiAddress: Reader<ApiAddress> = {
  allowed: `${listenAddress.allowed}; or unix:PATH with at most ${SOCKET_PATH_BYTES_MAX} bytes from the root`,
  read(text, base) {
    if (text.startsWith(UNIX_PREFIX)) return readSocketPath(text.slice(UNIX_PREFIX.length), base);
    const reading = listenAddress.read(text, base);
    return reading.kind === 'value' ? value({ kind: 'tcp', ...reading.value }) : reading;
  },
};

function readSocketPath(text: string, base: string): Reading<ApiAddress> {
  const written = text.trim();
  if (written === '') return problem('the path after unix: is missing');
  const reading = readPath(written, base);
  if (reading.kind === 'problem') return reading;
  const bytes = byteLength(reading.value);
  return bytes > SOCKET_PATH_BYTES_MAX
    ? problem(`from the root its path has ${bytes} bytes, too many for a socket`)
    : value({ kind: 'unix', path: reading.value });
}

/** The kernel's limit, 4,096 bytes on Linux, counts a final NUL byte too. */
const PATH_BYTES_MAX = 4095;

/** A path, made absolute. */
export const filePath: Reader<string> = {
  allowed: 'PATH without control characters',
  read: (text, base) =>
    text === NONE
      ? problem(`a path is needed; ./${NONE} is a file of that name`)
      : readPath(text, base),
};

function readPath(text: string, base: string): Reading<string> {
  const absolute = resolve(base, text);
  if (/\p{Cc}/u.test(absolute)) return problem('the path has control characters');
  const bytes = byteLength(absolute);
  return bytes > PATH_BYTES_MAX
    ? problem(`from the root the path has ${bytes} bytes, more than ${PATH_BYTES_MAX}`)
    : value(absolute);
}

/** An overlay's name: short, and with nothing that needs quoting anywhere. */
export const networkName: Reader<string> = {
  allowed: `1 to 64 of A-Z a-z 0-9 . _ -, but not ${NONE}`,
  read: (text) =>
    /^[A-Za-z0-9._-]{1,64}$/.test(text) && text !== NONE ? value(text) : problem('not a name'),
};

function byteLength(text: string): number {
  return new TextEncoder().encode(text).length;
}
