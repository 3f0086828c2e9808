/** First starts beside a peer that means to be all that a node has: a few of those of bench/book/first-start.mjs. */
import { describe, expect, it } from 'vitest';
import { startBesideLiar } from '../../bench/book/first-start-model.mjs';

describe('a newcomer that knows a liar and an honest peer', () => {
  it.each([1, 2, 3, 4, 5])('has an honest link of its own after a minute (seed %i)', (seed) => {
    expect(startBesideLiar(seed).honest).toBeGreaterThan(0);
  });
});

describe('a newcomer that knows only a liar', () => {
  it('tells the operator after some minutes (seed 6)', () => {
    const plan = { isHonestNamed: false, time: 600_000 };
    expect(startBesideLiar(6, plan).warnedAfter).toBeDefined();
  });
});
