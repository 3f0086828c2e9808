/**
 * An overlay that is laid out beforehand, for networks so large that it would take longest to form: every
 * node dials its successors in a few random rings through all nodes, and is dialled by those before it.
 *
 * Rings through everybody make one network in which all have the same number of links; a few random ones
 * together are an expander, as networks that formed by themselves are (J. Friedman, "A proof of Alon's second
 * eigenvalue conjecture", 2003, for random regular graphs of even degree).
 */
import type { Random } from '../../basics/random.ts';

export class LaidOut {
  /** One after the other: for each ring the successor of every node. */
  readonly #rings: readonly Int32Array[];
  /** By node: how many different neighbours it has. */
  readonly #links: Uint16Array;

  /** `links`: an even number; a few nodes have fewer, because two rings join the same two. */
  constructor(nodes: number, links: number, random: Random) {
    this.#rings = Array.from({ length: links / 2 }, () => ring(nodes, random));
    this.#links = countNeighbours(nodes, this.#rings);
  }

  /** Whom a node dials. */
  successors(node: number): number[] {
    return [...new Set(this.#rings.map((next) => next[node]!))];
  }

  /** The links that it will have, dialled by either side. */
  linksOf(node: number): number {
    return this.#links[node]!;
  }
}

/** Sattolo's shuffle would do too; a shuffled round is as easily told to be right. */
function ring(nodes: number, random: Random): Int32Array {
  const round = Int32Array.from({ length: nodes }, (_, i) => i);
  for (let i = nodes - 1; i > 0; i--) {
    const j = random.below(i + 1);
    const swapped = round[i]!;
    round[i] = round[j]!;
    round[j] = swapped;
  }
  const next = new Int32Array(nodes);
  for (let i = 0; i < nodes; i++) next[round[i]!] = round[(i + 1) % nodes]!;
  return next;
}

function countNeighbours(nodes: number, rings: readonly Int32Array[]): Uint16Array {
  const before = rings.map((next) => {
    const previous = new Int32Array(nodes);
    for (let node = 0; node < nodes; node++) previous[next[node]!] = node;
    return previous;
  });
  const links = new Uint16Array(nodes);
  const neighbours = new Set<number>();
  for (let node = 0; node < nodes; node++) {
    neighbours.clear();
    for (const next of rings) neighbours.add(next[node]!);
    for (const previous of before) neighbours.add(previous[node]!);
    links[node] = neighbours.size;
  }
  return links;
}
