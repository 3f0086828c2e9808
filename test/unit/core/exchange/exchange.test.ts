/** The exchange as peers see it, on the bench. Digests are readable there; see benchDigest. */
import { beforeEach, describe, expect, it } from 'vitest';
import { u64 } from '../../../../src/basics/integers.ts';
import type { LinkId } from '../../../../src/core/inputs.ts';
import type { MessageDigest } from '../../../../src/wire/digest.ts';
import { EXTENSION_KINDS, type HaveEntry } from '../../../../src/wire/extension-messages.ts';
import type { PeerMessage } from '../../../../src/wire/peer-messages.ts';
import { KEY_SPACE, type Range } from '../../../../src/wire/reconciliation.ts';
import { address, Bench, bytes, events, forwards, hungUp, notified, sentOn } from '../support.ts';
import { digestOf, HELLO, openExtended, said } from './support.ts';

const ID = u64(0, 11);
const DIGEST = digestOf(ID);
/** Large enough to be named instead of sent. */
const LARGE = 'x'.repeat(2_000);

let bench: Bench;

beforeEach(() => {
  bench = new Bench({ extension: true });
  bench.give({ kind: 'start' });
  // Old enough to be interested in what was announced a while ago.
  bench.advance(100_000);
  bench.take();
});

function have(link: LinkId, ...entries: Partial<HaveEntry>[]): void {
  bench.message(link, {
    kind: 'peer-have',
    entries: entries.map((parts) => ({
      digest: DIGEST,
      dataType: 1337,
      size: 4,
      ttl: 0,
      age: 0,
      ...parts,
    })),
  });
}

function want(link: LinkId, ...digests: MessageDigest[]): void {
  bench.message(link, { kind: 'peer-want', digests });
}

function dontWant(link: LinkId, ...digests: MessageDigest[]): void {
  bench.message(link, { kind: 'peer-dont-want', digests });
}

/** The digests asked of a peer so far. */
function wanted(link: LinkId): readonly MessageDigest[] {
  return said(bench.effects, link, 'peer-want').flatMap(({ digests }) => digests);
}

function given(link: LinkId): number {
  return said(bench.effects, link, 'peer-announce').length;
}

function gone(link: LinkId): readonly MessageDigest[] {
  return said(bench.effects, link, 'peer-gone').flatMap(({ digests }) => digests);
}

function named(link: LinkId): readonly HaveEntry[] {
  return said(bench.effects, link, 'peer-have').flatMap(({ entries }) => entries);
}

function kinds(link: LinkId): string[] {
  return sentOn(bench.effects, link).map(({ kind }) => kind);
}

