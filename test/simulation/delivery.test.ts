/**
 * Who is told of what. That nobody is told twice, and that nothing is forwarded without its verdicts, is
 * checked by the simulator at every step (src/sim/checkers.ts); here it is counted once more from outside.
 */
import { describe, expect, it } from 'vitest';
import type { Announcement } from '../../src/sim/announcement.ts';
import type { SimClient, Validator } from '../../src/sim/sim-client.ts';
import { Simulation } from '../../src/sim/simulation.ts';
import { isSettled } from './support.ts';

const TYPE = 1337;
const TEMPERS: readonly Validator[] = [
  { verdict: 'accept' },
  { verdict: 'accept', delay: (random) => random.below(3_000) },
  { verdict: 'reject', delay: (random) => random.below(3_000) },
  { verdict: 'silent' },
  { verdict: 'abstain', delay: 50 },
  // Sometimes in time, sometimes not.
  { verdict: 'accept', delay: (random) => random.below(120_000) },
];

/** 150 nodes with small time-outs; `tempers` of the clients are dealt out in turn. */
function network(seed: number, tempers: readonly Validator[], clientsPerNode = 2) {
  const simulation = new Simulation({
    seed,
    latency: { min: 5, max: 150 },
    settings: { proofOfWork: 'none', searchCooldown: 5_000 },
    reusesBuffers: true,
  });
  const first = simulation.addNode();
  simulation.addNodes(149, { bootstrapper: first.address });
  simulation.run({ until: () => isSettled(simulation), within: 600_000 });
  const clients: SimClient[] = [];
  for (const node of simulation.nodes) {
    for (let i = 0; i < clientsPerNode; i++) {
      const client = node.client();
      client.subscribe(TYPE, tempers[clients.length % tempers.length]);
      clients.push(client);
    }
  }
  simulation.run({ for: 1 });
  return { simulation, clients };
}

/** Announces `count` times from random nodes, some of them through clients. */
function announceSome(simulation: Simulation, clients: readonly SimClient[], count: number) {
  const announcements: Announcement[] = [];
  for (let i = 0; i < count; i++) {
    const options = { dataType: TYPE, ttl: i % 3 === 0 ? 6 : 0, data: Uint8Array.of(i & 1) };
    const announcer =
      i % 2 === 0 ? simulation.random.pick(clients)! : simulation.random.pick(simulation.nodes)!;
    announcements.push(announcer.announce(options));
    simulation.run({ for: simulation.random.below(2_000) });
  }
  simulation.run({ for: 5 * 60_000 });
  return announcements;
}

describe.each([31, 32, 33])('subscribers of every temper (seed %i)', (seed) => {
  const { simulation, clients } = network(seed, TEMPERS);
  announceSome(simulation, clients, 120);

  it('are told of each announcement once at most', () => {
    for (const client of clients) {
      const told = client.received.map(({ announcement }) => announcement);
      expect(told.length).toBeGreaterThan(0);
      expect(new Set(told).size).toBe(told.length);
    }
  });
});

describe('subscribers that call everything valid (seed 41)', () => {
  const { simulation, clients } = network(41, [{ delay: (random) => random.below(500) }], 1);
  const announcements = announceSome(simulation, [], 0);
  const announcer = simulation.nodes[7]!.client();
  simulation.run({ for: 1 });
  for (let i = 0; i < 30; i++) {
    announcements.push(announcer.announce({ dataType: TYPE, data: Uint8Array.of(i) }));
  }
  simulation.run({ for: 60_000 });

  it('are told of exactly what reached their node', () => {
    for (const [node, client] of clients.entries()) {
      const arrived = announcements.filter(
        (one) => one.arrivalAt(node) !== undefined || one.origin === node,
      );
      expect(new Set(client.received.map(({ announcement }) => announcement))).toEqual(
        new Set(arrived),
      );
    }
  });

  it('get the data that was announced', () => {
    for (const { data, announcement } of clients[50]!.received) {
      expect(data).toEqual(announcement?.data);
    }
  });
});

describe('subscribers that refuse everything (seed 51)', () => {
  it('let nothing past the neighbours of the announcer', () => {
    const { simulation } = network(51, [{ verdict: 'reject', delay: 100 }], 1);
    const overlay = simulation.overlay();
    const announcement = simulation.nodes[3]!.announce({ dataType: TYPE });
    simulation.run({ for: 120_000 });
    const reached = announcement.reachedNodes();
    expect(reached.length).toBeGreaterThanOrEqual(Math.min(4, overlay[3]!.size));
    expect(reached.filter((node) => !overlay[3]!.has(node))).toEqual([]);
  });
});

describe('programs that come and go (seeds 61 to 64)', () => {
  it.each([61, 62, 63, 64])('are never told of a thing twice either (seed %i)', (seed) => {
    const { simulation, clients } = network(seed, TEMPERS, 1);
    for (let i = 0; i < 60; i++) {
      simulation.random.pick(simulation.nodes)!.announce({ dataType: TYPE });
      simulation.random.pick(clients)!.disconnect();
      const node = simulation.random.pick(simulation.nodes)!;
      const client = node.client();
      client.subscribe(TYPE, simulation.random.pick(TEMPERS));
      clients.push(client);
      simulation.run({ for: simulation.random.below(400) });
    }
    simulation.run({ for: 5 * 60_000 });
    for (const client of clients) {
      const told = client.received.map(({ announcement }) => announcement);
      expect(new Set(told).size).toBe(told.length);
    }
  });
});
