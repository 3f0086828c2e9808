/** Scenarios from beginning to end: what happens in which phase, and what is counted. */
import { describe, expect, it } from 'vitest';
import { GossipNode } from '../../src/core/gossip-node.ts';
import { isJunk } from '../../src/sim/adversaries/junk.ts';
import { SimulationFailure } from '../../src/sim/failure.ts';
import { completeScenario, type ScenarioInput } from '../../src/sim/scenario/parse-scenario.ts';
import type { ScenarioResult } from '../../src/sim/scenario/result.ts';
import { ScenarioRun, type ScenarioRunOptions } from '../../src/sim/scenario/scenario-run.ts';
import type { CoreFactory, StepReport } from '../../src/sim/world.ts';

/** Everybody is linked with everybody and gives everything to all, after 20 ms: nothing is left to chance. */
const MESH = {
  nodes: 20,
  gossip: { degree: 19, min_connections: 19, max_connections: 32, proof_of_work: 'none' },
  network: { latencyMs: 20 },
  workload: { announcements: 10, rate: 1, settleMs: 5_000 },
} as const;

function run(input: Omit<ScenarioInput, 'name'>, options: ScenarioRunOptions = {}): ScenarioResult {
  const all = new ScenarioRun(completeScenario({ name: 'test', ...input }), options);
  while (all.step());
  return all.result();
}

describe('a run', () => {
  it('forms, is measured, heals and is done', () => {
    const all = new ScenarioRun(completeScenario({ name: 'test', ...MESH }));
    const phases: string[] = [all.progress.phase];
    while (all.step()) if (phases.at(-1) !== all.progress.phase) phases.push(all.progress.phase);
    phases.push(all.progress.phase);
    expect(phases).toEqual(['warm-up', 'measuring', 'healing', 'done']);
  });

  it('shows progress from 0 to 1 in every phase, and time that only goes forward', () => {
    const all = new ScenarioRun(completeScenario({ name: 'test', ...MESH }));
    let last = all.progress;
    do {
      const next = all.progress;
      expect(next.fraction).toBeGreaterThanOrEqual(next.phase === last.phase ? last.fraction : 0);
      expect(next.fraction).toBeLessThanOrEqual(1);
      expect(next.virtualMs).toBeGreaterThanOrEqual(last.virtualMs);
      last = next;
    } while (all.step());
  });

  it('does no more in one step than many, however large the network is', () => {
    let inputs = 0;
    const all = new ScenarioRun(
      completeScenario({
        name: 'test',
        nodes: 3_000,
        warmUp: { join: 'laid-out' },
        liveness: null,
      }),
      { onStep: () => inputs++ },
    );
    let most = 0;
    for (let isDone = false; !isDone && all.progress.virtualMs < 20_000; inputs = 0) {
      isDone = !all.step();
      most = Math.max(most, inputs);
    }
    expect(most).toBeLessThanOrEqual(5_000);
  });

  it('gives all nodes of a network that is laid out the links that were drawn, and no others', () => {
    const all = run({
      nodes: 200,
      gossip: { min_connections: 6, proof_of_work: 'none' },
      warmUp: { join: 'laid-out' },
      workload: { announcements: 2, rate: 1 },
    });
    expect([all.components, all.degree.max]).toEqual([1, 6]);
    expect(all.degree.mean).toBeGreaterThan(5.9);
  });

  it('is done without a last phase if there is none', () => {
    expect(run({ ...MESH, liveness: null }).probes).toBeNull();
  });

  it('shows what was measured so far at any time, and goes on as if nobody had looked', () => {
    const watched = new ScenarioRun(completeScenario({ name: 'test', ...MESH }));
    let looks = 0;
    while (watched.step()) if (watched.result().isPartial) looks++;
    expect(looks).toBeGreaterThan(10);
    expect(watched.result()).toEqual(run(MESH));
  });

  it('counts announcements that are old enough before they have settled, but only for the moment', () => {
    const all = new ScenarioRun(
      completeScenario({ name: 'test', ...MESH, workload: { announcements: 10, rate: 1 } }),
    );
    while (all.step() && all.result().announcements < 3);
    const early = all.result();
    expect(early).toMatchObject({ isPartial: true, announcements: 3, reach: 1 });
    while (all.step());
    expect(all.result().announcements).toBe(10);
  });
});

