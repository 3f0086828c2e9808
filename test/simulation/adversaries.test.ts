/**
 * Every role of an adversary: that it does what it says, and what honest nodes promise while it does. The
 * auditor looks at every step of every honest node all the time.
 *
 * Promises of reach hold where an announcement goes to all links; what is left of them with the default
 * `degree` is a figure, not a promise (docs/security.md).
 */
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../src/basics/random.ts';
import { u64Equals, u64ToHex } from '../../src/basics/integers.ts';
import type { Instant } from '../../src/core/settings.ts';
import { LINKS_PER_TARGET } from '../../src/sim/adversaries/hog.ts';
import { isJunk } from '../../src/sim/adversaries/junk.ts';
import type { AdversaryRole } from '../../src/sim/adversaries/roles.ts';
import type { SettingsOverrides } from '../../src/sim/node-settings.ts';
import type { SimNode } from '../../src/sim/sim-node.ts';
import type { StepReport } from '../../src/sim/world.ts';
import { decodeOfferText } from '../../src/wire/offer-text.ts';
import { formatAddress, type Address } from '../../src/wire/address.ts';
import {
  ALL_LINKS,
  announceSome,
  drawn,
  latency99,
  reach,
  realCore,
  TYPE,
  underAttack,
  WARM_UP,
  type Attack,
  type AttackOptions,
} from './attacks.ts';
import { line, randomGraph, reachable, type Edge } from './support.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;

/** `share` of 200 nodes, each with 16 links in the mean, play a role. */
function crowd(
  seed: number,
  role: AdversaryRole,
  share: number,
  options: Partial<AttackOptions> = {},
): Attack {
  const random = seededRandom(seed, 2);
  const nodes = 200;
  const edges = randomGraph(nodes, 8, random);
  const hostile = drawn(nodes, share * nodes, random);
  return underAttack({ seed, role, nodes, hostile, edges, settings: ALL_LINKS, ...options });
}

describe('a dropper', () => {
  it('passes everything on until its moment, and nothing afterwards (seed 201)', () => {
    const at = WARM_UP + 10 * SECOND;
    const attack = underAttack({
      seed: 201,
      role: 'dropper',
      nodes: 3,
      hostile: [1],
      edges: line(3),
      at,
    });
    const before = attack.honest[0]!.announce({ dataType: TYPE });
    attack.simulation.run({ for: 10 * SECOND });
    const after = attack.honest[0]!.announce({ dataType: TYPE });
    attack.simulation.run({ for: 10 * SECOND });
    expect([before, after].map((one) => one.arrivalAt(2) !== undefined)).toEqual([true, false]);
  });

  it.each([
    [0.2, 202],
    [0.2, 203],
    [0.33, 204],
  ])('among %d of the nodes keeps nothing from any honest one (seed %i)', (share, seed) => {
    const attack = crowd(seed, 'dropper', share);
    expect(reach(announceSome(attack, 10), attack.honest)).toBe(1);
  });

  it('among half of the nodes cuts off nobody but those whom only droppers surround (seed 205)', () => {
    const attack = crowd(205, 'dropper', 0.5);
    const honest = new Set(attack.honest.map((node) => node.index));
    const overlay = attack.simulation.overlay();
    for (const announcement of announceSome(attack, 10)) {
      const due = reachable(overlay, announcement.origin, 0, (node) => honest.has(node));
      const reached = announcement.reachedNodes();
      expect(due.filter((node) => honest.has(node) && !reached.includes(node))).toEqual([]);
    }
  });
});

describe('a truncator', () => {
  it('lets announcements end at the next node (seed 211)', () => {
    const edges = line(4);
    const attack = underAttack({ seed: 211, role: 'truncator', nodes: 4, hostile: [1], edges });
    const cut = attack.honest[0]!.announce({ dataType: TYPE });
    attack.simulation.run({ for: 10 * SECOND });
    expect([2, 3].map((node) => cut.bestAt(node).rank)).toEqual([1, 0]);
  });

  it.each([
    [0.2, 212],
    [0.3, 213],
  ])('among %d of the nodes, and faster than all, cuts nobody off (seed %i)', (share, seed) => {
    const { attack, victims } = aroundVictims(seed, share);
    expect(reach(announceSome(attack, 20), victims)).toBe(1);
  });

  it('comes first with a copy that goes no further, to those whom the victims depend on (seed 213)', () => {
    const { attack, firstTtls } = aroundVictims(213, 0.3);
    announceSome(attack, 20);
    expect(firstTtls.filter((ttl) => ttl === 1).length).toBeGreaterThan(firstTtls.length / 2);
  });
});

