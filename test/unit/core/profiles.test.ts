import { describe, expect, it } from 'vitest';
import { u64 } from '../../../src/basics/integers.ts';
import { LAZY_THRESHOLD, Profiles } from '../../../src/core/profiles.ts';
import type { TypeProfile } from '../../../src/core/settings.ts';
import { Bench, forwards, notified, settings } from './support.ts';
import { KEY_SPACE } from '../../../src/wire/reconciliation.ts';
import { digestOf, HELLO, openExtended, said } from './exchange/support.ts';

const PARTICULAR = 1337;
const USUAL = 1338;

function types(profile: TypeProfile): { types: ReadonlyMap<number, TypeProfile> } {
  return { types: new Map([[PARTICULAR, profile]]) };
}

describe('a profile', () => {
  it('is that of the node where nothing particular was said', () => {
    expect(new Profiles(settings({ degree: 3 })).of(USUAL)).toEqual({
      degree: 3,
      lazyThreshold: LAZY_THRESHOLD,
      rateLimit: undefined,
      historyWindow: 300_000,
      askedWindow: 600_000,
    });
  });

  it('has what was said of its type, and the rest from the node', () => {
    const profiles = new Profiles(settings({ degree: 3, ...types({ lazyThreshold: 7 }) }));
    expect(profiles.of(PARTICULAR)).toEqual({ ...profiles.usual, lazyThreshold: 7 });
  });

  it.each([
    ['the seen window', { historyWindow: 300_000, seenWindow: 5_000 }, 5_000],
    ['the history window of the node', { historyWindow: 4_000, seenWindow: 600_000 }, 4_000],
  ])('keeps nothing longer than %s', (_, times, expected) => {
    const profiles = new Profiles(settings({ ...times, ...types({ historyWindow: 9_000 }) }));
    expect([profiles.of(PARTICULAR), profiles.usual].map((one) => one.historyWindow)).toEqual([
      expected,
      expected,
    ]);
  });
});

describe('the degree of a type', () => {
  it.each([
    ['its announcements', PARTICULAR, 2],
    ['not those of others', USUAL, 4],
  ])('is that of %s', (_, dataType, expected) => {
    const bench = new Bench({ degree: 4, ...types({ degree: 2 }) });
    bench.openLinks(10);
    bench.take();
    bench.announce(undefined, dataType);
    expect(forwards(bench.take())[0]?.links).toHaveLength(expected);
  });

  it('is that of what is passed on, and may be more than that of the node', () => {
    const bench = new Bench({ degree: 1, ...types({ degree: 7 }) });
    const [sender] = bench.openLinks(10);
    bench.take();
    bench.hear(sender!, { dataType: PARTICULAR });
    expect(forwards(bench.take())[0]?.links).toHaveLength(7);
  });

  it('is that of what is sent to peers that speak the extension', () => {
    const bench = new Bench({ extension: true, degree: 4, ...types({ degree: 2 }) });
    for (let i = 0; i < 10; i++) openExtended(bench);
    bench.take();
    bench.announce(undefined, PARTICULAR);
    expect(forwards(bench.take())[0]?.links).toHaveLength(2);
  });
});

describe('the lazy threshold of a type', () => {
  /** How often two peers, to which pushes have long been useless, are sent one of 20 messages of 100 bytes whole. */
  function pushes(lazyThreshold: number): number {
    const bench = new Bench({ extension: true, ...types({ lazyThreshold }) });
    const sender = openExtended(bench);
    const others = [openExtended(bench), openExtended(bench)];
    for (let low = 0; low < 60; low++) {
      const message = { id: { high: 1, low }, dataType: PARTICULAR, data: 'x'.repeat(100) };
      bench.hear(sender, message);
      for (const link of others) bench.hear(link, message);
    }
    bench.take();
    for (let low = 0; low < 20; low++) {
      bench.hear(sender, { id: { high: 2, low }, dataType: PARTICULAR, data: 'y'.repeat(100) });
    }
    return forwards(bench.take()).flatMap(({ links }) => links).length;
  }

  it('has a message that is smaller sent whole, whatever was learnt', () => {
    expect(pushes(101)).toBe(40);
  });

  it('has a message of its size sent only where that was useful', () => {
    // Now and then a pair is tried again.
    expect(pushes(100)).toBeLessThan(4);
  });

  it('is from where on peers are told that their copy came too late', () => {
    const told = [100, 101].map((lazyThreshold) => {
      const bench = new Bench({ extension: true, degree: 1, ...types({ lazyThreshold }) });
      const [first, second] = [openExtended(bench, HELLO), openExtended(bench, HELLO)];
      bench.take();
      const copy = { dataType: PARTICULAR, data: 'x'.repeat(100) };
      const subscriber = bench.client(PARTICULAR);
      bench.hear(first, copy);
      bench.hear(second, copy);
      expect(subscriber).toBeGreaterThan(0);
      return said(bench.take(), second, 'peer-dont-want').length;
    });
    expect(told).toEqual([1, 0]);
  });
});

