/** What peers bring: counted, judged, and limited by type. */
import { describe, expect, it } from 'vitest';
import { u64 } from '../../../src/basics/integers.ts';
import type { Effect } from '../../../src/core/effects.ts';
import type { LinkId } from '../../../src/core/inputs.ts';
import type { Settings } from '../../../src/core/settings.ts';
import type { IntakeCounts } from '../../../src/core/snapshot.ts';
import { digestOf, openExtended, said } from './exchange/support.ts';
import { Bench, events, forwards, notified } from './support.ts';

const TYPE = 1337;
const OTHER_TYPE = 1338;
/** Two a second, three at once. */
const LIMITED: Partial<Settings> = {
  types: new Map([[TYPE, { rateLimit: { perSecond: 2, burst: 3 } }]]),
};

function intakeOf(bench: Bench, link: LinkId): IntakeCounts | undefined {
  return bench.node.snapshot().links.find((one) => one.link === link)?.intake;
}

/** So many new messages from a peer. */
function hearMany(bench: Bench, link: LinkId, count: number, dataType = TYPE, from = 0): void {
  for (let i = from; i < from + count; i++) bench.hear(link, { id: u64(link, i), dataType });
}

describe('what a peer brings', () => {
  it('is counted as new or as known already', () => {
    const bench = new Bench();
    const [a, b] = bench.openLinks(2);
    for (const id of [u64(0, 1), u64(0, 2)]) bench.hear(a!, { id });
    for (const id of [u64(0, 1), u64(0, 3)]) bench.hear(b!, { id });
    bench.hear(b!, { id: u64(0, 3) });
    expect(intakeOf(bench, a!)).toMatchObject({ received: 2, first: 2, copies: 0 });
    expect(intakeOf(bench, b!)).toMatchObject({ received: 3, first: 1, copies: 2 });
  });

  it.each([
    ['accepted', true],
    ['refused', false],
  ] as const)('is counted as %s for the peer that brought it first', (outcome, valid) => {
    const bench = new Bench();
    const [first, second] = bench.openLinks(2);
    const client = bench.client(TYPE);
    const asked = notified(bench.hear(first!));
    bench.hear(second!);
    bench.verdict(client, asked[0]!.messageId, valid);
    expect(intakeOf(bench, first!)).toMatchObject({ [outcome]: 1 });
    expect(intakeOf(bench, second!)).toMatchObject({ copies: 1, [outcome]: 0 });
  });

  it('counts for the first also when a copy that goes farther is the one passed on', () => {
    const bench = new Bench();
    const [first, second] = bench.openLinks(2);
    const client = bench.client(TYPE);
    const asked = notified(bench.hear(first!, { ttl: 2 }));
    bench.hear(second!, { ttl: 9 });
    bench.verdict(client, asked[0]!.messageId, false);
    expect([first!, second!].map((link) => intakeOf(bench, link)?.refused)).toEqual([1, 0]);
  });

  it('is abstained from when nobody answers in time', () => {
    const bench = new Bench({ validationTimeout: 1_000 });
    const [link] = bench.openLinks(1);
    bench.client(TYPE);
    bench.hear(link!);
    expect(intakeOf(bench, link!)).toMatchObject({ abstained: 0 });
    bench.advance(1_000);
    expect(intakeOf(bench, link!)).toMatchObject({ accepted: 0, refused: 0, abstained: 1 });
  });

  it('is abstained from at once when nobody can be asked', () => {
    const bench = new Bench();
    const [link] = bench.openLinks(1);
    const client = bench.client(TYPE);
    bench.give({ kind: 'client-queue', client, queue: { level: 'full', isMoving: true } });
    bench.hear(link!);
    expect(intakeOf(bench, link!)).toMatchObject({ first: 1, abstained: 1 });
  });

  it('gets no verdict where nobody subscribes', () => {
    const bench = new Bench();
    const [link] = bench.openLinks(1);
    bench.hear(link!);
    expect(intakeOf(bench, link!)).toMatchObject({ accepted: 0, refused: 0, abstained: 0 });
  });

  it('is judged also when it had to make room before its verdict', () => {
    const bench = new Bench({}, { gatesMax: 1 });
    const [link] = bench.openLinks(1);
    const client = bench.client(TYPE);
    const asked = notified(bench.hear(link!, { id: u64(0, 1) }));
    bench.hear(link!, { id: u64(0, 2) });
    bench.verdict(client, asked[0]!.messageId, false);
    expect(intakeOf(bench, link!)).toMatchObject({ first: 2, refused: 1 });
  });

  it('counts for the node as a whole when the link is gone before the verdict', () => {
    const bench = new Bench();
    const [link] = bench.openLinks(1);
    const client = bench.client(TYPE);
    const asked = notified(bench.hear(link!));
    bench.give({ kind: 'link-closed', link: link!, reason: 'gone' });
    bench.verdict(client, asked[0]!.messageId, false);
    expect(bench.node.snapshot().intake).toEqual({
      received: 1,
      first: 1,
      copies: 0,
      overRate: 0,
      accepted: 0,
      refused: 1,
      abstained: 0,
    });
  });
});

