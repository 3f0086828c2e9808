/** Where a network used to fall apart or to run hot. */
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../src/basics/random.ts';
import { hopsFrom } from '../../src/sim/overlay.ts';
import type { SimNode } from '../../src/sim/sim-node.ts';
import { Simulation } from '../../src/sim/simulation.ts';
import { drawn, realCore, underAttack } from './attacks.ts';
import { componentSizes, isSettled, randomGraph } from './support.ts';

describe('many nodes that join within seconds through one bootstrapper', () => {
  it.each([2, 5, 8, 9, 11, 12])('leave no islands behind (100 nodes, seed %i)', (seed) => {
    const settings = { proofOfWork: 'none', maxConnections: 8 } as const;
    const simulation = new Simulation({ seed, latency: 1, settings });
    const bootstrapper = simulation.addNode();
    simulation.addNodes(99, { bootstrapper: bootstrapper.address });
    simulation.run({ until: () => isSettled(simulation), within: 600_000 });
    expect(componentSizes(simulation)).toEqual([100]);
  });

  it.each([20, { min: 10, max: 100 }])(
    'make one overlay of few hops (1,000 nodes, latency %j, seed 1)',
    (latency) => {
      const simulation = new Simulation({ seed: 1, latency, settings: { proofOfWork: 'none' } });
      const bootstrapper = simulation.addNode();
      simulation.addNodes(999, { bootstrapper: bootstrapper.address });
      simulation.run({ until: () => isSettled(simulation), within: 600_000, every: 1_000 });
      expect(componentSizes(simulation)).toEqual([1_000]);
      expect(Math.max(...hopsFrom(simulation.overlay(), 7).values())).toBeLessThanOrEqual(10);
    },
  );
});

describe('a node that finds only full peers', () => {
  it.each(['connection', 'none', 'discovery'] as const)(
    'does not dial them over and over (proof_of_work = %s, seed 1)',
    (proofOfWork) => {
      const simulation = new Simulation({
        seed: 1,
        settings: { proofOfWork, powDifficulty: 8, maxConnections: 2, minConnections: 1 },
      });
      const full = simulation.addNodes(2);
      for (const node of [...full, ...full]) simulation.addNode({ knownPeers: [node.address] });
      simulation.run({ for: 5_000 });
      const late = simulation.addNode({ knownPeers: full.map((node) => node.address) });
      simulation.run({ for: 60_000 });
      const attempts = late.reported('link-lost') + late.reported('handshake-failed');
      expect(attempts).toBeLessThan(150);
    },
  );
});

describe('a node that is dialled while its own dials are under way', () => {
  it('keeps the bound of links on their way (seed 1)', () => {
    // The peers it dials (0 to 5) are far away, those that dial it are near.
    const latency = (a: number, b: number): number => (Math.min(a, b) < 6 ? 100 : 1);
    const simulation = new Simulation({ seed: 1, latency });
    const far = simulation.addNodes(6);
    const knownPeers = far.map((node) => node.address);
    const busy = simulation.addNode({ knownPeers, bounds: { pendingLinksMax: 8 } });
    simulation.addNodes(20, { knownPeers: [busy.address] });
    // The simulator checks the bound at every step.
    simulation.run({ for: 60_000 });
    expect(busy.core.sizes?.().pendingLinks.max).toBe(8);
  });
});

describe('60 nodes, 10 of which open links over and over and never ask for others (seed 1)', () => {
  const random = seededRandom(1, 7);
  const { simulation, honest } = underAttack({
    seed: 1,
    role: 'hog',
    nodes: 60,
    hostile: drawn(60, 10, random),
    edges: randomGraph(60, 3, random),
    honest: realCore,
  });
  const indexes = new Set(honest.map((node) => node.index));
  const honestPeers = (node: SimNode): number =>
    node.peers.filter((peer) => indexes.has(peer)).length;
  const linksAmongHonest = (): number => honest.reduce((sum, node) => sum + honestPeers(node), 0);
  const before = linksAmongHonest();
  simulation.run({ for: 120_000 });

  it('leave the others their links among themselves', () => {
    expect(linksAmongHonest()).toBeGreaterThanOrEqual(0.95 * before);
  });

  it('keep no newcomer out', () => {
    const newcomers = Array.from({ length: 10 }, () => {
      const known = simulation.random.sample(honest, 4).map((node) => node.address);
      return simulation.addNode({ knownPeers: known });
    });
    simulation.run({ for: 60_000 });
    expect(newcomers.filter((node) => honestPeers(node) === 0)).toEqual([]);
  });
});
