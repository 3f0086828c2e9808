/**
 * Peers that a node has chosen, and that turn out to pass nothing on: as time goes by their places go to others. Each
 * node replaces one in five minutes at most; without that the share of droppers stays what it is (0.3).
 */
import { describe, expect, it } from 'vitest';
import { GossipNode } from '../../src/core/gossip-node.ts';
import { isPassingOn } from '../../src/sim/adversaries/role.ts';
import { Simulation } from '../../src/sim/simulation.ts';
import type { CoreFactory } from '../../src/sim/world.ts';

const MINUTE = 60_000;
const NODES = 32;

/** Every fourth. */
function isDropper(index: number): boolean {
  return index % 4 === 3;
}

/** Does all that is asked of it, and passes nothing on. */
const dropper: CoreFactory = (options) => {
  const node = new GossipNode(options);
  return {
    handle: (input, now) => node.handle(input, now).filter((effect) => !isPassingOn(effect)),
    nextDeadline: () => node.nextDeadline(),
    snapshot: () => node.snapshot(),
    sizes: () => node.sizes(),
  };
};

interface Stage {
  readonly simulation: Simulation;
  /** The share of droppers among the links that honest nodes have dialled, but for the anchors. */
  readonly dropperShare: () => number;
}

function stage(seed: number): Stage {
  const honest: GossipNode[] = [];
  const core: CoreFactory = (options) => {
    const node = new GossipNode(options);
    honest.push(node);
    return node;
  };
  const simulation = new Simulation({
    seed,
    latency: { min: 10, max: 100 },
    settings: { proofOfWork: 'none' },
  });
  const first = simulation.addNode({}, { core });
  for (let i = 1; i < NODES; i++) {
    const options = isDropper(i) ? { core: dropper, isHostile: true } : { core };
    simulation.addNode({ bootstrapper: first.address }, options);
  }
  const droppers = new Set(
    simulation.nodes.filter(({ index }) => isDropper(index)).map(({ address }) => address.host),
  );
  const dropperShare = (): number => {
    const chosen = honest.flatMap(exchangeable);
    return chosen.filter((host) => droppers.has(host)).length / chosen.length;
  };
  return { simulation, dropperShare };
}

/** The hosts to which a node has links of its own choice, those left out that it keeps in any case. */
function exchangeable(node: GossipNode): string[] {
  return node
    .snapshot()
    .links.filter(({ direction, state }) => direction === 'outbound' && state === 'open')
    .toSorted((a, b) => a.openedAt! - b.openedAt!)
    .slice(2)
    .map(({ remote }) => remote.host);
}

describe('peers that pass nothing on', () => {
  it.each([1, 2])('lose their places with nodes that chose them (seed %i)', (seed) => {
    const { simulation, dropperShare } = stage(seed);
    simulation.run({ for: 5 * MINUTE });
    const before = dropperShare();
    for (let second = 0; second < 3_600; second++) {
      simulation.nodes[(second * 4) % NODES]!.announce({ dataType: 1 });
      simulation.run({ for: 1_000 });
    }
    const after = dropperShare();
    expect([before > 0.15, after < before / 2]).toEqual([true, true]);
  });
});
