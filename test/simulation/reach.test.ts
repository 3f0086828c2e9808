/** With every peer within `degree`, an announcement with TTL t reaches exactly the nodes within t hops. */
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../src/basics/random.ts';
import type { LatencyChoice } from '../../src/sim/latency.ts';
import type { Simulation } from '../../src/sim/simulation.ts';
import { grid, laidOut, line, randomGraph, reachable, ring, type Edge } from './support.ts';

const TYPE = 1337;
const SPREAD = 120_000;
const TTLS = [1, 2, 3, 5, 9, 255, 0];

/** Announces once with each TTL, each time from another node, and compares with the graph. */
function expectExactReach(simulation: Simulation): void {
  const overlay = simulation.overlay();
  for (const ttl of TTLS) {
    const origin = simulation.random.below(simulation.nodes.length);
    const announcement = simulation.nodes[origin]!.announce({ ttl, dataType: TYPE });
    simulation.run({ for: SPREAD });
    expect({ ttl, origin, reached: announcement.reachedNodes() }).toEqual({
      ttl,
      origin,
      reached: reachable(overlay, origin, ttl),
    });
  }
}

const LATENCIES: readonly [string, LatencyChoice][] = [
  ['equal latencies', 20],
  ['latencies from 1 to 500 ms', { min: 1, max: 500 }],
];

const SHAPES: readonly [string, number, readonly Edge[]][] = [
  ['a line of 30', 30, line(30)],
  ['a ring of 41', 41, ring(41)],
  ['a grid of 12 × 12', 144, grid(12, 12)],
  ['a random graph of 200 with 2 dials each', 200, randomGraph(200, 2, seededRandom(1))],
  ['a random graph of 200 with 5 dials each', 200, randomGraph(200, 5, seededRandom(2))],
];

describe.each(LATENCIES)('an announcement, with %s', (_name, latency) => {
  it.each(SHAPES)('reaches exactly the nodes within its TTL in %s (seed 1)', (_s, nodes, edges) => {
    expectExactReach(laidOut(nodes, edges, { seed: 1, latency, reusesBuffers: true }));
  });
});

describe.each([11, 12, 13, 14, 15, 16])('with slow validators and detours (seed %i)', (seed) => {
  const nodes = 80;
  const edges = randomGraph(nodes, 2, seededRandom(seed));

  /** A third of the nodes has subscribers, each of which takes up to two seconds. */
  function withValidators(): Simulation {
    const simulation = laidOut(nodes, edges, { seed, latency: { min: 1, max: 500 } });
    for (const node of simulation.nodes) {
      const subscribers = [0, 0, 1, 2][node.index % 4]!;
      for (let i = 0; i < subscribers; i++) {
        node.client().subscribe(TYPE, { delay: (random) => random.below(2_000) });
      }
    }
    return simulation;
  }

  it('reaches exactly the nodes within its TTL', () => {
    expectExactReach(withValidators());
  });
});

describe.each([21, 22, 23, 24])('with subscribers of every temper (seed %i)', (seed) => {
  it('reaches exactly the nodes within its TTL over nodes where it is called valid', () => {
    const nodes = 120;
    const edges = randomGraph(nodes, 4, seededRandom(seed));
    const simulation = laidOut(nodes, edges, { seed, latency: { min: 1, max: 300 } });
    const delay = 700;
    for (const node of simulation.nodes) {
      const temper = node.index % 6;
      if (temper === 1) node.client().subscribe(TYPE, { verdict: 'reject', delay });
      if (temper === 2) node.client().subscribe(TYPE, { verdict: 'silent' });
      if (temper === 3) {
        node.client().subscribe(TYPE, { verdict: 'accept', delay });
        node.client().subscribe(TYPE, { verdict: 'silent' });
      }
      if (temper === 4) {
        node.client().subscribe(TYPE, { verdict: 'accept' });
        node.client().subscribe(TYPE, { verdict: 'reject', delay });
      }
    }
    const passesOn = (node: number): boolean => ![1, 2, 4].includes(node % 6);
    for (const ttl of [2, 4, 0]) {
      const origin = simulation.random.below(nodes);
      const overlay = simulation.overlay();
      const announcement = simulation.nodes[origin]!.announce({ ttl, dataType: TYPE });
      // Nodes with an accepting and a silent subscriber wait for the time-out of the latter.
      simulation.run({ for: 30 * 60_000 });
      expect({ ttl, reached: announcement.reachedNodes() }).toEqual({
        ttl,
        reached: reachable(overlay, origin, ttl, passesOn),
      });
    }
  });
});
