/** How a network comes to be, and how it gets over the loss of many nodes. */
import { describe, expect, it } from 'vitest';
import { Simulation } from '../../src/sim/simulation.ts';
import { componentSizes, isSettled } from './support.ts';

const MINUTE = 60_000;

describe('1,000 nodes with one bootstrapper and default settings (seed 81)', () => {
  const simulation = new Simulation({ seed: 81, latency: { min: 10, max: 100 } });
  const bootstrapper = simulation.addNode();
  simulation.addNodes(999, { bootstrapper: bootstrapper.address });

  it('all join and form one overlay', () => {
    simulation.run({ until: () => isSettled(simulation), within: 30 * MINUTE, every: 1_000 });
    expect(isSettled(simulation)).toBe(true);
    expect(componentSizes(simulation)).toEqual([1_000]);
  });

  it.each([1, 2, 3, 4])('stay in it, quarter of an hour %i', () => {
    for (let i = 0; i < 3; i++) {
      simulation.run({ for: 5 * MINUTE });
      expect(componentSizes(simulation)).toEqual([1_000]);
    }
  });

  it('never have more than max_connections links, the bootstrapper included', () => {
    expect(bootstrapper.openLinks).toBe(32);
    expect(Math.max(...simulation.nodes.map((node) => node.openLinks))).toBe(32);
  });

  it('spread announcements to nearly all of them', () => {
    const announcement = bootstrapper.announce({ dataType: 1 });
    simulation.run({ for: MINUTE });
    // Every node passes an announcement to 4 of its peers: e^-4 of the nodes are expected to miss it.
    expect(announcement.reached).toBeGreaterThan(900);
  });
});

describe.each([
  [91, { proofOfWork: 'none' }],
  [92, { proofOfWork: 'discovery' }],
  [93, { challengeCooldown: 30_000 }],
] as const)('200 nodes with one bootstrapper (seed %i, %j)', (seed, settings) => {
  it('all join and form one overlay', () => {
    const simulation = new Simulation({ seed, latency: { min: 10, max: 100 }, settings });
    const bootstrapper = simulation.addNode();
    simulation.addNodes(199, { bootstrapper: bootstrapper.address });
    simulation.run({ until: () => isSettled(simulation), within: 60 * MINUTE, every: 1_000 });
    expect(isSettled(simulation)).toBe(true);
    expect(componentSizes(simulation)).toEqual([200]);
  });
});

describe('50 nodes on the loopback of one machine (seed 95)', () => {
  it('all join and form one overlay', () => {
    const simulation = new Simulation({ seed: 95, latency: 0, addresses: 'loopback' });
    const bootstrapper = simulation.addNode();
    simulation.addNodes(49, { bootstrapper: bootstrapper.address });
    simulation.run({ until: () => isSettled(simulation), within: 30 * MINUTE });
    expect(componentSizes(simulation)).toEqual([50]);
  });
});

describe('a bootstrapper that comes up late (seed 96)', () => {
  it('brings in those that have been waiting for it', () => {
    const simulation = new Simulation({ seed: 96 });
    const bootstrapper = simulation.addNode({}, { isStarted: false });
    simulation.addNodes(30, { bootstrapper: bootstrapper.address });
    simulation.run({ for: 10 * MINUTE });
    expect(componentSizes(simulation)).toHaveLength(30);
    bootstrapper.start();
    simulation.run({ until: () => isSettled(simulation), within: 20 * MINUTE });
    expect(componentSizes(simulation)).toEqual([31]);
  });
});
