import { describe, expect, it } from 'vitest';
import { u64 } from '../../../src/basics/integers.ts';
import type { Effect } from '../../../src/core/effects.ts';
import type { QueueState } from '../../../src/core/inputs.ts';
import { Bench, events, notified } from './support.ts';

const SLOW: QueueState = { level: 'high', isMoving: true };
const STUCK: QueueState = { level: 'high', isMoving: false };
const LOW: QueueState = { level: 'low', isMoving: true };

function pauses(effects: readonly Effect[]): string[] {
  return effects.flatMap((effect) => {
    if (effect.kind === 'pause-client' || effect.kind === 'resume-client') {
      return [`${effect.kind} ${effect.client}`];
    }
    if (effect.kind === 'pause-link' || effect.kind === 'resume-link') {
      return [`${effect.kind} ${effect.link}`];
    }
    return [];
  });
}

describe('while a link is slow', () => {
  it('a client that announces is not read from, until the link has caught up', () => {
    const bench = new Bench();
    const [link] = bench.openLinks(2);
    const client = bench.client();
    bench.give({ kind: 'link-queue', link: link!, queue: SLOW });
    bench.take();
    bench.announce(client, 1);
    bench.announce(client, 1);
    expect(pauses(bench.take())).toEqual([`pause-client ${client}`]);
    bench.give({ kind: 'link-queue', link: link!, queue: LOW });
    expect(pauses(bench.take())).toEqual([`resume-client ${client}`]);
  });

  it('a client that announces nothing is read on', () => {
    const bench = new Bench();
    const [link] = bench.openLinks(2);
    const client = bench.client(1337);
    bench.give({ kind: 'link-queue', link: link!, queue: SLOW });
    bench.take();
    bench.hear(link!);
    bench.verdict(client, notified(bench.effects)[0]!.messageId);
    expect(pauses(bench.take())).toEqual([]);
  });

  it('clients are released when the link turns out to be stuck, or goes', () => {
    const bench = new Bench();
    const [a, b] = bench.openLinks(2);
    const client = bench.client();
    for (const link of [a!, b!]) bench.give({ kind: 'link-queue', link, queue: SLOW });
    bench.announce(client, 1);
    bench.take();
    bench.give({ kind: 'link-queue', link: a!, queue: STUCK });
    expect(pauses(bench.take())).toEqual([]);
    bench.give({ kind: 'link-closed', link: b!, reason: 'gone' });
    expect(pauses(bench.take())).toEqual([`resume-client ${client}`]);
    bench.announce(client, 1);
    expect(pauses(bench.take())).toEqual([]);
  });

  it('the link that brings most is paused for a while at a time, quiet ones are read on', () => {
    const bench = new Bench();
    const [slow, busy, quiet] = bench.openLinks(3);
    for (let i = 0; i < 20; i++) bench.hear(busy!, { id: u64(1, i), data: 'x'.repeat(100) });
    bench.give({ kind: 'link-queue', link: slow!, queue: SLOW });
    bench.take();
    bench.hear(quiet!, { id: u64(2, 1) });
    bench.hear(busy!, { id: u64(2, 2), data: 'x'.repeat(100) });
    expect(pauses(bench.take())).toEqual([`pause-link ${busy}`]);
    bench.advance(199);
    expect(pauses(bench.take())).toEqual([]);
    bench.advance(1);
    expect(pauses(bench.take())).toEqual([`resume-link ${busy}`]);
    bench.hear(busy!, { id: u64(2, 3), data: 'x'.repeat(100) });
    expect(pauses(bench.take())).toEqual([]);
    bench.advance(50);
    bench.hear(busy!, { id: u64(2, 4), data: 'x'.repeat(100) });
    expect(pauses(bench.take())).toEqual([`pause-link ${busy}`]);
  });

  it('that link itself is never paused for its own sake', () => {
    const bench = new Bench();
    const [slow] = bench.openLinks(2);
    bench.give({ kind: 'link-queue', link: slow!, queue: SLOW });
    bench.take();
    bench.hear(slow!, { data: 'x'.repeat(1_000) });
    expect(pauses(bench.take())).toEqual([]);
  });
});

