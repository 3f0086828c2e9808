/** How a node that has links enough still gets to know others: feelers, and one more link now and then. */
import { describe, expect, it } from 'vitest';
import { EXPLORE_EVERY } from '../../../../src/core/membership/explorer.ts';
import { FEEL_EVERY } from '../../../../src/core/membership/feelers.ts';
import { u64 } from '../../../../src/basics/integers.ts';
import { encodeOfferText } from '../../../../src/wire/offer-text.ts';
import type { PeerMessage } from '../../../../src/wire/peer-messages.ts';
import type { GossipNodeOptions } from '../../../../src/core/gossip-node.ts';
import type { Settings } from '../../../../src/core/settings.ts';
import { address, Bench, dialled, events, hungUp, sentOn } from '../support.ts';

const VALID: PeerMessage = { kind: 'peer-validation', valid: true };
const CHALLENGE: PeerMessage = { kind: 'peer-challenge', challenge: u64(1, 2) };

const TOLD = '10.3.0.1:6001';

/** A node with all the links it wants, that was told of {@link TOLD} in an earlier life. */
function settled(overrides: Partial<Settings> = {}): Bench {
  const knownPeers = ['10.1.0.1', '10.2.0.1'].map((host) => ({ host, port: 6001 }));
  const told = { address: address(TOLD), isTried: false, sources: ['10.4.0.1'] };
  const stored = { secret: [1, 2] as const, anchors: [], peers: [told] };
  const bench = new Bench(
    { knownPeers, degree: 1, minConnections: 2, ...overrides },
    {},
    1,
    stored,
  );
  bench.give({ kind: 'start' });
  for (const peer of knownPeers) {
    const link = bench.connect(peer);
    if (overrides.proofOfWork !== 'discovery') bench.message(link, VALID);
  }
  bench.take();
  return bench;
}

/** Lets time pass until the node dials somebody, and says whom. */
function nextDial(bench: Bench, within = 1.3 * FEEL_EVERY): string | undefined {
  for (let waited = 0; waited < within; waited += 100) {
    bench.advance(100);
    const [first] = dialled(bench.effects);
    if (first !== undefined) return first;
  }
  return undefined;
}

/** What the node would store of an address. */
function stored(bench: Bench, text: string): 'tried' | 'new' | undefined {
  const { host, port } = address(text);
  const found = bench.node
    .storePeers()
    .peers.find((peer) => peer.address.host === host && peer.address.port === port);
  if (found === undefined) return undefined;
  return found.isTried ? 'tried' : 'new';
}