describe('the beginning', () => {
  it('is a 520 behind the 510 towards a peer that has shown the bit', () => {
    const link = bench.accept();
    bench.message(link, { kind: 'peer-info', port: 6001, isExtended: true });
    expect(kinds(link).slice(0, 2)).toEqual(['peer-validation', 'peer-hello']);
  });

  it('is a 520 towards a dialled peer whose 510 shows the bit', () => {
    const link = bench.connect(address('10.0.0.9:6001'));
    bench.message(link, { kind: 'peer-validation', valid: true, isExtended: true });
    expect(said(bench.effects, link, 'peer-hello')).toHaveLength(1);
  });

  it('is not answered by another 520', () => {
    const link = openExtended(bench);
    expect(said(bench.effects, link, 'peer-hello')).toHaveLength(1);
  });

  it('in discovery is the 520 of the receiver, which the initiator answers', () => {
    bench = new Bench({ extension: true, proofOfWork: 'discovery' });
    const link = bench.connect(address('10.0.0.9:6001'));
    const before = said(bench.effects, link, 'peer-hello').length;
    bench.message(link, HELLO);
    expect([before, said(bench.effects, link, 'peer-hello').length]).toEqual([0, 1]);
  });

  it('says for how long messages are kept, and that all are relayed', () => {
    const link = openExtended(bench);
    expect(said(bench.effects, link, 'peer-hello')[0]).toEqual({ ...HELLO, interest: [] });
  });

  it('names the types that programs subscribe to, and not that all are relayed if they are not', () => {
    bench = new Bench({ extension: true, relay: 'subscribed' });
    bench.client(7, 9);
    const link = openExtended(bench);
    const [hello] = said(bench.effects, link, 'peer-hello');
    expect(hello).toMatchObject({ features: 0, interest: [7, 9] });
  });

  it('that comes a second time closes the link', () => {
    const link = openExtended(bench);
    bench.message(link, HELLO);
    expect(hungUp(bench.effects)).toEqual([link]);
    expect(events(bench.effects, 'link-lost')[0]).toMatchObject({ code: 'wrong-state' });
  });

  it.each<[PeerMessage]>([
    [{ kind: 'peer-interest', interest: [] }],
    [{ kind: 'peer-have', entries: [] }],
    [{ kind: 'peer-want', digests: [DIGEST] }],
    [{ kind: 'peer-dont-want', digests: [DIGEST] }],
    [{ kind: 'peer-gone', digests: [DIGEST] }],
    [{ kind: 'peer-push', digests: [DIGEST] }],
    [{ kind: 'peer-reconcile', exchange: 1, windowSeconds: 1, ranges: [] }],
    [{ kind: 'peer-ping', token: 1 }],
    [{ kind: 'peer-pong', token: 1 }],
  ])('with %j instead of a 520 closes the link', (message) => {
    const link = bench.accept();
    bench.message(link, { kind: 'peer-info', port: 6001, isExtended: true });
    bench.message(link, message);
    expect(hungUp(bench.effects)).toEqual([link]);
  });

  it('that does not come is told after 10 s, and the peer is an existing node', () => {
    const link = bench.accept();
    bench.message(link, { kind: 'peer-info', port: 6001, isExtended: true });
    bench.advance(9_999);
    const before = events(bench.effects, 'extension-silent');
    bench.advance(1);
    expect([before, events(bench.effects, 'extension-silent')]).toEqual([
      [],
      [{ kind: 'extension-silent', link }],
    ]);
  });

  it('that does not come is told once; nothing but the 520 is said to that peer, and it gets messages whole', () => {
    const link = bench.accept();
    bench.message(link, { kind: 'peer-info', port: 6001, isExtended: true });
    const source = openExtended(bench);
    bench.advance(10_000);
    for (let i = 0; i < 20; i++) {
      bench.hear(source, { id: u64(1, i), data: LARGE });
      bench.advance(60_000);
    }
    const extended = kinds(link).filter((kind) =>
      (EXTENSION_KINDS as readonly string[]).includes(kind),
    );
    expect([events(bench.effects, 'extension-silent').length, extended]).toEqual([
      1,
      ['peer-hello'],
    ]);
    expect(given(link)).toBe(20);
  });

  it('may come late', () => {
    const link = bench.accept();
    bench.message(link, { kind: 'peer-info', port: 6001, isExtended: true });
    bench.advance(20_000);
    bench.message(link, HELLO);
    bench.message(link, { kind: 'peer-ping', token: 5 });
    expect(said(bench.effects, link, 'peer-pong')).toEqual([{ kind: 'peer-pong', token: 5 }]);
  });
});

describe('an existing peer', () => {
  it('is sent nothing from 520 on, whatever happens around it', () => {
    const existing = bench.openInbound();
    const peers = [openExtended(bench), openExtended(bench)];
    for (let i = 0; i < 20; i++) {
      bench.hear(peers[i % 2]!, { id: u64(1, i), data: i % 3 === 0 ? LARGE.repeat(20) : LARGE });
      bench.hear(existing, { id: u64(1, i), data: i % 3 === 0 ? LARGE.repeat(20) : LARGE });
      bench.hear(existing, { id: u64(2, i), data: LARGE });
      bench.advance(500);
    }
    bench.client(7);
    bench.advance(60_000);
    expect(
      kinds(existing).filter((kind) => (EXTENSION_KINDS as readonly string[]).includes(kind)),
    ).toEqual([]);
  });

  it('is sent the whole message although all others are only named it', () => {
    bench = new Bench({ extension: true, degree: 4 });
    const existing = bench.openInbound();
    const peers = Array.from({ length: 12 }, () => openExtended(bench));
    bench.take();
    let times = 0;
    for (let i = 0; i < 50; i++) {
      bench.hear(peers[0]!, { id: u64(1, i), data: LARGE });
      times += given(existing);
      bench.take();
    }
    expect(times).toBe(50);
  });

  it('that says a 520 without the bit is closed where the extension is off', () => {
    bench = new Bench({ extension: false });
    const link = bench.openInbound();
    bench.message(link, HELLO);
    expect(hungUp(bench.effects)).toEqual([link]);
  });
});

