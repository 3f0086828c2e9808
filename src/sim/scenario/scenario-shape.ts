/**
 * Every key of a scenario file: meaning, range, default. `parseScenario`, scenarios/schema.json and the
 * table in docs/simulator.md all come from here. What goes together with what is in consistency.ts.
 */
import { isObject, key, namesTo, needed, objectOf, optional } from './object-shape.ts';
import { count, duration, millis, NETGROUPS_MAX, NODES_MAX, share } from './quantities.ts';
import type {
  GossipKeys,
  LatencyPlan,
  Liveness,
  NetworkPlan,
  Population,
  Scenario,
  WarmUp,
  Workload,
} from './scenario.ts';
import {
  flag,
  listOf,
  numberIn,
  orNull,
  refuse,
  textLike,
  textUpTo,
  wordOf,
  type Shape,
} from './shape.ts';
import { adversary, fault } from './trouble-shape.ts';

export { NODES_MAX } from './quantities.ts';

/** Announcements of one run. A guess: a day of ten per second. */
const ANNOUNCEMENTS_MAX = 1_000_000;
/** Kinds of trouble in one scenario. A guess: more than anybody writes by hand. */
const ENTRIES_MAX = 100;

/** As the configuration file has them. */
const CONNECTIONS_MAX = 10_000;
const SECONDS_MAX = 31_536_000;

const delay = numberIn({ min: 0, max: 60_000, unit: 'ms' });
const links = numberIn({ min: 1, max: CONNECTIONS_MAX, isWhole: true, unit: 'links' });

function seconds(min: number): Shape<number> {
  return numberIn({ min, max: SECONDS_MAX, isWhole: true, unit: 'seconds' });
}

const gossip = objectOf<GossipKeys>({
  degree: optional(links, 'peers each announcement is given to'),
  min_connections: optional(links, 'look for more peers while fewer links than this are open'),
  max_connections: optional(count(2, CONNECTIONS_MAX), 'never have more links than this open'),
  cache_size: optional(count(1, 1_000_000), 'messages kept for nodes that missed them'),
  search_cooldown: optional(seconds(1), 'seconds between checks for too few peers'),
  challenge_cooldown: optional(seconds(0), 'seconds until a waiting peer is challenged at most'),
  proof_of_work: optional(wordOf(['connection', 'discovery', 'none']), 'where it stands'),
  pow_difficulty: optional(count(0, 31), 'leading zero bits of the proof of work'),
  relay: optional(wordOf(['all', 'subscribed']), 'messages of peers that travel on'),
  validation_timeout: optional(seconds(1), 'seconds until a silent subscriber abstains'),
  seen_window: optional(seconds(1), 'seconds for which a message is remembered as seen'),
});

const uniform = objectOf<{ readonly min: number; readonly max: number }>({
  min: needed(delay, 'ms of the nearest pair'),
  max: needed(delay, 'ms of the farthest pair'),
});
const logNormal = objectOf<{ readonly median: number; readonly sigma: number }>({
  median: needed(delay, 'ms that half of the pairs stay below'),
  sigma: needed(numberIn({ min: 0, max: 3 }), 'deviation of the logarithm'),
});
const regional = objectOf<Extract<LatencyPlan, { readonly regions: unknown }>>({
  regions: needed(namesTo(share), 'share of the nodes in each region; they add up to 1'),
  table: needed(namesTo(namesTo(delay)), 'ms from a region to another, at least one way'),
  jitter: optional(share, 'each pair is up to this share faster or slower than the table says'),
});

const LATENCY_ALLOWED =
  'ms as a number, { min, max }, { median, sigma } or { regions, table, jitter }';

const latency: Shape<LatencyPlan> = {
  allowed: LATENCY_ALLOWED,
  schema: { anyOf: [delay.schema, uniform.schema, logNormal.schema, regional.schema] },
  read(value, path) {
    if (typeof value === 'number') return delay.read(value, path);
    if (!isObject(value)) return refuse(path, value, 'not a latency', LATENCY_ALLOWED);
    if ('regions' in value || 'table' in value) return regional.read(value, path);
    if ('median' in value || 'sigma' in value) return logNormal.read(value, path);
    return uniform.read(value, path);
  },
};

