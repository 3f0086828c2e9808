/** What the tests of adversaries share: networks with some of them in it, and what came of announcements. */
import { seededRandom, type Random } from '../../src/basics/random.ts';
import { GossipNode } from '../../src/core/gossip-node.ts';
import type { Instant } from '../../src/core/settings.ts';
import { adversaryCore } from '../../src/sim/adversaries/adversary.ts';
import { AdversaryGroup, type AdversaryGroupOptions } from '../../src/sim/adversaries/group.ts';
import { isJunk } from '../../src/sim/adversaries/junk.ts';
import type { AdversaryRole } from '../../src/sim/adversaries/roles.ts';
import type { Announcement } from '../../src/sim/announcement.ts';
import type { SettingsOverrides } from '../../src/sim/node-settings.ts';
import type { SimClient, Validator } from '../../src/sim/sim-client.ts';
import type { SimNode } from '../../src/sim/sim-node.ts';
import { Simulation } from '../../src/sim/simulation.ts';
import type { SimulationOptions } from '../../src/sim/simulation-options.ts';
import type { CoreFactory } from '../../src/sim/world.ts';
import { withoutDiscovery, type Edge } from './support.ts';

export const TYPE = 1337;
/** The network gets this long to form; adversaries begin right after it unless told otherwise. */
export const WARM_UP = 20_000;

/** Gives an announcement to every link, and never asks for more links than were laid out. */
export const ALL_LINKS: SettingsOverrides = { degree: 32, minConnections: 32, maxConnections: 32 };

/** Calls everything valid but junk. */
const CAREFUL: Validator = {
  verdict: ({ data }) => (isJunk(data) ? 'reject' : 'accept'),
  delay: 5,
};

export interface AttackOptions extends Omit<SimulationOptions, 'core' | 'settings'> {
  readonly role: AdversaryRole;
  readonly nodes: number;
  /** Which of the nodes are adversaries. */
  readonly hostile: readonly number[];
  /** Whom each node knows at the start, as edges from a later to an earlier node. */
  readonly edges: readonly Edge[];
  /** Whether all others may also join through the first node. Default: false. */
  readonly isBootstrapped?: boolean;
  readonly settings?: SettingsOverrides;
  /** When they begin. Default: {@link WARM_UP}. */
  readonly at?: Instant | (() => Instant);
  readonly rate?: number;
  readonly thirdParties?: AdversaryGroupOptions['thirdParties'];
  /** Default: the real core that never asks for addresses, so that the overlay stays as it was laid out. */
  readonly honest?: CoreFactory;
  readonly validator?: Validator;
}

export interface Attack {
  readonly simulation: Simulation;
  readonly group: AdversaryGroup;
  readonly honest: readonly SimNode[];
  readonly hostile: readonly SimNode[];
  /** One subscriber at every honest node. */
  readonly clients: readonly SimClient[];
}

/** A network that has had {@link WARM_UP} to form, with a subscriber at every honest node. */
export function underAttack(options: AttackOptions): Attack {
  const { role, rate = 0, at = WARM_UP, settings, honest = withoutDiscovery, seed } = options;
  const simulation = new Simulation({
    latency: { min: 10, max: 100 },
    announcementsMax: 100_000,
    ...options,
    settings: { proofOfWork: 'none', ...settings },
    core: honest,
  });
  const { thirdParties } = options;
  const random = seededRandom(seed, 1);
  const group = new AdversaryGroup({ random, ...(thirdParties && { thirdParties }) });
  const plan = { role, netgroups: null, rate };
  const core = adversaryCore({ plan, group, honest, at, target: { dataType: TYPE, size: 100 } });
  const hostile = new Set(options.hostile);
  for (let i = 0; i < options.nodes; i++) {
    const known = options.edges.filter(([from]) => from === i).map(([, to]) => to);
    const knownPeers = known.map((to) => simulation.nodes[to]!.address);
    const first = options.isBootstrapped === true ? simulation.nodes[0]?.address : undefined;
    simulation.addNode(
      { knownPeers, bootstrapper: first },
      hostile.has(i) ? { core, isHostile: true } : {},
    );
  }
  const [good, bad] = [true, false].map((isGood) =>
    simulation.nodes.filter((node) => hostile.has(node.index) !== isGood),
  ) as [SimNode[], SimNode[]];
  const clients = good.map((node) => {
    const client = node.client();
    client.subscribe(TYPE, options.validator ?? CAREFUL);
    return client;
  });
  simulation.run({ for: WARM_UP });
  return { simulation, group, honest: good, hostile: bad, clients };
}

/** The real core. */
export const realCore: CoreFactory = (options) => new GossipNode(options);

/** So many of `nodes` nodes, by chance; the first, whom others may join through, is none of them. */
export function drawn(nodes: number, count: number, random: Random): number[] {
  return random.sample(
    Array.from({ length: nodes - 1 }, (_, i) => i + 1),
    count,
  );
}

/** Announcements of random honest nodes, one each half a second, and half a minute for the last. */
export function announceSome(attack: Attack, count: number, ttl = 0): Announcement[] {
  const { simulation, honest } = attack;
  const announcements = Array.from({ length: count }, (_, i) => {
    const data = Uint8Array.of(1, i);
    const announcement = simulation.random.pick(honest)!.announce({ dataType: TYPE, ttl, data });
    simulation.run({ for: 500 });
    return announcement;
  });
  simulation.run({ for: 30_000 });
  return announcements;
}

/** Of all nodes that each announcement should reach, the share that it did, `within` so many ms, 0 … 1. */
export function reach(
  announcements: readonly Announcement[],
  nodes: readonly SimNode[],
  within = Infinity,
): number {
  let due = 0;
  let reached = 0;
  for (const announcement of announcements) {
    for (const { index } of nodes) {
      if (index === announcement.origin) continue;
      due++;
      const at = announcement.arrivalAt(index) ?? Infinity;
      if (at < Infinity && at - announcement.announcedAt <= within) reached++;
    }
  }
  return reached / due;
}

/** Within how many ms 99 of 100 receipts came. */
export function latency99(
  announcements: readonly Announcement[],
  nodes: readonly SimNode[],
): number {
  const waits = announcements.flatMap((announcement) =>
    nodes.flatMap(({ index }) => {
      const arrival = announcement.arrivalAt(index);
      return arrival === undefined ? [] : [arrival - announcement.announcedAt];
    }),
  );
  return waits.toSorted((a, b) => a - b)[Math.floor(0.99 * waits.length)]!;
}
