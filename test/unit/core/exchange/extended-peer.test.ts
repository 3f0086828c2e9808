import { describe, expect, it } from 'vitest';
import { ExtendedPeer } from '../../../../src/core/exchange/extended-peer.ts';
import type { Interest } from '../../../../src/wire/extension-messages.ts';
import { FIRST } from './support.ts';

const MIB = 1024 * 1024;

function newPeer(interest: Interest = [], features = 0): ExtendedPeer {
  return new ExtendedPeer(
    FIRST,
    { kind: 'peer-hello', version: 1, historySeconds: 300, features, interest },
    0,
  );
}

describe('a peer', () => {
  it.each<[string, Interest, number, boolean]>([
    ['that subscribes to it', [7], 0, true],
    ['that subscribes to others', [8, 9], 0, false],
    ['that subscribes to nothing', [], 0, false],
    ['that subscribes to many', 'many', 0, true],
    ['that relays all', [], 1, true],
    ['with features that nobody knows yet', [], 0xffff_fffe, false],
  ])('%s has a use for a type or not', (_, interest, features, expected) => {
    expect(newPeer(interest, features).wants(7)).toBe(expected);
  });

  it('wants what its latest interest says, and nothing else', () => {
    const peer = newPeer([7]);
    peer.onInterest([8]);
    expect([peer.wants(7), peer.wants(8)]).toEqual([false, true]);
  });
});

describe('a peer is likely to push', () => {
  it('until it has named much and pushed nothing', () => {
    const peer = newPeer();
    const before = peer.isLikelyToPush;
    for (let i = 0; i < 50; i++) peer.onOnlyNamed();
    expect([before, peer.isLikelyToPush]).toEqual([true, false]);
  });

  it('when it pushes one message in five', () => {
    const peer = newPeer();
    for (let i = 0; i < 200; i++) {
      if (i % 5 === 0) peer.onPushed();
      else peer.onOnlyNamed();
    }
    expect(peer.isLikelyToPush).toBe(true);
  });

  it('again soon after it has begun to', () => {
    const peer = newPeer();
    for (let i = 0; i < 500; i++) peer.onOnlyNamed();
    for (let i = 0; i < 3; i++) peer.onPushed();
    expect(peer.isLikelyToPush).toBe(true);
  });
});

describe('what a peer may ask for', () => {
  /** How many times in a row it may be given so many bytes. */
  function times(peer: ExtendedPeer, bytes: number, now: number): number {
    let count = 0;
    while (peer.mayServe(bytes, now)) count++;
    return count;
  }

  it('is 8 MiB at once', () => {
    expect(times(newPeer(), 64 * 1024, 0)).toBe(128);
  });

  it('is about 8 MiB a second after that', () => {
    const peer = newPeer();
    times(peer, 64 * 1024, 0);
    const later = times(peer, 64 * 1024, 500) * 64 * 1024;
    expect(later).toBeGreaterThan(3.5 * MIB);
    expect(later).toBeLessThan(4.5 * MIB);
  });

  it('does not pile up while it asks for nothing', () => {
    const peer = newPeer();
    times(peer, 64 * 1024, 0);
    expect(times(peer, 64 * 1024, 1_000_000)).toBe(128);
  });
});

describe('a peer that names what it does not give', () => {
  function breaking(peer: ExtendedPeer, times: number): void {
    for (let i = 0; i < times; i++) peer.onBroken(0);
  }

  it('is trusted until it has done so eight times in a row', () => {
    const peer = newPeer();
    breaking(peer, 7);
    const before = peer.isTrusted(0);
    breaking(peer, 1);
    expect([before, peer.isTrusted(0)]).toEqual([true, false]);
  });

  it('is trusted again after ten minutes', () => {
    const peer = newPeer();
    breaking(peer, 8);
    expect([599_999, 600_000].map((now) => peer.isTrusted(now))).toEqual([false, true]);
  });

  it('is trusted on if it has given something in between', () => {
    const peer = newPeer();
    breaking(peer, 7);
    peer.onKept();
    breaking(peer, 7);
    expect(peer.isTrusted(0)).toBe(true);
  });
});
