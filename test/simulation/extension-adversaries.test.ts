/**
 * Adversaries that speak the extension (520 to 529): what they can do, and that it is no more. Each bound stands on
 * a limit of the node's; what the limits are is in docs/protocol.md, section 15.
 *
 * Messages are large enough to be named instead of sent, and only half of the links get them whole, so the lies
 * are told where it counts.
 */
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../src/basics/random.ts';
import { WISHES_MAX } from '../../src/core/exchange/wishes.ts';
import type { NodeEvent } from '../../src/core/events.ts';
import type { AdversaryRole } from '../../src/sim/adversaries/roles.ts';
import type { Announcement } from '../../src/sim/announcement.ts';
import type { StepReport } from '../../src/sim/world.ts';
import {
  drawn,
  latency99,
  reach,
  realCore,
  TYPE,
  underAttack,
  type Attack,
  type AttackOptions,
} from './attacks.ts';
import { line, randomGraph } from './support.ts';

const SECOND = 1_000;
const NODES = 60;
const SIZE = 2_000;
const SETTINGS = { degree: 6, minConnections: 32, maxConnections: 32 };

/** `share` of sixty nodes, each with twelve links in the mean, play a role. */
function among(
  seed: number,
  role: AdversaryRole,
  share: number,
  options: Partial<AttackOptions> = {},
): Attack {
  const random = seededRandom(seed, 2);
  const edges = randomGraph(NODES, 6, random);
  const hostile = drawn(NODES, share * NODES, random);
  return underAttack({ seed, role, nodes: NODES, hostile, edges, settings: SETTINGS, ...options });
}

/** `count` announcements of random honest nodes, five a second, and ten seconds for the last. */
function announceLarge(attack: Attack, count = 40, size = SIZE): Announcement[] {
  const { simulation, honest } = attack;
  const announcements = Array.from({ length: count }, (_, i) => {
    const data = new Uint8Array(size);
    data[0] = i;
    const one = simulation.random.pick(honest)!.announce({ dataType: TYPE, ttl: 0, data });
    simulation.run({ for: 200 });
    return one;
  });
  simulation.run({ for: 10 * SECOND });
  return announcements;
}

/** The largest a bounded thing of an honest node was whenever it was looked at, four times a second. */
function mostOf(attack: Attack, thing: 'wishes' | 'kept' | 'seen', seconds: number): number {
  let most = 0;
  for (let i = 0; i < 4 * seconds; i++) {
    attack.simulation.run({ for: 250 });
    for (const { core } of attack.honest) {
      most = Math.max(most, core.sizes!()[thing].size);
    }
  }
  return most;
}

/** Bytes that all adversaries together have sent and received until now. */
function exchanged({ hostile }: Attack): { readonly sent: number; readonly received: number } {
  const sum = (of: 'sentBytes' | 'receivedBytes'): number =>
    hostile.reduce((total, { counters }) => total + counters[of], 0);
  return { sent: sum('sentBytes'), received: sum('receivedBytes') };
}

describe.each<[AdversaryRole, number]>([
  ['liar', 501],
  ['forger', 502],
])('%ss, that name everything first and give nothing', (role, seed) => {
  const calm = among(seed, role, 0);
  const usual = latency99(announceLarge(calm), calm.honest);

  describe.each([0.2, 0.4])(`among %d of the nodes (seed ${seed})`, (share) => {
    const attack = among(seed, role, share);
    const announcements = announceLarge(attack);

    it('keep nothing from anybody for longer than two seconds', () => {
      expect(reach(announcements, attack.honest, 2 * SECOND)).toBe(1);
    });

    it('make p99 half as long again at most', () => {
      expect(latency99(announcements, attack.honest)).toBeLessThanOrEqual(1.5 * usual);
    });
  });
});

describe('forgers among a fifth of the nodes, where nearly everybody has to ask (seed 503)', () => {
  const attack = among(503, 'forger', 0.2, { settings: { ...SETTINGS, degree: 1 } });
  const announcements = announceLarge(attack);

  it('keep nothing from anybody for longer than two seconds', () => {
    expect(reach(announcements, attack.honest, 2 * SECOND)).toBe(1);
  });

  it('make nobody ask again for what he has', () => {
    const copies = announcements.reduce((sum, one) => sum + one.copies, 0);
    const reached = announcements.reduce((sum, one) => sum + one.reached, 0);
    expect(copies / reached).toBeLessThan(2);
  });
});

