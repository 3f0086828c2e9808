/**
 * IP addresses and `host:port` pairs as they stand in offers, in configuration and on sockets.
 *
 * A host is always kept in canonical text: dotted IPv4, or IPv6 as RFC 5952 writes it; an IPv4-mapped
 * IPv6 address becomes its IPv4 address. Two spellings of one address are therefore one string. Names and
 * zone ids (`fe80::1%eth0`) are not addresses here: nothing a stranger sends is ever looked up.
 */
import { readU16 } from '../basics/integers.ts';

export interface Address {
  /** A canonical literal IP address. */
  readonly host: string;
  /** 0 … 65,535. */
  readonly port: number;
}

/**
 * How far an address reaches: `loopback` this machine, `private` its network (private, link-local, shared
 * and benchmarking ranges), `global` everywhere, `none` nobody can listen there (unspecified, multicast,
 * reserved, broadcast).
 */
export type Scope = 'loopback' | 'private' | 'global' | 'none';

/**
 * Reads `host:port` with a literal IP address; IPv6 as `[::1]:6001` or, as older nodes write it, with the
 * last colon as separator. Anything else is undefined: names, zone ids, missing or unreadable ports.
 */
export function parseAddress(text: string): Address | undefined {
  const colon = text.lastIndexOf(':');
  if (colon < 0) return undefined;
  const port = parsePort(text.slice(colon + 1));
  let host = text.slice(0, colon);
  if (host.startsWith('[') && host.endsWith(']')) {
    host = host.slice(1, -1);
    if (!host.includes(':')) return undefined;
  }
  const canonical = canonicalHost(host);
  return port === undefined || canonical === undefined ? undefined : { host: canonical, port };
}

/** Decimal digits only, 0 … 65,535. */
export function parsePort(text: string): number | undefined {
  if (!/^[0-9]{1,5}$/.test(text)) return undefined;
  const port = Number(text);
  return port <= 65_535 ? port : undefined;
}

/** `127.0.0.1:6001`, `[::1]:6001`. Also the key under which an address is remembered. */
export function formatAddress(address: Address): string {
  return address.host.includes(':')
    ? `[${address.host}]:${address.port}`
    : `${address.host}:${address.port}`;
}

export function addressEquals(a: Address, b: Address): boolean {
  return a.port === b.port && a.host === b.host;
}

/** Numerical order: by IP (IPv4 as its mapped IPv6 address), then by port. Negative if `a` is lower. */
export function compareAddresses(a: Address, b: Address): number {
  const left = wideBytes(a.host);
  const right = wideBytes(b.host);
  for (let i = 0; i < 16; i++) {
    if (left[i] !== right[i]) return left[i]! - right[i]!;
  }
  return a.port - b.port;
}

/** The canonical text of a literal IP address in any spelling; undefined if it is none. */
export function canonicalHost(text: string): string | undefined {
  const bytes = parseIp(text);
  return bytes === undefined ? undefined : formatIp(bytes);
}

/** How far `host` (canonical) reaches. */
export function scopeOf(host: string): Scope {
  const bytes = parseIp(host);
  return bytes === undefined ? 'none' : scopeOfIp(bytes);
}

/** The same of an address of 4 or 16 bytes. */
export function scopeOfIp(bytes: Uint8Array): Scope {
  return bytes.length === 4 ? scopeOfV4(bytes) : scopeOfV6(bytes);
}

/** True of `0.0.0.0` and `::`, on which a node listens on all its addresses. */
export function isWildcard(host: string): boolean {
  return host === '0.0.0.0' || host === '::';
}

const [DOT, ZERO] = [46, 48];

/** Reads a literal IP address into 4 or 16 bytes; IPv4-mapped IPv6 gives 4. Undefined if it is none. */
export function parseIp(text: string): Uint8Array | undefined {
  const bytes = text.includes(':') ? parseV6(text) : parseV4(text);
  return bytes !== undefined && isMapped(bytes) ? bytes.slice(12) : bytes;
}

function isMapped(bytes: Uint8Array): boolean {
  if (bytes.length !== 16 || bytes[10] !== 0xff || bytes[11] !== 0xff) return false;
  return bytes.subarray(0, 10).every((byte) => byte === 0);
}

