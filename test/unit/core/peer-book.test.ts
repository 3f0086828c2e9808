import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../src/basics/random.ts';
import { PeerBook } from '../../../src/core/peer-book/peer-book.ts';
import { DEFAULT_BOUNDS, type Bounds } from '../../../src/core/settings.ts';
import type { Address } from '../../../src/wire/address.ts';

function book(bounds: Partial<Bounds> = {}): PeerBook {
  return new PeerBook({ bounds: { ...DEFAULT_BOUNDS, ...bounds }, random: seededRandom(1) });
}

/** Addresses on as many hosts. */
function some(count: number, network = 8): Address[] {
  return Array.from({ length: count }, (_, i) => ({
    host: `${network}.0.${i >>> 8}.${i & 255}`,
    port: 6001,
  }));
}

describe('a full peer book', () => {
  it('takes a new address and forgets another one', () => {
    const full = book({ addressesMax: 100 });
    for (const address of some(150)) expect(full.addOffered(address, 'global')).toBe(true);
    expect(full.size).toBe(100);
    expect(full.find(some(150)[149]!)).toBeDefined();
  });

  it('forgets none that the operator named, nor itself, whatever they were before', () => {
    const full = book({ addressesMax: 100 });
    const addresses = some(100);
    for (const address of addresses) full.addOffered(address, 'global');
    for (const address of addresses.slice(0, 10)) full.addConfigured(address);
    for (const address of addresses.slice(10, 20)) full.markSelf(address);
    for (const address of some(2_000, 9)) full.addOffered(address, 'global');
    const left = addresses.filter((address) => full.find(address) !== undefined);
    expect(left).toEqual(addresses.slice(0, 20));
  });

  it('forgets what the operator does not stand for any more', () => {
    const full = book({ addressesMax: 10 });
    const [named] = some(1);
    full.addConfigured(named!);
    full.demote(named!);
    for (const address of some(500, 9)) full.addOffered(address, 'global');
    expect(full.find(named!)).toBeUndefined();
  });

  it('forgets one of those that the operator named if there are no others', () => {
    const full = book({ addressesMax: 10 });
    for (const address of some(11)) full.addConfigured(address);
    expect(full.size).toBe(10);
  });
});

describe.each([0, 1_000])('a peer book with %i other addresses', (others) => {
  it('takes a few ports of one host and no more', () => {
    const peers = book({ portsPerHostMax: 2 });
    for (const address of some(others, 9)) peers.addOffered(address, 'global');
    const taken = [6001, 6002, 6003].map((port) =>
      peers.addOffered({ host: '8.0.0.1', port }, 'global'),
    );
    expect(taken).toEqual([true, true, false]);
  });

  it('takes as many ports of loopback as are offered', () => {
    const peers = book({ portsPerHostMax: 2 });
    for (const address of some(others, 9)) peers.addOffered(address, 'loopback');
    const taken = [6001, 6002, 6003].map((port) =>
      peers.addOffered({ host: '127.0.0.1', port }, 'loopback'),
    );
    expect(taken).toEqual([true, true, true]);
  });
});

it('a port is free again on a host when an address there is forgotten', () => {
  const peers = book({ addressesMax: 300, portsPerHostMax: 1 });
  const first = { host: '8.0.0.1', port: 6001 };
  peers.addOffered(first, 'global');
  for (const address of some(10_000, 9)) peers.addOffered(address, 'global');
  expect(peers.find(first)).toBeUndefined();
  expect(peers.addOffered({ host: '8.0.0.1', port: 6002 }, 'global')).toBe(true);
});
