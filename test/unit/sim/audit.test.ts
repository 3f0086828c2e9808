import { describe, expect, it } from 'vitest';
import { GossipNode } from '../../../src/core/gossip-node.ts';
import type { NodeSnapshot } from '../../../src/core/snapshot.ts';
import { Simulation } from '../../../src/sim/simulation.ts';
import type { Core, CoreFactory } from '../../../src/sim/world.ts';

/** A real core whose snapshot, inputs or effects are bent. */
function bent(bend: (core: Core) => Partial<Core>): CoreFactory {
  return (options) => {
    const node = new GossipNode(options);
    const core: Core = {
      handle: (input, now) => node.handle(input, now),
      nextDeadline: () => node.nextDeadline(),
      snapshot: () => node.snapshot(),
    };
    return { ...core, ...bend(core) };
  };
}

function showing(change: (snapshot: NodeSnapshot) => NodeSnapshot): CoreFactory {
  return bent((core) => ({ snapshot: () => change(core.snapshot!()) }));
}

/** Two linked nodes, the second of which runs `core`; at a moment when nothing is under way. */
function linked(core?: CoreFactory, checks = true) {
  const simulation = new Simulation({ seed: 5, settings: { proofOfWork: 'none' }, checks });
  const first = simulation.addNode();
  const second = simulation.addNode(
    { knownPeers: [first.address] },
    core === undefined ? {} : { core },
  );
  simulation.run({ for: 5_000 });
  return { simulation, first, second };
}

describe('an audit', () => {
  it('finds nothing wrong with real nodes, with messages under way or lost', () => {
    const { simulation, first, second } = linked();
    first.announce({ dataType: 1, data: new Uint8Array(1_000) });
    simulation.run({ for: 5 });
    simulation.audit();
    second.powerOff();
    first.announce({ dataType: 1, data: new Uint8Array(1_000) });
    simulation.run({ for: 5 });
    simulation.audit();
    simulation.run({ for: 100_000 });
    simulation.audit();
    expect(first.openLinks).toBe(0);
  });

  it('finds a link that only one side takes for open', () => {
    // The second node never reports the link, so its host takes it for not open; and shows it as such.
    const deaf = bent((core) => ({
      handle: (input, now) =>
        core
          .handle(input, now)
          .filter(({ kind, ...rest }) => kind !== 'report' || !('event' in rest)),
      snapshot: () => ({ ...core.snapshot!(), links: linksAs(core, 'waiting') }),
    }));
    const { simulation } = linked(deaf, false);
    expect(() => simulation.audit()).toThrow(
      'node 0 takes link 1 to node 1 for open, which does not',
    );
  });

  it('finds a node that keeps a link which is gone', () => {
    const { simulation, first } = linked(
      showing((snapshot) => ({
        ...snapshot,
        links: snapshot.links.map((link) => ({ ...link, link: 77 })),
      })),
    );
    expect(first.openLinks).toBe(1);
    expect(() => simulation.audit()).toThrow('node 1 keeps link 77, which is gone');
  });

  it('finds a node that has forgotten a link without closing it', () => {
    const { simulation } = linked(showing((snapshot) => ({ ...snapshot, links: [] })));
    expect(() => simulation.audit()).toThrow('node 1 has forgotten link 1 without closing it');
  });

  it('finds a node that shows a link as open but reported otherwise', () => {
    const { simulation } = linked(
      bent((core) => ({
        snapshot: () => ({ ...core.snapshot!(), links: linksAs(core, 'waiting') }),
      })),
    );
    expect(() => simulation.audit()).toThrow('node 1 has link 1 as waiting but reported otherwise');
  });

  it('finds work on a proof for a link that is gone', () => {
    const solving = bent((core) => ({
      handle: (input, now) =>
        input.kind === 'link-opened'
          ? [
              ...core.handle(input, now),
              {
                kind: 'solve',
                link: input.link,
                challenge: { high: 1, low: 1 },
                difficulty: 31,
                hashesMax: 2 ** 40,
              },
            ]
          : core.handle(input, now).filter(({ kind }) => kind !== 'cancel-proofs'),
    }));
    const { simulation, first } = linked(solving);
    first.stop();
    simulation.run({ for: 100 });
    expect(() => simulation.audit()).toThrow('node 1 works on a proof for a dead link');
  });

  it('does not look into adversaries', () => {
    const simulation = new Simulation({ seed: 5, settings: { proofOfWork: 'none' } });
    const first = simulation.addNode();
    const core = showing((snapshot) => ({ ...snapshot, links: [] }));
    simulation.addNode({ knownPeers: [first.address] }, { core, isHostile: true });
    simulation.run({ for: 5_000 });
    simulation.audit();
    expect(first.openLinks).toBe(1);
  });

  it('is made by itself every so often', () => {
    const simulation = new Simulation({ seed: 5, settings: { proofOfWork: 'none' } });
    const first = simulation.addNode();
    const core = showing((snapshot) => ({ ...snapshot, links: [] }));
    simulation.addNode({ knownPeers: [first.address] }, { core });
    const tick = (): void => simulation.at(simulation.now + 1, tick);
    tick();
    expect(() => simulation.run({ for: 20_000 })).toThrow('has forgotten link 1');
  });
});

function linksAs(core: Core, state: string): NodeSnapshot['links'] {
  return core.snapshot!().links.map((link) => ({ ...link, state }));
}