function parseV4(text: string): Uint8Array | undefined {
  const bytes = new Uint8Array(4);
  let [index, value, digits] = [0, 0, 0];
  for (let i = 0; i <= text.length; i++) {
    const code = i < text.length ? text.charCodeAt(i) : DOT;
    if (code === DOT) {
      if (digits === 0 || index === 4) return undefined;
      bytes[index++] = value;
      [value, digits] = [0, 0];
      continue;
    }
    const digit = code - ZERO;
    // No leading zeros: some readers take them for octal.
    if (digit < 0 || digit > 9 || (digits > 0 && value === 0)) return undefined;
    value = 10 * value + digit;
    digits++;
    if (value > 255) return undefined;
  }
  return index === 4 ? bytes : undefined;
}

function parseV6(text: string): Uint8Array | undefined {
  const halves = text.split('::');
  if (halves.length > 2) return undefined;
  const head = parseGroups(halves[0]!, halves.length === 1);
  const tail = halves.length === 2 ? parseGroups(halves[1]!, true) : [];
  if (head === undefined || tail === undefined) return undefined;
  const gap = 8 - head.length - tail.length;
  if (halves.length === 2 ? gap < 1 : gap !== 0) return undefined;
  const groups = [...head, ...Array<number>(gap).fill(0), ...tail];
  return Uint8Array.from(groups.flatMap((group) => [group >>> 8, group & 0xff]));
}

/** The last 32 bits of an address, and only those, may be written like IPv4. */
function parseGroups(text: string, isLast: boolean): number[] | undefined {
  if (text === '') return [];
  const groups: number[] = [];
  const parts = text.split(':');
  for (const [i, part] of parts.entries()) {
    if (isLast && i === parts.length - 1 && part.includes('.')) {
      const v4 = parseV4(part);
      if (v4 === undefined) return undefined;
      groups.push(readU16(v4, 0), readU16(v4, 2));
    } else if (/^[0-9a-f]{1,4}$/i.test(part)) {
      groups.push(Number.parseInt(part, 16));
    } else {
      return undefined;
    }
  }
  return groups;
}

/** The canonical text of an address of 4 or 16 bytes. */
export function formatIp(bytes: Uint8Array): string {
  if (bytes.length === 4) return bytes.join('.');
  const groups: number[] = [];
  for (let i = 0; i < 16; i += 2) groups.push(readU16(bytes, i));
  const [start, length] = longestZeroRun(groups);
  const hex = groups.map((group) => group.toString(16));
  if (length < 2) return hex.join(':');
  return `${hex.slice(0, start).join(':')}::${hex.slice(start + length).join(':')}`;
}

/** Where the longest run of zero groups starts and how long it is; the first of equals (RFC 5952). */
function longestZeroRun(groups: readonly number[]): [start: number, length: number] {
  let best: [number, number] = [0, 0];
  let start = 0;
  groups.forEach((group, i) => {
    if (group !== 0) start = i + 1;
    else if (i + 1 - start > best[1]) best = [start, i + 1 - start];
  });
  return best;
}

function wideBytes(host: string): Uint8Array {
  const wide = new Uint8Array(16);
  const bytes = parseIp(host);
  if (bytes?.length === 4) {
    wide.fill(0xff, 10, 12);
    wide.set(bytes, 12);
  } else if (bytes !== undefined) {
    wide.set(bytes);
  }
  return wide;
}

function scopeOfV4(bytes: Uint8Array): Scope {
  const a = bytes[0]!;
  const b = bytes[1]!;
  if (a === 127) return 'loopback';
  if (a === 0 || a >= 224) return 'none';
  const isPrivate =
    a === 10 ||
    (a === 172 && b >= 16 && b <= 31) ||
    (a === 192 && b === 168) ||
    (a === 169 && b === 254) ||
    (a === 100 && b >= 64 && b <= 127) ||
    (a === 198 && (b === 18 || b === 19));
  return isPrivate ? 'private' : 'global';
}

function scopeOfV6(bytes: Uint8Array): Scope {
  const a = bytes[0]!;
  const b = bytes[1]!;
  if (bytes.subarray(0, 15).every((byte) => byte === 0)) {
    if (bytes[15] === 0) return 'none';
    if (bytes[15] === 1) return 'loopback';
  }
  if (a === 0xff) return 'none';
  if ((a & 0xfe) === 0xfc || (a === 0xfe && (b & 0xc0) === 0x80)) return 'private';
  return 'global';
}
