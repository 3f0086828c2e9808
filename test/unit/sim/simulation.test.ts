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
    expect(nodes[299]!.address).toEqual({ host: '10.0.1.44', port: 6001 });
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