describe('a rate limit of a type', () => {
  function limited(): { bench: Bench; a: LinkId; b: LinkId } {
    const bench = new Bench({ ...LIMITED, degree: 1 });
    const [a, b] = bench.openLinks(2);
    bench.take();
    return { bench, a: a!, b: b! };
  }

  it('drops what one peer brings beyond it, and says so each time', () => {
    const { bench, a } = limited();
    hearMany(bench, a, 10);
    const effects = bench.take();
    expect(forwards(effects)).toHaveLength(3);
    expect(events(effects, 'rate-exceeded')).toHaveLength(7);
    expect(events(effects, 'rate-exceeded')[0]).toMatchObject({ link: a, dataType: TYPE });
    expect(intakeOf(bench, a)).toMatchObject({ received: 10, first: 3, copies: 0, overRate: 7 });
  });

  it('lets a peer go on at that rate', () => {
    const { bench, a } = limited();
    for (let i = 0; i < 20; i++) {
      hearMany(bench, a, 1, TYPE, i);
      bench.advance(500);
    }
    expect(intakeOf(bench, a)).toMatchObject({ first: 20, overRate: 0 });
  });

  it('is each peer’s own', () => {
    const { bench, a, b } = limited();
    hearMany(bench, a, 10);
    hearMany(bench, b, 3);
    expect(intakeOf(bench, b)).toMatchObject({ first: 3, overRate: 0 });
  });

  it('does not concern other types', () => {
    const { bench, a } = limited();
    hearMany(bench, a, 10, OTHER_TYPE);
    expect(intakeOf(bench, a)).toMatchObject({ first: 10, overRate: 0 });
  });

  it('is not used up by copies', () => {
    const { bench, a, b } = limited();
    hearMany(bench, a, 3);
    for (let copy = 0; copy < 10; copy++) bench.hear(b, { id: u64(a, 0) });
    hearMany(bench, b, 3);
    expect(intakeOf(bench, b)).toMatchObject({ first: 3, copies: 10, overRate: 0 });
  });

  it('lets another peer bring what was dropped', () => {
    const { bench, a, b } = limited();
    hearMany(bench, a, 3);
    const dropped = { id: u64(9, 9), dataType: TYPE };
    bench.hear(a, dropped);
    bench.take();
    bench.hear(b, dropped);
    expect(forwards(bench.take())).toMatchObject([{ links: [a] }]);
  });

  it('notifies nobody of what it drops', () => {
    const { bench, a } = limited();
    bench.client(TYPE);
    hearMany(bench, a, 10);
    expect(notified(bench.take())).toHaveLength(3);
  });

  it('begins anew with each link', () => {
    const { bench, a } = limited();
    hearMany(bench, a, 10);
    bench.give({ kind: 'link-closed', link: a, reason: 'gone' });
    const again = bench.openInbound();
    hearMany(bench, again, 3);
    expect(intakeOf(bench, again)).toMatchObject({ first: 3, overRate: 0 });
  });
});

