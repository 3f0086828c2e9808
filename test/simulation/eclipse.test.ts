/** Attempts to be all that a node knows: a few of the trials of bench/book, which has the figures, with fixed seeds. */
import { describe, expect, it } from 'vitest';
import { tryToCapture, tryToCaptureList, type Links, type Plan } from '../../bench/book/model.mjs';

const TRIALS = 40;

/** In how many of the trials all links are to hostile peers after the start. */
function captured(
  run: (seed: number, plan: Plan) => { readonly lives: readonly Links[] },
  plan: Plan,
): number {
  const seeds = Array.from({ length: TRIALS }, (_, i) => 1_000 + i);
  return seeds.filter((seed) => run(seed, plan).lives[0]!.honest === 0).length;
}

describe('a node that starts anew after it was told of 10,000 hostile addresses (seeds 1000 to 1039)', () => {
  it.each([1, 8])('finds an honest peer, told by %i source(s)', (sources) => {
    expect(captured(tryToCapture, { sources })).toBe(0);
  });

  it('nearly always finds one if 64 sources told of them', () => {
    expect(captured(tryToCapture, { sources: 64 })).toBeLessThanOrEqual(3);
  });

  it('hardly ever would with a flat list', () => {
    const plan = { sources: 1, links: 8, down: 0, anchorsDown: 0 };
    expect(captured(tryToCaptureList, plan)).toBeGreaterThan(TRIALS / 2);
  });

  it('has links to all the honest peers to which it had them for longest, if they are there', () => {
    const { lives } = tryToCapture(2_000, { sources: 64, anchorsDown: 0, lives: 50 });
    expect(lives.every(({ honest }) => honest >= 2)).toBe(true);
  });
});

describe('the book of a node that is told of 10,000 hostile addresses', () => {
  it('loses none of the honest ones in which there is hope, but gains what feelers find', () => {
    for (let seed = 1; seed <= 10; seed++) {
      const { before, counts } = tryToCapture(seed, { sources: 64, hours: 0 });
      expect(counts.honestNew).toBe(before.honestNew);
      expect(counts.honestTried).toBe(before.honestTried);
    }
  });

  it('has no hostile one among those that it tried unless a feeler found it', () => {
    const { counts } = tryToCapture(1, { sources: 64, hours: 0 });
    expect(counts.hostileTried).toBe(0);
  });
});
