/** Who gets a place when somebody opens many links from one host. */
import { describe, expect, it } from 'vitest';
import type { LinkId } from '../../../src/core/inputs.ts';
import type { PeerMessage } from '../../../src/wire/peer-messages.ts';
import type { Settings } from '../../../src/core/settings.ts';
import { Bench, address, events, hungUp } from './support.ts';

const DISCOVERY: PeerMessage = { kind: 'peer-discovery', challenge: undefined };
const HOST = '10.0.9.9';

function openFrom(bench: Bench, host: string, count: number): LinkId[] {
  return Array.from({ length: count }, (_, i) => bench.openInbound(0, { host, port: 40_000 + i }));
}

function isOpen(bench: Bench, id: LinkId): boolean {
  return bench.node.snapshot().links.some(({ link, state }) => link === id && state === 'open');
}

describe('links from one host', () => {
  it('may take half of the places', () => {
    const bench = new Bench();
    openFrom(bench, HOST, 20);
    expect(bench.openCount).toBe(16);
    const refused = events(bench.take(), 'handshake-failed');
    expect(refused.map(({ code }) => code)).toEqual(Array.from({ length: 4 }, () => 'full'));
  });

  it('leave the other half to other hosts', () => {
    const bench = new Bench();
    openFrom(bench, HOST, 20);
    bench.openLinks(20);
    expect(bench.openCount).toBe(32);
  });

  it('push out nobody of another host', () => {
    const bench = new Bench();
    openFrom(bench, HOST, 2);
    for (const link of bench.openLinks(30)) bench.message(link, DISCOVERY);
    bench.take();
    const [newcomer] = openFrom(bench, HOST, 1);
    expect(hungUp(bench.take())).toEqual([newcomer]);
  });

  it('make room for one another once they have been given an OFFER', () => {
    const bench = new Bench();
    const [asker] = openFrom(bench, HOST, 2);
    bench.openLinks(30);
    bench.message(asker!, DISCOVERY);
    bench.take();
    openFrom(bench, HOST, 1);
    expect(hungUp(bench.take())).toEqual([asker]);
  });

  it('may take all places of a small node', () => {
    const bench = new Bench({ maxConnections: 8 });
    openFrom(bench, HOST, 8);
    expect(bench.openCount).toBe(8);
  });

  it('may take all places if they come from this very machine', () => {
    const bench = new Bench();
    openFrom(bench, '127.0.0.1', 32);
    expect(bench.openCount).toBe(32);
  });

  it('are the same with IPv6 if only the last 64 bits differ, which everybody chooses himself', () => {
    const bench = new Bench();
    for (let i = 1; i <= 20; i++) bench.openInbound(0, address(`[2001:db8:1:2::${i}]:40000`));
    expect(bench.openCount).toBe(16);
  });

  it('are not the same if the first 48 bits of IPv6 differ', () => {
    const bench = new Bench();
    for (let i = 1; i <= 20; i++) bench.openInbound(0, address(`[2001:db8:${i}::1]:40000`));
    expect(bench.openCount).toBe(20);
  });

  it('may be two once half of the places are taken', () => {
    const bench = new Bench();
    bench.openLinks(16);
    openFrom(bench, HOST, 4);
    expect(bench.openCount).toBe(18);
  });
});

describe('links from one range of addresses', () => {
  const openFromRange = (bench: Bench, count: number): LinkId[] =>
    Array.from({ length: count }, (_, i) => bench.openInbound(0, address(`10.0.9.${i + 1}:40000`)));

  it('may take half of the places, so that a local network finds together', () => {
    const bench = new Bench();
    openFromRange(bench, 20);
    expect(bench.openCount).toBe(16);
  });

  it('may be four once half of the places are taken', () => {
    const bench = new Bench();
    bench.openLinks(16);
    openFromRange(bench, 8);
    expect(bench.openCount).toBe(20);
  });

  it('push out nobody of another range', () => {
    const bench = new Bench();
    for (const link of bench.openLinks(28)) bench.message(link, DISCOVERY);
    const [asker] = openFromRange(bench, 4);
    bench.message(asker!, DISCOVERY);
    bench.take();
    bench.openInbound(0, address('10.0.9.99:40000'));
    expect(hungUp(bench.take())).toEqual([asker]);
  });
});