describe('a feeler', () => {
  it('goes to an address that was only told of, every two minutes or so', () => {
    const bench = settled();
    const before = bench.now;
    expect(nextDial(bench)).toBe(TOLD);
    expect(bench.now - before).toBeGreaterThan(0.7 * FEEL_EVERY);
  });

  it('says where this node listens, and ends with the first word of the peer, without any work', () => {
    const bench = settled({ proofOfWork: 'connection' });
    nextDial(bench);
    bench.take();
    const link = bench.connect(address(TOLD));
    expect(sentOn(bench.take(), link)).toMatchObject([{ kind: 'peer-info' }]);
    bench.message(link, CHALLENGE);
    const effects = bench.take();
    expect([hungUp(effects), effects.some(({ kind }) => kind === 'solve')]).toEqual([
      [link],
      false,
    ]);
    expect(stored(bench, TOLD)).toBe('tried');
  });

  it('ends as well if the peer asks for no work', () => {
    const bench = settled();
    nextDial(bench);
    const link = bench.connect(address(TOLD));
    bench.message(link, VALID);
    expect([bench.openCount, stored(bench, TOLD)]).toEqual([2, 'tried']);
  });

  it('ends with the connection where a peer would have nothing to say', () => {
    const bench = settled({ proofOfWork: 'discovery' });
    nextDial(bench);
    bench.take();
    const link = bench.connect(address(TOLD));
    const effects = bench.take();
    expect([sentOn(effects, link), hungUp(effects)]).toEqual([[], [link]]);
    expect(stored(bench, TOLD)).toBe('tried');
  });

  it('is not sent by a node that is about to stop', () => {
    const bench = settled();
    bench.give({ kind: 'shut-down' });
    expect(nextDial(bench)).toBeUndefined();
  });

  it('has the address forgotten if nobody answers', () => {
    const bench = settled();
    nextDial(bench);
    bench.give({ kind: 'dial-failed', address: address(TOLD), reason: 'refused' });
    expect(stored(bench, TOLD)).toBeUndefined();
  });

  it('has the address forgotten if something else answers', () => {
    const bench = settled();
    nextDial(bench);
    bench.message(bench.connect(address(TOLD)), { kind: 'peer-info', port: 1 });
    expect(stored(bench, TOLD)).toBeUndefined();
  });

  it('has it forgotten if nothing is said for ten seconds', () => {
    const bench = settled();
    nextDial(bench);
    const link = bench.connect(address(TOLD));
    bench.take();
    bench.advance(10_000);
    expect([hungUp(bench.take()), stored(bench, TOLD)]).toEqual([[link], undefined]);
  });

  it('leaves it as it is if the other side closes: it may be full', () => {
    const bench = settled();
    nextDial(bench);
    const link = bench.connect(address(TOLD));
    bench.give({ kind: 'link-closed', link, reason: 'gone' });
    expect(stored(bench, TOLD)).toBe('new');
  });

  it('gives way to no link: whoever dials this node meanwhile is let in', () => {
    const bench = settled();
    nextDial(bench);
    bench.connect(address(TOLD));
    bench.openInbound(6001, address('10.3.0.1:40000'));
    expect(bench.openCount).toBe(3);
  });

  it('is not sent by a node without any link, which would find nobody anywhere', () => {
    const bench = settled();
    for (const { link } of bench.node.snapshot().links) {
      bench.give({ kind: 'link-closed', link, reason: 'gone' });
    }
    // It is dialled for a link instead, and again and again.
    for (let waited = 0; waited < 10 * FEEL_EVERY; waited += 1_000) {
      for (const text of dialled(bench.take())) {
        bench.give({ kind: 'dial-failed', address: address(text), reason: 'refused' });
      }
      bench.advance(1_000);
    }
    expect(stored(bench, TOLD)).toBe('new');
  });
});

describe('a node with links enough', () => {
  it('links up with one more peer every five minutes or so, and asks it for others', () => {
    const bench = settled();
    bench.message(bench.connect(address((nextDial(bench), TOLD))), VALID);
    bench.take();
    expect(nextDial(bench, 1.3 * EXPLORE_EVERY)).toBe(TOLD);
    bench.take();
    const link = bench.connect(address(TOLD));
    bench.message(link, VALID);
    expect(bench.openCount).toBe(3);
    expect(sentOn(bench.take(), link)).toContainEqual({
      kind: 'peer-discovery',
      challenge: undefined,
    });
  });

  it('asks a peer that the operator named, so that it can make room for a newcomer', () => {
    const bench = new Bench({
      bootstrapper: { host: '10.9.0.9', port: 6001 },
      degree: 1,
      minConnections: 1,
    });
    bench.give({ kind: 'start' });
    bench.openInbound();
    const link = bench.connect(address('10.9.0.9:6001'));
    bench.take();
    bench.message(link, VALID);
    expect(sentOn(bench.take(), link)).toEqual([{ kind: 'peer-discovery', challenge: undefined }]);
  });

  it('ends that link after as long', () => {
    const bench = settled();
    bench.message(bench.connect(address((nextDial(bench), TOLD))), VALID);
    bench.take();
    nextDial(bench, 1.3 * EXPLORE_EVERY);
    const link = bench.connect(address(TOLD));
    bench.message(link, VALID);
    bench.take();
    bench.advance(1.3 * EXPLORE_EVERY);
    const effects = bench.take();
    expect(hungUp(effects)).toEqual([link]);
    expect(events(effects, 'link-lost')[0]?.code).toBe('explored');
  });

  it('looks for the first node again, although it has links enough', () => {
    const first = { host: '10.9.0.9', port: 6001 };
    const bench = new Bench({ bootstrapper: first, degree: 1, minConnections: 2 });
    bench.give({ kind: 'start' });
    const link = bench.connect(first);
    bench.message(link, VALID);
    const body = encodeOfferText(['10.1.0.1:6001', '10.2.0.1:6001'].map(address));
    bench.message(link, { kind: 'peer-offer', body });
    bench.give({ kind: 'link-closed', link, reason: 'gone' });
    for (const host of ['10.1.0.1', '10.2.0.1']) {
      bench.message(bench.connect({ host, port: 6001 }), VALID);
    }
    bench.take();
    bench.advance(1.3 * EXPLORE_EVERY);
    expect(dialled(bench.take())).toEqual(['10.9.0.9:6001']);
  });

  it('dials nobody more when all places are taken', () => {
    const bench = settled({ maxConnections: 4 });
    bench.openLinks(2);
    bench.take();
    bench.advance(1.3 * EXPLORE_EVERY);
    for (const text of dialled(bench.take())) expect(text).toBe(TOLD);
    expect(bench.openCount).toBe(4);
  });
});

