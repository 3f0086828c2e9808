/**
 * The overlay as a graph: nodes by index, and for each the nodes to which it has an open link.
 */

/** Neighbours by node index. Symmetric; a pair with two links appears once. */
export type Overlay = readonly ReadonlySet<number>[];

/** Hops on the shortest way from `start` to every node that can be reached, `start` itself with 0. */
export function hopsFrom(overlay: Overlay, start: number): Map<number, number> {
  const hops = new Map([[start, 0]]);
  // A Map may grow while it is walked; it is walked in the order of insertion, which is breadth first.
  for (const [node, distance] of hops) {
    for (const neighbour of overlay[node] ?? []) {
      if (!hops.has(neighbour)) hops.set(neighbour, distance + 1);
    }
  }
  return hops;
}

/** The nodes that can reach each other, as groups in ascending order, of those in `members`. */
export function components(overlay: Overlay, members: Iterable<number>): number[][] {
  const groups: number[][] = [];
  const seen = new Set<number>();
  for (const member of members) {
    if (seen.has(member)) continue;
    const group = [...hopsFrom(overlay, member).keys()].toSorted((a, b) => a - b);
    for (const node of group) seen.add(node);
    groups.push(group);
  }
  return groups;
}
