import { beforeEach, describe, expect, it } from 'vitest';
import type { LinkId } from '../../../src/core/inputs.ts';
import type { Bounds } from '../../../src/core/settings.ts';
import type { PeerMessage } from '../../../src/wire/peer-messages.ts';
import { Bench, GOOD_NONCE, OWN, events, securedBy, sentOn } from './support.ts';

const INFO: PeerMessage = { kind: 'peer-info', port: 6001 };
const MINUTE = 60_000;

let bench: Bench;
let channel: number;

beforeEach(() => {
  channel = 0;
  bench = securedBench();
});

function securedBench(bounds: Partial<Bounds> = {}): Bench {
  const ownIdentity = securedBy('f').identity;
  return new Bench({ proofOfWork: 'connection', ownIdentity, maxConnections: 100 }, bounds);
}

/** A newcomer with a key of its own that has said its 507. */
function come(host: string): LinkId {
  channel++;
  const secured = securedBy(channel.toString(16).padStart(8, '0'), channel);
  const link = bench.accept({ host, port: 40_000 + channel }, OWN, secured);
  bench.message(link, INFO);
  return link;
}

/** Solves what it is asked, and says how many challenges that were. */
function solve(link: LinkId): number {
  for (let rounds = 0; ; rounds++) {
    const last = sentOn(bench.effects, link).at(-1);
    if (last?.kind !== 'peer-challenge') return rounds;
    bench.message(link, { kind: 'peer-verification', nonce: GOOD_NONCE });
  }
}

function rounds(host: string): number {
  return solve(come(host));
}

describe('the rounds that a newcomer on TLS is asked', () => {
  it('double with every newcomer of its range beyond the fourth, up to sixteen', () => {
    const asked = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10].map((i) => rounds(`10.1.1.${i}`));
    expect(asked).toEqual([1, 1, 1, 1, 2, 4, 8, 16, 16, 16]);
  });

  it('are not more for other ranges', () => {
    for (let i = 1; i <= 8; i++) rounds(`10.1.1.${i}`);
    expect(rounds('10.1.2.1')).toBe(1);
  });

  it('become fewer with time', () => {
    for (let i = 1; i <= 8; i++) rounds(`10.1.1.${i}`);
    bench.advance(5 * MINUTE);
    expect(rounds('10.1.1.9')).toBe(2);
    bench.advance(30 * MINUTE);
    expect(rounds('10.1.1.9')).toBe(1);
  });

  it('count those too that do not solve anything', () => {
    for (let i = 1; i <= 7; i++) come(`10.1.1.${i}`);
    expect(rounds('10.1.1.8')).toBe(16);
  });

  it('are twice as many while more than four fifths of the places for inbound links are taken', () => {
    for (let i = 0; i < 81; i++) rounds(`10.${i}.1.1`);
    expect(rounds('10.200.1.1')).toBe(2);
  });

  it('are twice as many for five minutes once more than five a second came', () => {
    for (let i = 0; i < 60; i++) come(`10.${i}.1.1`);
    expect(rounds('10.200.1.1')).toBe(2);
    bench.advance(5 * MINUTE - 1);
    expect(rounds('10.201.1.1')).toBe(2);
    bench.advance(1);
    expect(rounds('10.202.1.1')).toBe(1);
  });

  it('are never more than one on loopback', () => {
    expect([...Array(40).keys()].map(() => rounds('127.0.0.1'))).toEqual(Array(40).fill(1));
  });

  it('are never more than one on plain TCP', () => {
    bench = new Bench({ proofOfWork: 'connection', maxConnections: 100 });
    for (let i = 1; i <= 30; i++) {
      const link = bench.accept({ host: `10.1.1.${i}`, port: 40_000 });
      bench.message(link, INFO);
      expect(solve(link)).toBe(1);
    }
  });

  it('each carry the next challenge of the channel', () => {
    for (let i = 1; i <= 6; i++) rounds(`10.1.1.${i}`);
    const link = come('10.1.1.7');
    solve(link);
    const challenges = sentOn(bench.effects, link).filter(({ kind }) => kind === 'peer-challenge');
    expect(challenges).toEqual(
      securedBy('', channel)
        .challenges.slice(0, 8)
        .map((challenge) => ({ kind: 'peer-challenge', challenge })),
    );
  });
});

