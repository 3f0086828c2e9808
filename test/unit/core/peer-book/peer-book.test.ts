import { describe, expect, it } from 'vitest';
import { DEFAULT_BOUNDS } from '../../../../src/core/settings.ts';
import type { Address } from '../../../../src/wire/address.ts';
import { book, huddled, scattered, source } from './support.ts';

const LOOPBACK = source(0, '127.0.0.1');

function countKnown(peers: ReturnType<typeof book>, addresses: readonly Address[]): number {
  return addresses.filter((address) => peers.find(address) !== undefined).length;
}

describe('what one source tells', () => {
  it('has 256 places at most, in whatever netgroups the addresses are', () => {
    const peers = book();
    for (const address of scattered(10_000)) peers.addOffered(address, source(1));
    expect(peers.size).toBeLessThanOrEqual(256);
    expect(peers.size).toBeGreaterThan(200);
  });

  it('has 16 places if it is all of one netgroup', () => {
    const peers = book();
    for (const address of huddled(10_000)) peers.addOffered(address, source(1));
    expect(peers.size).toBe(16);
  });

  it('has the same places when it comes from elsewhere in the netgroup of the source', () => {
    const peers = book();
    for (const [i, address] of scattered(10_000).entries()) {
      peers.addOffered(address, source(1, `44.1.${i >>> 8}.${i & 255}`));
    }
    expect(peers.size).toBeLessThanOrEqual(256);
  });

  it('has places that nobody can foresee who does not know the secret', () => {
    const [first, second] = [book({}, { seed: 1 }), book({}, { seed: 2 })];
    const addresses = scattered(100);
    for (const address of addresses) {
      for (const peers of [first, second]) peers.addOffered(address, source(1));
    }
    const same = addresses.filter(
      (one) => first.find(one)!.newPlaces[0] === second.find(one)!.newPlaces[0],
    );
    expect(same.length).toBeLessThan(10);
  });

  it('takes no place from an address that has one and has not failed', () => {
    const peers = book();
    const [honest, hostile] = [scattered(200), scattered(10_000, 100)];
    for (const address of honest) peers.addOffered(address, source(1));
    const known = countKnown(peers, honest);
    for (let i = 0; i < 8; i++) {
      for (const address of hostile) peers.addOffered(address, source(100 + i));
    }
    expect(countKnown(peers, honest)).toBe(known);
  });

  it('takes the place of an address that failed three times', () => {
    const peers = book();
    const [old, ...others] = huddled(17);
    for (const address of [old!, ...others.slice(0, 15)]) peers.addOffered(address, source(1));
    const fail = (): void => peers.onFailure(old!, { answered: false, wasOpen: false }, 0);
    for (let i = 0; i < 2; i++) fail();
    expect(peers.addOffered(others[15]!, source(1))).toBe(false);
    fail();
    expect(peers.addOffered(others[15]!, source(1))).toBe(true);
    expect(peers.find(old!)).toBeUndefined();
  });

  it('is not believed of addresses that nobody can have', () => {
    const peers = book();
    for (const host of ['0.1.2.3', '192.0.2.1', '203.0.113.7', '224.0.0.1', '240.0.0.1', '::']) {
      expect(peers.addOffered({ host, port: 6001 }, source(1))).toBe(false);
      expect(peers.addOffered({ host, port: 6001 }, source(1, '10.0.0.1'))).toBe(false);
    }
    expect(peers.addOffered({ host: '8.8.8.8', port: 0 }, source(1))).toBe(false);
    expect(peers.size).toBe(0);
  });
});

