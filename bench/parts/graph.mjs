/** Random graphs that are the same for the same seed. */

/**
 * A graph in which each of `nodes` has exactly `links` neighbours, as a list of those with a smaller number for each:
 * the ones it dials. Throws if there is no such graph.
 */
export function randomGraph(nodes, links, seed) {
  if (links >= nodes || (nodes * links) % 2 === 1) {
    throw new Error(`there is no graph of ${nodes} nodes with ${links} links each`);
  }
  const random = generator(seed);
  for (;;) {
    const edges = pairUp(nodes, links, random);
    if (edges === undefined) continue;
    return Array.from({ length: nodes }, (_, node) =>
      edges.filter(([, larger]) => larger === node).map(([smaller]) => smaller),
    );
  }
}

/** Pairs of ends drawn at random; undefined if what is left cannot be paired. */
function pairUp(nodes, links, random) {
  const ends = Array.from({ length: nodes * links }, (_, i) => i % nodes);
  const edges = new Map();
  while (ends.length > 0) {
    let tries = 0;
    for (;;) {
      const [i, j] = [random(ends.length), random(ends.length)];
      const [smaller, larger] = [Math.min(ends[i], ends[j]), Math.max(ends[i], ends[j])];
      const name = `${smaller}-${larger}`;
      if (smaller !== larger && !edges.has(name)) {
        edges.set(name, [smaller, larger]);
        for (const at of [Math.max(i, j), Math.min(i, j)]) ends.splice(at, 1);
        break;
      }
      if (++tries > 1_000) return undefined;
    }
  }
  return [...edges.values()];
}

/** Mulberry32: small, and good enough to draw a graph. */
function generator(seed) {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}
