/**
 * The fixed scenarios still show what scenarios/baseline.json says they do. Prints every figure that differs;
 * one that differs by more than another seed would make it fails until the baseline says so too
 * (`npm run baseline -- --update`, in the same commit as the cause).
 */
import { describe, expect, it } from 'vitest';
import {
  comparedScenarios,
  differences,
  figuresOf,
  formatDifferences,
  noiseOf,
  readBaseline,
  readScenario,
  SEEDS,
} from '../../scenarios/baseline.mjs';
import { parseScenario } from '../../src/sim/scenario/parse-scenario.ts';
import { ScenarioRun } from '../../src/sim/scenario/scenario-run.ts';
import { summarize } from '../../src/sim/scenario/summarize.ts';

function measured(name: string) {
  const scenario = parseScenario(readScenario(name));
  const results = Array.from({ length: SEEDS }, (_, i) => {
    const run = new ScenarioRun({ ...scenario, seed: scenario.seed + i });
    while (run.step());
    return run.result();
  });
  return figuresOf(summarize(results));
}

describe('a fixed scenario', () => {
  it.each(comparedScenarios())('%s shows what it did', (name) => {
    const rows = differences(name, readBaseline()[name], measured(name));
    if (rows.length > 0) console.log(formatDifferences(rows));
    expect(rows.filter(({ isBeyond }) => isBeyond)).toEqual([]);
  });
});

describe('the comparison', () => {
  const known = { reach: { value: 0.9, noise: 0.02 }, healMs: { value: null, noise: 1_000 } };
  const same = { reach: 0.9, healMs: null };

  function beyond(figures: object): string[] {
    return differences('x', known, { ...same, ...figures } as typeof same)
      .filter(({ isBeyond }) => isBeyond)
      .map(({ figure }) => figure);
  }

  it('has nothing to say about figures that are what they were', () => {
    expect(differences('x', known, same).filter(({ figure }) => figure in known)).toEqual([]);
  });

  it('lists a change within the noise without making much of it', () => {
    expect(differences('x', known, { ...same, reach: 0.89 })[0]).toMatchObject({
      figure: 'reach',
      isBeyond: false,
    });
  });

  it('finds a change beyond the noise', () => {
    expect(beyond({ reach: 0.87 })).toContain('reach');
  });

  it('finds a figure that there was not, or is not any more', () => {
    expect(beyond({ healMs: 5 })).toContain('healMs');
    expect(beyond({ reach: null })).toContain('reach');
  });

  it('takes for noise what seeds make of a figure, but no less than is worth a word', () => {
    expect(noiseOf('reach', [0.9, 0.9, 0.9])).toBe(0.002);
    expect(noiseOf('reach', [0.8, 0.9, 1])).toBeCloseTo(4 * 0.1 * Math.sqrt(2 / SEEDS), 3);
  });
});
