/** Who gets a place when somebody opens many links from one host. */
import { describe, expect, it } from 'vitest';
import type { LinkId } from '../../../src/core/inputs.ts';
import type { PeerMessage } from '../../../src/wire/peer-messages.ts';
import { Bench, address, events, hungUp } from './support.ts';

const DISCOVERY: PeerMessage = { kind: 'peer-discovery', challenge: undefined };
const HOST = '10.0.9.9';

function openFrom(bench: Bench, host: string, count: number): LinkId[] {
  return Array.from({ length: count }, (_, i) => bench.openInbound(0, { host, port: 40_000 + i }));
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

  it('are not the same if the first 64 bits of IPv6 differ', () => {
    const bench = new Bench();
    for (let i = 1; i <= 20; i++) bench.openInbound(0, address(`[2001:db8:1:${i}::1]:40000`));
    expect(bench.openCount).toBe(20);
  });
});
