/** Networks in a thread of their own, as `hearsay simulate` runs large ones. Needs `npm run build`. */
import { describe, expect, it } from 'vitest';
import { driveHere } from '../../src/cli/simulate/drive.ts';
import { driveLarge, isLarge } from '../../src/cli/simulate/large-run.ts';
import { completeScenario } from '../../src/sim/scenario/parse-scenario.ts';

const SMALL = completeScenario({
  name: 'small',
  nodes: 30,
  workload: { announcements: 5, settleMs: 2_000 },
});
const ALWAYS = (): boolean => true;
const NEVER = (): boolean => false;

describe('a run in a thread of its own', () => {
  it('shows what it would have shown here', async () => {
    const result = await driveLarge(SMALL, { isAskedToStop: NEVER, onProgress: undefined });
    expect(result).toEqual(await driveHere(SMALL));
  });

  it('tells of its progress', async () => {
    const phases = new Set<string>();
    const onProgress = ({ phase }: { readonly phase: string }): unknown => phases.add(phase);
    await driveLarge(SMALL, { isAskedToStop: NEVER, onProgress });
    expect([...phases]).toEqual(['warm-up', 'measuring', 'healing', 'done'].slice(0, phases.size));
    expect(phases.size).toBeGreaterThanOrEqual(3);
  });

  it('comes to an end with what it has when asked to', async () => {
    const endless = { ...SMALL, workload: { ...SMALL.workload, announcements: 1_000_000 } };
    const result = await driveLarge(endless, { isAskedToStop: ALWAYS, onProgress: undefined });
    expect(result.isPartial).toBe(true);
  });

  it('fails as it would have failed here', async () => {
    const hopeless = {
      ...SMALL,
      liveness: { within: 1 },
      gossip: { proof_of_work: 'none' as const },
    };
    const silent = { ...hopeless, population: { ...SMALL.population, subscribers: 1 } };
    const run = driveLarge(silent, { isAskedToStop: NEVER, onProgress: undefined });
    await expect(run).rejects.toThrow(/^seed 1, .*1 ms were not enough/);
  });
});

describe('a network', () => {
  it('is large from some hundred thousand nodes on', () => {
    expect([isLarge({ nodes: 1_000 }), isLarge({ nodes: 1_000_000 })]).toEqual([false, true]);
  });
});
