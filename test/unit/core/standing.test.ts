/** What is held against a peer, and what follows. */
import { beforeEach, describe, expect, it } from 'vitest';
import { u64 } from '../../../src/basics/integers.ts';
import type { LinkId } from '../../../src/core/inputs.ts';
import type { StandingSnapshot, Wrong } from '../../../src/core/snapshot.ts';
import { Standing } from '../../../src/core/standing/standing.ts';
import { Feature } from '../../../src/wire/extension-messages.ts';
import { violation, type ViolationCode } from '../../../src/wire/violation.ts';
import { entry, openExtended } from './exchange/support.ts';
import { Bench, OWN, events, hungUp, notified, securedBy } from './support.ts';

const HOST = '10.7.7.7';
const MINUTE = 60_000;

let bench: Bench;
let nextId: number;

beforeEach(() => {
  nextId = 1;
  bench = new Bench({ extension: true }, { silenceMax: 86_400_000 });
});

function open(host = HOST): LinkId {
  return bench.openInbound(6001, { host, port: 40_000 });
}

/** The link brings an announcement that a local program judges. */
function bring(link: LinkId, valid: boolean): void {
  const client = bench.client(1337);
  bench.take();
  bench.hear(link, { id: u64(1, nextId++) });
  const [asked] = notified(bench.take());
  // Nobody was asked if the link is gone.
  if (asked !== undefined) bench.verdict(client, asked.messageId, valid);
  bench.give({ kind: 'client-gone', client });
}

function standing(link: LinkId): StandingSnapshot {
  return bench.node.snapshot().links.find((shown) => shown.link === link)!.standing;
}

function breaks(link: LinkId, code: ViolationCode): void {
  bench.give({ kind: 'garbage', link, violation: violation(code, 'test') });
}

function isBanned(host = HOST): boolean {
  bench.take();
  bench.accept({ host, port: 50_000 });
  return events(bench.take(), 'handshake-failed').some(({ code }) => code === 'banned');
}

describe('announcements that local programs refuse', () => {
  it('hardly count if they are few', () => {
    const link = open();
    for (let i = 0; i < 3; i++) bring(link, false);
    expect(standing(link)).toEqual({
      penalty: 4.5,
      bannedAt: 100,
      reasons: [{ wrong: 'refused', count: 3, penalty: 4.5 }],
    });
  });

  it('have their sender banned if there are twenty in ten minutes', () => {
    const link = open();
    for (let i = 0; i < 20; i++) {
      bring(link, false);
      bench.advance(MINUTE / 2);
    }
    expect(bench.openCount).toBe(0);
    expect(isBanned()).toBe(true);
  });

  it('do not if they are twenty in an hour', () => {
    const link = open();
    for (let i = 0; i < 20; i++) {
      bring(link, false);
      bench.advance(3 * MINUTE);
    }
    expect(bench.openCount).toBe(1);
  });

  it('are made up for by those that are accepted', () => {
    const link = open();
    for (let i = 0; i < 40; i++) {
      bring(link, false);
      bring(link, true);
    }
    expect(standing(link).penalty).toBe(0);
  });

  it('are not held against a peer that says it passes on what it does not judge', () => {
    const link = openExtended(bench, { features: Feature.relaysAll, interest: [7] });
    for (let i = 0; i < 30; i++) bring(link, false);
    expect(standing(link).reasons).toEqual([]);
  });

  it('are held against it if programs of its own judge that type', () => {
    const link = openExtended(bench, { features: Feature.relaysAll, interest: [1337] });
    for (let i = 0; i < 30; i++) bring(link, false);
    expect(bench.openCount).toBe(0);
  });
});

describe('copies of what is known already', () => {
  it('are not held against anybody', () => {
    const link = open();
    for (let i = 0; i < 1_000; i++) bench.hear(link);
    expect(standing(link).reasons).toEqual([]);
  });
});

