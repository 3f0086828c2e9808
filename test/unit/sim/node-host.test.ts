import { describe, expect, it } from 'vitest';
import { u64 } from '../../../src/basics/integers.ts';
import type { Effect } from '../../../src/core/effects.ts';
import { Simulation } from '../../../src/sim/simulation.ts';
import type { SimulationOptions } from '../../../src/sim/simulation-options.ts';
import type { SimNode } from '../../../src/sim/sim-node.ts';
import { ScriptedCore } from './support.ts';

const MESSAGE_DATA = Uint8Array.of(1, 2, 3);

/** A simulation of `count` nodes with scripted cores, 10 ms apart, without checks. */
function scripted(count: number, options: Partial<SimulationOptions> = {}) {
  const cores: ScriptedCore[] = [];
  const simulation = new Simulation({
    seed: 1,
    latency: 10,
    checks: false,
    core: () => {
      const core = new ScriptedCore();
      cores.push(core);
      return core;
    },
    ...options,
  });
  const nodes = simulation.addNodes(count);
  /** Lets a node do something, at its next step. */
  const act = (node: SimNode, ...effects: Effect[]): void => {
    const core = cores[node.index]!;
    const { script } = core;
    core.script = () => {
      core.script = script;
      return effects;
    };
    node.announce({ dataType: 0 });
    simulation.run({ for: 0 });
  };
  return { simulation, nodes, cores, act };
}

/** Two nodes and the link that the first has dialled, as both know it. */
function linked(options: Partial<SimulationOptions> = {}) {
  const world = scripted(2, options);
  const [a, b] = world.nodes as [SimNode, SimNode];
  const [core, other] = world.cores as [ScriptedCore, ScriptedCore];
  world.act(a, { kind: 'dial', address: b.address });
  world.simulation.run({ for: 100 });
  const link = core.all('link-opened')[0]!.link;
  const back = other.all('link-opened')[0]!.link;
  return { ...world, a, b, core, other, link, back };
}

const PING: Extract<Effect, { kind: 'send' }>['message'] = { kind: 'peer-info', port: 1 };

function send(link: number, message = PING): Effect {
  return { kind: 'send', links: [link], message, own: false };
}

const DISK = { secret: [1, 2], records: new Uint8Array(1) } as const;