describe('a full peer book', () => {
  it('takes a new address and forgets another one', () => {
    const full = book({ addressesMax: 100 });
    const addresses = scattered(120);
    for (const [i, address] of addresses.entries()) full.addOffered(address, source(i % 10));
    expect(full.size).toBe(100);
    expect(full.find(addresses[119]!)).toBeDefined();
  });

  it('forgets none at which a peer was found, none that the operator named, nor itself', () => {
    const full = book({ addressesMax: 100 });
    const addresses = scattered(60);
    for (const [i, address] of addresses.entries()) full.addOffered(address, source(i));
    for (const address of addresses.slice(0, 10)) full.addConfigured(address);
    for (const address of addresses.slice(10, 20)) full.markSelf(address);
    for (const address of addresses.slice(20, 30)) full.onFound(address);
    const more = scattered(5_000, 100);
    for (const [i, address] of more.entries()) full.addOffered(address, source(i % 200));
    expect(full.size).toBe(100);
    expect(countKnown(full, addresses.slice(0, 30))).toBe(30);
  });

  it('forgets what the operator does not stand for any more', () => {
    const full = book({ addressesMax: 10 });
    const [named] = huddled(1);
    full.addConfigured(named!);
    full.demote(named!);
    for (const [i, address] of scattered(500).entries()) full.addOffered(address, source(i));
    expect(full.find(named!)).toBeUndefined();
  });

  it('forgets one of those that the operator named if there are no others', () => {
    const full = book({ addressesMax: 10 });
    for (const address of huddled(11)) full.addConfigured(address);
    expect(full.size).toBe(10);
  });
});

describe.each([0, 1_000])('a peer book told of %i other addresses', (others) => {
  it('takes a few ports of one host and no more', () => {
    const peers = book({ portsPerHostMax: 2 });
    for (const address of scattered(others)) peers.addOffered(address, source(9));
    const taken = [6001, 6002, 6003].map((port) =>
      peers.addOffered({ host: '8.0.0.1', port }, source(1)),
    );
    expect(taken).toEqual([true, true, false]);
  });

  it('takes as many ports of loopback as are offered', () => {
    const peers = book({ portsPerHostMax: 2 });
    for (const address of scattered(others)) peers.addOffered(address, LOOPBACK);
    const taken = Array.from({ length: 100 }, (_, i) =>
      peers.addOffered({ host: '127.0.0.1', port: 7_000 + i }, LOOPBACK),
    );
    expect(taken.filter(Boolean).length).toBe(100);
  });
});

it('a port is free again on a host when an address there is forgotten', () => {
  const peers = book({ portsPerHostMax: 1 });
  const first = { host: '8.0.0.1', port: 6001 };
  const second = { host: '8.0.0.1', port: 6002 };
  peers.addOffered(first, source(1));
  expect(peers.addOffered(second, source(1))).toBe(false);
  peers.onNotFound(first);
  expect(peers.addOffered(second, source(1))).toBe(true);
});

describe('a host that only strangers speak of', () => {
  const victim = { host: '8.0.0.1', port: 6001 };

  it('is dialled no more than once a minute, whichever of its ports is told of', () => {
    const peers = book({ portsPerHostMax: 2 });
    const other = { ...victim, port: 6002 };
    for (const address of [victim, other]) peers.addOffered(address, source(1));
    peers.onDialled(victim, 1_000);
    expect(peers.dialableFrom(peers.find(other)!, 1_000)).toBe(1_000 + DEFAULT_BOUNDS.hostPause);
    expect(
      peers.dialableFrom(peers.find(other)!, 1_000 + DEFAULT_BOUNDS.hostPause),
    ).toBeLessThanOrEqual(61_000);
  });

  it('is not dialled sooner because it was forgotten and told of again', () => {
    const peers = book();
    peers.addOffered(victim, source(1));
    peers.onDialled(victim, 0);
    peers.onNotFound(victim);
    expect(peers.find(victim)).toBeUndefined();
    peers.addOffered(victim, source(2));
    expect(peers.dialableFrom(peers.find(victim)!, 1)).toBe(DEFAULT_BOUNDS.hostPause);
  });

  it('is dialled as often as need be once a peer was found there, or if the operator names it', () => {
    const peers = book();
    for (const address of [victim, { host: '8.0.0.2', port: 6001 }]) {
      peers.addOffered(address, source(1));
      peers.onDialled(address, 0);
    }
    peers.onFound(victim);
    expect(peers.dialableFrom(peers.find(victim)!, 1)).toBe(0);
    const named = peers.addConfigured({ host: '8.0.0.2', port: 6001 });
    expect(peers.dialableFrom(named, 1)).toBe(0);
  });
});
