import { describe, expect, it } from 'vitest';
import { PAIRS_MAX, PUSH_FROM, Usefulness } from '../../../../src/core/exchange/usefulness.ts';
import { FIRST, SECOND, THIRD } from './support.ts';

function isPushed(usefulness: Usefulness, from: number, to: number): boolean {
  return usefulness.score(from, to) >= PUSH_FROM;
}

function learn(usefulness: Usefulness, times: number, wasUseful: boolean): void {
  for (let i = 0; i < times; i++) usefulness.learn(FIRST, SECOND, wasUseful);
}

describe('a pair of links', () => {
  it('is pushed to while nothing is known of it', () => {
    expect(isPushed(new Usefulness(), FIRST, SECOND)).toBe(true);
  });

  it('is pushed to no more after a few copies that were not needed', () => {
    const usefulness = new Usefulness();
    learn(usefulness, 6, false);
    expect(isPushed(usefulness, FIRST, SECOND)).toBe(false);
  });

  it('is pushed to as long as one copy in three is needed', () => {
    const usefulness = new Usefulness();
    for (let i = 0; i < 50; i++) usefulness.learn(FIRST, SECOND, i % 3 === 0);
    expect(isPushed(usefulness, FIRST, SECOND)).toBe(true);
  });

  it('that was useful for long bears one copy that was not needed', () => {
    const usefulness = new Usefulness();
    learn(usefulness, 50, true);
    learn(usefulness, 1, false);
    expect(isPushed(usefulness, FIRST, SECOND)).toBe(true);
  });

  it('that was redundant for long is pushed to again once it is useful often enough', () => {
    const usefulness = new Usefulness();
    learn(usefulness, 50, false);
    learn(usefulness, 10, true);
    expect(isPushed(usefulness, FIRST, SECOND)).toBe(true);
  });

  it('is pushed to at once when the peer asks for it', () => {
    const usefulness = new Usefulness();
    learn(usefulness, 50, false);
    usefulness.want(FIRST, SECOND);
    expect(isPushed(usefulness, FIRST, SECOND)).toBe(true);
  });

  it('that is better than a wish is not made worse by one', () => {
    const usefulness = new Usefulness();
    usefulness.want(FIRST, SECOND);
    expect(usefulness.score(FIRST, SECOND)).toBe(1);
  });

  it('keeps its score between 0 and 1 whatever it learns', () => {
    const usefulness = new Usefulness();
    learn(usefulness, 1_000, true);
    const best = usefulness.score(FIRST, SECOND);
    learn(usefulness, 1_000, false);
    const worst = usefulness.score(FIRST, SECOND);
    expect([best <= 1, worst >= 0]).toEqual([true, true]);
  });

  it('says nothing of another pair with the same origin, nor of the other direction', () => {
    const usefulness = new Usefulness();
    learn(usefulness, 50, false);
    expect([usefulness.score(FIRST, THIRD), usefulness.score(SECOND, FIRST)]).toEqual([1, 1]);
  });

  it('that is new is tried once, even if its link was redundant for others', () => {
    const usefulness = new Usefulness();
    learn(usefulness, 50, false);
    const before = isPushed(usefulness, THIRD, SECOND);
    usefulness.learn(THIRD, SECOND, false);
    expect([before, isPushed(usefulness, THIRD, SECOND)]).toEqual([true, false]);
  });
});

describe('a link that is gone', () => {
  it('is forgotten as a target', () => {
    const usefulness = new Usefulness();
    learn(usefulness, 50, false);
    usefulness.forget(SECOND);
    expect(usefulness.score(FIRST, SECOND)).toBe(1);
  });

  it('is forgotten as an origin', () => {
    const usefulness = new Usefulness();
    learn(usefulness, 50, false);
    for (let i = 0; i < 50; i++) usefulness.learn(THIRD, SECOND, true);
    usefulness.forget(FIRST);
    expect(isPushed(usefulness, FIRST, SECOND)).toBe(true);
  });
});

describe('what is remembered of a link', () => {
  it(`are pairs with ${PAIRS_MAX} others at most, whatever was learnt after those had ended`, () => {
    const usefulness = new Usefulness();
    for (let from = 10; from < 10 + 2 * PAIRS_MAX; from++) {
      usefulness.forget(from);
      usefulness.learn(from, SECOND, true);
    }
    expect(usefulness.sourcesOf(SECOND)).toBe(PAIRS_MAX);
  });
});
