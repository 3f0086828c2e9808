import { beforeEach, describe, expect, it } from 'vitest';
import type { LinkId } from '../../../src/core/inputs.ts';
import { Bench, events } from './support.ts';
import { openExtended, said } from './exchange/support.ts';

const PING_AFTER = 60_000;
const SILENCE_MAX = 150_000;

let bench: Bench;
let link: LinkId;

beforeEach(() => {
  bench = new Bench({ extension: true });
  link = openExtended(bench);
});

function lost(): string[] {
  return events(bench.take(), 'link-lost').map(({ code }) => code);
}

function pings(): number[] {
  return said(bench.take(), link, 'peer-ping').map(({ token }) => token);
}

function roundTrip(): number | undefined {
  return bench.node.snapshot().links[0]!.roundTrip;
}

describe('a peer that speaks the extension', () => {
  it('is asked for a sign of life at the beginning, and then when it has said nothing for a minute', () => {
    expect(pings()).toHaveLength(1);
    bench.advance(PING_AFTER - 1);
    expect(pings()).toHaveLength(0);
    bench.advance(1);
    expect(pings()).toHaveLength(1);
  });

  it('is not asked while it says something', () => {
    bench.take();
    for (let i = 0; i < 10; i++) {
      bench.advance(PING_AFTER - 1);
      bench.message(link, { kind: 'peer-want', digests: [] });
    }
    expect(pings()).toHaveLength(0);
  });

  it('stays as long as it answers', () => {
    for (let i = 0; i < 20; i++) {
      bench.advance(PING_AFTER);
      for (const token of pings()) bench.message(link, { kind: 'peer-pong', token });
    }
    expect(bench.openCount).toBe(1);
  });

  it('is let go when it has said nothing for 150 seconds', () => {
    bench.advance(SILENCE_MAX - 1);
    expect(lost()).toEqual([]);
    bench.advance(1);
    expect(lost()).toEqual(['silent']);
  });

  it('is not let go while this node does not read what it says', () => {
    const client = bench.client(1337);
    bench.give({ kind: 'client-queue', client, queue: { level: 'high', isMoving: true } });
    bench.hear(link);
    expect(bench.take()).toContainEqual({ kind: 'pause-link', link });
    bench.advance(SILENCE_MAX * 2);
    expect(bench.openCount).toBe(1);
  });
});

describe('a peer that does not speak the extension', () => {
  it('is neither asked nor let go for saying nothing', () => {
    bench = new Bench({ extension: true });
    link = bench.openInbound();
    bench.advance(SILENCE_MAX * 10);
    expect(pings()).toEqual([]);
    expect(bench.openCount).toBe(1);
  });
});

describe('the round trip of a link', () => {
  it('is the least time from a 528 to its 529', () => {
    const rounds = [80, 30, 50].map((millis) => {
      const [token] = pings();
      bench.advance(millis);
      bench.message(link, { kind: 'peer-pong', token: token! });
      bench.advance(PING_AFTER);
      return roundTrip();
    });
    expect(rounds).toEqual([80, 30, 30]);
  });

  it('is not measured by a 529 that answers nothing', () => {
    const [token] = pings();
    bench.message(link, { kind: 'peer-pong', token: token! + 1 });
    expect(roundTrip()).toBeUndefined();
  });
});

describe('a node that was late itself', () => {
  it('lets nobody go before it has asked once more', () => {
    // Stopped for so long that the deadline of everybody has passed.
    bench.advance(10_000);
    bench.take();
    bench.now += SILENCE_MAX;
    bench.give({ kind: 'wake' });
    expect(pings()).toHaveLength(1);
    expect(bench.openCount).toBe(1);
  });

  it('lets go who stays silent all the same', () => {
    bench.now += SILENCE_MAX;
    bench.give({ kind: 'wake' });
    bench.advance(SILENCE_MAX);
    expect(lost()).toEqual(['silent']);
  });
});