describe('promises', () => {
  it('have a peer banned that breaks two hundred of them', () => {
    const banned: Wrong[] = [];
    const standing = new Standing({ max: 8, onTooMuch: (_, wrong) => banned.push(wrong) });
    const breakMany = (count: number): void => {
      for (let i = 0; i < count; i++) standing.onBrokenPromise({ host: HOST }, 0);
    };
    breakMany(199);
    expect(banned).toEqual([]);
    breakMany(1);
    expect(banned).toEqual(['broken-promise']);
  });

  it('are counted when what a peer has named does not come', () => {
    const link = openExtended(bench);
    bench.message(link, { kind: 'peer-have', entries: [entry(1)] });
    bench.advance(30_000);
    expect(standing(link).reasons.map(({ wrong }) => wrong)).toEqual(['broken-promise']);
  });
});

describe('a peer that breaks the protocol', () => {
  it.each(['bad-size', 'bad-utf8', 'bad-list', 'wrong-proof'] as const)(
    'as no node ever does is banned at once (%s)',
    (code) => {
      breaks(open(), code);
      expect(isBanned()).toBe(true);
    },
  );

  it.each([
    ['wrong-state', 2],
    ['unknown-type', 4],
    ['frame-timeout', 4],
  ] as const)(
    'as one with other settings might is banned after a few times (%s: %i)',
    (code, times) => {
      for (let i = 1; i < times; i++) breaks(open(), code);
      expect(isBanned()).toBe(false);
      breaks(open(), code);
      expect(isBanned()).toBe(true);
    },
  );

  it('is forgiven when that was long ago', () => {
    for (let i = 0; i < 20; i++) {
      breaks(open(), 'wrong-state');
      bench.advance(30 * MINUTE);
    }
    expect(isBanned()).toBe(false);
  });

  it('is let in again after ten minutes, and banned sooner the next time', () => {
    breaks(open(), 'bad-size');
    bench.advance(10 * MINUTE);
    expect(isBanned()).toBe(false);
    breaks(open(), 'wrong-state');
    expect(isBanned()).toBe(true);
  });

  it('takes its other links with it, also those whose time is over at the same moment', () => {
    bench = new Bench({ proofOfWork: 'connection' });
    breaks(bench.accept({ host: HOST, port: 50_000 }), 'wrong-state');
    for (let i = 0; i < 4; i++) {
      const link = bench.accept({ host: HOST, port: 40_000 + i });
      bench.message(link, { kind: 'peer-info', port: 6001 });
    }
    const silent = [0, 1, 2, 3].map((i) => bench.accept({ host: `10.8.8.${i}`, port: 40_000 }));
    for (const link of silent) bench.message(link, { kind: 'peer-info', port: 6001 });
    bench.take();
    bench.advance(300_000);
    const ended = hungUp(bench.take());
    expect(new Set(ended).size).toBe(ended.length);
    expect(ended).toHaveLength(8);
    expect(isBanned()).toBe(true);
  });

  it('costs nobody else on another host anything', () => {
    breaks(open(), 'bad-size');
    expect(isBanned('10.7.7.8')).toBe(false);
  });

  it('is never banned on loopback, where nothing is held against anybody', () => {
    for (let i = 0; i < 100; i++) breaks(open('127.0.0.1'), 'bad-size');
    expect(isBanned('127.0.0.1')).toBe(false);
    expect(bench.node.snapshot().sizes.standings.size).toBe(0);
  });
});

describe('a peer with a key', () => {
  it('is banned by its key, wherever it comes from, and others on its host are not', () => {
    bench = new Bench({ ownIdentity: securedBy('5').identity });
    const come = (digit: string, host: string): LinkId =>
      bench.accept({ host, port: 40_000 }, OWN, securedBy(digit));
    breaks(come('1', HOST), 'bad-size');
    bench.take();
    come('2', HOST);
    expect(hungUp(bench.take())).toEqual([]);
    const again = come('1', '10.9.9.9');
    expect(hungUp(bench.take())).toEqual([again]);
  });
});

