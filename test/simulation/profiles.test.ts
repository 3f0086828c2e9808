/** Profiles of data types among many nodes, under the eyes of the auditor. */
import { describe, expect, it } from 'vitest';
import type { TypeProfile } from '../../src/core/settings.ts';
import type { Announcement } from '../../src/sim/announcement.ts';
import type { SimNode } from '../../src/sim/sim-node.ts';
import { Simulation } from '../../src/sim/simulation.ts';

const TYPE = 1337;
const USUAL_TYPE = 1338;
const SEED = 5;

function types(profile: TypeProfile): { types: ReadonlyMap<number, TypeProfile> } {
  return { types: new Map([[TYPE, profile]]) };
}

describe(`a rate limit (seed ${SEED})`, () => {
  const limited = types({ rateLimit: { perSecond: 1, burst: 3 } });

  /** A node without a limit, and one with it that listens. */
  function pair(): { simulation: Simulation; free: SimNode; slow: SimNode } {
    const simulation = new Simulation({ seed: SEED, settings: { proofOfWork: 'none' } });
    const free = simulation.addNode();
    const slow = simulation.addNode({ knownPeers: [free.address], ...limited });
    simulation.run({ for: 5_000 });
    return { simulation, free, slow };
  }

  function announce(node: SimNode, count: number): Announcement[] {
    return Array.from({ length: count }, (_, i) =>
      node.announce({ dataType: TYPE, data: Uint8Array.of(i) }),
    );
  }

  it('drops what exceeds it, and has nobody told of anything twice', () => {
    const { simulation, free, slow } = pair();
    const client = slow.client();
    client.subscribe(TYPE);
    const all = announce(free, 20);
    const here = (): number => all.filter(({ reached }) => reached === 1).length;
    simulation.run({ for: 1_000 });
    expect([here(), slow.reported('rate-exceeded')]).toEqual([3, 17]);
    simulation.run({ for: 280_000 });
    expect(client.receivedTotal).toBe(here());
  });

  it('lets other peers bring what one may not', () => {
    const simulation = new Simulation({ seed: SEED, settings: { proofOfWork: 'none', degree: 8 } });
    const first = simulation.addNode();
    const others = simulation.addNodes(7, { knownPeers: [first.address], minConnections: 8 });
    simulation.run({ for: 60_000 });
    const knownPeers = [first, ...others].map(({ address }) => address);
    const slow = simulation.addNode({ knownPeers, minConnections: 8, ...limited });
    simulation.run({ for: 10_000 });
    const all = announce(first, 20);
    simulation.run({ for: 1_000 });
    expect(slow.reported('rate-exceeded')).toBeGreaterThan(0);
    expect(all.filter((one) => one.arrivalAt(slow.index) !== undefined)).toHaveLength(20);
  });

  it('holds an announcing client to it, and loses nothing', () => {
    const { simulation, slow } = pair();
    const client = slow.client();
    const all = Array.from({ length: 20 }, (_, i) =>
      client.announce({ dataType: TYPE, data: Uint8Array.of(i) }),
    );
    simulation.run({ for: 10_000 });
    expect(all.filter(({ reached }) => reached === 1).length).toBeLessThanOrEqual(14);
    simulation.run({ for: 10_000 });
    expect(all.filter(({ reached }) => reached === 1)).toHaveLength(20);
  });
});

it(`gives each type its own degree (seed ${SEED})`, () => {
  const simulation = new Simulation({
    seed: SEED,
    settings: { proofOfWork: 'none', extension: false, degree: 2, ...types({ degree: 6 }) },
  });
  const first = simulation.addNode();
  const nodes = simulation.addNodes(40, { knownPeers: [first.address], minConnections: 8 });
  simulation.run({ for: 120_000 });
  const [wide, narrow] = [TYPE, USUAL_TYPE].map((dataType) => {
    const all = nodes.map((node) => node.announce({ dataType, data: Uint8Array.of(1) }));
    simulation.run({ for: 5_000 });
    return all.reduce((sum, { copies }) => sum + copies, 0);
  });
  expect(wide! / narrow!).toBeGreaterThan(2.5);
});
