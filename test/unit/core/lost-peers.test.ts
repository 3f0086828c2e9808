import { describe, expect, it } from 'vitest';
import {
  LOOK_EVERY,
  LOST_PEERS_MAX,
  LostPeers,
  TRIES_MAX,
} from '../../../src/core/membership/lost-peers.ts';
import type { Address } from '../../../src/wire/address.ts';
import { Bench, address, dialled } from './support.ts';
import type { PeerMessage } from '../../../src/wire/peer-messages.ts';

const PEER: Address = { host: '10.0.0.7', port: 6001 };

/** Looks at `now` and returns who was dialled. */
function look(lost: LostPeers, now: number, isBack = false): Address[] {
  const dials: Address[] = [];
  const dial = (one: Address): boolean => dials.push(one) > 0;
  lost.look(now, { dial, isBack: () => isBack, letGo: () => undefined });
  return dials;
}

describe('lost peers', () => {
  it('are dialled every so often, until they are back', () => {
    const lost = new LostPeers();
    expect(lost.nextDeadline()).toBeUndefined();
    lost.remember(PEER, 1_000);
    expect(lost.nextDeadline()).toBe(1_000 + LOOK_EVERY);
    expect(lost.isDue(1_000)).toBe(false);
    expect(look(lost, 10_000)).toEqual([PEER]);
    expect(lost.nextDeadline()).toBe(10_000 + LOOK_EVERY);
    expect(look(lost, 20_000, true)).toEqual([]);
    expect([lost.size, lost.nextDeadline()]).toEqual([0, undefined]);
  });

  it('are given up after so many dials', () => {
    const lost = new LostPeers();
    lost.remember(PEER, 0);
    for (let i = 0; i < TRIES_MAX; i++) expect(look(lost, i)).toEqual([PEER]);
    expect(look(lost, 99)).toEqual([]);
    expect(lost.size).toBe(0);
  });

  it('are no more than can be remembered; those beyond it are not', () => {
    const lost = new LostPeers();
    for (let i = 0; i < LOST_PEERS_MAX + 5; i++) lost.remember({ host: PEER.host, port: 1 + i }, 0);
    expect(lost.size).toBe(LOST_PEERS_MAX);
    expect(look(lost, 1)).toHaveLength(LOST_PEERS_MAX);
  });
});

describe('a node with links enough', () => {
  const VALID: PeerMessage = { kind: 'peer-validation', valid: true };
  const HOSTS = ['10.0.1.1', '10.0.1.2', '10.0.1.3'];

  /** A node with links to three peers, one more than it needs, of which the first goes after `ms`. */
  function bereft(ms: number): Bench {
    const knownPeers = HOSTS.map((host) => ({ host, port: 6001 }));
    const bench = new Bench({ knownPeers, degree: 1, minConnections: 2, maxConnections: 8 });
    bench.give({ kind: 'start' });
    const links = HOSTS.map((host) => bench.connect(address(`${host}:6001`)));
    for (const link of links) bench.message(link, VALID);
    bench.advance(ms);
    bench.take();
    bench.give({ kind: 'link-closed', link: links[0]!, reason: 'gone' });
    bench.take();
    return bench;
  }

  it('looks for a peer that went away after a while', () => {
    const bench = bereft(60_000);
    bench.advance(10_000);
    expect(dialled(bench.take())).toEqual(['10.0.1.1:6001']);
  });

  it('does not look for one that only passed by', () => {
    const bench = bereft(1_000);
    bench.advance(30_000);
    expect(dialled(bench.take())).toEqual([]);
  });
});
