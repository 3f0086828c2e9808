import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../../src/basics/random.ts';
import { Diversity } from '../../../../src/core/membership/diversity.ts';
import type { Candidate } from '../../../../src/core/membership/surroundings.ts';
import { EXPLORE_EVERY } from '../../../../src/core/membership/explorer.ts';
import { formatAddress, scopeOf, type Address } from '../../../../src/wire/address.ts';
import { netgroupOf } from '../../../../src/wire/netgroup.ts';
import { encodeOfferText } from '../../../../src/wire/offer-text.ts';
import { address, Bench, dialled, events, settings } from '../support.ts';

function candidate(text: string, ...sources: string[]): Candidate {
  const parsed = address(text);
  return {
    address: parsed,
    scope: scopeOf(parsed.host),
    group: netgroupOf(parsed),
    isConfigured: false,
    isSelf: false,
    sources,
    hasFailedLast: false,
    hasAnswered: undefined,
  };
}

/** The candidates as they would be dialled, by a node with `links` that wants eight of its own. */
function order(candidates: readonly Candidate[], links: readonly Candidate[] = []): string[] {
  const diversity = new Diversity({
    settings: settings({ minConnections: 16, maxConnections: 64 }),
    outbound: links.map((link) => link.address),
    find: (wanted: Address) => links.find((link) => link.address === wanted),
  });
  return [...diversity.bestFirst(candidates)].map((one) => formatAddress(one.address));
}

describe('the peers that a node dials', () => {
  it('are of netgroups in which it has none, as long as there are such', () => {
    const links = [candidate('10.1.0.9:6001', 'a', 'b')];
    const candidates = ['10.1.0.1', '10.1.0.2', '10.2.0.1', '10.2.0.2', '10.3.0.1'].map((host) =>
      candidate(`${host}:6001`, 'a', 'b'),
    );
    expect(order(candidates, links)).toEqual([
      '10.2.0.1:6001',
      '10.3.0.1:6001',
      '10.1.0.1:6001',
      '10.1.0.2:6001',
      '10.2.0.2:6001',
    ]);
  });

  it('are no more than half of one source, as long as there are others', () => {
    const one = Array.from({ length: 10 }, (_, i) => candidate(`10.${i}.0.1:6001`, 'one'));
    const others = Array.from({ length: 4 }, (_, i) => candidate(`11.${i}.0.1:6001`, `o${i}`));
    const first = order([...one, ...others]).slice(0, 8);
    expect(first.filter((text) => text.startsWith('10.'))).toHaveLength(4);
  });

  it('are rather of a netgroup twice than of one source for the most part', () => {
    const links = Array.from({ length: 4 }, (_, i) => candidate(`10.${i}.0.1:6001`, 'one'));
    const candidates = [candidate('10.9.0.1:6001', 'one'), candidate('10.1.0.2:6001', 'two')];
    expect(order(candidates, links)).toEqual(['10.1.0.2:6001', '10.9.0.1:6001']);
  });

  it('are any on loopback, in the order in which they come', () => {
    const candidates = Array.from({ length: 10 }, (_, i) =>
      candidate(`127.0.0.1:${7_000 + i}`, '127.0.0.1:6001'),
    );
    expect(order(candidates)).toEqual(candidates.map((one) => formatAddress(one.address)));
  });

  it('are all those there are if they are all of one netgroup and one source', () => {
    const random = seededRandom(1);
    const candidates = Array.from({ length: 20 }, (_, i) =>
      candidate(`10.0.${random.below(256)}.${i}:6001`, 'one'),
    );
    expect(order(candidates)).toHaveLength(20);
  });
});