describe('the history window of a type', () => {
  const short = types({ historyWindow: 10_000 });

  /** What a newcomer is named that compares notes with the node and has nothing. */
  function named(bench: Bench): number {
    const newcomer = openExtended(bench);
    bench.take();
    const ranges = [{ end: KEY_SPACE, mode: 'digests' as const, digests: [] }];
    const step = { kind: 'peer-reconcile', exchange: 1, windowSeconds: 300, ranges } as const;
    bench.message(newcomer, step);
    bench.advance(100);
    return said(bench.take(), newcomer, 'peer-have').flatMap(({ entries }) => entries).length;
  }

  it.each([
    [PARTICULAR, 5_000, 1],
    [PARTICULAR, 15_000, 0],
    [USUAL, 15_000, 1],
  ])('says whether %i is there for who missed it %i ms ago: %i', (dataType, later, expected) => {
    const bench = new Bench({ extension: true, ...short });
    bench.hear(openExtended(bench), { dataType });
    bench.advance(later);
    expect(named(bench)).toBe(expected);
  });

  it('begins with the receipt, however late the verdict', () => {
    const bench = new Bench({ extension: true, ...short });
    const sender = openExtended(bench);
    const client = bench.client(PARTICULAR);
    const copy = { dataType: PARTICULAR };
    const [late] = notified(bench.hear(sender, { ...copy, id: u64(1, 1) }));
    bench.advance(5_000);
    const [prompt] = notified(bench.hear(sender, { ...copy, id: u64(1, 2) }));
    bench.verdict(client, prompt!.messageId);
    bench.verdict(client, late!.messageId);
    bench.advance(6_000);
    expect(named(bench)).toBe(1);
  });

  it.each([
    [PARTICULAR, 5_000, true],
    [PARTICULAR, 15_000, false],
    [USUAL, 15_000, true],
  ])('says whether %i is given to who asks for it %i ms later: %s', (dataType, later, isGiven) => {
    const bench = new Bench({ extension: true, ...short });
    const [sender, other] = [openExtended(bench), openExtended(bench)];
    const id = u64(1, 1);
    bench.hear(sender, { id, dataType });
    bench.advance(later);
    bench.take();
    const digests = [digestOf(id, 'data', dataType)];
    // What it has not been told of yet is named at first.
    for (let i = 0; i < 2; i++) {
      bench.message(other, { kind: 'peer-want', digests });
      bench.advance(100);
    }
    expect(said(bench.take(), other, 'peer-announce')).toHaveLength(isGiven ? 1 : 0);
  });

  it.each([
    [PARTICULAR, 19, 1],
    [PARTICULAR, 20, 0],
    [USUAL, 20, 1],
  ])('says whether %i of %i seconds ago is still asked for: %i', (dataType, age, expected) => {
    const bench = new Bench({ extension: true, ...short });
    const link = openExtended(bench);
    bench.advance(60_000);
    bench.take();
    const entry = { digest: digestOf(u64(1, 1)), dataType, size: 4, ttl: 0, age };
    bench.message(link, { kind: 'peer-have', entries: [entry] });
    expect(said(bench.take(), link, 'peer-want')).toHaveLength(expected);
  });
});