describe('a message that was named', () => {
  it('is asked for after a wait', () => {
    const link = openExtended(bench);
    have(link, {});
    const before = wanted(link);
    bench.advance(2_000);
    expect([before, wanted(link)]).toEqual([[], [DIGEST]]);
  });

  it('is not asked for when it comes in time, from whomever', () => {
    const [link, other] = [openExtended(bench), bench.openInbound()];
    have(link, {});
    bench.advance(10);
    bench.hear(other, { id: ID });
    bench.advance(60_000);
    expect(wanted(link)).toEqual([]);
  });

  it('is asked of the next peer when the first says that it is gone', () => {
    const [first, second] = [openExtended(bench), openExtended(bench)];
    have(first, {});
    have(second, {});
    // Not longer: an answer that does not come would be given up.
    while (wanted(first).length === 0) bench.advance(10);
    const before = wanted(second);
    bench.message(first, { kind: 'peer-gone', digests: [DIGEST] });
    expect([before, wanted(second)]).toEqual([[], [DIGEST]]);
  });

  it('is asked of the next peer when the first does not answer', () => {
    const [first, second] = [openExtended(bench), openExtended(bench)];
    have(first, {});
    have(second, {});
    bench.advance(10_000);
    expect([wanted(first), wanted(second)]).toEqual([[DIGEST], [DIGEST]]);
  });

  it('is notified once when it comes, and once only', () => {
    const client = bench.client(1337);
    const link = openExtended(bench);
    have(link, {});
    bench.advance(500);
    bench.hear(link, { id: ID });
    bench.hear(link, { id: ID });
    expect(notified(bench.effects).map(({ clients }) => clients)).toEqual([[client]]);
  });

  it('is not asked for if it is known', () => {
    const [link, other] = [openExtended(bench), bench.openInbound()];
    bench.hear(other, { id: ID });
    have(link, {});
    bench.advance(60_000);
    expect(wanted(link)).toEqual([]);
  });

  it('is not asked for again after it was refused', () => {
    const client = bench.client(1337);
    const [link, other] = [openExtended(bench), bench.openInbound()];
    bench.hear(other, { id: ID });
    bench.verdict(client, notified(bench.effects)[0]!.messageId, false);
    have(link, {});
    bench.advance(60_000);
    expect(wanted(link)).toEqual([]);
  });

  it.each([
    [99, 1],
    [102, 0],
    [65_535, 0],
  ])('with an age of %i s, by a node that is 100 s old, is asked for %i times', (age, times) => {
    const link = openExtended(bench);
    have(link, { age });
    bench.advance(5_000);
    expect(wanted(link)).toHaveLength(times);
  });

  it('is not asked for if its type is of no use', () => {
    bench = new Bench({ extension: true, relay: 'subscribed' });
    bench.give({ kind: 'start' });
    bench.client(7);
    const link = openExtended(bench);
    have(link, { dataType: 8 });
    bench.advance(5_000);
    const before = wanted(link);
    have(link, { dataType: 7 });
    bench.advance(5_000);
    expect([before, wanted(link)]).toEqual([[], [DIGEST]]);
  });

  it('is named on with its age', () => {
    bench = new Bench({ extension: true, degree: 1 });
    bench.give({ kind: 'start' });
    bench.advance(100_000);
    const [first, ...others] = Array.from({ length: 4 }, () => openExtended(bench));
    have(first!, { age: 30 });
    bench.advance(200);
    bench.hear(first!, { id: ID });
    bench.advance(100);
    expect(others.map((link) => named(link).map(({ age }) => age))).toEqual([[30], [30], [30]]);
  });
});

describe('a peer that names messages', () => {
  it('is trusted on however long its answers take', () => {
    const link = openExtended(bench);
    const ids = Array.from({ length: 20 }, (_, i) => u64(0, i));
    for (const id of ids) {
      have(link, { digest: digestOf(id) });
      bench.advance(900);
      bench.hear(link, { id });
    }
    expect(wanted(link)).toHaveLength(ids.length);
  });

  it('is not heard any more when it gives none of them', () => {
    const link = openExtended(bench);
    // Each is waited for ten seconds.
    for (let i = 0; i < 20; i++) {
      have(link, { digest: digestOf(u64(0, i)) });
      bench.advance(15_000);
    }
    expect(wanted(link)).toHaveLength(8);
  });

  it('is heard on when somebody else has named them as of another size: it gave what it was asked for', () => {
    const [link, liar] = [openExtended(bench), openExtended(bench)];
    for (let i = 0; i < 20; i++) {
      const id = u64(0, i);
      have(liar, { digest: digestOf(id), size: 3, age: 50 });
      have(link, { digest: digestOf(id), age: 50 });
      bench.advance(1_000);
      bench.hear(link, { id });
      bench.advance(20_000);
    }
    expect(wanted(link)).toHaveLength(20);
  });

  it('and does not have them is sent no more of them whole, whatever it says of pushes', () => {
    bench = new Bench({ extension: true, degree: 4 });
    bench.give({ kind: 'start' });
    bench.advance(100_000);
    const [source, liar] = [openExtended(bench), openExtended(bench)];
    have(liar, { digest: digestOf(u64(9, 9)), size: 2_000 });
    bench.advance(20_000);
    bench.message(liar, { kind: 'peer-push', digests: [digestOf(u64(9, 9))] });
    bench.take();
    for (let i = 0; i < 10; i++) bench.hear(source, { id: u64(1, i), data: LARGE });
    bench.advance(100);
    expect([given(liar) <= 1, given(liar) + named(liar).length]).toEqual([true, 10]);
  });

  it('that were forgotten here is asked once at most, and has kept its word when it gives them', () => {
    bench = new Bench({ extension: true, cacheSize: 1 });
    bench.give({ kind: 'start' });
    bench.advance(100_000);
    const [source, link, other] = [bench.openInbound(), openExtended(bench), openExtended(bench)];
    const ids = Array.from({ length: 20 }, (_, i) => u64(0, i));
    for (const id of ids) bench.hear(source, { id });
    bench.take();
    for (const id of ids.slice(0, 10)) {
      have(link, { digest: digestOf(id), age: 5 });
      have(other, { digest: digestOf(id), age: 5 });
      if (wanted(link).length > 0) bench.hear(link, { id });
      bench.advance(1_000);
    }
    expect(wanted(other)).toEqual([]);
    expect(bench.node.snapshot().sizes.wishes.size).toBe(0);
  });
});

