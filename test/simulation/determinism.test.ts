/** One seed, one history. */
import { describe, expect, it } from 'vitest';
import { Simulation } from '../../src/sim/simulation.ts';

/** A thousand nodes join through fifty of them, break some links and spread some announcements. */
function history(seed: number): Simulation {
  const simulation = new Simulation({
    seed,
    latency: { min: 5, max: 80 },
    settings: { powDifficulty: 18 },
  });
  const first = simulation.addNode();
  // Each lets ten newcomers in a second, so there are many doors.
  for (let door = 0; door < 50; door++) {
    const { address } = simulation.addNode({ bootstrapper: first.address });
    simulation.addNodes(19, { bootstrapper: address });
  }
  for (let round = 0; round < 4; round++) {
    simulation.run({ for: 4_000 });
    for (const link of simulation.random.sample(simulation.links(), 20)) simulation.breakLink(link);
    const node = simulation.nodes[simulation.random.below(1_000)]!;
    const client = node.client();
    client.subscribe(round, { delay: (random) => random.below(100) });
    node.announce({ dataType: round, ttl: round });
  }
  return simulation;
}

describe('a network of 1,000 nodes', () => {
  const first = history(1);

  it('does the same again with the same seed', () => {
    const again = history(1);
    expect([again.traceHash, again.inputs, again.now]).toEqual([
      first.traceHash,
      first.inputs,
      first.now,
    ]);
  });

  it('does something else with another seed', () => {
    expect(history(2).traceHash).not.toBe(first.traceHash);
  });

  it('did something worth comparing', () => {
    expect(first.links().length).toBeGreaterThan(500);
    expect(first.announcements.reduce((sum, { copies }) => sum + copies, 0)).toBeGreaterThan(1_000);
  });
});
