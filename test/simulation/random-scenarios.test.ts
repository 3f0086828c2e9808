/**
 * Random scenarios, those of the repository and fresh ones every time: networks in every kind of trouble in
 * which every node keeps its promises, and all are one network again in the end. A failure names its seed;
 * `hearsay simulate --random SEED` shows it again.
 */
import { randomInt } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { randomScenario } from '../../src/sim/scenario/random-scenario.ts';
import { ScenarioRun } from '../../src/sim/scenario/scenario-run.ts';

/** Always the same. */
const KEPT = Array.from({ length: 20 }, (_, i) => i + 1);
/** So much is new every time; `npm run soak` runs as many as it is given time. */
const FRESH_COUNT = 30;
const first = randomInt(2 ** 32 - FRESH_COUNT);
const FRESH = Array.from({ length: FRESH_COUNT }, (_, i) => first + i);

describe.each([
  ['kept', KEPT],
  ['fresh', FRESH],
])('a random scenario (%s)', (_kind, seeds) => {
  it.each(seeds)('breaks no promise and ends well (hearsay simulate --random %i)', (seed) => {
    const scenario = randomScenario(seed);
    const run = new ScenarioRun(scenario);
    while (run.step());
    const { isPartial, components } = run.result();
    expect(isPartial).toBe(false);
    if (scenario.liveness !== null) expect(components).toBe(1);
  });
});