describe('what is given', () => {
  /** A message that `link` has been named. */
  function nameTo(): LinkId {
    bench = new Bench({ extension: true, degree: 1 });
    bench.give({ kind: 'start' });
    const source = bench.openInbound();
    const [link, other] = [openExtended(bench), openExtended(bench)];
    bench.hear(source, { id: ID });
    bench.advance(100);
    const [it] = [link, other].filter((one) => named(one).length > 0);
    bench.take();
    return it!;
  }

  it('is what was named', () => {
    const link = nameTo();
    want(link, DIGEST);
    expect(said(bench.effects, link, 'peer-announce')).toEqual([
      { kind: 'peer-announce', id: ID, ttl: 0, dataType: 1337, data: bytes('data') },
    ]);
  });

  it('is given three times to one link, and then it is gone', () => {
    const link = nameTo();
    for (let i = 0; i < 5; i++) want(link, DIGEST);
    expect([given(link), gone(link)]).toEqual([3, [DIGEST, DIGEST]]);
  });

  it('is given three times also if it is asked for five times at once', () => {
    const link = nameTo();
    want(link, ...Array<MessageDigest>(5).fill(DIGEST));
    expect([given(link), gone(link)]).toEqual([3, [DIGEST, DIGEST]]);
  });

  it('is nothing that is not known', () => {
    const link = nameTo();
    want(link, digestOf(u64(9, 9)));
    expect([given(link), gone(link)]).toEqual([0, [digestOf(u64(9, 9))]]);
  });

  it('is named first to a peer that was not told of it', () => {
    nameTo();
    const late = openExtended(bench);
    want(late, DIGEST);
    bench.advance(100);
    expect([given(late), gone(late), named(late).map(({ digest }) => digest)]).toEqual([
      0,
      [],
      [DIGEST],
    ]);
  });

  it('is named first also to a peer that asks twice before the 522 has been sent', () => {
    nameTo();
    const late = openExtended(bench);
    bench.hear(bench.openInbound(), { id: u64(0, 12), data: LARGE });
    bench.take();
    for (let i = 0; i < 2; i++) want(late, DIGEST);
    expect(given(late)).toBe(0);
  });

  it('is nothing whose verdicts are still out', () => {
    const client = bench.client(1337);
    const [source, link] = [bench.openInbound(), openExtended(bench)];
    bench.hear(source, { id: ID });
    bench.advance(100);
    want(link, DIGEST);
    expect([client, named(link), given(link), gone(link)]).toEqual([client, [], 0, [DIGEST]]);
  });

  it('goes by the bytes that came, which are overwritten once they have been handed over', () => {
    const client = bench.client(1337);
    const [source, link] = [openExtended(bench), openExtended(bench)];
    const data = bytes('data');
    const message = { kind: 'peer-announce', id: ID, ttl: 0, dataType: 1337, data } as const;
    bench.message(source, message);
    data.fill(0xa5);
    have(link, { digest: digestOf(u64(9, 9)) });
    const { messageId } = notified(bench.effects).at(-1)!;
    bench.verdict(client, messageId);
    want(link, DIGEST);
    expect(gone(link)).toEqual([]);
  });

  it('is nothing that was refused', () => {
    const client = bench.client(1337);
    const [source, link] = [bench.openInbound(), openExtended(bench)];
    bench.hear(source, { id: ID });
    bench.verdict(client, notified(bench.effects)[0]!.messageId, false);
    bench.advance(100);
    want(link, DIGEST);
    expect([named(link), given(link), gone(link)]).toEqual([[], 0, [DIGEST]]);
  });

  it('is nothing that ended here with a TTL of 1', () => {
    const [source, link] = [bench.openInbound(), openExtended(bench)];
    bench.hear(source, { id: ID, ttl: 1 });
    bench.advance(100);
    want(link, DIGEST);
    expect([named(link), given(link), gone(link)]).toEqual([[], 0, [DIGEST]]);
  });

  it('is nothing that is kept no more', () => {
    const link = nameTo();
    for (let i = 0; i < 3; i++) {
      bench.advance(100_000);
      bench.message(link, { kind: 'peer-ping', token: 1 });
    }
    want(link, DIGEST);
    expect([given(link), gone(link)]).toEqual([0, [DIGEST]]);
  });

  it('is at most 8 MiB at once', () => {
    bench = new Bench({ extension: true, degree: 1, cacheSize: 10_000 });
    bench.give({ kind: 'start' });
    const source = bench.openInbound();
    const [link, other] = [openExtended(bench), openExtended(bench)];
    const data = 'x'.repeat(65_000);
    const ids = Array.from({ length: 400 }, (_, i) => u64(0, i));
    for (const id of ids) bench.hear(source, { id, data });
    bench.advance(100);
    const [asker] = [link, other].sort((a, b) => named(b).length - named(a).length);
    const digests = named(asker!).map(({ digest }) => digest);
    bench.take();
    want(asker!, ...digests);
    expect(digests.length).toBeGreaterThan(129);
    expect([given(asker!), gone(asker!).length]).toEqual([129, digests.length - 129]);
  });
});