describe('a node all of whose peers one other peer told of', () => {
  /** A node whose bootstrapper told of all its links, and is gone unless it stays. */
  function captured(told: readonly string[], from = '10.0.9.9:6001', stays = false): Bench {
    const bootstrapper = address(from);
    const listenAddress = address(from.startsWith('127') ? '127.0.0.1:6000' : '10.0.0.1:6001');
    const bench = new Bench({ bootstrapper, minConnections: 3, degree: 1, listenAddress });
    bench.give({ kind: 'start' });
    const first = bench.connect(bootstrapper);
    bench.message(first, { kind: 'peer-validation', valid: true });
    bench.message(first, { kind: 'peer-offer', body: encodeOfferText(told.map(address)) });
    for (const text of dialled(bench.take()).slice(1)) {
      bench.message(bench.connect(address(text)), { kind: 'peer-validation', valid: true });
    }
    if (!stays) bench.give({ kind: 'link-closed', link: first, reason: 'gone' });
    bench.take();
    return bench;
  }

  it('says so once', () => {
    const bench = captured(['10.1.0.1:6001', '10.2.0.1:6001']);
    bench.advance(6 * EXPLORE_EVERY);
    expect(events(bench.take(), 'only-source')).toEqual([
      { kind: 'only-source', source: '10.0.9.9', peers: 2 },
    ]);
  });

  it('says so as well while it is linked to that one itself', () => {
    const told = ['10.1.0.1:6001', '10.2.0.1:6001'];
    const bench = captured(told, '10.0.9.9:6001', true);
    bench.advance(2 * EXPLORE_EVERY);
    expect(events(bench.take(), 'only-source')).toEqual([
      { kind: 'only-source', source: '10.0.9.9', peers: 3 },
    ]);
  });

  it('says so as well if it is peers of whom it was told that told of others', () => {
    const bench = new Bench({
      bootstrapper: address('10.0.9.9:6001'),
      minConnections: 3,
      degree: 1,
      listenAddress: address('10.0.0.1:6001'),
    });
    bench.give({ kind: 'start' });
    const trail = ['10.0.9.9:6001', '10.1.0.1:6001', '10.2.0.1:6001'];
    for (const [i, text] of trail.entries()) {
      const link = bench.connect(address(text));
      bench.message(link, { kind: 'peer-validation', valid: true });
      const next = trail.slice(i + 1, i + 2).map(address);
      if (next.length === 0) continue;
      bench.message(link, { kind: 'peer-offer', body: encodeOfferText(next) });
    }
    bench.advance(2 * EXPLORE_EVERY);
    expect(events(bench.take(), 'only-source')).toEqual([
      { kind: 'only-source', source: '10.0.9.9', peers: 3 },
    ]);
  });

  it('says nothing if one of its links is to a second peer that the operator named', () => {
    const knownPeers = [address('10.0.9.9:6001'), address('10.8.0.1:6001')];
    const bench = new Bench({ knownPeers, listenAddress: address('10.0.0.1:6001') });
    bench.give({ kind: 'start' });
    for (const known of knownPeers) {
      bench.message(bench.connect(known), { kind: 'peer-validation', valid: true });
    }
    bench.advance(2 * EXPLORE_EVERY);
    expect(events(bench.take(), 'only-source')).toEqual([]);
  });

  it('says nothing on loopback', () => {
    const bench = captured(['127.0.0.1:7001', '127.0.0.1:7002'], '127.0.0.1:7000');
    bench.advance(6 * EXPLORE_EVERY);
    expect(events(bench.take(), 'only-source')).toEqual([]);
  });
});

describe('a host of which several ports are offered', () => {
  const PORTS = ['10.7.0.1:7001', '10.7.0.1:7002', '10.7.0.1:7003'];

  /** When a node that is short of links has dialled any of them, in two minutes and a half. */
  function dialsOf(): number[] {
    const known = address('10.0.9.9:6001');
    const bench = new Bench({ bootstrapper: known, minConnections: 4, degree: 1 });
    bench.give({ kind: 'start' });
    const first = bench.connect(known);
    bench.message(first, { kind: 'peer-validation', valid: true });
    bench.message(first, { kind: 'peer-offer', body: encodeOfferText(PORTS.map(address)) });
    const times: number[] = [];
    for (let seconds = 0; seconds < 150; seconds++) {
      for (const text of dialled(bench.take()).filter((to) => PORTS.includes(to))) {
        times.push(bench.now);
        bench.give({ kind: 'dial-failed', address: address(text), reason: 'refused' });
      }
      bench.advance(1_000);
    }
    return times;
  }

  it('is dialled once a minute all the same', () => {
    const times = dialsOf();
    const pauses = times.slice(1).map((time, i) => time - times[i]!);
    expect([times.length > 1, pauses.filter((pause) => pause < 60_000)]).toEqual([true, []]);
  });
});
