/**
 * The random overlay that all models share: in turns, every node that is short of links dials one more, until
 * all have `min`; nobody takes in more than `max`. With 15 to 30 that makes 16.2 links a node.
 */

/**
 * For each node those that it dials. Throws if there are not enough nodes with room.
 *
 * @param {number} nodes
 * @param {{ min: number, max: number }} links
 * @param {import('../../dist/basics/random.js').Random} random
 * @returns {number[][]}
 */
export function randomOverlay(nodes, { min, max }, random) {
  const dials = Array.from({ length: nodes }, () => []);
  const neighbours = Array.from({ length: nodes }, () => new Set());
  const isShort = (node) => neighbours[node].size < min;
  for (let short = [...dials.keys()]; short.length > 0; short = short.filter(isShort)) {
    for (const node of random.shuffled(short)) {
      if (!isShort(node)) continue;
      const peer = pickPeer(node, neighbours, max, random);
      dials[node].push(peer);
      neighbours[node].add(peer);
      neighbours[peer].add(node);
    }
  }
  return dials;
}

/** A random node with room that `node` is not linked to. */
function pickPeer(node, neighbours, max, random) {
  const isFit = (peer) =>
    peer !== node && neighbours[peer].size < max && !neighbours[node].has(peer);
  for (let tries = 0; tries < 100; tries++) {
    const peer = random.below(neighbours.length);
    if (isFit(peer)) return peer;
  }
  const peer = random.pick([...neighbours.keys()].filter(isFit));
  if (peer === undefined) throw new Error(`no room for a further link of node ${node}`);
  return peer;
}
