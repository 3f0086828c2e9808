import { describe, expect, it } from 'vitest';
import type { Effect } from '../../../src/core/effects.ts';
import type { Input } from '../../../src/core/inputs.ts';
import { SimulationFailure } from '../../../src/sim/failure.ts';
import { Simulation } from '../../../src/sim/simulation.ts';
import { ScriptedCore } from './support.ts';

const DATA = Uint8Array.of(7);

/** One scripted node with checks; `script` may be replaced later. */
function alone(script: (input: Input) => readonly Effect[] = () => []) {
  const core = new ScriptedCore(script);
  const simulation = new Simulation({ seed: 3, checks: false, core: () => core });
  return { simulation, core, node: simulation.addNode() };
}

function notifyAll(input: Input): readonly Effect[] {
  if (input.kind !== 'announce') return [];
  const { dataType, data } = input;
  return [{ kind: 'notify', clients: [1], messageId: 9, dataType, data }];
}

describe('a simulation', () => {
  it('gives each node a private address of its own, or loopback ports', () => {
    const wide = new Simulation({ seed: 1, core: () => new ScriptedCore() });
    const nodes = wide.addNodes(300);
    expect(nodes[0]!.address).toEqual({ host: '10.0.0.1', port: 6001 });
    expect(nodes[299]!.address).toEqual({ host: '10.43.1.1', port: 6001 });
    const local = new Simulation({
      seed: 1,
      addresses: 'loopback',
      core: () => new ScriptedCore(),
    });
    expect(local.addNodes(2).map(({ address }) => address)).toEqual([
      { host: '127.0.0.1', port: 20_000 },
      { host: '127.0.0.1', port: 20_001 },
    ]);
  });

  it('runs for a while, or until a condition is met, or until it has taken too long', () => {
    const { simulation } = alone();
    expect(simulation.run({ for: 250 })).toBe(true);
    expect(simulation.now).toBe(250);
    expect(simulation.run({ until: () => simulation.now >= 400, within: 1_000 })).toBe(true);
    expect(simulation.now).toBe(450);
    expect(simulation.run({ until: () => false, within: 130 })).toBe(false);
    expect(simulation.now).toBe(580);
  });

  it('stops after so many events as it is told to, and goes on from there', () => {
    const { simulation } = alone();
    let fired = 0;
    for (let i = 0; i < 10; i++) simulation.at(5, () => fired++);
    expect(simulation.run({ for: 100, eventsMax: 4 })).toBe(false);
    expect([simulation.now, fired]).toEqual([5, 3]); // The start of the node is the first of the four.
    expect(simulation.run({ for: 95 })).toBe(true);
    expect([simulation.now, fired]).toEqual([100, 10]);
  });

  it('calls actions at their time', () => {
    const { simulation } = alone();
    const times: number[] = [];
    simulation.at(70, () => times.push(simulation.now));
    simulation.run({ for: 100 });
    expect(times).toEqual([70]);
  });

  it('fails when nodes keep each other busy without time passing', () => {
    const { simulation, node } = alone((input) =>
      input.kind === 'announce' || input.kind === 'dial-failed'
        ? [{ kind: 'dial', address: { host: '127.0.0.1', port: 1 } }]
        : [],
    );
    node.announce({ dataType: 1 });
    expect(() => simulation.run({ for: 1 })).toThrow(/virtual time 0 ms.*time stands still/);
  });

  it('notices that also where it is run in small pieces', () => {
    const { simulation, node } = alone((input) =>
      input.kind === 'announce' || input.kind === 'dial-failed'
        ? [{ kind: 'dial', address: { host: '127.0.0.1', port: 1 } }]
        : [],
    );
    node.announce({ dataType: 1 });
    expect(() => {
      while (!simulation.run({ for: 1, eventsMax: 10_000 }));
    }).toThrow('time stands still');
  });

  it('refuses to be run from within', () => {
    const { simulation } = alone();
    simulation.at(5, () => simulation.run({ for: 1 }));
    expect(() => simulation.run({ for: 10 })).toThrow('from within run()');
  });

  it('shows every step to whoever wants to see', () => {
    const steps: string[] = [];
    const simulation = new Simulation({
      seed: 1,
      core: () => new ScriptedCore(),
      onStep: ({ now, node, input }) => steps.push(`${now} ${node} ${input.kind}`),
    });
    simulation.addNodes(2);
    simulation.run({ for: 10 });
    expect(steps).toEqual(['0 0 start', '0 1 start']);
  });

  it('says with which seed, when, where and during what a core failed', () => {
    const { simulation, node } = alone((input) => {
      if (input.kind === 'announce') throw new Error('out of ideas');
      return [];
    });
    simulation.run({ for: 120 });
    node.announce({ dataType: 1 });
    let failure: unknown;
    try {
      simulation.run({ for: 10 });
    } catch (error) {
      failure = error;
    }
    expect(failure).toBeInstanceOf(SimulationFailure);
    expect(String((failure as Error).message)).toBe(
      'seed 3, virtual time 120 ms, input 2: node 0 (10.0.0.1:6001), announce: out of ideas ' +
        '(to repeat: the same scenario with seed 3; onStep shows the inputs that lead here)',
    );
  });

  it('checks promises unless told otherwise', () => {
    const broken: Effect = { kind: 'hang-up', link: 5 };
    const simulation = new Simulation({ seed: 1, core: () => new ScriptedCore(() => [broken]) });
    simulation.addNode();
    expect(() => simulation.run({ for: 1 })).toThrow(/^seed 1, virtual time 0 ms.*no such link/);
    expect(() => simulation.run({ for: 1 }), 'a failed simulation stays failed').toThrow(
      'no such link',
    );
  });
});

