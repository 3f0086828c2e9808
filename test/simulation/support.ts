/** What the simulation tests share: overlays of a given shape, and who should be reached in them. */
import type { Random } from '../../src/basics/random.ts';
import type { Effect } from '../../src/core/effects.ts';
import { GossipNode } from '../../src/core/gossip-node.ts';
import { hopsFrom, type Overlay } from '../../src/sim/overlay.ts';
import { Simulation } from '../../src/sim/simulation.ts';
import type { SimulationOptions } from '../../src/sim/simulation-options.ts';
import type { SimNode } from '../../src/sim/sim-node.ts';
import type { Core, CoreFactory } from '../../src/sim/world.ts';

export type Edge = readonly [from: number, to: number];

/** The real core, except that it never asks for addresses: the overlay stays as it was laid out. */
export const withoutDiscovery: CoreFactory = (options) => {
  const node = new GossipNode(options);
  const core: Core = {
    handle: (input, now) => node.handle(input, now).filter((effect) => !isQuestion(effect)),
    nextDeadline: () => node.nextDeadline(),
    snapshot: () => node.snapshot(),
    sizes: () => node.sizes(),
  };
  return core;
};

function isQuestion(effect: Effect): boolean {
  return effect.kind === 'send' && effect.message.kind === 'peer-discovery';
}

/**
 * A network of exactly these links, all of them open. Every node may have up to 32 peers and gives an
 * announcement to all of them. Of each edge the first node dials the second, which must come before it.
 */
export function laidOut(
  nodes: number,
  edges: readonly Edge[],
  options: Omit<SimulationOptions, 'core'>,
): Simulation {
  const simulation = new Simulation({
    ...options,
    core: withoutDiscovery,
    settings: {
      proofOfWork: 'none',
      degree: 32,
      minConnections: 32,
      maxConnections: 32,
      ...options.settings,
    },
  });
  for (let i = 0; i < nodes; i++) {
    const known = edges.filter(([from]) => from === i).map(([, to]) => simulation.nodes[to]!);
    simulation.addNode({ knownPeers: known.map((node) => node.address) });
  }
  const isReady = (): boolean => simulation.links().length === edges.length;
  if (!simulation.run({ until: isReady, within: 600_000 })) {
    throw new Error(`seed ${options.seed}: ${simulation.links().length} of ${edges.length} links`);
  }
  return simulation;
}

export function line(nodes: number): Edge[] {
  return Array.from({ length: nodes - 1 }, (_, i): Edge => [i + 1, i]);
}

export function ring(nodes: number): Edge[] {
  return [...line(nodes), [nodes - 1, 0]];
}

/** `width` × `height` nodes, each linked to its neighbours to the left and above. */
export function grid(width: number, height: number): Edge[] {
  const edges: Edge[] = [];
  for (let i = 0; i < width * height; i++) {
    if (i % width > 0) edges.push([i, i - 1]);
    if (i >= width) edges.push([i, i - width]);
  }
  return edges;
}

/** Each node dials up to `links` random earlier ones, none of which gets more than 32 in all. */
export function randomGraph(nodes: number, links: number, random: Random): Edge[] {
  const degrees = Array.from({ length: nodes }, () => 0);
  const edges: Edge[] = [];
  for (let i = 1; i < nodes; i++) {
    const earlier = Array.from({ length: i }, (_, j) => j).filter((j) => degrees[j]! < 32);
    for (const j of random.sample(earlier, links)) {
      edges.push([i, j]);
      degrees[i]!++;
      degrees[j]!++;
    }
  }
  return edges;
}

/**
 * The nodes that an announcement with `ttl` from `origin` must reach, in ascending order, without the
 * origin: those within `ttl` hops (0: any number) over nodes that pass it on.
 */
export function reachable(
  overlay: Overlay,
  origin: number,
  ttl: number,
  passesOn: (node: number) => boolean = () => true,
): number[] {
  const open = overlay.map((peers, node) =>
    node === origin || passesOn(node) ? peers : new Set<number>(),
  );
  const hops = hopsFrom(open, origin);
  return [...hops]
    .filter(([node, distance]) => node !== origin && (ttl === 0 || distance <= ttl))
    .map(([node]) => node)
    .toSorted((a, b) => a - b);
}

/** Whether every running node has at least its `minConnections` of open links. */
export function isSettled(simulation: Simulation): boolean {
  return simulation.nodes.every(
    (node) => !node.isRunning || node.peers.length >= node.settings.minConnections,
  );
}

/** The sizes of the connected parts of the overlay, largest first. */
export function componentSizes(simulation: Simulation): number[] {
  return simulation
    .components()
    .map((nodes: readonly SimNode[]) => nodes.length)
    .toSorted((a, b) => b - a);
}
