import { describe, expect, it } from 'vitest';
import { u64 } from '../../../src/basics/integers.ts';
import { Bench, events, forwards, notified, sentOn } from './support.ts';

describe('a local announcement', () => {
  it('goes with its own TTL, type and data to all links when there are no more than degree', () => {
    const bench = new Bench();
    const links = bench.openLinks(3);
    const client = bench.client();
    bench.take();
    bench.announce(client, 1337, 4, 'deadbeef');
    const effects = bench.take();
    expect(forwards(effects)).toEqual([{ links, ttl: 4 }]);
    expect(sentOn(effects, links[0]!)).toMatchObject([{ dataType: 1337, ttl: 4 }]);
  });

  it('goes to degree random links when there are more', () => {
    const bench = new Bench({ degree: 4 });
    bench.openLinks(20);
    bench.take();
    const chosen = new Set<number>();
    for (let i = 0; i < 60; i++) {
      bench.announce(undefined, 1);
      const [forward] = forwards(bench.take());
      expect(forward?.links).toHaveLength(4);
      expect(new Set(forward?.links).size).toBe(4);
      for (const link of forward!.links) chosen.add(link);
    }
    expect(chosen.size).toBe(20);
  });

  it('is two announcements with two ids when the same bytes are announced twice', () => {
    const bench = new Bench();
    const [link] = bench.openLinks(1);
    bench.take();
    bench.announce(undefined, 1, 0, 'same');
    bench.announce(undefined, 1, 0, 'same');
    const ids = sentOn(bench.take(), link!).map((m) => (m.kind === 'peer-announce' ? m.id : 0));
    expect(ids).toHaveLength(2);
    expect(ids[0]).not.toEqual(ids[1]);
  });

  it('notifies subscribers on other connections, never its announcer', () => {
    const bench = new Bench();
    const announcer = bench.client(1337);
    const other = bench.client(1337);
    bench.client(1338);
    bench.take();
    bench.announce(announcer, 1337);
    expect(notified(bench.take())).toMatchObject([{ clients: [other] }]);
  });

  it('travels although its subscribers have not answered, or refuse it', () => {
    const bench = new Bench();
    bench.openLinks(2);
    const subscriber = bench.client(1337);
    bench.take();
    bench.announce(undefined, 1337);
    const effects = bench.take();
    expect(forwards(effects)).toHaveLength(1);
    bench.verdict(subscriber, notified(effects)[0]!.messageId, false);
    bench.announce(undefined, 1337);
    expect(forwards(bench.take())).toHaveLength(1);
  });

  it('is dropped when it comes back, whatever its TTL', () => {
    const bench = new Bench();
    const links = bench.openLinks(3);
    const subscriber = bench.client(5);
    bench.take();
    bench.announce(undefined, 5, 3, 'mine');
    const effects = bench.take();
    const [sent] = sentOn(effects, links[0]!);
    for (const ttl of [2, 3, 200, 0]) {
      bench.message(links[1]!, {
        ...(sent as Extract<typeof sent, { kind: 'peer-announce' }>),
        ttl,
      });
    }
    expect(forwards(bench.take())).toEqual([]);
    expect(subscriber).toBeGreaterThan(0);
  });
});