describe('the places kept for links that a node dials', () => {
  const KNOWN = address('10.200.0.1:6001');
  const knowing = (overrides: Partial<Settings> = {}): Bench => {
    const bench = new Bench({ knownPeers: [KNOWN], ...overrides });
    bench.give({ kind: 'start' });
    bench.give({ kind: 'resolved', name: KNOWN, addresses: [KNOWN] });
    return bench;
  };

  it.each([
    [{ maxConnections: 32, minConnections: 4 }, 28],
    [{ maxConnections: 32, minConnections: 20 }, 22],
    [{ maxConnections: 6, minConnections: 6 }, 3],
    [{ maxConnections: 2, minConnections: 2, degree: 1 }, 1],
  ])('are four or half of min_connections, at most half of all (%j)', (counts, inbound) => {
    const bench = knowing(counts);
    bench.openLinks(32);
    expect(bench.openCount).toBe(inbound);
  });

  it('are given to newcomers while the node knows nobody to dial', () => {
    const bench = new Bench();
    bench.openLinks(40);
    expect(bench.openCount).toBe(32);
  });

  it('are there for the peer that it knows, however many have come', () => {
    const bench = knowing();
    bench.openLinks(32);
    bench.give({ kind: 'dial-failed', address: KNOWN, reason: 'test' });
    const dialled = bench.connect(KNOWN);
    bench.message(dialled, { kind: 'peer-validation', valid: true });
    expect(bench.openCount).toBe(29);
  });
});

describe('a full node that makes room', () => {
  it('closes the youngest link that was given an OFFER, if all are of different netgroups', () => {
    const bench = new Bench();
    const links = bench.openLinks(32);
    for (const link of links) bench.message(link, DISCOVERY);
    bench.take();
    bench.openLinks(1);
    expect(hungUp(bench.take())).toEqual([links.at(-1)]);
  });

  it('closes the youngest of the netgroup that has most links here', () => {
    const bench = new Bench();
    const older = bench.openLinks(22);
    const crowd = Array.from({ length: 6 }, (_, i) =>
      bench.openInbound(0, address(`10.200.${i}.1:40000`)),
    );
    for (const link of [...older, ...crowd, ...bench.openLinks(4)]) bench.message(link, DISCOVERY);
    bench.take();
    bench.openLinks(1);
    expect(hungUp(bench.take())).toEqual([crowd.at(-1)]);
  });

  it('closes nobody that was not given an OFFER and may still ask', () => {
    const bench = new Bench();
    bench.openLinks(32);
    bench.advance(59_999);
    bench.take();
    const [newcomer] = bench.openLinks(1);
    expect(hungUp(bench.take())).toEqual([newcomer]);
  });
});

describe('a node full of links that never ask for an OFFER', () => {
  const MINUTE = 60_000;
  const full = (count: number): { bench: Bench; links: LinkId[] } => {
    const bench = new Bench({ maxConnections: count });
    const links = bench.openLinks(count);
    bench.advance(MINUTE);
    bench.take();
    return { bench, links };
  };

  it('lets go of one every ten seconds, the youngest first, if somebody comes', () => {
    const { bench, links } = full(32);
    const [first, second] = bench.openLinks(2);
    expect(hungUp(bench.take())).toEqual([links.at(-1), second]);
    expect(isOpen(bench, first!)).toBe(true);
    bench.advance(10_000);
    bench.take();
    bench.openLinks(1);
    expect(hungUp(bench.take())).toEqual([links.at(-2)]);
  });

  it('keeps those that are protected, however long somebody tries', () => {
    const { bench, links } = full(32);
    for (let i = 0; i < 100; i++) {
      bench.openLinks(1);
      bench.advance(10_000);
    }
    expect(links.filter((link) => isOpen(bench, link)).length).toBeGreaterThanOrEqual(16);
  });

  it('lets go of nobody if they are few', () => {
    const { bench } = full(7);
    const [newcomer] = bench.openLinks(1);
    expect(hungUp(bench.take())).toEqual([newcomer]);
  });

  it('lets go of nobody over loopback', () => {
    const bench = new Bench({ maxConnections: 32 });
    for (let i = 0; i < 32; i++) bench.openInbound(0, { host: '127.0.0.1', port: 40_000 + i });
    bench.advance(MINUTE);
    bench.take();
    const newcomer = bench.openInbound(0, { host: '127.0.0.1', port: 50_000 });
    expect(hungUp(bench.take())).toEqual([newcomer]);
  });
});