describe('a squatter', () => {
  it('has others of its group send junk under an id that only it has seen (seed 221)', () => {
    // Two islands: 0 – 1 and 2 – 3, where 1 and 3 are squatters.
    const edges: Edge[] = [
      [1, 0],
      [3, 2],
    ];
    const attack = underAttack({ seed: 221, role: 'squatter', nodes: 4, hostile: [1, 3], edges });
    const real = attack.honest[0]!.announce({ dataType: TYPE, data: Uint8Array.of(1, 2, 3) });
    attack.simulation.run({ for: SECOND });
    const [borrowed] = attack.simulation.announcements.filter((one) => isJunk(one.data));
    expect(u64Equals(borrowed!.id!, real.id!)).toBe(true);
    expect(borrowed!.reachedNodes()).toContain(2);
  });

  it.each([
    [0.05, 222],
    [0.2, 223],
  ])('among %d of the nodes suppresses nothing (seed %i)', (share, seed) => {
    const attack = crowd(seed, 'squatter', share);
    expect(reach(announceSome(attack, 10), attack.honest)).toBe(1);
  });
});

describe('a junk flooder', () => {
  it('sends so many messages a second (seed 231)', () => {
    const edges = line(2);
    const attack = underAttack({
      seed: 231,
      role: 'flooder',
      nodes: 2,
      hostile: [1],
      edges,
      rate: 40,
    });
    attack.simulation.run({ for: 10 * SECOND });
    const junk = attack.simulation.announcements.filter((one) => isJunk(one.data));
    expect(Math.abs(junk.length - 400)).toBeLessThanOrEqual(1);
  });

  describe('among a twentieth of the nodes (seed 232)', () => {
    const bounds = { gatesMax: 20 };
    const forwarded = { junk: 0 };
    const validator = {
      verdict: ({ data }: { data: Uint8Array }) => (isJunk(data) ? 'reject' : 'accept'),
      delay: 500,
    } as const;
    const onStep = ({ node, effects }: StepReport): void => {
      for (const effect of effects) {
        if (effect.kind !== 'send' || effect.message.kind !== 'peer-announce') continue;
        if (isJunk(effect.message.data) && !flooders(232).includes(node)) forwarded.junk++;
      }
    };
    const settings = { ...ALL_LINKS, bounds };
    const attack = flooded(232, 'flooder', { settings, validator, onStep, rate: 100 });
    const announcements = announceSome(attack, 10);

    it('reaches its neighbours', () => {
      const received = attack.clients.map((client) => client.receivedTotal);
      expect(Math.max(...received)).toBeGreaterThan(1_000);
    });

    it('gets nothing past a node with a subscriber', () => {
      expect(forwarded.junk).toBe(0);
    });

    it('fills the room of messages that wait up to its bound, and no further', () => {
      const waiting = attack.honest.map((node) => node.core.sizes!().waitingMessages);
      expect(Math.max(...waiting.map(({ size }) => size))).toBe(bounds.gatesMax);
    });

    it('keeps no honest announcement from anybody', () => {
      expect(reach(announcements, attack.honest)).toBe(1);
    });
  });
});

describe('a spammer among a twentieth of the nodes (seed 241)', () => {
  const attack = flooded(241, 'spammer', { rate: 5 });
  const announcements = announceSome(attack, 10);

  it('is passed on by everybody', () => {
    const spam = attack.simulation.announcements.filter((one) => one.isHostile);
    const early = spam.filter((one) => one.announcedAt < WARM_UP + 5 * SECOND);
    expect(early.length).toBeGreaterThan(0);
    expect(reach(early, attack.honest)).toBe(1);
  });

  it('keeps no honest announcement from anybody', () => {
    expect(reach(announcements, attack.honest)).toBe(1);
  });
});