describe('a rate limit among peers that speak the extension', () => {
  const id = u64(9, 9);

  /** A peer that has used up its limit, and another one. */
  function extended(): { bench: Bench; a: LinkId; b: LinkId } {
    const bench = new Bench({ ...LIMITED, extension: true });
    const [a, b] = [openExtended(bench), openExtended(bench)];
    // Long enough for both to be asked for something that is old news.
    bench.advance(5_000);
    bench.take();
    return { bench, a, b };
  }

  function name(bench: Bench, link: LinkId): void {
    const entry = { digest: digestOf(id), dataType: TYPE, size: 4, ttl: 0, age: 3 };
    bench.message(link, { kind: 'peer-have', entries: [entry] });
  }

  function asked(effects: readonly Effect[], link: LinkId): number {
    return said(effects, link, 'peer-want').length;
  }

  it('asks a peer for nothing that it may not bring now', () => {
    const { bench, a, b } = extended();
    hearMany(bench, a, 3);
    name(bench, a);
    name(bench, b);
    const effects = bench.take();
    expect([asked(effects, a), asked(effects, b)]).toEqual([0, 1]);
  });

  it('asks another peer when what it asked for was more than the first may bring', () => {
    const { bench, a, b } = extended();
    name(bench, a);
    name(bench, b);
    expect(asked(bench.take(), a)).toBe(1);
    hearMany(bench, a, 3);
    bench.hear(a, { id, dataType: TYPE });
    bench.advance(0);
    expect(asked(bench.take(), b)).toBe(1);
    bench.hear(b, { id, dataType: TYPE });
    expect(intakeOf(bench, b)).toMatchObject({ first: 1 });
  });
});

describe('a rate limit and local programs', () => {
  function pauses(effects: readonly Effect[]): string[] {
    return effects.flatMap((effect) =>
      effect.kind === 'pause-client' || effect.kind === 'resume-client'
        ? [`${effect.kind} ${effect.client}`]
        : [],
    );
  }

  it('drops nothing of theirs', () => {
    const bench = new Bench(LIMITED);
    bench.openLinks(1);
    const client = bench.client();
    bench.take();
    for (let i = 0; i < 10; i++) bench.announce(client, TYPE);
    expect(forwards(bench.take())).toHaveLength(10);
  });

  it('holds back who announces beyond it, for as long as what was announced takes', () => {
    const bench = new Bench(LIMITED);
    const client = bench.client();
    for (let i = 0; i < 3; i++) bench.announce(client, TYPE);
    expect(pauses(bench.take())).toEqual([]);
    for (let i = 0; i < 4; i++) bench.announce(client, TYPE);
    expect(pauses(bench.take())).toEqual([`pause-client ${client}`]);
    bench.advance(1_999);
    expect(pauses(bench.take())).toEqual([]);
    bench.advance(1);
    expect(pauses(bench.take())).toEqual([`resume-client ${client}`]);
  });

  it('does not hold back those who announce other types', () => {
    const bench = new Bench(LIMITED);
    const [busy, other] = [bench.client(), bench.client()];
    for (let i = 0; i < 10; i++) bench.announce(busy, TYPE);
    for (let i = 0; i < 10; i++) bench.announce(other, OTHER_TYPE);
    expect(pauses(bench.take())).toEqual([`pause-client ${busy}`]);
  });

  it('holds nobody back any more who is gone', () => {
    const bench = new Bench(LIMITED);
    const client = bench.client();
    for (let i = 0; i < 10; i++) bench.announce(client, TYPE);
    bench.take();
    bench.give({ kind: 'client-gone', client });
    bench.advance(60_000);
    expect(pauses(bench.take())).toEqual([]);
  });

  it('goes on holding back when a link that was behind has caught up', () => {
    const bench = new Bench(LIMITED);
    const [link] = bench.openLinks(1);
    const client = bench.client();
    bench.give({ kind: 'link-queue', link: link!, queue: { level: 'high', isMoving: true } });
    for (let i = 0; i < 4; i++) bench.announce(client, TYPE);
    bench.take();
    bench.give({ kind: 'link-queue', link: link!, queue: { level: 'low', isMoving: true } });
    expect(pauses(bench.take())).toEqual([]);
    bench.advance(500);
    expect(pauses(bench.take())).toEqual([`resume-client ${client}`]);
  });

  it('goes on holding back for a link that is behind when the time is over', () => {
    const bench = new Bench(LIMITED);
    const [link] = bench.openLinks(1);
    const client = bench.client();
    for (let i = 0; i < 4; i++) bench.announce(client, TYPE);
    bench.give({ kind: 'link-queue', link: link!, queue: { level: 'high', isMoving: true } });
    bench.take();
    bench.advance(10_000);
    expect(pauses(bench.take())).toEqual([]);
  });
});