const network = objectOf<NetworkPlan>({
  latencyMs: key(latency, { min: 10, max: 100 }, 'one-way delay in ms; each pair keeps its own'),
  bandwidthMbps: key(
    orNull(numberIn({ min: 0.01, max: 1_000_000, unit: 'Mbit/s' })),
    null,
    'uplink of every node in Mbit/s; null is without limit',
  ),
  dialFailures: key(numberIn({ min: 0, max: 0.95 }), 0, 'share of dials that fail by chance'),
  undialable: key(share, 0, 'share of honest nodes that nobody can dial, as behind a NAT'),
  netgroups: key(count(1, NETGROUPS_MAX), NETGROUPS_MAX, 'how many /16 networks the nodes are in'),
  transport: key(wordOf(['plain', 'tls']), 'plain', 'tls: all nodes have keys'),
});

const population = objectOf<Population>({
  subscribers: key(share, 1, 'share of honest nodes with a subscriber'),
  validationMs: key(millis, 0, 'mean time to a verdict in ms, exponentially distributed'),
  slowValidators: key(share, 0, 'share of subscribers that take slowValidationMs instead'),
  slowValidationMs: key(millis, 1_000, 'mean time to a verdict of the slow ones in ms'),
  silentSubscribers: key(share, 0, 'share of subscribers that never answer'),
  existing: key(share, 0, 'share of honest nodes that know only 504 to 510'),
});

const workload = objectOf<Workload>({
  announcements: key(count(0, ANNOUNCEMENTS_MAX), 100, 'how many announcements'),
  rate: key(numberIn({ min: 0.001, max: 100_000 }), 10, 'announcements per second, all together'),
  size: key(count(0, 65_519), 100, 'bytes of data of each announcement'),
  ttl: key(count(0, 255), 0, 'hops they may travel; 0 is without limit'),
  publishers: key(orNull(count(1, NODES_MAX)), null, 'so many nodes announce; null: all honest'),
  startMs: key(millis, 0, 'the first is made so many ms after the end of the warm-up'),
  settleMs: key(
    numberIn({ min: 1, max: 3_600_000, isWhole: true, unit: 'ms' }),
    30_000,
    'receipts count so many ms after the announcement',
  ),
});

const warmUp = objectOf<WarmUp>({
  join: key(
    wordOf(['known-peers', 'bootstrapper', 'laid-out']),
    'known-peers',
    'whether nodes know a few others, or only the first node, or have the links that were drawn for them',
  ),
  within: key(duration, 600_000, 'ms that the network gets to form at most'),
});

const liveness = objectOf<Liveness>({
  within: key(duration, 1_200_000, 'ms that the network gets to be whole again'),
});

export const scenarioShape: Shape<Scenario> = objectOf<Scenario>(
  {
    name: needed(
      textLike(/^[A-Za-z0-9-]{1,64}$/, '1 to 64 letters, digits and hyphens'),
      'what titles and the baseline call it',
    ),
    description: key(textUpTo(1_000), '', 'one or two sentences for people'),
    seed: key(count(0, 0xffff_ffff), 1, 'everything random follows from it'),
    nodes: key(count(2, NODES_MAX), 100, 'nodes at the start, adversaries included'),
    gossip: key(gossip, {}, 'keys of the section [gossip] of a configuration file'),
    network: key(network, network.read({}, 'network'), 'what lies between the nodes'),
    population: key(population, population.read({}, 'population'), 'who the nodes are'),
    workload: key(workload, workload.read({}, 'workload'), 'what is announced'),
    faults: key(listOf(fault, ENTRIES_MAX), [], 'what goes wrong'),
    adversaries: key(listOf(adversary, ENTRIES_MAX), [], 'who means harm'),
    warmUp: key(warmUp, warmUp.read({}, 'warmUp'), 'how the network forms'),
    liveness: key(
      orNull(liveness),
      liveness.read({}, 'liveness'),
      'whether all must be well again in the end; null leaves that out',
    ),
    checks: key(flag, true, 'whether the auditor looks at every step'),
    wire: key(flag, false, 'whether messages between nodes are encoded and decoded'),
  },
  { ignored: ['$schema'] },
);