describe('a poisoner', () => {
  it.each(['none', 'discovery'] as const)(
    'offers its group, third parties and the void (proof_of_work = %s, seed 251)',
    (proofOfWork) => {
      const offers: Uint8Array[] = [];
      const settings = { proofOfWork, minConnections: 4 };
      const onStep = ({ node, input }: StepReport): void => {
        if (node !== 0 || input.kind !== 'message' || input.message.kind !== 'peer-offer') return;
        const { body } = input.message;
        offers.push(proofOfWork === 'discovery' ? body.slice(16) : body.slice());
      };
      const edges: Edge[] = [
        [1, 0],
        [2, 0],
      ];
      underAttack({
        seed: 251,
        role: 'poisoner',
        nodes: 3,
        hostile: [1, 2],
        edges,
        settings,
        onStep,
        honest: realCore,
        at: 0,
      });
      const hosts = [decodeOfferText(offers[0]!)].flat().map((one) => 'host' in one && one.host);
      expect(hosts).toHaveLength(64);
      expect(hosts).toEqual(expect.arrayContaining(['10.1.0.1', '10.2.0.1', '192.168.0.1']));
    },
  );

  it('makes nobody dial an address more often than the back-off allows (seed 252)', () => {
    // min_connections is more than there are nodes: everybody dials whatever he hears of.
    const dials = new Dials();
    const { simulation } = poisoned(252, 40, dials, 10);
    simulation.run({ for: 2 * MINUTE });
    expect(dials.total).toBeGreaterThan(1_000);
    expect(dials.tooEarly).toEqual([]);
  });

  it('gets none of its addresses passed on (seed 253)', () => {
    const dials = new Dials();
    const { simulation } = poisoned(253, 8, dials);
    simulation.run({ for: 5 * MINUTE });
    expect(dials.offered.filter((host) => !host.startsWith('10.'))).toEqual([]);
  });

  it('is got over: after it has gone all are one network again within the half hour (seed 254)', () => {
    const { simulation, honest, hostile } = poisoned(254, 8, new Dials());
    for (let i = 0; i < 20; i++) {
      for (const link of simulation.random.sample(simulation.links(), 20))
        simulation.breakLink(link);
      simulation.run({ for: 3 * SECOND });
    }
    for (const node of hostile) node.stop();
    const isWhole = (): boolean => simulation.components().length === 1;
    expect(simulation.run({ until: isWhole, within: 30 * MINUTE, every: MINUTE })).toBe(true);
    expect(honest.every((node) => node.peers.length > 0)).toBe(true);
  });
});

describe('a connection hog', () => {
  it('opens several links to a node, half of which never say a word (seed 261)', () => {
    const attack = underAttack({
      seed: 261,
      role: 'hog',
      nodes: 2,
      hostile: [1],
      edges: line(2),
      honest: realCore,
    });
    const [victim] = attack.honest;
    attack.simulation.run({ for: 4 * SECOND });
    // One link is that of the core inside.
    expect(victim!.links).toHaveLength(1 + LINKS_PER_TARGET);
    expect(victim!.openLinks).toBe(1 + LINKS_PER_TARGET / 2);
  });

  it('pays for its links as everybody does (seed 262)', () => {
    const settings = { proofOfWork: 'connection', powDifficulty: 24 } as const;
    const at = WARM_UP + 2 * MINUTE;
    const attack = underAttack({
      seed: 262,
      role: 'hog',
      nodes: 2,
      hostile: [1],
      edges: line(2),
      honest: realCore,
      settings,
      at,
    });
    attack.simulation.run({ for: 2 * MINUTE + 2 * SECOND });
    expect(attack.honest[0]!.openLinks).toBe(1);
    attack.simulation.run({ for: 5 * MINUTE });
    expect(attack.honest[0]!.openLinks).toBe(1 + LINKS_PER_TARGET);
  });

  describe('among a sixth of the nodes (seed 263)', () => {
    const bounds = { pendingLinksMax: 12 };
    const settings = { proofOfWork: 'connection', powDifficulty: 20, bounds } as const;
    let pendingMost = 0;
    const cores = new Map<number, SimNode>();
    const attack = hogged(263, settings, ({ node, input }) => {
      if (input.kind !== 'link-opened' || !cores.has(node)) return;
      const { size } = cores.get(node)!.core.sizes!().pendingLinks;
      pendingMost = Math.max(pendingMost, size);
    });
    for (const node of attack.honest) cores.set(node.index, node);
    const known = attack.honest.slice(0, 4).map((node) => node.address);
    attack.simulation.run({ for: 30 * SECOND });
    const newcomer = attack.simulation.addNode({ knownPeers: known });
    attack.simulation.run({ for: 30 * SECOND });

    it('fills the places of links that are not open yet, but those kept for our own dials', () => {
      const kept = Math.ceil(bounds.pendingLinksMax / 8);
      // Own dials may stand in the places that are kept for them.
      expect(pendingMost).toBeGreaterThanOrEqual(bounds.pendingLinksMax - kept);
      expect(pendingMost).toBeLessThanOrEqual(bounds.pendingLinksMax);
    });

    it('does not keep a newcomer out while there is room', () => {
      const honest = new Set(attack.honest.map((node) => node.index));
      expect(newcomer.peers.some((peer) => honest.has(peer))).toBe(true);
    });
  });
});