describe('a hosted node', () => {
  it('is given its start first, once', () => {
    const { simulation, cores } = scripted(1);
    simulation.run({ for: 1_000 });
    expect(cores[0]!.kinds).toEqual(['start']);
  });

  it('is never called while its effects are carried out', () => {
    let depth = 0;
    const { simulation, nodes, cores } = scripted(1);
    const [core] = cores as [ScriptedCore];
    core.script = (input) => {
      expect(depth++).toBe(0);
      const effects: Effect[] =
        input.kind === 'client-joined'
          ? [{ kind: 'notify', clients: [1], messageId: 1, dataType: 1, data: MESSAGE_DATA }]
          : [{ kind: 'dial', address: { host: '127.0.0.1', port: 1 } }];
      depth--;
      return input.kind === 'dial-failed' ? [] : effects;
    };
    nodes[0]!.client();
    simulation.run({ for: 1_000 });
    expect(core.kinds).toEqual(['start', 'client-joined', 'dial-failed', 'verdict', 'dial-failed']);
  });

  it('is woken when its deadline has come, rounded up to whole milliseconds', () => {
    const { simulation, cores } = scripted(1);
    const [core] = cores as [ScriptedCore];
    const wakes: number[] = [];
    core.deadline = 100.5;
    core.script = (input, now) => {
      if (input.kind === 'wake') {
        wakes.push(now);
        core.deadline = wakes.length < 3 ? now + 50 : undefined;
      }
      return [];
    };
    simulation.run({ for: 1_000 });
    expect(wakes).toEqual([101, 151, 201]);
  });

  it('is woken at an earlier deadline that comes up meanwhile, and not at the old one', () => {
    const { simulation, nodes, cores } = scripted(1);
    const [core] = cores as [ScriptedCore];
    core.deadline = 500;
    const wakes: number[] = [];
    core.script = (input, now) => {
      if (input.kind === 'announce') core.deadline = 200;
      if (input.kind === 'wake') {
        wakes.push(now);
        core.deadline = undefined;
      }
      return [];
    };
    simulation.run({ for: 100 });
    nodes[0]!.announce({ dataType: 1 });
    simulation.run({ for: 1_000 });
    expect(wakes).toEqual([200]);
  });

  it('fails the simulation if it wants to be woken for ever', () => {
    const { simulation, cores } = scripted(1);
    cores[0]!.deadline = 5;
    expect(() => simulation.run({ for: 10 })).toThrow(
      /seed 1, virtual time 5 ms.*again and again/s,
    );
  });

  it('gets the addresses of names, and none for unknown ones', () => {
    const names = new Map([['boot.example', ['10.0.0.9', '10.0.0.8']]]);
    const { simulation, nodes, cores, act } = scripted(1, { names });
    for (const host of ['boot.example', 'nobody.example', '10.1.1.1']) {
      act(nodes[0]!, { kind: 'resolve', name: { host, port: 5 } });
    }
    simulation.run({ for: 1_000 });
    expect(cores[0]!.all('resolved').map(({ addresses }) => addresses)).toEqual([
      [
        { host: '10.0.0.9', port: 5 },
        { host: '10.0.0.8', port: 5 },
      ],
      [],
      [{ host: '10.1.1.1', port: 5 }],
    ]);
  });

  it('gets its proofs in virtual time, unless the link is gone by then', () => {
    const { simulation, a, core, link, act } = linked();
    const solve = { kind: 'solve', link, difficulty: 16, hashesMax: 1e9 } as const;
    act(a, { ...solve, challenge: u64(1, 1) });
    simulation.run({ for: 10_000 });
    expect(core.all('proof-found')).toMatchObject([{ link, nonce: { high: expect.anything() } }]);
    act(a, { ...solve, challenge: u64(1, 2), hashesMax: 0 });
    simulation.run({ for: 10_000 });
    expect(core.all('proof-found')[1]).toMatchObject({ nonce: undefined });
    act(a, { ...solve, challenge: u64(1, 3) }, { kind: 'hang-up', link });
    simulation.run({ for: 10_000 });
    expect(core.all('proof-found')).toHaveLength(2);
  });

  it('gets the whole body of an offer that it had proven', () => {
    const { simulation, a, core, link, act } = linked();
    act(a, { kind: 'prove-offer', link, challenge: u64(1, 2), text: MESSAGE_DATA });
    simulation.run({ for: 10_000 });
    const [proven] = core.all('offer-proven');
    expect([...proven!.body.subarray(0, 8)]).toEqual([0, 0, 0, 1, 0, 0, 0, 2]);
    expect(proven!.body.subarray(16)).toEqual(MESSAGE_DATA);
  });

  it('hears nothing more of a link it has hung up; the other side gets what was sent', () => {
    const { simulation, a, b, core, other, link, back, act } = linked();
    act(b, send(back));
    act(a, send(link), { kind: 'hang-up', link });
    simulation.run({ for: 1_000 });
    expect(core.kinds).not.toContain('message');
    expect(core.kinds).not.toContain('link-closed');
    expect(other.kinds.slice(-2)).toEqual(['message', 'link-closed']);
  });

  it('is not read to from a link while it has paused it', () => {
    const { simulation, a, b, core, link, back, act } = linked();
    act(a, { kind: 'pause-link', link }, { kind: 'pause-link', link });
    act(b, send(back));
    simulation.run({ for: 1_000 });
    expect(core.all('message')).toEqual([]);
    act(a, { kind: 'resume-link', link });
    simulation.run({ for: 100 });
    expect(core.all('message')).toHaveLength(1);
  });

  it('may keep no view of the bytes it is given, if buffers are reused', () => {
    const { simulation, b, back, other, core, act } = linked({ reusesBuffers: true });
    const seen: number[][] = [];
    core.script = (input) => {
      if (input.kind === 'message' && input.message.kind === 'peer-offer') {
        seen.push([...input.message.body]);
      }
      return [];
    };
    act(b, send(back, { kind: 'peer-offer', body: MESSAGE_DATA }));
    simulation.run({ for: 100 });
    expect(seen).toEqual([[1, 2, 3]]);
    expect(core.all('message')[0]!.message).toMatchObject({ body: Uint8Array.of(165, 165, 165) });
    expect(other.kinds).not.toContain('message');
  });

  it.each([
    [
      'what was stored, if that is kept',
      true,
      ['first', undefined, 'second', { ...DISK, storedAgoMs: 0 }],
    ],
    ['nothing, if it is not', false, ['first', undefined, 'second', undefined]],
  ])('finds in its next life %s', (_what, keepsStore, expected) => {
    const found: unknown[] = [];
    const simulation = new Simulation({
      seed: 1,
      core: ({ stored }) => {
        found.push(found.length === 0 ? 'first' : 'second', stored);
        return new ScriptedCore();
      },
    });
    const node = simulation.addNode();
    node.stored = { state: DISK, at: 0 };
    node.powerOff();
    node.start({ keepsStore });
    expect(found).toEqual(expected);
  });

  it('has lost for good what it was started without', () => {
    const { nodes } = scripted(1);
    const [node] = nodes as [SimNode];
    node.stored = { state: DISK, at: 0 };
    for (const keepsStore of [false, true]) {
      node.stop();
      node.start({ keepsStore });
    }
    expect(node.stored).toBeUndefined();
  });

  it('that is stopped does nothing any more, and starts afresh with new link numbers', () => {
    const { simulation, a, b, cores, core, other, link, act } = linked();
    core.deadline = 10_000;
    act(a);
    a.stop();
    const inputs = core.given.length;
    simulation.run({ for: 20_000 });
    expect(core.given).toHaveLength(inputs);
    expect(other.kinds).toContain('link-closed');
    a.start();
    simulation.run({ for: 0 });
    const again = cores[2]!;
    again.script = (input) =>
      input.kind === 'announce' ? [{ kind: 'dial', address: b.address }] : [];
    a.announce({ dataType: 1 });
    simulation.run({ for: 1_000 });
    expect(again.kinds).toEqual(['start', 'announce', 'link-opened']);
    expect(again.all('link-opened')[0]!.link).toBeGreaterThan(link);
  });
});