describe('a large message', () => {
  it('is announced to all others by a 524 as soon as it is in', () => {
    bench.client(1337);
    const [first, second] = [openExtended(bench), openExtended(bench)];
    bench.hear(first, { id: ID, data: 'x'.repeat(16_384) });
    expect(
      [first, second].map((link) => said(bench.effects, link, 'peer-dont-want').length),
    ).toEqual([0, 1]);
  });

  it('is sent to those that find pushes useful, and named to the others', () => {
    bench = new Bench({ extension: true, degree: 4 });
    const [source, ...links] = Array.from({ length: 9 }, () => openExtended(bench));
    bench.take();
    bench.hear(source!, { id: ID, data: LARGE });
    bench.advance(10);
    expect(links.map((link) => given(link) + named(link).length)).toEqual(Array(8).fill(1));
    expect(links.filter((link) => given(link) === 1)).toHaveLength(4);
  });

  it('is only named to a peer that had what was pushed to it, again and again', () => {
    const [source, link] = [openExtended(bench), openExtended(bench)];
    for (let i = 0; i < 10; i++) {
      bench.hear(source, { id: u64(1, i), data: LARGE });
      bench.hear(link, { id: u64(1, i), data: LARGE });
      bench.advance(100);
    }
    bench.take();
    for (let i = 0; i < 10; i++) bench.hear(source, { id: u64(2, i), data: LARGE });
    bench.advance(10);
    expect(given(link)).toBeLessThanOrEqual(1);
    expect(given(link) + named(link).length).toBe(10);
  });

  it('is pushed again to a peer that says so with a 526', () => {
    const [source, link] = [openExtended(bench), openExtended(bench)];
    for (let i = 0; i < 10; i++) {
      bench.hear(source, { id: u64(1, i), data: LARGE });
      bench.hear(link, { id: u64(1, i), data: LARGE });
    }
    bench.message(link, { kind: 'peer-push', digests: [digestOf(u64(1, 9), LARGE)] });
    bench.take();
    bench.hear(source, { id: ID, data: LARGE });
    expect(given(link)).toBe(1);
  });
});

describe('a message of a type whose verdicts are slow', () => {
  /** Two peers, and a program that takes 200 ms for each of the messages so far. */
  function slowly(): [LinkId, LinkId] {
    const client = bench.client(1337);
    const [source, other] = [openExtended(bench), openExtended(bench)];
    for (let i = 0; i < 10; i++) {
      bench.hear(source, { id: u64(1, i), data: LARGE });
      bench.advance(200);
      bench.verdict(client, notified(bench.effects).at(-1)!.messageId);
    }
    bench.advance(2_000);
    bench.take();
    return [source, other];
  }

  function warned(link: LinkId): number {
    return said(bench.effects, link, 'peer-dont-want').length;
  }

  it('is announced by a 524 as soon as it is in, so that nobody pushes it meanwhile', () => {
    const [source, other] = slowly();
    bench.hear(source, { id: ID, data: LARGE });
    expect([warned(source), warned(other)]).toEqual([0, 1]);
  });

  it('is not announced so to those that have named it', () => {
    const [source, other] = slowly();
    have(other, { digest: digestOf(ID, LARGE), size: LARGE.length });
    bench.hear(source, { id: ID, data: LARGE });
    expect(warned(other)).toBe(0);
  });

  it('is not announced so to those that never push', () => {
    const [source, other] = slowly();
    for (let i = 0; i < 100; i++) {
      bench.hear(source, { id: u64(2, i), data: LARGE });
      have(other, { digest: digestOf(u64(2, i), LARGE), size: LARGE.length });
    }
    bench.take();
    bench.hear(source, { id: ID, data: LARGE });
    expect(warned(other)).toBe(0);
  });

  it('is not announced so if it is small', () => {
    const [source, other] = slowly();
    bench.hear(source, { id: ID });
    expect(warned(other)).toBe(0);
  });
});

