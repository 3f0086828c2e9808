/** A peer book and addresses to tell it of. */
import { seededRandom } from '../../../../src/basics/random.ts';
import { PeerBook, type Informant } from '../../../../src/core/peer-book/peer-book.ts';
import { DEFAULT_BOUNDS, type Bounds } from '../../../../src/core/settings.ts';
import type { StoredPeers } from '../../../../src/core/stored-state.ts';
import { scopeOf, type Address } from '../../../../src/wire/address.ts';

export function book(
  bounds: Partial<Bounds> = {},
  options: { readonly seed?: number; readonly stored?: StoredPeers } = {},
): PeerBook {
  const { seed = 1, stored } = options;
  return new PeerBook({
    bounds: { ...DEFAULT_BOUNDS, ...bounds },
    random: seededRandom(seed),
    stored,
  });
}

/** A peer at a host of a netgroup of its own, unless `host` says otherwise. */
export function source(number: number, host = `44.${number}.0.1`): Informant {
  return { address: { host, port: 6001 }, scope: scopeOf(host) };
}

/** Addresses on as many hosts, each in a netgroup of its own. */
export function scattered(count: number, first = 60): Address[] {
  return Array.from({ length: count }, (_, i) => ({
    host: `${first + (i >>> 8)}.${i & 255}.0.1`,
    port: 6001,
  }));
}

/** Addresses on as many hosts of one netgroup. */
export function huddled(count: number, group = '8.8'): Address[] {
  return Array.from({ length: count }, (_, i) => ({
    host: `${group}.${i >>> 8}.${i & 255}`,
    port: 6001,
  }));
}
