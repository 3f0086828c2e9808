/** What adversaries are made of: what a group shares, junk, and the bounds of all of it. */
import { describe, expect, it } from 'vitest';
import { u64 } from '../../../../src/basics/integers.ts';
import { seededRandom } from '../../../../src/basics/random.ts';
import type { Effect } from '../../../../src/core/effects.ts';
import { adversaryCore } from '../../../../src/sim/adversaries/adversary.ts';
import { BURST_MAX } from '../../../../src/sim/adversaries/beat.ts';
import { NOTICES_MAX } from '../../../../src/sim/adversaries/bulletin.ts';
import { AdversaryGroup, HEARD_MAX, TARGETS_MAX } from '../../../../src/sim/adversaries/group.ts';
import { DIALS_PER_ROUND, LINKS_MAX } from '../../../../src/sim/adversaries/hog.ts';
import { IdMemory, IDS_MAX } from '../../../../src/sim/adversaries/id-memory.ts';
import { isJunk, junk, JUNK_BYTES_MIN, spam } from '../../../../src/sim/adversaries/junk.ts';
import { ADVERSARY_ROLES, type AdversaryRole } from '../../../../src/sim/adversaries/roles.ts';
import { ASK_EVERY, QUESTIONS_MAX } from '../../../../src/sim/adversaries/scout.ts';
import { nodeSettings } from '../../../../src/sim/node-settings.ts';
import { SimulatedProofs } from '../../../../src/sim/proof-of-work.ts';
import type { Core } from '../../../../src/sim/world.ts';

const HERE = { host: '10.0.0.1', port: 6001 };

function newGroup(): AdversaryGroup {
  return new AdversaryGroup({ random: seededRandom(1) });
}

/** A core that does what it is told, whatever it is given. */
function scripted(effects: readonly Effect[] = []): Core {
  return { handle: () => effects, nextDeadline: () => undefined };
}

/** An adversary from its first input on, around a core with one open link. */
function adversary(role: AdversaryRole, rate: number, group = newGroup()): Core {
  const settings = nodeSettings(HERE, { proofOfWork: 'none' });
  const event = {
    kind: 'link-established',
    link: 1,
    direction: 'inbound',
    peer: { host: '10.0.0.2', port: 6001 },
    openLinks: 1,
  } as const;
  const honest = (): Core => scripted([{ kind: 'report', event }]);
  const plan = { role, netgroups: null, rate };
  const options = { settings, random: seededRandom(2), proofs: new SimulatedProofs() };
  return adversaryCore({ plan, group, honest })(options);
}

describe('a group', () => {
  it('knows an id once one of it has met it', () => {
    const group = newGroup();
    expect([group.meet(u64(1, 2)), group.meet(u64(1, 2))]).toEqual([true, false]);
  });

  it('takes none of its own for a target', () => {
    const group = newGroup();
    const other = { host: '10.0.0.9', port: 6001 };
    group.learn(HERE);
    group.learn(other);
    group.join(HERE);
    group.learn(HERE);
    expect(group.targets).toEqual([other]);
  });

  it('remembers so many targets', () => {
    const group = newGroup();
    for (let i = 0; i <= TARGETS_MAX; i++)
      group.learn({ host: `10.1.${i >> 8}.${i & 255}`, port: 1 });
    expect(group.targets).toHaveLength(TARGETS_MAX);
  });

  it('hands every order to everybody who looks in time', () => {
    const { orders } = newGroup();
    const all = Array.from({ length: NOTICES_MAX + 2 }, (_, i) => {
      const message = { id: u64(0, i), ttl: 0, dataType: 1, data: new Uint8Array(0) };
      return { kind: 'peer-announce', ...message } as const;
    });
    for (const order of all) orders.post(order);
    expect(orders.since(0)).toEqual(all.slice(2));
    expect(orders.since(NOTICES_MAX + 1)).toEqual(all.slice(-1));
    expect(orders.since(orders.count)).toEqual([]);
  });

  it('spreads each rumour once, as far as it remembers', () => {
    const group = newGroup();
    const hear = (i: number): void => {
      const digest = String(i).padStart(16, '.');
      group.hear({ digest, dataType: 1, size: 1, ttl: 0, age: 0 });
    };
    for (let i = 0; i <= HEARD_MAX; i++) hear(i);
    const { count } = group.rumours;
    hear(HEARD_MAX);
    expect(group.rumours.count).toBe(count);
    hear(0);
    expect(group.rumours.count).toBe(count + 1);
  });
});

