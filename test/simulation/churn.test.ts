/** Nodes that come and go, links that break and stall, a network that falls apart for a while. */
import { describe, expect, it } from 'vitest';
import { Simulation } from '../../src/sim/simulation.ts';
import { componentSizes, isSettled, laidOut, ring } from './support.ts';

const MINUTE = 60_000;

/** `count` nodes that have joined through the first. */
function joined(seed: number, count: number): Simulation {
  const simulation = new Simulation({ seed, latency: { min: 10, max: 100 } });
  const bootstrapper = simulation.addNode();
  simulation.addNodes(count - 1, { bootstrapper: bootstrapper.address });
  simulation.run({ until: () => isSettled(simulation), within: 60 * MINUTE, every: 1_000 });
  return simulation;
}

describe.each([101, 102])('300 nodes of which 90 die at once (seed %i)', (seed) => {
  const simulation = joined(seed, 300);
  // The bootstrapper lives on: one that comes back without memory knows nobody of the old overlay.
  const victims = simulation.random.sample(simulation.nodes.slice(1), 90);
  for (const [i, node] of victims.entries()) {
    if (i % 2 === 0) node.stop();
    else node.powerOff();
  }

  it('refill their links to min_connections and are one overlay', () => {
    // The links to nodes without power still look alive for a minute.
    simulation.run({ for: 2 * MINUTE });
    simulation.run({ until: () => isSettled(simulation), within: 30 * MINUTE, every: 1_000 });
    expect(isSettled(simulation)).toBe(true);
    expect(componentSizes(simulation)).toEqual([210]);
  });

  it('take the dead in again when they come back', () => {
    for (const node of victims) node.start();
    simulation.run({ until: () => isSettled(simulation), within: 60 * MINUTE, every: 1_000 });
    expect(componentSizes(simulation)).toEqual([300]);
  });
});

describe('200 nodes of which one restarts every two seconds (seed 111)', () => {
  it('are one overlay soon after that is over', () => {
    const simulation = joined(111, 200);
    for (let i = 0; i < 300; i++) {
      const node = simulation.nodes[1 + simulation.random.below(199)]!;
      if (!node.isRunning) node.start();
      else if (simulation.random.below(2) === 0) node.stop();
      else node.powerOff();
      simulation.run({ for: 2_000 });
    }
    for (const node of simulation.nodes) if (!node.isRunning) node.start();
    simulation.run({ for: 2 * MINUTE });
    simulation.run({ until: () => isSettled(simulation), within: 30 * MINUTE, every: 1_000 });
    expect(componentSizes(simulation)).toEqual([200]);
  });
});

describe('100 nodes whose links keep breaking (seed 121)', () => {
  it('have their links back soon after', () => {
    const simulation = joined(121, 100);
    for (let i = 0; i < 60; i++) {
      for (const link of simulation.random.sample(simulation.links(), 10)) {
        simulation.breakLink(link);
      }
      simulation.run({ for: 2_000 });
    }
    simulation.run({ until: () => isSettled(simulation), within: 30 * MINUTE, every: 1_000 });
    expect(isSettled(simulation)).toBe(true);
    expect(componentSizes(simulation)).toEqual([100]);
  });
});

describe('a network in two halves', () => {
  const HALF = 20;

  function cut(seed: number) {
    const simulation = laidOut(2 * HALF, ring(2 * HALF), { seed });
    const [left, right] = [simulation.nodes.slice(0, HALF), simulation.nodes.slice(HALF)];
    return { simulation, left, right };
  }

  it('gets what was announced meanwhile when the cut heals in time (seed 131)', () => {
    const { simulation, left, right } = cut(131);
    const partition = simulation.partition(left, right);
    const announcement = left[3]!.announce({ dataType: 1 });
    simulation.run({ for: 30_000 });
    expect(announcement.reachedNodes()).toEqual(
      left.filter((node) => node !== left[3]).map((node) => node.index),
    );
    partition.heal();
    simulation.run({ for: 10_000 });
    expect(announcement.reached).toBe(2 * HALF - 1);
  });

  it('hears one side only when the cut is one-way (seed 132)', () => {
    const { simulation, left, right } = cut(132);
    simulation.partition(left, right, { oneWay: true });
    const toRight = left[3]!.announce({ dataType: 1 });
    const toLeft = right[3]!.announce({ dataType: 1 });
    simulation.run({ for: 30_000 });
    expect([toRight.reached, toLeft.reached]).toEqual([HALF - 1, 2 * HALF - 1]);
  });

  it('loses the links across when the cut lasts, and gets them back after it (seed 133)', () => {
    const { simulation, left, right } = cut(133);
    const partition = simulation.partition(left, right);
    simulation.run({ for: 5 * MINUTE });
    expect(componentSizes(simulation)).toEqual([HALF, HALF]);
    partition.heal();
    simulation.run({ for: 5 * MINUTE });
    expect(componentSizes(simulation)).toEqual([2 * HALF]);
  });
});