describe('inventors among a third of the nodes, that name thousands of messages that do not exist (seed 511)', () => {
  // Nearly everybody has to ask: a message is sent whole to one peer.
  const attack = among(511, 'inventor', 1 / 3, { rate: 2, settings: { ...SETTINGS, degree: 1 } });
  const most = mostOf(attack, 'wishes', 10);
  const announcements = announceLarge(attack, 20);

  it('fill what a node waits for up to its bound, and no further', () => {
    expect(most).toBe(WISHES_MAX);
  });

  it('keep nothing from anybody for longer than ten seconds', () => {
    expect(reach(announcements, attack.honest, 10 * SECOND)).toBe(1);
  });

  it('are sent less than they have to send', () => {
    const { sent, received } = exchanged(attack);
    expect(sent).toBeGreaterThan(5_000_000);
    expect(received).toBeLessThan(sent);
  });
});

describe('a puller, that asks for everything twenty times a second (seed 521)', () => {
  const edges = line(3);
  const hostile = [1];
  const attack = underAttack({ seed: 521, role: 'puller', nodes: 3, hostile, edges, rate: 20 });
  const announcements = announceLarge(attack, 20, 60_000);
  attack.simulation.run({ for: 60 * SECOND });
  const payload = 20 * 60_000;

  it('is given each message three times on each of its links, besides the first time', () => {
    const { received } = exchanged(attack);
    expect(received).toBeGreaterThan(2 * 3 * payload);
    expect(received).toBeLessThan(2 * 4.1 * payload);
  });

  it('keeps nothing from anybody', () => {
    expect(reach(announcements, attack.honest)).toBe(1);
  });
});

describe('flappers among three tenths of the nodes, that change their mind ten times a second (seed 531)', () => {
  const attack = among(531, 'flapper', 0.3, { rate: 10 });
  const announcements = announceLarge(attack, 20);

  it('keep nothing from anybody for longer than two seconds', () => {
    expect(reach(announcements, attack.honest, 2 * SECOND)).toBe(1);
  });

  it('are sent less than they send', () => {
    const { sent, received } = exchanged(attack);
    expect(received).toBeLessThan(sent);
  });
});

describe('a comparer, that begins ten exchanges a second (seed 541)', () => {
  const edges = line(3);
  const hostile = [1];
  const attack = underAttack({ seed: 541, role: 'comparer', nodes: 3, hostile, edges, rate: 10 });
  const announcements = announceLarge(attack);
  attack.simulation.run({ for: 20 * SECOND });

  it('keeps nothing from anybody', () => {
    expect(reach(announcements, attack.honest)).toBe(1);
  });

  it('is answered twice a second, and is sent less than it sends', () => {
    const before = exchanged(attack);
    attack.simulation.run({ for: 10 * SECOND });
    const { sent, received } = exchanged(attack);
    const perLinkAndSecond = (received - before.received) / 2 / 10;
    expect(perLinkAndSecond).toBeGreaterThan(1_000);
    expect(perLinkAndSecond).toBeLessThan(2 * 65_535);
    expect(received).toBeLessThan(sent);
  });
});

describe('babblers among a fifth of the nodes, that greet again and again (seed 551)', () => {
  const lost: Extract<NodeEvent, { kind: 'link-lost' }>[] = [];
  const hostile = new Set(drawn(NODES, 0.2 * NODES, afterGraph(551)));
  const onStep = ({ node, effects }: StepReport): void => {
    for (const effect of effects) {
      if (hostile.has(node) || effect.kind !== 'report') continue;
      if (effect.event.kind === 'link-lost') lost.push(effect.event);
    }
  };
  const attack = among(551, 'babbler', 0.2, { rate: 1, onStep, honest: realCore, wire: true });
  const announcements = announceLarge(attack);

  it('lose their links for it', () => {
    expect(lost.filter(({ code }) => code === 'wrong-state').length).toBeGreaterThan(50);
  });

  it('keep nothing from anybody for longer than two seconds', () => {
    expect(reach(announcements, attack.honest, 2 * SECOND)).toBe(1);
  });
});

/** The chance that is left for the cast once the links have been drawn. */
function afterGraph(seed: number) {
  const random = seededRandom(seed, 2);
  randomGraph(NODES, 6, random);
  return random;
}