describe('ranges whose newcomers are counted', () => {
  it('are bounded: the one that came longest ago is forgotten', () => {
    bench = securedBench({ rangesMax: 2 });
    for (let i = 1; i <= 8; i++) rounds(`10.1.1.${i}`);
    rounds('10.1.2.1');
    rounds('10.1.3.1');
    expect(bench.node.snapshot().sizes.ranges.size).toBe(2);
    expect(rounds('10.1.1.9')).toBe(1);
  });
});

describe('newcomers that have done their work', () => {
  const open = (count: number, host: (i: number) => string): void => {
    for (let i = 0; i < count; i++) bench.openInbound(6001, { host: host(i), port: 40_000 });
  };

  it('are let in ten a second after the first 32; the others wait for it', () => {
    bench = new Bench({ maxConnections: 200 }, { admissionsBurst: 32 });
    open(64, (i) => `10.${i}.1.1`);
    expect(bench.openCount).toBe(32);
    bench.advance(1_000);
    expect(bench.openCount).toBe(42);
    bench.advance(10_000);
    expect(bench.openCount).toBe(64);
  });

  it('are let in two a second after the first eight of one range', () => {
    bench = new Bench({ maxConnections: 200 }, { rangeAdmissionsBurst: 8 });
    open(20, (i) => `10.1.1.${i}`);
    expect(bench.openCount).toBe(8);
    bench.advance(1_000);
    expect(bench.openCount).toBe(10);
  });

  it('cost nobody a place if they go away while they wait', () => {
    bench = new Bench({ maxConnections: 200 }, { admissionsBurst: 1 });
    open(1, () => '10.0.1.1');
    for (let second = 0; second < 60; second++) {
      const crowd = [...Array(50).keys()].map((i) => come(`10.${i}.1.1`));
      crowd.forEach(solve);
      for (const link of crowd) bench.give({ kind: 'link-closed', link, reason: 'closed' });
      bench.advance(1_000);
    }
    const before = bench.openCount;
    solve(come('10.200.1.1'));
    bench.advance(100);
    expect(bench.openCount).toBe(before + 1);
  });

  it('go in before a crowd of one range that came first', () => {
    bench = new Bench({ maxConnections: 200 }, { admissionsBurst: 1 });
    open(1, () => '10.0.1.1');
    for (let i = 1; i <= 8; i++) solve(come(`10.1.1.${i}`));
    const late = come('10.200.1.1');
    solve(late);
    bench.take();
    bench.advance(100);
    expect(events(bench.take(), 'link-established').map(({ link }) => link)).toEqual([late]);
  });

  it('go in as they came where their ranges are alike', () => {
    bench = new Bench({ maxConnections: 200 }, { admissionsBurst: 1 });
    open(1, () => '10.0.1.1');
    const links = [1, 2, 3, 4].map((i) => come(`10.${i}.1.1`));
    links.forEach(solve);
    bench.take();
    bench.advance(1_000);
    expect(events(bench.take(), 'link-established').map(({ link }) => link)).toEqual(links);
  });

  it('do not wait on loopback', () => {
    bench = new Bench({ maxConnections: 200 }, { admissionsBurst: 32, rangeAdmissionsBurst: 8 });
    open(64, () => '127.0.0.1');
    expect(bench.openCount).toBe(64);
  });

  it('may say nothing while they wait', () => {
    bench = new Bench({}, { admissionsBurst: 1 });
    open(2, (i) => `10.${i}.1.1`);
    bench.take();
    bench.hear(2);
    expect(events(bench.take(), 'handshake-failed').map(({ code }) => code)).toEqual([
      'wrong-state',
    ]);
  });

  it('are closed instead where the link is open with the 507', () => {
    bench = new Bench({ proofOfWork: 'discovery' }, { admissionsBurst: 1 });
    open(2, (i) => `10.${i}.1.1`);
    expect(events(bench.take(), 'handshake-failed').map(({ code }) => code)).toEqual([
      'too-many-newcomers',
    ]);
  });
});