describe('sleepers', () => {
  it('fall silent without closing a link (seed 271)', () => {
    const edges: Edge[] = [...line(3), [2, 0]];
    const at = WARM_UP + SECOND;
    const sent: Instant[] = [];
    const onStep = ({ node, now, effects }: StepReport): void => {
      if (node === 1 && effects.length > 0) sent.push(now);
    };
    const attack = underAttack({
      seed: 271,
      role: 'sleeper',
      nodes: 3,
      hostile: [1],
      edges,
      at,
      onStep,
    });
    attack.simulation.run({ for: SECOND });
    announceSome(attack, 5);
    expect(attack.honest.map((node) => node.openLinks)).toEqual([2, 2]);
    expect(sent.filter((time) => time > at)).toEqual([]);
  });

  describe('that are a fifth of the nodes and fall silent at once (seed 272)', () => {
    const at = WARM_UP + 40 * SECOND;
    const attack = crowd(272, 'sleeper', 0.2, { at, honest: realCore });
    const before = announceSome(attack, 10);
    attack.simulation.run({ for: at + 1 - attack.simulation.now });
    const after = announceSome(attack, 10);

    it('keep no announcement from any honest node, from the first moment on', () => {
      expect([before, after].map((all) => reach(all, attack.honest))).toEqual([1, 1]);
    });

    it('make the last hundredth wait no more than twice as long', () => {
      expect(latency99(after, attack.honest)).toBeLessThanOrEqual(
        2 * latency99(before, attack.honest),
      );
    });
  });
});

describe('adversaries of any role', () => {
  it('do the same again with the same seed (seed 281)', () => {
    const hash = (): string => {
      const attack = crowd(281, 'squatter', 0.1);
      announceSome(attack, 3);
      return attack.simulation.traceHash;
    };
    expect(hash()).toBe(hash());
  });

  it('begin at a moment that is decided later (seed 282)', () => {
    let at = Number.POSITIVE_INFINITY;
    const attack = underAttack({
      seed: 282,
      role: 'dropper',
      nodes: 3,
      hostile: [1],
      edges: line(3),
      at: () => at,
    });
    const early = attack.honest[0]!.announce({ dataType: TYPE });
    attack.simulation.run({ for: SECOND });
    at = attack.simulation.now;
    const late = attack.honest[0]!.announce({ dataType: TYPE });
    attack.simulation.run({ for: SECOND });
    expect([early, late].map((one) => one.arrivalAt(2) !== undefined)).toEqual([true, false]);
  });
});

/**
 * Two hundred nodes of which ten are victims: their links lead to honest nodes only, and all of these have
 * links to adversaries, over which everything comes fifty times as fast.
 */
