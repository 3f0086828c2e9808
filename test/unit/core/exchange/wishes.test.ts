import { beforeEach, describe, expect, it } from 'vitest';
import { Reliability } from '../../../../src/core/exchange/reliability.ts';
import { Wishes, WISHES_MAX, WISHES_PER_PEER_MAX } from '../../../../src/core/exchange/wishes.ts';
import type { LinkId } from '../../../../src/core/inputs.ts';
import type { MessageDigest } from '../../../../src/wire/digest.ts';
import { digest, entry, FIRST, SECOND, THIRD } from './support.ts';

let wishes: Wishes;
let reliability: Reliability;
let broken: LinkId[];

beforeEach(() => {
  reliability = new Reliability();
  wishes = new Wishes(reliability);
  broken = [];
});

/** Who is asked at `now` for what. */
function due(now: number): [LinkId, readonly MessageDigest[]][] {
  const { asks, broken: more } = wishes.takeDue(now);
  broken.push(...more);
  return [...asks];
}

/** Whom the wish for 'a' asks, each time it is due, with the time. */
function asked(until = 1_000_000): [number, LinkId][] {
  const asks: [number, LinkId][] = [];
  for (let at = wishes.nextDeadline(); at !== undefined && at <= until;) {
    for (const [link] of due(at)) asks.push([at, link]);
    at = wishes.nextDeadline();
  }
  return asks;
}

describe('a message that a peer has named', () => {
  it('is asked for when no push has come for a while', () => {
    wishes.onNamed(entry('a'), FIRST, true, 0);
    const { wait } = wishes;
    expect([due(wait - 1), due(wait)]).toEqual([[], [[FIRST, [digest('a')]]]]);
  });

  it('is asked for at once if no push is likely', () => {
    wishes.onNamed(entry('a'), FIRST, false, 7);
    expect(due(7)).toEqual([[FIRST, [digest('a')]]]);
  });

  it('is asked for together with others of the same peer', () => {
    wishes.onNamed(entry('a'), FIRST, false, 0);
    wishes.onNamed(entry('b'), FIRST, false, 0);
    wishes.onNamed(entry('c'), SECOND, false, 0);
    expect(due(0)).toEqual([
      [FIRST, [digest('a'), digest('b')]],
      [SECOND, [digest('c')]],
    ]);
  });

  it('is not asked for once it has come', () => {
    wishes.onNamed(entry('a'), FIRST, true, 0);
    wishes.onArrived(digest('a'), 10);
    expect([asked(), wishes.size]).toEqual([[], 0]);
  });

  it('is asked of one peer at a time, the first that has named it first', () => {
    wishes.onNamed(entry('a'), FIRST, false, 0);
    wishes.onNamed(entry('a'), SECOND, false, 0);
    expect([due(0), due(1)]).toEqual([[[FIRST, [digest('a')]]], []]);
  });

  it('is asked of the next one at once when the first does not have it', () => {
    wishes.onNamed(entry('a'), FIRST, false, 0);
    wishes.onNamed(entry('a'), SECOND, false, 0);
    due(0);
    wishes.onGone(digest('a'), FIRST, 5);
    expect([due(5), broken]).toEqual([[[SECOND, [digest('a')]]], []]);
  });

  it('is asked of the next one when the first does not answer; both have broken their word in the end', () => {
    wishes.onNamed(entry('a'), FIRST, false, 0);
    wishes.onNamed(entry('a'), SECOND, false, 0);
    due(0);
    const late = wishes.nextDeadline()!;
    expect(late).toBeGreaterThanOrEqual(250);
    expect([due(late), broken]).toEqual([[[SECOND, [digest('a')]]], []]);
    for (let at = wishes.nextDeadline(); at !== undefined; at = wishes.nextDeadline()) due(at);
    expect(broken).toEqual([FIRST, SECOND]);
  });

  it('is asked of the next one at once when the link to the first is gone', () => {
    wishes.onNamed(entry('a'), FIRST, false, 0);
    wishes.onNamed(entry('a'), SECOND, false, 0);
    due(0);
    wishes.onLinkEnded(FIRST, 5);
    expect([due(5), broken]).toEqual([[[SECOND, [digest('a')]]], []]);
  });

  it('is not asked of a peer whose link is gone before', () => {
    wishes.onNamed(entry('a'), FIRST, true, 0);
    wishes.onNamed(entry('a'), SECOND, true, 0);
    wishes.onLinkEnded(FIRST, 1);
    expect(asked().map(([, link]) => link)).toEqual([SECOND]);
  });

  it('is asked at once of a peer that names it after all others have failed', () => {
    wishes.onNamed(entry('a'), FIRST, false, 0);
    due(0);
    wishes.onGone(digest('a'), FIRST, 5);
    wishes.onNamed(entry('a'), SECOND, true, 5);
    expect(due(5)).toEqual([[SECOND, [digest('a')]]]);
  });

  it('is given up when nobody has it', () => {
    wishes.onNamed(entry('a'), FIRST, false, 0);
    due(0);
    wishes.onGone(digest('a'), FIRST, 5);
    expect([due(5), wishes.size, wishes.nextDeadline()]).toEqual([[], 0, undefined]);
  });

  it('is asked of sixteen peers at most, which get more and more time', () => {
    for (let link = 1; link <= 20; link++) wishes.onNamed(entry('a'), link, false, 0);
    const asks = asked();
    expect(asks.map(([, link]) => link)).toEqual(Array.from({ length: 16 }, (_, i) => i + 1));
    const times = asks.slice(1).map(([at], i) => at - asks[i]![0]);
    expect(times.slice(0, 7)).toEqual([251, 251, 251, 251, 502, 1_004, 2_008]);
    expect(Math.max(...times)).toBe(4_000);
    expect([broken.length, wishes.size]).toEqual([16, 0]);
  });

  it('gets more time the larger it is', () => {
    wishes.onNamed(entry('a', { size: 65_519 }), FIRST, false, 0);
    due(0);
    expect(wishes.nextDeadline()).toBe(250 + Math.ceil(65_519 / 256));
  });

  it('is not given up because somebody else does not have it', () => {
    wishes.onNamed(entry('a'), FIRST, false, 0);
    wishes.onNamed(entry('a'), SECOND, false, 0);
    due(0);
    wishes.onGone(digest('a'), SECOND, 5);
    expect(due(5)).toEqual([]);
  });
});

