import { describe, expect, it } from 'vitest';
import type { Question } from '../../../../../src/cli/simulate/plan/question.ts';
import {
  closest,
  DEGREE_MAX,
  search,
  type Measure,
} from '../../../../../src/cli/simulate/plan/search.ts';
import type { LinkCounts, Trial } from '../../../../../src/cli/simulate/plan/trial.ts';

const QUESTION: Question = {
  nodes: 5_000,
  rate: 10,
  size: 100,
  target: 0.999,
  loss: 0,
  latencyMs: 50,
  bandwidthMbps: null,
  seed: 1,
  history: 60,
};

/** A world in which `attains` decides, and a link costs a byte a second. */
function worldWhere(
  attains: (counts: LinkCounts, nodes: number, seed: number) => boolean,
): Measure {
  return (counts, nodes, seed) => {
    const isGood = attains(counts, nodes, seed);
    const reach = isGood ? 1 : 0.9 + counts.degree / 1_000;
    const rest = { chances: 1e6, copies: 1, p99Ms: 1, uplinkShare: null, attains: isGood };
    const bytesPerSecond = counts.max;
    return Promise.resolve({ ...counts, ...rest, nodes, seed, reach, bytesPerSecond } as Trial);
  };
}

describe('the search for settings', () => {
  it.each([2, 3, 5, 8, 13, 32])(
    'finds the smallest degree that attains the target: %i',
    async (least) => {
      const { best, isAttained } = await search(
        QUESTION,
        worldWhere(({ degree }) => degree >= least),
      );
      expect([isAttained, best.degree]).toEqual([true, least]);
    },
  );

  it('takes the shape whose nodes send less', async () => {
    const { best } = await search(
      QUESTION,
      worldWhere(({ degree }) => degree >= 5),
    );
    expect(best.max).toBe(7);
  });

  it('takes the other shape where only that attains the target', async () => {
    const { best } = await search(
      QUESTION,
      worldWhere(({ max }) => max >= 32),
    );
    expect(best.max).toBeGreaterThanOrEqual(32);
  });

  it('answers only what stands on more nodes, with two other seeds', async () => {
    const { best, tried } = await search(
      QUESTION,
      worldWhere(({ degree }) => degree >= 5),
    );
    expect(best.nodes).toBe(2_000);
    expect(tried.slice(-2)).toMatchObject([
      { nodes: 2_000, seed: 2 },
      { nodes: 2_000, seed: 3 },
    ]);
  });

  it('adds a peer where the check fails', async () => {
    const world = worldWhere(({ degree }, nodes) => degree >= (nodes > 500 ? 7 : 5));
    const { best, isAttained } = await search(QUESTION, world);
    expect([isAttained, best.degree]).toEqual([true, 7]);
  });

  it('says so if nothing attains the target, with what reaches most', async () => {
    const { best, isAttained, tried } = await search(
      QUESTION,
      worldWhere(() => false),
    );
    expect([isAttained, best.degree]).toEqual([false, DEGREE_MAX]);
    expect(tried.length).toBeLessThan(20);
  });

  it('says so if what attains the target never stands the check', async () => {
    const { isAttained } = await search(
      QUESTION,
      worldWhere((_, nodes) => nodes <= 500),
    );
    expect(isAttained).toBe(false);
  });

  it('asks for no more peers than there are', async () => {
    const { tried } = await search(
      { ...QUESTION, nodes: 4 },
      worldWhere(() => false),
    );
    expect(Math.max(...tried.map(({ degree }) => degree))).toBe(3);
  });

  it('leaves what was tried to who ends it early', async () => {
    const tried: Trial[] = [];
    const world = worldWhere(() => false);
    const tired: Measure = (...of) =>
      tried.length < 2 ? world(...of) : Promise.reject(new Error('enough'));
    await expect(search(QUESTION, tired, tried)).rejects.toThrow('enough');
    expect(closest(tried)?.degree).toBe(8);
  });
});
