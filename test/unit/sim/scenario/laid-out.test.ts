import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../../src/basics/random.ts';
import { LaidOut } from '../../../../src/sim/scenario/laid-out.ts';

/** Everybody that can be reached from node 0 over links in either direction. */
function reachable(overlay: LaidOut, nodes: number): number {
  const neighbours = Array.from({ length: nodes }, () => new Set<number>());
  for (let node = 0; node < nodes; node++) {
    for (const peer of overlay.successors(node)) {
      neighbours[node]!.add(peer);
      neighbours[peer]!.add(node);
    }
  }
  const seen = new Set([0]);
  for (const node of seen) for (const peer of neighbours[node]!) seen.add(peer);
  return seen.size;
}

describe('an overlay that is laid out', () => {
  it('joins all nodes in one network', () => {
    expect(reachable(new LaidOut(500, 2, seededRandom(1)), 500)).toBe(500);
  });

  it('gives nearly all nodes as many links as it was told to, and none more', () => {
    const overlay = new LaidOut(500, 6, seededRandom(1));
    const links = Array.from({ length: 500 }, (_, node) => overlay.linksOf(node));
    expect(Math.max(...links)).toBe(6);
    expect(links.filter((count) => count < 6).length).toBeLessThan(50);
  });

  it('counts two rings between the same two nodes as one link', () => {
    const overlay = new LaidOut(2, 4, seededRandom(1));
    expect([overlay.successors(0), overlay.linksOf(0)]).toEqual([[1], 1]);
  });

  it('lets nobody dial itself', () => {
    const overlay = new LaidOut(100, 8, seededRandom(1));
    for (let node = 0; node < 100; node++) expect(overlay.successors(node)).not.toContain(node);
  });
});