describe('the memory of ids', () => {
  it('forgets the oldest when it is full', () => {
    const memory = new IdMemory();
    for (let i = 0; i <= IDS_MAX; i++) memory.meet(u64(0, i));
    expect(memory.size).toBe(IDS_MAX);
    expect([memory.meet(u64(0, IDS_MAX)), memory.meet(u64(0, 0))]).toEqual([false, true]);
  });
});

describe('junk', () => {
  const random = seededRandom(3);

  it('is recognised, and nothing else is', () => {
    const all = [junk(0, random), junk(1_000, random), spam(1_000, random), new Uint8Array(20)];
    expect(all.map(isJunk)).toEqual([true, true, false, false]);
  });

  it('is as long as asked for, or as long as it takes', () => {
    expect([junk(0, random).length, spam(500, random).length]).toEqual([JUNK_BYTES_MIN, 500]);
  });

  it('is never the same twice', () => {
    expect(junk(20, random)).not.toEqual(junk(20, random));
  });
});

describe('an adversary', () => {
  it.each(Object.keys(ADVERSARY_ROLES) as AdversaryRole[])('can play the %s', (role) => {
    expect(() => adversary(role, 10).handle({ kind: 'start' }, 0)).not.toThrow();
  });

  it('is the real core until its moment, at which it wants to be woken', () => {
    const effects: Effect[] = [{ kind: 'hang-up', link: 7 }];
    const settings = nodeSettings(HERE);
    const plan = { role: 'sleeper', netgroups: null, rate: 0 } as const;
    const core = adversaryCore({
      plan,
      group: newGroup(),
      honest: () => scripted(effects),
      at: 500,
    })({
      settings,
      random: seededRandom(2),
      proofs: new SimulatedProofs(),
    });
    expect(core.handle({ kind: 'start' }, 499)).toEqual(effects);
    expect(core.nextDeadline()).toBe(500);
    expect(core.handle({ kind: 'wake' }, 500)).toEqual([]);
  });

  it('floods with no more than so many messages in one step', () => {
    const flooder = adversary('flooder', 1_000);
    flooder.handle({ kind: 'start' }, 0);
    const effects = flooder.handle({ kind: 'wake' }, 60_000);
    expect(effects.filter(({ kind }) => kind === 'send')).toHaveLength(BURST_MAX);
  });

  it('does not flood at a rate of 0', () => {
    const flooder = adversary('flooder', 0);
    flooder.handle({ kind: 'start' }, 0);
    expect(flooder.handle({ kind: 'wake' }, 60_000).some(({ kind }) => kind === 'send')).toBe(
      false,
    );
  });

  it('hogs so many links in all, and dials so many of them at a time', () => {
    const group = newGroup();
    for (let i = 0; i < 600; i++) group.learn({ host: `10.2.${i >> 8}.${i & 255}`, port: 6001 });
    const hog = adversary('hog', 0, group);
    const dials: number[] = [];
    for (let now = 0; now < 100_000; now += 500) {
      const effects = hog.handle({ kind: 'wake' }, now);
      dials.push(effects.filter(({ kind }) => kind === 'dial').length);
    }
    expect(Math.max(...dials)).toBe(DIALS_PER_ROUND);
    expect(dials.reduce((sum, count) => sum + count)).toBe(LINKS_MAX);
  });

  it('keeps the answers to its own questions from the real core, as far as it remembers them', () => {
    const hog = adversary('hog', 0);
    const questions = QUESTIONS_MAX + 4;
    hog.handle({ kind: 'start' }, 0);
    for (let i = 1; i < questions; i++) hog.handle({ kind: 'wake' }, i * ASK_EVERY);
    const offer = { kind: 'peer-offer', body: new Uint8Array(0) } as const;
    const input = { kind: 'message', link: 1, message: offer } as const;
    // The scripted core answers whatever gets to it.
    const answers = Array.from({ length: questions }, () => hog.handle(input, 0).length > 0);
    expect(answers.indexOf(true)).toBe(QUESTIONS_MAX);
  });
});