describe('a message that waits to be sent', () => {
  function takenBack(link: LinkId): number {
    const all = bench.effects.filter((e) => e.kind === 'unsend' && e.links.includes(link));
    return all.length;
  }

  it.each<[string, (link: LinkId) => void]>([
    ['names it', (link) => have(link, { digest: digestOf(ID, LARGE), size: LARGE.length })],
    ['says that it does not want it', (link) => dontWant(link, digestOf(ID, LARGE))],
    ['sends it itself', (link) => void bench.hear(link, { id: ID, data: LARGE })],
  ])('is taken back when the peer %s, with the tag it was sent with', (_, show) => {
    const [source, link] = [openExtended(bench), openExtended(bench)];
    bench.hear(source, { id: ID, data: LARGE });
    const sent = bench.take().findLast((e) => e.kind === 'send' && e.links.includes(link));
    show(link);
    expect(sent).toMatchObject({ message: { kind: 'peer-announce' } });
    expect(bench.effects).toContainEqual({
      kind: 'unsend',
      links: [link],
      tag: sent?.kind === 'send' ? sent.tag : undefined,
    });
  });

  it('is taken back though it is this node’s own', () => {
    const link = openExtended(bench);
    bench.announce(undefined, 1337, 0, LARGE);
    const [sent] = said(bench.effects, link, 'peer-announce');
    have(link, { digest: digestOf(sent!.id, LARGE), size: LARGE.length });
    expect(takenBack(link)).toBe(1);
  });

  it('is not taken back if it is small: that would cost more than it saves', () => {
    const [source, link] = [openExtended(bench), openExtended(bench)];
    bench.hear(source, { id: ID });
    dontWant(link, DIGEST);
    bench.announce(undefined, 1337);
    const own = said(bench.effects, link, 'peer-announce').at(-1)!;
    dontWant(link, digestOf(own.id, 'x'));
    expect(takenBack(link)).toBe(0);
  });

  it('is taken back also long after it was sent, and once only', () => {
    const [source, link] = [openExtended(bench), openExtended(bench)];
    bench.hear(source, { id: ID, data: LARGE });
    bench.advance(5_000);
    bench.hear(source, { id: u64(0, 12), data: LARGE });
    for (let i = 0; i < 2; i++) dontWant(link, digestOf(ID, LARGE));
    expect(takenBack(link)).toBe(1);
  });
});

describe('a peer for which much waits', () => {
  function queue(link: LinkId, level: 'low' | 'high'): void {
    bench.give({ kind: 'link-queue', link, queue: { level, isMoving: true } });
  }

  it.each([['small', 'data'] as const, ['large', LARGE] as const])(
    'is only named what is %s, until less waits',
    (_, data) => {
      const [source, link] = [openExtended(bench), openExtended(bench)];
      queue(link, 'high');
      bench.hear(source, { id: ID, data });
      bench.advance(100);
      const during = [given(link), named(link).length];
      queue(link, 'low');
      bench.take();
      bench.hear(source, { id: u64(0, 12), data });
      expect([during, given(link)]).toEqual([[0, 1], 1]);
    },
  );

  it('is sent what this node announces itself', () => {
    const link = openExtended(bench);
    queue(link, 'high');
    bench.announce(undefined, 1337);
    expect(given(link)).toBe(1);
  });

  it('is reported, once', () => {
    const link = openExtended(bench);
    for (const level of ['high', 'high'] as const) queue(link, level);
    expect(events(bench.effects, 'peer-behind')).toEqual([{ kind: 'peer-behind', link }]);
  });
});

describe('a copy that was not needed', () => {
  it('is answered by a 524, once', () => {
    bench.client(1337);
    const [first, second] = [openExtended(bench), openExtended(bench)];
    bench.hear(first, { id: ID, data: LARGE });
    bench.hear(second, { id: ID, data: LARGE });
    bench.hear(second, { id: ID, data: LARGE });
    expect([first, second].map((link) => said(bench.effects, link, 'peer-dont-want'))).toEqual([
      [],
      [{ kind: 'peer-dont-want', digests: [digestOf(ID, LARGE)] }],
    ]);
  });

  it('is not answered if the peer was told of the message', () => {
    const [first, second] = [openExtended(bench), openExtended(bench)];
    bench.hear(first, { id: ID, data: LARGE });
    bench.hear(second, { id: ID, data: LARGE });
    expect(said(bench.effects, second, 'peer-dont-want')).toEqual([]);
  });

  it('is not answered if it is small', () => {
    bench.client(1337);
    const [first, second] = [openExtended(bench), openExtended(bench)];
    bench.hear(first, { id: ID });
    bench.take();
    bench.hear(second, { id: ID });
    expect(kinds(second)).toEqual([]);
  });
});