describe('a message from a peer, without subscribers here', () => {
  it('is forwarded with TTL less one, never to its sender', () => {
    const bench = new Bench();
    const [a, b, c] = bench.openLinks(3);
    bench.take();
    bench.hear(a!, { ttl: 5 });
    expect(forwards(bench.take())).toEqual([{ links: [b, c], ttl: 4 }]);
  });

  it('with TTL 0 is forwarded as 0', () => {
    const bench = new Bench();
    const [a, b] = bench.openLinks(2);
    bench.take();
    bench.hear(a!, { ttl: 0 });
    expect(forwards(bench.take())).toEqual([{ links: [b], ttl: 0 }]);
  });

  it('with TTL 1 ends here', () => {
    const bench = new Bench();
    const [a] = bench.openLinks(2);
    bench.take();
    bench.hear(a!, { ttl: 1 });
    expect(forwards(bench.take())).toEqual([]);
  });

  it('goes to degree links at most', () => {
    const bench = new Bench({ degree: 2, minConnections: 2 });
    const [a] = bench.openLinks(10);
    bench.take();
    bench.hear(a!);
    const [forward] = forwards(bench.take());
    expect(forward?.links).toHaveLength(2);
    expect(forward?.links).not.toContain(a);
  });

  it('is dropped silently when it was seen before', () => {
    const bench = new Bench();
    const [a, b] = bench.openLinks(3);
    bench.hear(a!);
    bench.take();
    bench.hear(a!);
    bench.hear(b!);
    expect(bench.take()).toEqual([]);
  });

  it('is another message when only the id is the same', () => {
    const bench = new Bench();
    const [a] = bench.openLinks(2);
    bench.hear(a!, { id: u64(1, 1), data: 'real' });
    bench.take();
    bench.hear(a!, { id: u64(1, 1), data: 'junk' });
    bench.hear(a!, { id: u64(1, 1), data: 'real', dataType: 9 });
    bench.hear(a!, { id: u64(1, 2), data: 'real' });
    expect(forwards(bench.take())).toHaveLength(3);
  });

  it('is dropped with relay = subscribed, and a later larger copy changes nothing', () => {
    const bench = new Bench({ relay: 'subscribed' });
    const [a] = bench.openLinks(2);
    bench.take();
    bench.hear(a!, { ttl: 3 });
    bench.hear(a!, { ttl: 9 });
    const effects = bench.take();
    expect(forwards(effects)).toEqual([]);
    expect(events(effects, 'message-stopped')).toMatchObject([{ why: 'no-subscriber' }]);
  });

  it('is forgotten after the window, and new again', () => {
    const bench = new Bench({ seenWindow: 600_000 });
    const [a] = bench.openLinks(2);
    bench.hear(a!);
    bench.advance(599_999);
    bench.take();
    bench.hear(a!);
    expect(forwards(bench.take())).toEqual([]);
    bench.advance(1);
    bench.hear(a!);
    expect(forwards(bench.take())).toHaveLength(1);
  });

  it('is forgotten when seenMax others have come since', () => {
    const bench = new Bench({}, { seenMax: 10 });
    const [a] = bench.openLinks(2);
    bench.hear(a!, { id: u64(0, 1) });
    for (let i = 2; i <= 11; i++) bench.hear(a!, { id: u64(0, i) });
    expect(bench.node.snapshot().sizes.seen).toEqual({ size: 10, max: 10 });
    bench.take();
    bench.hear(a!, { id: u64(0, 1) });
    bench.hear(a!, { id: u64(0, 11) });
    expect(forwards(bench.take())).toHaveLength(1);
  });
});

