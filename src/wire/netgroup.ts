/**
 * Which addresses are likely to be in one hand. Somebody who has one address of a range often has many, so
 * whoever wants to know different people counts ranges: /16 of IPv4 and /32 of IPv6, what registries and
 * providers give away (Heilman et al. 2015, section 4; Bitcoin Core, `netgroup.cpp`).
 *
 * And which addresses nobody can have.
 */
import {
  formatAddress,
  formatIp,
  parseAddress,
  parseIp,
  scopeOf,
  scopeOfIp,
  type Address,
} from './address.ts';

/**
 * The netgroup of an address, as a name for it: `10.1` or `2001:db8::`. On loopback every address is a group
 * of its own: whoever runs several nodes there means them to find each other.
 */
export function netgroupOf(address: Address): string {
  const bytes = parseIp(address.host);
  if (bytes === undefined) return address.host;
  if (scopeOfIp(bytes) === 'loopback') return formatAddress(address);
  if (bytes.length === 4) return `${bytes[0]}.${bytes[1]}`;
  // 6to4 (RFC 3056): whoever has the IPv4 address in it has all of 2002:AABB:CCDD::/48.
  if (bytes[0] === 0x20 && bytes[1] === 0x02) return `${bytes[2]}.${bytes[3]}`;
  return formatIp(firstOf(bytes, 4));
}

/**
 * The network in which one person chooses the addresses: that of IPv4 itself, of IPv6 the /64. On loopback the
 * address with its port.
 */
export function siteOf(address: Address): string {
  const bytes = parseIp(address.host);
  if (bytes === undefined) return address.host;
  if (scopeOfIp(bytes) === 'loopback') return formatAddress(address);
  return bytes.length === 16 ? formatIp(firstOf(bytes, 8)) : address.host;
}

/** The netgroup of a site. */
export function netgroupOfSite(site: string): string {
  return netgroupOf(parseAddress(site) ?? { host: site, port: 0 });
}

/**
 * The neighbourhood of an address, wider than its site: the /24 of IPv4, the /48 of IPv6. On loopback the address
 * with its port.
 */
export function blockOf(address: Address): string {
  if (scopeOf(address.host) === 'loopback') return formatAddress(address);
  const bytes = parseIp(address.host);
  return bytes === undefined ? address.host : formatIp(firstOf(bytes, bytes.length === 4 ? 3 : 6));
}

/** The first bytes of each range that no machine has, and how many bits of them count. */
const UNREAL: readonly (readonly [range: string, bits: number])[] = [
  ['0.0.0.0', 8],
  ['192.0.0.0', 24], // protocol assignments, RFC 6890
  ['192.0.2.0', 24], // documentation, RFC 5737
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4], // multicast
  ['240.0.0.0', 4], // reserved, and broadcast
  ['100::', 64], // discard, RFC 6666
  ['2001:db8::', 32], // documentation, RFC 3849
  ['3fff::', 20], // documentation, RFC 9637
  ['2001:10::', 28], // hashes, not places: ORCHID, RFC 4843 and 7343
  ['2001:20::', 28],
  ['ff00::', 8], // multicast
];
const UNREAL_RANGES = UNREAL.map(([range, bits]) => ({ range: parseIp(range)!, bits }));

/** Whether no machine can have this literal IP address. */
export function isUnreal(host: string): boolean {
  const bytes = parseIp(host);
  if (bytes === undefined || bytes.every((byte) => byte === 0)) return true;
  return UNREAL_RANGES.some(({ range, bits }) => startsLike(bytes, range, bits));
}

function startsLike(bytes: Uint8Array, range: Uint8Array, bits: number): boolean {
  if (bytes.length !== range.length) return false;
  const whole = bits >>> 3;
  for (let i = 0; i < whole; i++) if (bytes[i] !== range[i]) return false;
  const rest = bits & 7;
  return rest === 0 || (bytes[whole]! ^ range[whole]!) >>> (8 - rest) === 0;
}

/** The same address with all but its first `count` bytes zero. */
function firstOf(bytes: Uint8Array, count: number): Uint8Array {
  const first = new Uint8Array(bytes.length);
  first.set(bytes.subarray(0, count));
  return first;
}