describe('a 524', () => {
  it('spares its sender the message', () => {
    const client = bench.client(1337);
    const [source, link] = [bench.openInbound(), openExtended(bench)];
    bench.hear(source, { id: ID });
    bench.message(link, { kind: 'peer-dont-want', digests: [DIGEST] });
    bench.verdict(client, notified(bench.effects)[0]!.messageId);
    bench.advance(100);
    expect([given(link), named(link)]).toEqual([0, []]);
  });

  it('about what nobody knows changes nothing', () => {
    const link = openExtended(bench);
    bench.message(link, { kind: 'peer-dont-want', digests: [DIGEST] });
    bench.hear(bench.openInbound(), { id: ID });
    expect(given(link)).toBe(1);
  });
});

describe('a peer without a use for a type', () => {
  it('is neither sent nor named it, until its 521 says otherwise', () => {
    const source = bench.openInbound();
    const link = openExtended(bench, { features: 0, interest: [7] });
    bench.hear(source, { id: u64(0, 1) });
    bench.advance(1_000);
    const before = [given(link), named(link).length];
    bench.message(link, { kind: 'peer-interest', interest: [7, 1337] });
    bench.hear(source, { id: u64(0, 2) });
    expect([before, given(link)]).toEqual([[0, 0], 1]);
  });

  it('is believed when its 521 follows its 520 at once', () => {
    const source = bench.openInbound();
    const link = openExtended(bench, { features: 0, interest: [] });
    bench.advance(100);
    bench.message(link, { kind: 'peer-interest', interest: [1337] });
    bench.advance(1_000);
    bench.hear(source, { id: ID });
    expect(given(link)).toBe(1);
  });
});

describe('subscriptions that change', () => {
  it('are told in a 521', () => {
    const link = openExtended(bench);
    bench.client(7);
    bench.advance(1_000);
    expect(said(bench.effects, link, 'peer-interest')).toEqual([
      { kind: 'peer-interest', interest: [7] },
    ]);
  });

  it('are told once a second at most, the latest at last', () => {
    const link = openExtended(bench);
    for (let dataType = 1; dataType <= 40; dataType++) {
      bench.client(dataType);
      bench.advance(100);
    }
    bench.advance(1_000);
    const told = said(bench.effects, link, 'peer-interest');
    expect(told.length).toBeLessThanOrEqual(6);
    expect(told.at(-1)!.interest).toHaveLength(40);
  });
});

describe('messages with a limit of hops', () => {
  it('go on to all in reach, with one hop less, and are not held back by what a peer has named', () => {
    const [source, ...links] = Array.from({ length: 4 }, () => openExtended(bench));
    bench.take();
    bench.hear(source!, { id: ID, ttl: 3 });
    expect(forwards(bench.effects)).toEqual([{ links, ttl: 2 }]);
  });

  it('are asked for again where they would come farther', () => {
    const [source, link] = [bench.openInbound(), openExtended(bench)];
    bench.hear(source, { id: ID, ttl: 2 });
    have(link, { ttl: 5 });
    expect(wanted(link)).toEqual([DIGEST]);
  });

  it('are given to those who ask also after they were forgotten and came again to go farther', () => {
    bench = new Bench({ extension: true, cacheSize: 1 });
    bench.give({ kind: 'start' });
    const [source, link] = [bench.openInbound(), openExtended(bench)];
    bench.hear(source, { id: ID, ttl: 2 });
    bench.hear(source, { id: u64(0, 12) });
    bench.advance(3_000);
    bench.take();
    bench.hear(source, { id: ID, ttl: 0 });
    const [entry] = named(link);
    want(link, DIGEST);
    expect([entry, given(link)]).toMatchObject([{ digest: DIGEST, ttl: 0, age: 3 }, 1]);
  });
});