describe('an operator', () => {
  const ban = (host: string, forMillis = MINUTE): void => {
    bench.give({ kind: 'ban', whom: { host }, forMillis, reason: 'a test' });
  };

  it('bans: links that there are end, new ones are not let in, until the time is over', () => {
    const link = open();
    bench.take();
    ban(HOST);
    expect(hungUp(bench.take())).toEqual([link]);
    expect(isBanned()).toBe(true);
    bench.advance(MINUTE);
    expect(isBanned()).toBe(false);
  });

  it('takes a ban back', () => {
    ban(HOST);
    bench.give({ kind: 'unban', whom: { host: HOST } });
    expect(isBanned()).toBe(false);
  });

  it('cannot ban loopback', () => {
    ban('127.0.0.1');
    expect(isBanned('127.0.0.1')).toBe(false);
  });

  it('keeps bans for the next life, with what is left of them', () => {
    ban(HOST, 10 * MINUTE);
    bench.advance(4 * MINUTE);
    bench.give({ kind: 'wake' });
    const storedBans = bench.node.storeBans();
    expect(storedBans).toEqual([
      { whom: { host: HOST }, forMillis: 6 * MINUTE, reason: 'a test', isOrdered: true },
    ]);
    const next = new Bench({}, {}, 1, undefined, undefined, storedBans);
    next.now = 77;
    next.give({ kind: 'start' });
    expect(next.node.snapshot().bans).toMatchObject([{ until: 77 + 6 * MINUTE }]);
  });

  it('has them stored when one comes or goes, and once a minute as they run down', () => {
    const revisions = [bench.node.bansRevision];
    const note = (): number => revisions.push(bench.node.bansRevision);
    bench.advance(10 * MINUTE);
    note();
    ban(HOST, 3 * MINUTE);
    note();
    bench.advance(MINUTE);
    bench.give({ kind: 'wake' });
    note();
    bench.give({ kind: 'unban', whom: { host: HOST } });
    note();
    expect(revisions.map((revision, i) => revision - (revisions[i - 1] ?? revision))).toEqual([
      0, 0, 1, 1, 1,
    ]);
  });

  it('keeps a ban that the standing of the peer would make shorter', () => {
    const link = open();
    ban('10.1.1.1', 100 * MINUTE);
    breaks(link, 'bad-size');
    ban(HOST, 100 * MINUTE);
    bench.advance(11 * MINUTE);
    expect(isBanned()).toBe(true);
  });

  it('ends a link, and the peer may come back', () => {
    const link = open();
    bench.take();
    bench.give({ kind: 'disconnect', link });
    expect(events(bench.take(), 'link-lost').map(({ code }) => code)).toEqual(['disconnected']);
    open();
    expect(bench.openCount).toBe(1);
  });

  it('has nobody dialled whom he banned', () => {
    const peer = { host: HOST, port: 6001 };
    bench = new Bench({ knownPeers: [peer] });
    ban(HOST, 10 * MINUTE);
    bench.give({ kind: 'start' });
    bench.give({ kind: 'resolved', name: peer, addresses: [peer] });
    bench.advance(9 * MINUTE);
    expect(bench.take().filter(({ kind }) => kind === 'dial')).toEqual([]);
    bench.advance(5 * MINUTE);
    expect(bench.take().filter(({ kind }) => kind === 'dial')).not.toEqual([]);
  });
});

describe('what is remembered', () => {
  it('is bounded: the peer that least is held against is forgotten', () => {
    bench = new Bench({}, { standingsMax: 2 });
    breaks(open('10.1.1.1'), 'wrong-state');
    breaks(open('10.1.1.2'), 'unknown-type');
    breaks(open('10.1.1.3'), 'unknown-type');
    expect(bench.node.snapshot().sizes.standings.size).toBe(2);
    breaks(open('10.1.1.1'), 'wrong-state');
    expect(isBanned('10.1.1.1')).toBe(true);
  });

  it('is bounded: the ban that ends first makes room, one that was ordered last', () => {
    bench = new Bench({}, { bansMax: 2 });
    bench.give({ kind: 'ban', whom: { host: '10.1.1.1' }, forMillis: MINUTE, reason: 'a test' });
    breaks(open('10.1.1.2'), 'bad-size');
    breaks(open('10.1.1.3'), 'bad-size');
    const hosts = ['10.1.1.1', '10.1.1.2', '10.1.1.3'];
    expect(hosts.map((host) => isBanned(host))).toEqual([true, false, true]);
  });
});

describe('a global IPv6 address', () => {
  it('is banned with its /64', () => {
    breaks(open('2a02:8100:1:2::1'), 'bad-size');
    expect(isBanned('2a02:8100:1:2::99')).toBe(true);
    expect(isBanned('2a02:8100:1:3::1')).toBe(false);
  });
});