describe('a client', () => {
  it('joins, subscribes and announces in this order', () => {
    const { simulation, core, node } = alone();
    const client = node.client();
    client.subscribe(5);
    client.announce({ dataType: 5, ttl: 3, data: DATA });
    client.disconnect();
    client.announce({ dataType: 5 });
    simulation.run({ for: 10 });
    expect(core.kinds).toEqual(['start', 'client-joined', 'subscribe', 'announce', 'client-gone']);
    expect(core.all('announce')).toEqual([
      { kind: 'announce', client: client.id, ttl: 3, dataType: 5, data: DATA },
    ]);
  });

  it.each([
    ['accept' as const, [{ kind: 'verdict', client: 1, messageId: 9, valid: true }]],
    ['reject' as const, [{ kind: 'verdict', client: 1, messageId: 9, valid: false }]],
    ['abstain' as const, [{ kind: 'abstain', client: 1, messageId: 9 }]],
    ['silent' as const, []],
  ])('that is to %s answers accordingly', (verdict, answers) => {
    const { simulation, core, node } = alone(notifyAll);
    node.client().subscribe(5, { verdict });
    node.announce({ dataType: 5, data: DATA });
    simulation.run({ for: 10 });
    expect(core.given.slice(4)).toEqual(answers);
  });

  it('answers after its delay, by a function of what it got', () => {
    const times: number[] = [];
    const { simulation, core, node } = alone((input) => {
      if (input.kind === 'verdict') times.push(simulation.now);
      return notifyAll(input);
    });
    const client = node.client();
    client.subscribe(5, {
      verdict: ({ data }) => (data[0] === 7 ? 'reject' : 'accept'),
      delay: (random) => 40 + random.below(1),
    });
    node.announce({ dataType: 5, data: DATA });
    simulation.run({ for: 100 });
    expect(times).toEqual([40]);
    expect(core.all('verdict')).toMatchObject([{ messageId: 9, valid: false }]);
    expect(client.received).toMatchObject([{ at: 0, messageId: 9, dataType: 5, data: DATA }]);
  });

  it('is not read from while the node has paused it, and loses nothing', () => {
    const { simulation, core, node } = alone();
    const client = node.client();
    simulation.run({ for: 1 });
    core.script = () => [{ kind: 'pause-client', client: client.id }];
    client.announce({ dataType: 1 });
    simulation.run({ for: 1 });
    core.script = () => [];
    client.announce({ dataType: 2 });
    client.announce({ dataType: 3 });
    simulation.run({ for: 100 });
    expect(client.isPaused).toBe(true);
    expect(core.all('announce').map(({ dataType }) => dataType)).toEqual([1]);
    core.script = () => [{ kind: 'resume-client', client: client.id }];
    node.announce({ dataType: 9 });
    simulation.run({ for: 100 });
    expect(core.all('announce').map(({ dataType }) => dataType)).toEqual([1, 9, 2, 3]);
  });

  it('that the node drops is heard no more', () => {
    const { simulation, core, node } = alone((input) =>
      input.kind === 'client-joined' ? [{ kind: 'drop-client', client: input.client }] : [],
    );
    const client = node.client();
    client.subscribe(1);
    simulation.run({ for: 10 });
    client.announce({ dataType: 1 });
    client.disconnect();
    simulation.run({ for: 10 });
    expect(client.isConnected).toBe(false);
    expect(core.kinds).toEqual(['start', 'client-joined']);
  });

  it('keeps the last 10,000 notifications and counts them all', () => {
    const { simulation, node } = alone(notifyAll);
    const client = node.client();
    client.subscribe(5, { verdict: 'silent' });
    for (let i = 0; i < 10_005; i++) node.announce({ dataType: 5 });
    simulation.run({ for: 10 });
    expect([client.received.length, client.receivedTotal]).toEqual([10_000, 10_005]);
    expect(simulation.deliveries).toBe(10_005);
  });
});