describe('the same scenario', () => {
  const TROUBLE = {
    nodes: 30,
    faults: [{ kind: 'churn', perMinute: 60 }, { kind: 'reset' }, { kind: 'join', count: 3 }],
    adversaries: [{ role: 'squatter', count: 2 }],
    workload: { announcements: 20, rate: 1 },
  } as const;

  it('does and shows the same again', () => {
    expect(run({ ...TROUBLE, seed: 5 })).toEqual(run({ ...TROUBLE, seed: 5 }));
  });

  it('does something else under another seed', () => {
    const [five, six] = [run({ ...TROUBLE, seed: 5 }), run({ ...TROUBLE, seed: 6 })];
    expect(six.traceHash).not.toBe(five.traceHash);
  });

  it('does the same whether it is checked or not', () => {
    const checked = run({ ...TROUBLE, seed: 7 });
    expect(run({ ...TROUBLE, seed: 7, checks: false }).traceHash).toBe(checked.traceHash);
  });

  it('does the same whether messages are encoded on their way or not', () => {
    const passed = run({ ...TROUBLE, seed: 8 });
    expect(run({ ...TROUBLE, seed: 8, wire: true }).traceHash).toBe(passed.traceHash);
  });
});

describe('in a network where nothing is left to chance', () => {
  it('every announcement reaches everybody after one hop', () => {
    expect(run(MESH)).toMatchObject({
      announcements: 10,
      reach: 1,
      complete: 1,
      latencyMs: { count: 190, mean: 20, p50: 20, max: 20 },
      lastNodeMs: { count: 10, p50: 20 },
      hops: { count: 190, mean: 1, max: 1 },
      deliveries: 190,
      components: 1,
      probes: 1,
      healMs: null,
      isPartial: false,
    });
  });

  it('everybody gets one copy from each of the others, and the origin one from all but none', () => {
    // 19 from the origin, and each of the 19 passes it on to the 18 others.
    expect(run(MESH).copiesPerDelivery).toBe((19 + 19 * 18) / 19);
  });

  it('all nodes have a link with all others', () => {
    expect(run(MESH).degree).toMatchObject({ count: 20, mean: 19, p50: 19, max: 19 });
  });

  it('bytes and messages per node are those of the announcements', () => {
    const { bytesPerNode, messagesPerNode } = run(MESH);
    // Copies of 116 bytes: ten announcements of 361 copies each, among twenty nodes.
    const [bytes, messages] = [(3_610 * 116) / 20, 3_610 / 20];
    // Beside them nodes compare notes now and then.
    expect(bytesPerNode.mean! / bytes).toBeGreaterThanOrEqual(1);
    expect(bytesPerNode.mean! / bytes).toBeLessThan(1.1);
    expect(messagesPerNode.mean! / messages).toBeGreaterThanOrEqual(1);
    expect(messagesPerNode.mean! / messages).toBeLessThan(1.1);
  });

  it('only nodes with a subscriber are expected to be reached', () => {
    const some = run({ ...MESH, population: { subscribers: 0.5 } });
    expect(some).toMatchObject({ reach: 1, latencyMs: { count: 190 } });
    // Ten subscribers; those of the announcing node are told too. The last phase adds one announcement.
    expect(some.notifications).toBe(11 * 10);
  });

  it('nobody is expected to be reached while he does not run', () => {
    const halved = run({
      ...MESH,
      workload: { ...MESH.workload, startMs: 1_000 },
      faults: [{ kind: 'crash', share: 0.5, how: 'exit' }],
    });
    expect(halved).toMatchObject({ reach: 1, complete: 1, latencyMs: { count: 10 * 9 } });
  });

  it('who is cut off is expected to be reached all the same', () => {
    const workload = { announcements: 10, rate: 10, startMs: 1_000, settleMs: 5_000 };
    const cut = run({
      ...MESH,
      workload,
      faults: [{ kind: 'partition', lasts: 50_000, share: 0.5 }],
    });
    expect(cut.reach).toBeCloseTo(9 / 19, 5);
  });

  it('who is cut off for a moment is reached after it', () => {
    const cut = run({ ...MESH, faults: [{ kind: 'partition', lasts: 3_000, share: 0.5 }] });
    expect(cut).toMatchObject({ reach: 1, complete: 1 });
    expect(cut.latencyMs.max).toBeGreaterThanOrEqual(3_000);
  });

  it('a network that was reset takes a while to heal', () => {
    const reset = run({ ...MESH, faults: [{ kind: 'reset', share: 1, at: 2_000 }] });
    expect(reset.healMs).toBeGreaterThan(0);
    expect(reset.components).toBe(1);
  });

  it('those who joined later are linked in the end', () => {
    const grown = run({ ...MESH, faults: [{ kind: 'join', count: 5, lasts: 5_000 }] });
    expect(grown.degree.count).toBe(25);
    expect(grown.components).toBe(1);
  });

  it('the timeline has a point for every second of the measurement', () => {
    const { timeline } = run(MESH).charts;
    expect(timeline.map(({ at }) => at)).toEqual(Array.from({ length: 15 }, (_, i) => i * 1_000));
    expect(timeline[3]).toEqual({ at: 3_000, running: 20, links: 190, components: 1, reach: 1 });
    expect(timeline[12]!.reach).toBeNull();
  });

  it('the curve of reach ends where all are reached', () => {
    const curve = run(MESH).charts.reachOverTime;
    expect(curve.at(-1)).toEqual([20, 1]);
    expect(curve[0]).toEqual([0, 0]);
  });
});