describe('comparing notes', () => {
  const EVERYTHING: Range = { mode: 'digests', end: KEY_SPACE, digests: [] };

  function compareWith(link: LinkId, ranges: readonly Range[], exchange = 1): void {
    bench.message(link, { kind: 'peer-reconcile', exchange, windowSeconds: 300, ranges });
  }

  it('is begun by whoever dialled', () => {
    const outbound = bench.connect(address('10.0.0.9:6001'));
    bench.message(outbound, { kind: 'peer-validation', valid: true, isExtended: true });
    bench.message(outbound, HELLO);
    const inbound = openExtended(bench);
    expect(
      [outbound, inbound].map((link) => said(bench.effects, link, 'peer-reconcile').length),
    ).toEqual([1, 0]);
  });

  it('looks back no farther than this node, the peer and history_window do', () => {
    const outbound = bench.connect(address('10.0.0.9:6001'));
    bench.message(outbound, { kind: 'peer-validation', valid: true, isExtended: true });
    bench.message(outbound, { ...HELLO, historySeconds: 60 });
    const [step] = said(bench.effects, outbound, 'peer-reconcile');
    expect(step!.windowSeconds).toBe(60);
  });

  it('is not begun by a node that has just started for the first time', () => {
    bench = new Bench({ extension: true });
    bench.give({ kind: 'start' });
    const outbound = bench.connect(address('10.0.0.9:6001'));
    bench.message(outbound, { kind: 'peer-validation', valid: true, isExtended: true });
    bench.message(outbound, HELLO);
    expect(said(bench.effects, outbound, 'peer-reconcile')).toEqual([]);
  });

  it('asks for what the peer listed and this node lacks', () => {
    const link = openExtended(bench);
    compareWith(link, [{ mode: 'digests', end: KEY_SPACE, digests: [DIGEST] }]);
    expect(wanted(link)).toEqual([DIGEST]);
  });

  it('names what this node has and the peer did not list, with its age', () => {
    const source = bench.openInbound();
    bench.hear(source, { id: ID });
    bench.advance(30_000);
    const link = openExtended(bench);
    compareWith(link, [EVERYTHING]);
    bench.advance(100);
    expect(named(link)).toMatchObject([{ digest: DIGEST, age: 30 }]);
  });

  it('leaves out what is still on its way', () => {
    const source = bench.openInbound();
    const link = openExtended(bench);
    bench.message(link, { kind: 'peer-interest', interest: [] });
    bench.hear(source, { id: ID });
    bench.take();
    bench.advance(1_500);
    compareWith(link, [EVERYTHING]);
    expect(named(link)).toEqual([]);
  });

  it('says nothing of what ended here', () => {
    bench.hear(bench.openInbound(), { id: ID, ttl: 1 });
    bench.advance(30_000);
    const link = openExtended(bench);
    compareWith(link, [EVERYTHING]);
    bench.advance(100);
    expect(named(link)).toEqual([]);
  });

  it('names a message to one link once, however often that begins', () => {
    bench.hear(bench.openInbound(), { id: ID });
    bench.advance(30_000);
    const link = openExtended(bench);
    for (let exchange = 0; exchange < 5; exchange++) {
      compareWith(link, [EVERYTHING], exchange);
      bench.advance(1_000);
    }
    expect(named(link)).toHaveLength(1);
  });

  it('ends after ten answers, whatever the peer says', () => {
    for (let i = 0; i < 100; i++) bench.hear(bench.openInbound(), { id: u64(0, i) });
    bench.advance(30_000);
    const link = openExtended(bench);
    bench.take();
    const other: Range = { mode: 'fingerprint', end: KEY_SPACE, count: 9, fingerprint: u64(1, 1) };
    for (let i = 0; i < 50; i++) compareWith(link, [other]);
    expect(said(bench.effects, link, 'peer-reconcile').length).toBeLessThanOrEqual(11);
  });

  it('is begun by a peer no faster than twice a second', () => {
    bench.hear(bench.openInbound(), { id: ID });
    bench.advance(30_000);
    const link = openExtended(bench);
    bench.take();
    const other: Range = { mode: 'fingerprint', end: KEY_SPACE, count: 9, fingerprint: u64(1, 1) };
    for (let exchange = 0; exchange < 50; exchange++) compareWith(link, [other], exchange);
    expect(said(bench.effects, link, 'peer-reconcile')).toHaveLength(1);
  });

  it('happens every half a minute with somebody', () => {
    const link = openExtended(bench);
    compareWith(link, [{ mode: 'done', end: KEY_SPACE }]);
    bench.take();
    bench.advance(95_000);
    expect(said(bench.effects, link, 'peer-reconcile')).toHaveLength(3);
  });
});

describe('what is kept', () => {
  it('is bounded by cache_size', () => {
    bench = new Bench({ extension: true, cacheSize: 10 });
    const source = bench.openInbound();
    for (let i = 0; i < 50; i++) bench.hear(source, { id: u64(0, i) });
    expect(bench.node.snapshot().sizes.kept).toEqual({ size: 10, max: 10 });
  });

  it('is nothing where the extension is off', () => {
    bench = new Bench({ extension: false });
    bench.hear(bench.openInbound(), { id: ID });
    expect(bench.node.snapshot().sizes.kept.size).toBe(0);
  });
});

describe('a link that ends', () => {
  it('takes with it what was asked of its peer alone', () => {
    const link = openExtended(bench);
    have(link, {});
    bench.give({ kind: 'link-closed', link, reason: 'reset' });
    bench.advance(5_000);
    expect(bench.node.snapshot().sizes.wishes.size).toBe(0);
  });
});
