import { describe, expect, it } from 'vitest';
import { CHALLENGES_MAX } from '../../../../src/core/peer-book/tables.ts';
import type { Address } from '../../../../src/wire/address.ts';
import { book, huddled, scattered, source } from './support.ts';

const ANY = (): boolean => true;

/** A book in which peers of one netgroup have all the places in `tried` that they can have. */
function crowded(): {
  peers: ReturnType<typeof book>;
  tried: readonly Address[];
  late: readonly Address[];
} {
  const peers = book();
  const addresses = huddled(200);
  for (const address of addresses) peers.onFound(address);
  const tried = addresses.filter((one) => peers.find(one)?.triedPlace !== undefined);
  const late = addresses.filter((one) => peers.find(one)?.triedPlace === undefined);
  return { peers, tried, late };
}

describe('tried addresses', () => {
  it('are those at which a dial has found a peer, and no longer in new', () => {
    const peers = book();
    const [address] = scattered(1);
    peers.addOffered(address!, source(1));
    expect([peers.newCount, peers.triedCount]).toEqual([1, 0]);
    peers.onFound(address!);
    expect([peers.newCount, peers.triedCount]).toEqual([0, 1]);
    peers.addOffered(address!, source(2));
    expect([peers.newCount, peers.triedCount]).toEqual([0, 1]);
  });

  it('of one netgroup have 64 places at most', () => {
    const { peers, tried } = crowded();
    expect(tried.length).toBeLessThanOrEqual(64);
    expect(tried.length).toBeGreaterThan(30);
    expect(peers.triedCount).toBe(tried.length);
  });

  it('are dialled before another one takes their place', () => {
    const { peers, tried } = crowded();
    const holder = peers.nextToFeel(ANY)!;
    expect(tried).toContainEqual(holder.address);
  });

  it('stay if a peer is found there', () => {
    const { peers } = crowded();
    const holder = peers.nextToFeel(ANY)!;
    peers.onFound(holder.address);
    expect(holder.triedPlace).toBeDefined();
    expect(peers.nextToFeel(ANY)?.address).not.toEqual(holder.address);
  });

  it('go if none is found there, and the other one comes', () => {
    const { peers, late } = crowded();
    const holder = peers.nextToFeel(ANY)!;
    const before = peers.triedCount;
    peers.onNotFound(holder.address);
    expect(holder.triedPlace).toBeUndefined();
    expect(peers.triedCount).toBe(before);
    expect(late.filter((one) => peers.find(one)?.triedPlace !== undefined)).toHaveLength(1);
  });

  it('stay if no peer is found there but nobody wants their place', () => {
    const peers = book();
    const [address] = scattered(1);
    peers.onFound(address!);
    peers.onNotFound(address!);
    expect(peers.find(address!)?.triedPlace).toBeDefined();
  });

  it('compete no more than so many at a time', () => {
    const { peers } = crowded();
    const asked = new Set<string>();
    for (let i = 0; i < 100; i++) {
      const holder = peers.nextToFeel(({ key }) => !asked.has(key));
      if (holder?.triedPlace === undefined) break;
      asked.add(holder.key);
    }
    expect(asked.size).toBeGreaterThan(0);
    expect(asked.size).toBeLessThanOrEqual(CHALLENGES_MAX);
  });
});

describe('the order in which addresses are dialled', () => {
  it('has tried and new ones alternate evenly, however many there are of each', () => {
    let tried = 0;
    for (let seed = 1; seed <= 50; seed++) {
      const peers = book({}, { seed });
      for (const address of scattered(10)) peers.onFound(address);
      for (const [i, address] of scattered(1_000, 100).entries()) {
        peers.addOffered(address, source(i % 100));
      }
      const first = peers.inRandomOrder(ANY).slice(0, 10);
      tried += first.filter((entry) => entry.triedPlace !== undefined).length;
    }
    expect(tried / 500).toBeGreaterThan(0.4);
    expect(tried / 500).toBeLessThan(0.6);
  });

  it('has those of nearly empty buckets before those of crowded ones', () => {
    let honest = 0;
    for (let seed = 1; seed <= 50; seed++) {
      const peers = book({}, { seed });
      for (const [i, address] of scattered(20).entries()) peers.addOffered(address, source(i));
      for (const address of scattered(10_000, 100)) peers.addOffered(address, source(200));
      const first = peers.inRandomOrder(ANY).slice(0, 10);
      honest += first.filter(({ address }) => Number.parseInt(address.host, 10) < 100).length;
    }
    // Twenty of some 270 addresses, but in more than half of the buckets that are not empty.
    expect(honest / 500).toBeGreaterThan(0.4);
  });

  it('names every address that is wanted once, and no other', () => {
    const peers = book();
    const addresses = scattered(300);
    for (const address of addresses) {
      for (let i = 0; i < 4; i++) peers.addOffered(address, source(i));
    }
    const isWanted = ({ address }: { address: Address }): boolean =>
      Number.parseInt(address.host.split('.')[1]!, 10) % 2 === 0;
    const order = peers.inRandomOrder(isWanted).map(({ key }) => key);
    expect(new Set(order).size).toBe(order.length);
    expect(order.length).toBe([...peers.entries()].filter(isWanted).length);
  });
});

describe('a stored peer book', () => {
  /** As it is once it was written and read. */
  function reborn(peers: ReturnType<typeof book>, seed = 2): ReturnType<typeof book> {
    return book({}, { seed, stored: structuredClone(peers.store([])) });
  }

  it('has the same addresses in the same places in the next life', () => {
    const peers = book();
    for (const [i, address] of scattered(500).entries()) peers.addOffered(address, source(i % 7));
    for (const address of scattered(40)) peers.onFound(address);
    const next = reborn(peers);
    expect([next.newCount, next.triedCount]).toEqual([peers.newCount, peers.triedCount]);
    for (const entry of peers.entries()) {
      expect(next.find(entry.address)?.triedPlace).toBe(entry.triedPlace);
      expect(next.find(entry.address)?.sources).toEqual(entry.sources);
    }
  });

  it('has none of this node itself, and none that only the operator named', () => {
    const peers = book();
    const [self, named, told] = scattered(3);
    peers.markSelf(self!);
    peers.addConfigured(named!);
    peers.addOffered(told!, source(1));
    expect(peers.store([]).peers.map(({ address }) => address)).toEqual([told]);
  });

  it('of a million addresses gives no more than are remembered', () => {
    const { secret } = book().store([]);
    const stored = {
      secret,
      anchors: [],
      peers: Array.from({ length: 1_000_000 }, (_, i) => ({
        address: { host: `8.${i >>> 16}.${(i >>> 8) & 255}.${i & 255}`, port: 6001 },
        isTried: i % 2 === 0,
        sources: [`9.${i & 255}.0.1`],
      })),
    };
    const next = book({}, { stored });
    expect(next.size).toBeLessThanOrEqual(4_096);
  });

  it('says by its revision when there is something new to store', () => {
    const peers = book();
    const [address] = scattered(1);
    const revisions = [peers.revision];
    peers.addOffered(address!, source(1));
    revisions.push(peers.revision);
    peers.onFound(address!);
    revisions.push(peers.revision);
    expect(new Set(revisions).size).toBe(3);
    peers.onDialled(address!, 5);
    peers.onFailure(address!, { answered: false, wasOpen: false }, 5);
    expect(peers.revision).toBe(revisions[2]);
  });
});