describe('anchors', () => {
  function anchors(bench: Bench): string[] {
    return bench.node.storePeers().anchors.map(({ host }) => host);
  }

  it('are the two peers of its own choice to which the node has had links for longest', () => {
    const bench = settled({ minConnections: 3 });
    bench.advance(1_000);
    bench.message(bench.connect(address(TOLD)), VALID);
    bench.openLinks(3);
    expect(anchors(bench)).toEqual(['10.1.0.1', '10.2.0.1']);
  });

  it('are others once those are gone and there are others', () => {
    const bench = settled({ minConnections: 3 });
    bench.advance(1_000);
    bench.message(bench.connect(address(TOLD)), VALID);
    const [first] = bench.node.snapshot().links;
    bench.give({ kind: 'link-closed', link: first!.link, reason: 'gone' });
    expect(anchors(bench)).toEqual(['10.2.0.1', '10.3.0.1']);
  });

  it('are the last ones when all links are gone', () => {
    const bench = settled();
    for (const { link } of bench.node.snapshot().links) {
      bench.give({ kind: 'link-closed', link, reason: 'gone' });
    }
    expect(anchors(bench).toSorted()).toEqual(['10.1.0.1', '10.2.0.1']);
  });

  it('are dialled first in the next life', () => {
    const storedPeers = {
      secret: [1, 2] as const,
      anchors: [address('10.7.0.7:6001'), address('10.8.0.8:6001')],
      peers: Array.from({ length: 50 }, (_, i) => ({
        address: address(`10.${10 + i}.0.1:6001`),
        isTried: true,
        sources: [],
      })),
    };
    const bench = new Bench({ knownPeers: [{ host: '10.1.0.1', port: 6001 }] }, {}, 1, storedPeers);
    bench.give({ kind: 'start' });
    const first = dialled(bench.take());
    expect(first.slice(0, 3)).toEqual(['10.7.0.7:6001', '10.8.0.8:6001', '10.1.0.1:6001']);
    expect(first).toHaveLength(4);
  });
});