describe('the workload', () => {
  function announced(workload: ScenarioInput['workload']): StepReport[] {
    const steps: StepReport[] = [];
    const onStep = (step: StepReport): void => {
      if (step.input.kind === 'announce') steps.push({ ...step });
    };
    run({ ...MESH, liveness: null, ...(workload !== undefined && { workload }) }, { onStep });
    return steps;
  }

  it('comes from as few nodes as it is told', () => {
    const steps = announced({ announcements: 20, publishers: 2 });
    expect(new Set(steps.map(({ node }) => node)).size).toBe(2);
  });

  it('is evenly spaced, from its start on', () => {
    const times = announced({ announcements: 7, rate: 3, startMs: 500 }).map(({ now }) => now);
    expect(times.map((time) => time - times[0]!)).toEqual([
      0, 333, 667, 1_000, 1_333, 1_667, 2_000,
    ]);
  });

  it('may be empty: then there is nothing to measure', () => {
    expect(run({ ...MESH, workload: { announcements: 0, settleMs: 1_000 } })).toMatchObject({
      announcements: 0,
      reach: null,
      complete: null,
      copiesPerDelivery: null,
      controlBytesPerNodePerMessage: null,
      latencyMs: { count: 0, p50: null },
    });
  });
});

describe('adversaries', () => {
  const FLOOD = {
    ...MESH,
    adversaries: [{ role: 'flooder', count: 4, at: 2_000, rate: 5 }],
  } as const;

  it('do not count among those who are measured', () => {
    expect(run(FLOOD)).toMatchObject({ reach: 1, bytesPerNode: { count: 16 } });
  });

  it('behave until their moment, and not any more from then on', () => {
    let first: number | undefined;
    const onStep = ({ now, input }: StepReport): void => {
      if (input.kind !== 'message' || input.message.kind !== 'peer-announce') return;
      if (isJunk(input.message.data)) first ??= now;
    };
    const { warmUpMs } = run(FLOOD, { onStep });
    expect(first).toBeGreaterThanOrEqual(warmUpMs + 2_000);
    expect(first).toBeLessThan(warmUpMs + 3_000);
  });
});

describe('the last phase', () => {
  /** Takes part in the overlay, but passes on nothing that comes from others. */
  const selfish: CoreFactory = (options) => {
    const node = new GossipNode(options);
    return {
      handle: (input, now) =>
        node
          .handle(input, now)
          .filter((one) => one.kind !== 'send' || one.message.kind !== 'peer-announce' || one.own),
      nextDeadline: () => node.nextDeadline(),
      snapshot: () => node.snapshot(),
      sizes: () => node.sizes(),
    };
  };
  const SPARSE = {
    nodes: 40,
    workload: { announcements: 1, settleMs: 1_000 },
    liveness: { within: 60_000 },
  } as const;

  it('fails if announcements do not get to everybody, and says to whom', () => {
    expect(() => run(SPARSE, { core: selfish })).toThrow(
      /^seed 1, .*: none of \d+ announcements got to \d+ subscribers: nodes [\d, ]+/,
    );
  });

  it('fails if the network stays in parts, and says in how many', () => {
    const shut: CoreFactory = (options) => {
      const node = new GossipNode(options);
      return {
        // Whatever it wants to dial, it does not.
        handle: (input, now) => node.handle(input, now).filter((one) => one.kind !== 'dial'),
        nextDeadline: () => node.nextDeadline(),
      };
    };
    const scenario = { ...SPARSE, warmUp: { within: 1_000 } };
    expect(() => run({ ...scenario, nodes: 3 }, { core: shut })).toThrow(
      /the honest nodes are in 3 parts, of 1, 1, 1 nodes; the last one: nodes \d/,
    );
  });

  it('is a failure of the simulation with its seed, again at every further step', () => {
    const all = new ScenarioRun(completeScenario({ name: 'test', ...SPARSE, seed: 9 }), {
      core: selfish,
    });
    const failures = [1, 2].map(() => {
      try {
        while (all.step());
      } catch (failure) {
        return failure;
      }
      return undefined;
    });
    expect(failures[0]).toBeInstanceOf(SimulationFailure);
    expect(failures[0]).toMatchObject({ seed: 9 });
    expect(failures[1]).toBe(failures[0]);
  });

  it('finds subscribers answering that had been silent', () => {
    const silent = { ...MESH, population: { silentSubscribers: 1 } };
    expect(run(silent)).toMatchObject({ probes: 1 });
  });

  it('has everybody pass on what nobody subscribes to, where only subscribers relay', () => {
    const few = {
      ...SPARSE,
      gossip: { relay: 'subscribed' },
      population: { subscribers: 0.1 },
      liveness: { within: 600_000 },
    } as const;
    expect(run(few).probes).toBeGreaterThan(0);
  });
});