describe('the network of a simulation', () => {
  const settings = { proofOfWork: 'none', maxConnections: 8 } as const;

  it('lets nobody dial a node that cannot be dialled, which may dial others', () => {
    const simulation = new Simulation({ seed: 1, settings });
    const hidden = simulation.addNode({}, { isDialable: false });
    const open = simulation.addNode({ knownPeers: [hidden.address] });
    simulation.run({ for: 30_000 });
    expect(open.openLinks).toBe(0);
    simulation.addNode({ knownPeers: [hidden.address] });
    const second = simulation.addNode({ knownPeers: [open.address] }, { isDialable: false });
    simulation.run({ for: 30_000 });
    expect([hidden.openLinks, second.openLinks]).toEqual([0, 1]);
  });

  it('lets the share of dials fail that it is told to', () => {
    const simulation = new Simulation({ seed: 1, settings, dialFailures: 0.5 });
    const bounds = { admissionsBurst: 1_000 };
    const first = simulation.addNode({ maxConnections: 1_000, bounds });
    const others = simulation.addNodes(400, { knownPeers: [first.address] });
    simulation.run({ for: 5_000 });
    const linked = others.filter((node) => node.openLinks > 0).length;
    expect(linked / 400).toBeCloseTo(0.5, 1);
  });

  it('takes time for the bytes of a message, as its bandwidth says', () => {
    const arrivals = [undefined, 100, 10].map((bandwidth) => {
      const simulation = new Simulation({ seed: 1, settings, latency: 20, bandwidth });
      const first = simulation.addNode();
      const second = simulation.addNode({ knownPeers: [first.address] });
      simulation.run({ for: 5_000 });
      const announcement = first.announce({ dataType: 1, data: new Uint8Array(9_984) });
      simulation.run({ for: 5_000 });
      return announcement.arrivalAt(second.index)! - announcement.announcedAt;
    });
    expect(arrivals).toEqual([20, 120, 1_020]);
  });

  it('gives the same history if every message is encoded and decoded', () => {
    const [typed, wire] = [false, true].map((isWire) => {
      const simulation = new Simulation({ seed: 9, settings, wire: isWire });
      const first = simulation.addNode();
      simulation.addNodes(10, { bootstrapper: first.address });
      simulation.run({ for: 20_000 });
      first.announce({ dataType: 1, data: Uint8Array.of(1, 2, 3), ttl: 3 });
      simulation.run({ for: 1_000 });
      return simulation;
    });
    expect(wire!.traceHash).toBe(typed!.traceHash);
    expect(wire!.announcements[0]!.reached).toBe(10);
  });

  it('fails if a node sends what cannot be encoded and decoded', () => {
    const body = new TextEncoder().encode('x');
    const simulation = new Simulation({
      seed: 1,
      wire: true,
      checks: false,
      core: () =>
        new ScriptedCore((input) =>
          input.kind === 'link-opened'
            ? [
                {
                  kind: 'send',
                  links: [input.link],
                  own: false,
                  message: { kind: 'peer-offer', body: new Uint8Array(70_000).fill(body[0]!) },
                },
              ]
            : input.kind === 'start'
              ? [{ kind: 'dial', address: { host: '10.0.0.1', port: 6_001 } }]
              : [],
        ),
    });
    simulation.addNodes(2);
    expect(() => simulation.run({ for: 1_000 })).toThrow(SimulationFailure);
  });

  it('counts what each node has sent and received, and of that the payloads', () => {
    const simulation = new Simulation({ seed: 1, settings });
    const first = simulation.addNode();
    const second = simulation.addNode({ knownPeers: [first.address] });
    simulation.run({ for: 5_000 });
    const { sentBytes, controlBytesSent } = first.counters;
    const received = second.counters.receivedBytes;
    expect(sentBytes).toBeGreaterThan(0);
    expect(controlBytesSent).toBe(sentBytes);
    first.announce({ dataType: 1, data: new Uint8Array(100) });
    simulation.run({ for: 100 });
    expect(first.counters.sentBytes).toBe(sentBytes + 116);
    expect(first.counters.controlBytesSent).toBe(controlBytesSent);
    expect(second.counters.receivedBytes).toBe(received + 116);
    expect(second.counters.payloadsReceived).toBe(1);
  });

  it('notes hops and notifications of an announcement', () => {
    const lonely = { ...settings, minConnections: 1 };
    const simulation = new Simulation({ seed: 1, settings: lonely, latency: 20 });
    const a = simulation.addNode();
    const b = simulation.addNode({ knownPeers: [a.address] });
    const c = simulation.addNode({ knownPeers: [b.address] });
    c.client().subscribe(1);
    simulation.run({ for: 500 });
    const announcement = a.announce({ dataType: 1 });
    simulation.run({ for: 5_000 });
    expect([a, b, c].map(({ index }) => announcement.hopsAt(index))).toEqual([0, 1, 2]);
    expect(announcement.notifiedAt(c.index)).toBe(announcement.arrivalAt(c.index));
    expect(announcement.notifiedAt(b.index)).toBeUndefined();
  });
});