describe('a link of its own choice that brings hardly anything', () => {
  const HOSTS = Array.from({ length: 40 }, (_, i) => `10.${10 + i}.0.1`);

  /** Eight links to peers that strangers told of, and many more of those; announcements come on demand. */
  function chosen(
    knownPeers: readonly string[] = [],
    expectedAt?: GossipNodeOptions['expectedAt'],
  ): { bench: Bench; links: number[] } {
    const peers = HOSTS.map((host) => ({
      address: { host, port: 6001 },
      isTried: true,
      sources: [],
    }));
    const stored = { secret: [1, 2] as const, anchors: [], peers };
    const known = knownPeers.map((host) => ({ host, port: 6001 }));
    const bench = new Bench({ minConnections: 8, knownPeers: known }, {}, 1, stored, expectedAt);
    bench.give({ kind: 'start' });
    const links = dialled(bench.take()).map((text) => openTo(bench, text));
    expect(bench.openCount).toBe(8);
    return { bench, links };
  }

  function openTo(bench: Bench, text: string): number {
    const link = bench.connect(address(text));
    bench.message(link, VALID);
    return link;
  }

  let id = 0;
  function bring(bench: Bench, link: number, count: number): void {
    for (let i = 0; i < count; i++) {
      const announced = { id: u64(0, ++id), ttl: 0, dataType: 7, data: new Uint8Array(1) };
      bench.message(link, { kind: 'peer-announce', ...announced });
    }
  }

  /** One more link for its time, in which it brings so much, and the others too but for `silent`. */
  function explored(
    bench: Bench,
    {
      links,
      silent,
      count = 20,
      little = 0,
    }: {
      readonly links: readonly number[];
      readonly silent: number;
      readonly count?: number;
      readonly little?: number;
    },
  ): { newcomer: number; ended: ReturnType<typeof events<'link-lost'>> } {
    for (let waited = 0; dialled(bench.effects).length === 0; waited += 100) {
      expect(waited).toBeLessThan(1.3 * EXPLORE_EVERY);
      bench.advance(100);
    }
    const [text] = dialled(bench.take());
    const newcomer = openTo(bench, text!);
    for (const link of [...links, newcomer]) bring(bench, link, link === silent ? little : count);
    bench.take();
    while (events(bench.effects, 'link-lost').length === 0) bench.advance(100);
    return { newcomer, ended: events(bench.effects, 'link-lost') };
  }

  it('gives its place to one that brings plenty, the second time', () => {
    const { bench, links } = chosen();
    const silent = links[5]!;
    const first = explored(bench, { links, silent });
    expect(first.ended).toMatchObject([{ link: first.newcomer, code: 'explored' }]);
    const second = explored(bench, { links, silent });
    expect(second.ended).toMatchObject([{ link: silent, code: 'replaced' }]);
    const third = explored(bench, { links, silent });
    expect(third.ended).toMatchObject([{ link: third.newcomer, code: 'explored' }]);
  });

  it('keeps it if it brings more than an eighth of what the newcomer does', () => {
    const { bench, links } = chosen();
    for (let i = 0; i < 3; i++) {
      const { newcomer, ended } = explored(bench, { links, silent: links[5]!, little: 3 });
      expect(ended).toMatchObject([{ link: newcomer, code: 'explored' }]);
    }
  });

  it('keeps it if the others bring little themselves', () => {
    const { bench, links } = chosen();
    for (let i = 0; i < 3; i++) {
      const { newcomer, ended } = explored(bench, { links, silent: links[5]!, count: 15 });
      expect(ended).toMatchObject([{ link: newcomer, code: 'explored' }]);
    }
  });

  it('keeps it if it is one of those that there were links to for longest', () => {
    const { bench, links } = chosen();
    for (let i = 0; i < 3; i++) {
      const { newcomer, ended } = explored(bench, { links, silent: links[0]! });
      expect(ended).toMatchObject([{ link: newcomer, code: 'explored' }]);
    }
  });

  it('keeps it if the operator has pinned it', () => {
    const { bench, links } = chosen([], () => ['1'.repeat(64)]);
    for (let i = 0; i < 3; i++) {
      const { newcomer, ended } = explored(bench, { links, silent: links[5]! });
      expect(ended).toMatchObject([{ link: newcomer, code: 'explored' }]);
    }
  });

  it('keeps it if the operator named it', () => {
    const { bench, links } = chosen([HOSTS[7]!]);
    const named = bench.node.snapshot().links.find(({ remote }) => remote.host === HOSTS[7]);
    for (let i = 0; i < 3; i++) {
      const { newcomer, ended } = explored(bench, { links, silent: named!.link });
      expect(ended).toMatchObject([{ link: newcomer, code: 'explored' }]);
    }
  });
});
