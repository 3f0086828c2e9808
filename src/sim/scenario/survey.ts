/**
 * The overlay seen from above: how many honest nodes run, how many links they have among each other, and
 * into how many parts they fall. Made for a million nodes, so there are no sets and no graphs of objects.
 */
import type { ScenarioNetwork } from './scenario-network.ts';

export interface Survey {
  readonly running: number;
  readonly links: number;
  readonly components: number;
  /** By node: some number that all nodes of its part share; −1 for those that do not count. */
  readonly parts: Int32Array;
}

export function survey(network: ScenarioNetwork): Survey {
  const { nodes } = network;
  const parts = new DisjointSets(nodes.length);
  let running = 0;
  let ends = 0;
  for (const node of nodes) {
    if (!network.isHonestAndUp(node.index)) continue;
    running++;
    for (const peer of node.peers) {
      if (!network.isHonestAndUp(peer)) continue;
      ends++;
      if (peer < node.index) parts.join(node.index, peer);
    }
  }
  const roots = new Int32Array(nodes.length).fill(-1);
  let components = 0;
  for (const { index } of nodes) {
    if (!network.isHonestAndUp(index)) continue;
    roots[index] = parts.rootOf(index);
    if (roots[index] === index) components++;
  }
  return { running, links: ends / 2, components, parts: roots };
}

/** The members of each part, the largest first. */
export function membersOfParts({ parts }: Survey): number[][] {
  const members = new Map<number, number[]>();
  parts.forEach((part, node) => {
    if (part === -1) return;
    const known = members.get(part);
    if (known === undefined) members.set(part, [node]);
    else known.push(node);
  });
  return [...members.values()].sort((a, b) => b.length - a.length);
}

/** Whether every honest node that runs has as many links as it wants, or as there are others. */
export function isSettled(network: ScenarioNetwork): boolean {
  return network.nodes.every(
    (node) => !network.isHonestAndUp(node.index) || node.openLinks >= network.linksWanted(node),
  );
}

/** Which elements belong together (union by size would not pay: paths are halved on every look). */
class DisjointSets {
  readonly #parents: Int32Array;

  constructor(size: number) {
    this.#parents = Int32Array.from({ length: size }, (_, i) => i);
  }

  rootOf(element: number): number {
    const parents = this.#parents;
    let node = element;
    while (parents[node] !== node) {
      const above = parents[parents[node]!]!;
      parents[node] = above;
      node = above;
    }
    return node;
  }

  join(a: number, b: number): void {
    this.#parents[this.rootOf(a)] = this.rootOf(b);
  }
}