function aroundVictims(seed: number, share: number) {
  const nodes = 200;
  const random = seededRandom(seed, 3);
  const victims = new Set(Array.from({ length: 10 }, (_, i) => nodes - 10 + i));
  const hostile = drawn(nodes - 10, share * nodes, random);
  const isHostile = new Set(hostile);
  const edges = randomGraph(nodes - 10, 5, random);
  const honest = Array.from({ length: nodes - 10 }, (_, i) => i).filter((i) => !isHostile.has(i));
  const guards = random.sample(honest, 12);
  for (const victim of victims) {
    for (const guard of random.sample(guards, 4)) edges.push([victim, guard]);
  }
  for (const guard of guards) {
    for (const bad of random.sample(hostile, 3)) {
      const edge: Edge = guard > bad ? [guard, bad] : [bad, guard];
      if (!edges.some(([from, to]) => from === edge[0] && to === edge[1])) edges.push(edge);
    }
  }
  const latency = (a: number, b: number): number => (isHostile.has(a) || isHostile.has(b) ? 1 : 50);
  const heard = new Set<string>();
  const firstTtls: number[] = [];
  const onStep = ({ node, input }: StepReport): void => {
    if (input.kind !== 'message' || input.message.kind !== 'peer-announce') return;
    const key = `${node} ${u64ToHex(input.message.id)}`;
    if (!guards.includes(node) || heard.has(key)) return;
    heard.add(key);
    firstTtls.push(input.message.ttl);
  };
  const attack = underAttack({
    seed,
    role: 'truncator',
    nodes,
    hostile,
    edges,
    latency,
    onStep,
    settings: ALL_LINKS,
  });
  return { attack, firstTtls, victims: attack.honest.filter((node) => victims.has(node.index)) };
}

const FLOODED = 60;

function flooders(seed: number): readonly number[] {
  return drawn(FLOODED, 3, seededRandom(seed, 4));
}

/** Sixty nodes, three of which flood them. */
function flooded(seed: number, role: AdversaryRole, options: Partial<AttackOptions>): Attack {
  const edges = randomGraph(FLOODED, 6, seededRandom(seed, 5));
  const hostile = flooders(seed);
  return underAttack({
    seed,
    role,
    nodes: FLOODED,
    hostile,
    edges,
    settings: ALL_LINKS,
    ...options,
  });
}

/** Notes whom honest nodes dial that is not there, and what they offer. */
class Dials {
  total = 0;
  readonly tooEarly: string[] = [];
  /** Hosts in offers of honest nodes. */
  readonly offered: string[] = [];
  readonly #last = new Map<string, { readonly at: Instant; readonly dials: number }>();

  note({ node, now, effects }: StepReport): void {
    for (const effect of effects) {
      if (effect.kind === 'dial') this.#onDial(node, effect.address, now);
      if (effect.kind !== 'send' || effect.message.kind !== 'peer-offer') continue;
      const addresses = decodeOfferText(effect.message.body);
      if (!('kind' in addresses)) this.offered.push(...addresses.map(({ host }) => host));
    }
  }

  /** A further dial must come later than the pause after the last: 1 s, doubling to 60 s, less a fifth. */
  #onDial(node: number, address: Address, now: Instant): void {
    if (address.host.startsWith('10.')) return;
    this.total++;
    const key = `${node} ${formatAddress(address)}`;
    const last = this.#last.get(key);
    const dials = last?.dials ?? 0;
    const pause = 0.8 * Math.min(MINUTE, SECOND * 2 ** (dials - 1));
    if (last !== undefined && now - last.at < pause) this.tooEarly.push(`${key} at ${now}`);
    this.#last.set(key, { at: now, dials: dials + 1 });
  }
}

/** Nodes that want `links` links each; a fifth of them poison what the others know, from the start. */
function poisoned(seed: number, links: number, dials: Dials, nodes = 40): Attack {
  const random = seededRandom(seed, 6);
  const hostile = drawn(nodes, nodes / 5, random);
  const edges = randomGraph(nodes, 2, random);
  const settings = {
    minConnections: links,
    maxConnections: links + 8,
    searchCooldown: 10 * SECOND,
  };
  const onStep = (step: StepReport): void => {
    if (!hostile.includes(step.node)) dials.note(step);
  };
  const options = { seed, role: 'poisoner', nodes, hostile, edges, settings, onStep } as const;
  return underAttack({ ...options, honest: realCore, isBootstrapped: true, at: 0 });
}

/** Sixty nodes, ten of which hog connections. */
function hogged(
  seed: number,
  settings: SettingsOverrides,
  onStep: NonNullable<AttackOptions['onStep']>,
): Attack {
  const nodes = 60;
  const random = seededRandom(seed, 7);
  const hostile = drawn(nodes, 10, random);
  const edges = randomGraph(nodes, 3, random);
  return underAttack({
    seed,
    role: 'hog',
    nodes,
    hostile,
    edges,
    settings,
    onStep,
    honest: realCore,
  });
}
