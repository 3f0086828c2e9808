/** Several runs as one. */
import { describe, expect, it } from 'vitest';
import { completeScenario } from '../../../../src/sim/scenario/parse-scenario.ts';
import type { ScenarioResult } from '../../../../src/sim/scenario/result.ts';
import { ScenarioRun } from '../../../../src/sim/scenario/scenario-run.ts';
import { summarize } from '../../../../src/sim/scenario/summarize.ts';

function run(seed: number): ScenarioResult {
  const scenario = completeScenario({
    name: 'test',
    seed,
    nodes: 30,
    workload: { announcements: 5, settleMs: 2_000 },
    warmUp: { within: 60_000 },
  });
  const all = new ScenarioRun(scenario);
  while (all.step());
  return all.result();
}

const RUNS = [1, 2, 3].map(run);
const summary = summarize(RUNS);

describe('a summary', () => {
  it('of one run shows what the run shows', () => {
    const [one] = RUNS as [ScenarioResult];
    const { charts, ...figures } = one;
    const { charts: pooledCharts, ...pooled } = summarize([one]);
    expect(pooled).toMatchObject(figures);
    expect(pooledCharts).toEqual(charts);
  });

  it('has the seeds and the runs, one beside the other', () => {
    expect(summary.seeds).toEqual([1, 2, 3]);
    expect(summary.runs).toEqual(RUNS);
  });

  it('counts the samples of all runs', () => {
    const total = RUNS.reduce((sum, { latencyMs }) => sum + latencyMs.count, 0);
    expect(summary.latencyMs.count).toBe(total);
    expect(summary.announcements).toBe(15);
  });

  it('takes percentiles over all samples, not over those of the runs', () => {
    const merged = RUNS.flatMap(({ charts }) =>
      charts.latencyMs.flatMap(([ms, times]) => Array.from({ length: times }, () => ms)),
    ).sort((a, b) => a - b);
    expect(summary.latencyMs.p90).toBe(merged[Math.ceil(0.9 * merged.length) - 1]);
  });

  it('says how far the runs lie apart', () => {
    const reaches = RUNS.map(({ reach }) => reach!);
    expect(summary.spread.reach).toEqual({ min: Math.min(...reaches), max: Math.max(...reaches) });
    expect(summary.spread['latencyMs.p50'].min).toBe(
      Math.min(...RUNS.map(({ latencyMs }) => latencyMs.p50!)),
    );
  });

  it('has no spread of a figure that no run has', () => {
    expect(summary.spread.healMs).toEqual({ min: null, max: null });
  });

  it('has a fingerprint that depends on every run', () => {
    const others = [RUNS[0]!, RUNS[1]!, RUNS[1]!];
    expect(summary.traceHash).toMatch(/^[0-9a-f]{16}$/);
    expect(summarize(others).traceHash).not.toBe(summary.traceHash);
  });

  it('is partial as soon as one run is', () => {
    expect(summarize([RUNS[0]!, { ...RUNS[1]!, isPartial: true }]).isPartial).toBe(true);
  });

  it('survives JSON', () => {
    expect(JSON.parse(JSON.stringify(summary))).toEqual(summary);
  });

  it('of nothing is a mistake of the caller', () => {
    expect(() => summarize([])).toThrow(RangeError);
  });
});