describe('a wish that came true', () => {
  it('says who was first, who was asked, and what it was to be', () => {
    wishes.onNamed(entry('a', { age: 3 }), FIRST, false, 0);
    wishes.onNamed(entry('a'), SECOND, false, 1);
    due(0);
    expect(wishes.onArrived(digest('a'), 9)).toMatchObject({
      first: { link: FIRST, at: 0, entry: entry('a', { age: 3 }) },
      wasAsked: true,
    });
  });

  it('is as old as the youngest that anybody said: nobody makes news old', () => {
    wishes.onNamed(entry('a', { age: 299 }), FIRST, false, 0);
    wishes.onNamed(entry('a', { age: 1 }), SECOND, false, 1);
    wishes.onNamed(entry('a', { age: 65_535 }), THIRD, false, 2);
    expect(wishes.onArrived(digest('a'), 9)?.age).toBe(1);
  });

  it.each([
    [[3, 9, 5], SECOND],
    [[3, 0, 255], SECOND],
    [[0, 255, 9], FIRST],
    [[4, 4, 4], FIRST],
  ])('says who would send it farthest, of TTLs %j', (ttls, link) => {
    for (const [i, ttl] of ttls.entries()) {
      wishes.onNamed(entry('a', { ttl }), [FIRST, SECOND, THIRD][i]!, true, 0);
    }
    expect(wishes.onArrived(digest('a'), 1)?.farthest.link).toBe(link);
  });

  it('that nobody had is none', () => {
    expect(wishes.onArrived(digest('a'), 1)).toBeUndefined();
  });
});

describe('the wait for a push', () => {
  beforeEach(() => reliability.onGiven(FIRST));

  function pushesAfter(lag: number, times = 200): void {
    for (let i = 0; i < times; i++) {
      wishes.onNamed(entry('a'), FIRST, true, 0);
      wishes.onArrived(digest('a'), lag);
    }
  }

  it('is 60 ms when pushes come at once', () => {
    pushesAfter(0);
    expect(wishes.wait).toBe(60);
  });

  it('grows with the time that pushes take, and stays above it', () => {
    pushesAfter(500);
    expect(wishes.wait).toBeGreaterThan(500);
    expect(wishes.wait).toBeLessThan(700);
  });

  it('is never more than 2 s', () => {
    pushesAfter(30_000);
    expect(wishes.wait).toBe(2_000);
  });

  it('learns nothing from those that have given nothing so far, however early they name everything', () => {
    const before = wishes.wait;
    for (let i = 0; i < 100; i++) {
      wishes.onNamed(entry('a'), SECOND, true, 0);
      wishes.onArrived(digest('a'), 500);
    }
    expect(wishes.wait).toBe(before);
  });

  it('is no longer behind somebody that has been asked and has never given anything', () => {
    pushesAfter(0);
    wishes.onNamed(entry('a'), SECOND, true, 0);
    due(60);
    wishes.onNamed(entry('a'), FIRST, true, 70);
    expect([due(129), due(130)]).toEqual([[], [[FIRST, [digest('a')]]]]);
  });

  it('learns nothing from what had to be asked for', () => {
    const before = wishes.wait;
    for (let i = 0; i < 100; i++) {
      wishes.onNamed(entry('a'), FIRST, false, 0);
      due(0);
      wishes.onArrived(digest('a'), 200);
    }
    expect(wishes.wait).toBe(before);
  });
});