describe('while a subscriber is slow', () => {
  it('other announcers are paused, not the subscriber itself', () => {
    const bench = new Bench();
    const slow = bench.client(1);
    const other = bench.client();
    bench.give({ kind: 'client-queue', client: slow, queue: SLOW });
    bench.take();
    bench.announce(slow, 2);
    bench.announce(other, 1);
    expect(pauses(bench.take())).toEqual([`pause-client ${other}`]);
    bench.give({ kind: 'client-gone', client: slow });
    expect(pauses(bench.take())).toEqual([`resume-client ${other}`]);
  });

  it('the link that brings most is paused until it has caught up', () => {
    const bench = new Bench();
    const [link] = bench.openLinks(2);
    const slow = bench.client(1337);
    bench.give({ kind: 'client-queue', client: slow, queue: SLOW });
    bench.take();
    bench.hear(link!);
    expect(pauses(bench.take())).toEqual([`pause-link ${link}`]);
    bench.advance(10_000);
    expect(pauses(bench.take())).toEqual([]);
    bench.give({ kind: 'client-queue', client: slow, queue: LOW });
    expect(pauses(bench.take())).toEqual([`resume-link ${link}`]);
  });

  it('one that owes very many answers counts as slow while it gives some, and no longer', () => {
    const bench = new Bench({ validationTimeout: 600_000 });
    const [link] = bench.openLinks(2);
    const slow = bench.client(1337);
    bench.take();
    for (let i = 0; i < 4_096; i++) bench.announce(undefined, 1337);
    const ids = notified(bench.take()).map(({ messageId }) => messageId);
    bench.hear(link!, { id: u64(1, 1) });
    expect(pauses(bench.take())).toEqual([`pause-link ${link}`]);
    bench.advance(900);
    bench.verdict(slow, ids[0]!);
    bench.advance(900);
    expect(pauses(bench.take())).toEqual([]);
    bench.advance(300);
    expect(pauses(bench.take())).toEqual([`resume-link ${link}`]);
    bench.hear(link!, { id: u64(1, 2) });
    expect(pauses(bench.take())).toEqual([]);
    bench.verdict(slow, ids[1]!);
    bench.hear(link!, { id: u64(1, 3) });
    expect(pauses(bench.take())).toEqual([`pause-link ${link}`]);
    for (const messageId of ids.slice(2, 2_100)) bench.verdict(slow, messageId);
    expect(pauses(bench.take())).toEqual([`resume-link ${link}`]);
  });

  it('one that nobody waits for any more counts as slow by its queue alone', () => {
    const bench = new Bench();
    const silent = bench.client(1337);
    const announcer = bench.client();
    for (let i = 0; i < 3; i++) bench.announce(announcer, 1337);
    bench.advance(60_000);
    bench.take();
    for (let i = 0; i < 10_000; i++) bench.announce(announcer, 1337);
    expect(pauses(bench.take())).toEqual([]);
    bench.give({ kind: 'client-queue', client: silent, queue: SLOW });
    bench.announce(announcer, 1337);
    expect(pauses(bench.take())).toEqual([`pause-client ${announcer}`]);
  });

  it('one that falls silent holds up nobody from then on', () => {
    const bench = new Bench();
    const [link] = bench.openLinks(2);
    const silent = bench.client(1337);
    const announcer = bench.client();
    for (let i = 0; i < 3; i++) bench.announce(announcer, 1337);
    bench.advance(59_900);
    for (let i = 0; i < 4_096; i++) bench.hear(link!, { id: u64(2, i) });
    bench.announce(announcer, 1337);
    expect(pauses(bench.take())).toContain(`pause-client ${announcer}`);
    bench.advance(100);
    const effects = bench.take();
    expect(events(effects, 'subscriber-silent')).toMatchObject([{ client: silent }]);
    expect(pauses(effects)).toContain(`resume-client ${announcer}`);
  });

  it('one that answers again after it was silent counts as slow again', () => {
    const bench = new Bench();
    const slow = bench.client(1337);
    const announcer = bench.client();
    for (let i = 0; i < 3; i++) bench.announce(announcer, 1337);
    bench.advance(60_000);
    bench.take();
    for (let i = 0; i < 5_000; i++) bench.announce(announcer, 1337);
    bench.verdict(slow, notified(bench.take())[0]!.messageId);
    bench.announce(announcer, 1337);
    expect(pauses(bench.take())).toEqual([`pause-client ${announcer}`]);
  });

  it('that does not move is waited for by nobody, and the node is not woken for ever', () => {
    const bench = new Bench({ validationTimeout: 600_000 });
    const [link] = bench.openLinks(2);
    bench.client(1337);
    const announcer = bench.client();
    for (let i = 0; i < 20_000; i++) bench.announce(announcer, 1337);
    bench.give({ kind: 'link-queue', link: link!, queue: SLOW });
    bench.announce(announcer, 1337);
    bench.take();
    bench.advance(30_000);
    bench.give({ kind: 'link-queue', link: link!, queue: LOW });
    expect(pauses(bench.take())).toContain(`resume-client ${announcer}`);
  });
});