describe('a further copy with a strictly larger TTL', () => {
  it('is forwarded again, once for each, also to earlier senders, not to its own', () => {
    const bench = new Bench();
    const [a, b, c] = bench.openLinks(3);
    bench.take();
    bench.hear(a!, { ttl: 2 });
    bench.hear(b!, { ttl: 2 });
    bench.hear(b!, { ttl: 5 });
    bench.hear(c!, { ttl: 5 });
    bench.hear(c!, { ttl: 4 });
    bench.hear(c!, { ttl: 255 });
    bench.hear(a!, { ttl: 0 });
    bench.hear(b!, { ttl: 255 });
    bench.hear(b!, { ttl: 0 });
    expect(forwards(bench.take())).toEqual([
      { links: [b, c], ttl: 1 },
      { links: [a, c], ttl: 4 },
      { links: [a, b], ttl: 254 },
      { links: [b, c], ttl: 0 },
    ]);
  });

  it('starts the forwarding of a message whose first copy had TTL 1', () => {
    const bench = new Bench();
    const [a, b, c] = bench.openLinks(3);
    bench.take();
    bench.hear(a!, { ttl: 1 });
    bench.hear(b!, { ttl: 2 });
    expect(forwards(bench.take())).toEqual([{ links: [a, c], ttl: 1 }]);
  });

  it('never notifies', () => {
    const bench = new Bench();
    const [a, b] = bench.openLinks(2);
    const subscriber = bench.client(1337);
    bench.hear(a!, { ttl: 2 });
    bench.verdict(subscriber, notified(bench.take())[0]!.messageId);
    bench.take();
    bench.hear(b!, { ttl: 9 });
    const effects = bench.take();
    expect(notified(effects)).toEqual([]);
    expect(forwards(effects)).toHaveLength(1);
  });

  it('replaces the copy that waits while the gate is open, with its sender', () => {
    const bench = new Bench();
    const [a, b, c] = bench.openLinks(3);
    const subscriber = bench.client(1337);
    bench.take();
    bench.hear(a!, { ttl: 2 });
    const { messageId } = notified(bench.take())[0]!;
    bench.hear(b!, { ttl: 7 });
    bench.hear(c!, { ttl: 3 });
    expect(bench.take()).toEqual([]);
    bench.verdict(subscriber, messageId);
    expect(forwards(bench.take())).toEqual([{ links: [a, c], ttl: 6 }]);
  });

  it('changes nothing after refusal', () => {
    const bench = new Bench();
    const [a, b] = bench.openLinks(3);
    const subscriber = bench.client(1337);
    bench.take();
    bench.hear(a!, { ttl: 2 });
    bench.verdict(subscriber, notified(bench.take())[0]!.messageId, false);
    bench.hear(b!, { ttl: 0 });
    expect(forwards(bench.take())).toEqual([]);
  });

  it('changes nothing after abstention', () => {
    const bench = new Bench();
    const [a, b] = bench.openLinks(3);
    const subscriber = bench.client(1337);
    bench.hear(a!, { ttl: 2 });
    bench.give({ kind: 'client-gone', client: subscriber });
    bench.take();
    bench.hear(b!, { ttl: 0 });
    expect(forwards(bench.take())).toEqual([]);
  });
});

describe('messages that wait for verdicts', () => {
  it('are bounded: at the bound the noisiest link loses its oldest, others nothing', () => {
    const bench = new Bench({}, { gatesMax: 10 });
    const [noisy, quiet] = bench.openLinks(2);
    const subscriber = bench.client(1337);
    bench.take();
    bench.hear(quiet!, { id: u64(1, 1) });
    const { messageId } = notified(bench.take())[0]!;
    for (let i = 0; i < 50; i++) bench.hear(noisy!, { id: u64(2, i) });
    const effects = bench.take();
    expect(bench.node.snapshot().sizes.waitingMessages).toEqual({ size: 10, max: 10 });
    expect(events(effects, 'message-stopped')).toHaveLength(41);
    bench.verdict(subscriber, messageId);
    expect(forwards(bench.take())).toEqual([{ links: [noisy], ttl: 0 }]);
    // The first of the flood had to make room: its verdict changes nothing any more.
    bench.verdict(subscriber, notified(effects)[0]!.messageId);
    expect(forwards(bench.take())).toEqual([]);
  });

  it('are bounded in bytes too', () => {
    const bench = new Bench({}, { gateBytesMax: 100_000 });
    const [link] = bench.openLinks(1);
    bench.client(1337);
    for (let i = 0; i < 200; i++) bench.hear(link!, { id: u64(2, i), data: 'x'.repeat(1_000) });
    const { size, max } = bench.node.snapshot().sizes.waitingBytes;
    expect(size).toBeLessThanOrEqual(max);
    expect(size).toBeGreaterThan(max / 2);
  });
});

describe('a link whose queue is full', () => {
  it('is not chosen while it is', () => {
    const bench = new Bench();
    const [a, b] = bench.openLinks(2);
    bench.give({ kind: 'link-queue', link: b!, queue: { level: 'full', isMoving: false } });
    bench.take();
    bench.announce(undefined, 1);
    expect(forwards(bench.take())).toEqual([{ links: [a], ttl: 0 }]);
    bench.give({ kind: 'link-queue', link: b!, queue: { level: 'low', isMoving: true } });
    bench.announce(undefined, 1);
    expect(forwards(bench.take())).toEqual([{ links: [a, b], ttl: 0 }]);
  });
});