describe('a peer that lies about what it names', () => {
  it('hides nothing by a false size or type: what another says of it counts as well', () => {
    wishes.onNamed(entry('a', { dataType: 8, size: 1 }), FIRST, true, 0);
    wishes.onNamed(entry('a', { dataType: 7, size: 100 }), SECOND, true, 0);
    expect([wishes.mayConcern(8, 1), wishes.mayConcern(7, 100)]).toEqual([true, true]);
    wishes.onArrived(digest('a'), 1);
    expect([wishes.mayConcern(8, 1), wishes.mayConcern(7, 100)]).toEqual([false, false]);
  });

  it('is asked after all others once it has let this node wait', () => {
    wishes.onNamed(entry('a'), FIRST, false, 0);
    asked();
    wishes.onNamed(entry('b'), FIRST, false, 20_000);
    wishes.onNamed(entry('b'), SECOND, false, 20_000);
    expect(due(20_000)).toEqual([[SECOND, [digest('b')]]]);
  });

  it('is asked before those that fail, once it has given enough', () => {
    wishes.onNamed(entry('a'), FIRST, false, 0);
    asked();
    for (let i = 0; i < 3; i++) reliability.onGiven(FIRST);
    wishes.onNamed(entry('b'), SECOND, false, 20_000);
    wishes.onNamed(entry('b'), FIRST, false, 20_000);
    expect(due(20_000)).toEqual([[FIRST, [digest('b')]]]);
  });

  it('takes nobody a turn by saying at once that it does not have it', () => {
    for (let link = 1; link <= 6; link++) wishes.onNamed(entry('a'), link, false, 0);
    for (let link = 1; link <= 5; link++) {
      due(link);
      wishes.onGone(digest('a'), link, link);
    }
    expect(due(6)).toEqual([[6, [digest('a')]]]);
  });

  it('leaves room to others where sixteen and more name one message', () => {
    for (let link = 1; link <= 16; link++) reliability.onFailed(link);
    for (let link = 1; link <= 17; link++) wishes.onNamed(entry('a'), link, false, 10);
    expect(due(10)).toEqual([[17, [digest('a')]]]);
  });
});

/** As many wishes as there may be, a quarter of them caused by each of the links 1 to 4. */
function fill(): void {
  for (let i = 0; i < WISHES_PER_PEER_MAX; i++) {
    for (let link = 1; link <= 4; link++) wishes.onNamed(entry(`${link}/${i}`), link, true, 0);
  }
}

describe('wishes', () => {
  it(`are at most ${WISHES_PER_PEER_MAX} that one peer was the first to cause`, () => {
    for (let i = 0; i <= WISHES_PER_PEER_MAX; i++) wishes.onNamed(entry(i), FIRST, true, 0);
    expect(wishes.size).toBe(WISHES_PER_PEER_MAX);
  });

  it('leave room for other peers when one has caused all it may', () => {
    for (let i = 0; i <= WISHES_PER_PEER_MAX; i++) wishes.onNamed(entry(i), FIRST, true, 0);
    expect(wishes.onNamed(entry('a'), SECOND, true, 0)).toBe(true);
  });

  it(`are at most ${WISHES_MAX}`, () => {
    const links = WISHES_MAX / WISHES_PER_PEER_MAX + 1;
    for (let link = 0; link < links; link++) {
      for (let i = 0; i < WISHES_PER_PEER_MAX; i++) {
        wishes.onNamed(entry(`${link}/${i}`), link, true, 0);
      }
    }
    expect(wishes.size).toBe(WISHES_MAX);
  });

  it('that came true or were given up make room again', () => {
    for (let i = 0; i < WISHES_PER_PEER_MAX; i++) wishes.onNamed(entry(i), FIRST, true, 0);
    wishes.onArrived(digest(0), 1);
    asked();
    expect(wishes.size).toBe(0);
    expect(wishes.onNamed(entry('a'), FIRST, true, 9)).toBe(true);
  });

  it('that one peer has caused make room when there are too many, the oldest first', () => {
    fill();
    const hadRoom = wishes.onNamed(entry('a'), 99, true, 1);
    expect([hadRoom, wishes.size, wishes.has(digest('1/0')), wishes.has(digest('1/1'))]).toEqual([
      true,
      WISHES_MAX,
      false,
      true,
    ]);
  });

  it('that others have named too do not make room for more', () => {
    fill();
    wishes.onNamed(entry('1/0'), 50, true, 0);
    wishes.onNamed(entry('a'), 99, true, 1);
    expect([wishes.has(digest('1/0')), wishes.has(digest('1/1'))]).toEqual([true, false]);
  });

  it('of one peer make no room for those of another that has as many', () => {
    const links = Array.from({ length: 32 }, (_, link) => link);
    for (let i = 0; i < WISHES_MAX / 32; i++) {
      for (const link of links) wishes.onNamed(entry(`${link}/${i}`), link, true, 0);
    }
    expect(links.filter((link) => wishes.onNamed(entry(`${link}/more`), link, true, 0))).toEqual(
      [],
    );
  });

  it('say whether a message like this may be one of them', () => {
    wishes.onNamed(entry('a', { dataType: 7, size: 100 }), FIRST, true, 0);
    expect([
      wishes.mayConcern(7, 100),
      wishes.mayConcern(7, 101),
      wishes.mayConcern(8, 100),
    ]).toEqual([true, false, false]);
  });
});
