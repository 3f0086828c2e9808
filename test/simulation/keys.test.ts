/** Nodes with keys: the auditor sees to it that there is one link for each, and no challenge but the channel's. */
import { describe, expect, it } from 'vitest';
import type { Effect } from '../../src/core/effects.ts';
import { Simulation } from '../../src/sim/simulation.ts';
import { componentSizes, isSettled } from './support.ts';

const MINUTE = 60_000;

describe.each([1, 2, 3])('60 nodes with keys (seed %i)', (seed) => {
  it('join through one bootstrapper and form one overlay', () => {
    const simulation = new Simulation({
      seed,
      latency: { min: 10, max: 100 },
      transport: 'tls',
    });
    const bootstrapper = simulation.addNode();
    simulation.addNodes(59, { bootstrapper: bootstrapper.address });
    simulation.run({ until: () => isSettled(simulation), within: 30 * MINUTE, every: 1_000 });
    expect(componentSizes(simulation)).toEqual([60]);
  });

  it('keep one link for each pair when all dial all at the same moment', () => {
    const simulation = new Simulation({
      seed,
      latency: { min: 1, max: 50 },
      transport: 'tls',
      settings: { minConnections: 16, maxConnections: 32, powDifficulty: 4 },
    });
    const addresses = Array.from({ length: 16 }, (_, i) => ({ host: `10.${i}.0.1`, port: 6_001 }));
    for (const address of addresses) {
      const knownPeers = addresses.filter((other) => other !== address);
      simulation.addNode({ knownPeers }, { address });
    }
    simulation.run({ for: 5 * MINUTE });
    expect(simulation.links()).toHaveLength((16 * 15) / 2);
    expect(simulation.nodes.map((node) => node.peers.length)).toEqual(Array(16).fill(15));
  });
});

describe('a range of addresses from which many newcomers come (seed 1)', () => {
  it('has to solve more rounds, and gets in all the same', () => {
    let challenges = 0;
    const simulation = new Simulation({
      seed: 1,
      transport: 'tls',
      onStep: ({ node, effects }) => {
        const isAsked = (effect: Effect): boolean =>
          effect.kind === 'send' && effect.message.kind === 'peer-challenge';
        if (node === 0) challenges += effects.filter(isAsked).length;
      },
    });
    const first = simulation.addNode();
    const newcomers = Array.from({ length: 8 }, (_, i) =>
      simulation.addNode(
        { knownPeers: [first.address] },
        { address: { host: `10.200.0.${i + 1}`, port: 6001 } },
      ),
    );
    simulation.run({ for: 10 * MINUTE });
    expect(newcomers.map(({ openLinks }) => openLinks > 0)).toEqual(Array(8).fill(true));
    // One round each for the first four, then 2, 4, 8 and 16; nobody came to be many, nor was the node full.
    expect(challenges).toBe(4 + 2 + 4 + 8 + 16);
  });
});
