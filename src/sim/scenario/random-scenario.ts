/**
 * Scenarios that nobody thought of: each seed switches on a random subset of all faults, adversaries and
 * features of the network, and draws settings near their bounds. Small, so that thousands can be run.
 */
import type { Random } from '../../basics/random.ts';
import { seededRandom } from '../../basics/random.ts';
import { ADVERSARY_ROLES, type AdversaryRole } from '../adversaries/roles.ts';
import { completeScenario, type ScenarioInput } from './parse-scenario.ts';
import type { AdversaryPlan, Fault, GossipKeys, LatencyPlan, Scenario } from './scenario.ts';

/** Nodes of a random scenario unless told otherwise. */
export const RANDOM_NODES = 30;
/** Apart from the streams of the scenario's own chance, see chance.ts. */
const STREAM = 0x9000_0000;

const SECOND = 1_000;
/** Moments of faults lie within this: before the last announcement of any has settled. */
const TROUBLE_MS = 40 * SECOND;

/**
 * The scenario that `seed` (0 … 2^32 − 1) stands for, with `nodes` nodes (at least 10; default 30). Its name
 * is `random-SEED`, and its own seed is the same.
 */
export function randomScenario(seed: number, options: { readonly nodes?: number } = {}): Scenario {
  const { nodes = RANDOM_NODES } = options;
  const random = seededRandom(seed, STREAM);
  // With fewer bytes two announcements may be alike, and nobody could tell which of them a node gives later.
  const size = oneOf(random, 4, 8, 100, 1_000, 20_000);
  // Where every node is full nobody new is let in, so not everybody can be in one network in the end.
  const isTight = random.below(4) === 0;
  const input: ScenarioInput = {
    name: `random-${seed}`,
    description: `Drawn at random from seed ${seed}.`,
    seed,
    nodes,
    gossip: anyGossip(random, isTight),
    network: {
      latencyMs: anyLatency(random),
      bandwidthMbps: sometimes(random, 3, oneOf(random, 1, 10, 100)) ?? null,
      dialFailures: sometimes(random, 3, oneOf(random, 0.05, 0.3)) ?? 0,
      undialable: sometimes(random, 3, oneOf(random, 0.1, 0.4)) ?? 0,
      // From a stream of its own, so that a seed stands for all else that it stood for before.
      netgroups: oneOf(seededRandom(seed, STREAM + 1), 1, 2, 200, 200),
      transport: oneOf(seededRandom(seed, STREAM + 2), 'plain', 'tls'),
    },
    population: {
      subscribers: oneOf(random, 1, 1, 0.5, 0.1),
      validationMs: oneOf(random, 0, 0, 20, 500),
      slowValidators: sometimes(random, 3, 0.2) ?? 0,
      slowValidationMs: oneOf(random, 2_000, 20_000),
      silentSubscribers: sometimes(random, 4, 0.1) ?? 0,
      existing: sometimes(random, 3, oneOf(random, 0.2, 0.5, 1)) ?? 0,
    },
    workload: {
      announcements: oneOf(random, 20, 60),
      rate: 1,
      size,
      ttl: oneOf(random, 0, 0, 0, 2, 8, 255),
      publishers: sometimes(random, 4, 1 + random.below(3)) ?? null,
    },
    faults: anyFaults(random),
    adversaries: anyAdversaries(random, nodes),
    warmUp: {
      join: oneOf(random, 'known-peers', 'bootstrapper'),
      within: oneOf(random, 30, 300) * SECOND,
    },
    ...(isTight && { liveness: null }),
    wire: random.below(3) === 0,
  };
  return completeScenario(input);
}

function oneOf<const T>(random: Random, ...choices: readonly T[]): T {
  return choices[random.below(choices.length)]!;
}

/** `value` in one of so many cases. */
function sometimes<T>(random: Random, outOf: number, value: T): T | undefined {
  return random.below(outOf) === 0 ? value : undefined;
}

function anyGossip(random: Random, isTight: boolean): GossipKeys {
  const max = isTight ? oneOf(random, 2, 3, 4, 6) : oneOf(random, 8, 12, 32, 32);
  // Links have two ends: nodes have up to twice as many as each wants, and some need room beyond that.
  const min = Math.min(isTight ? max : Math.floor(max / 3), oneOf(random, 2, 3, 4, 4, 8));
  const difficulty = sometimes(random, 2, oneOf(random, 0, 16, 20));
  return {
    max_connections: max,
    min_connections: min,
    degree: 1 + random.below(min),
    search_cooldown: oneOf(random, 1, 10, 60),
    challenge_cooldown: oneOf(random, 0, 0, 5),
    proof_of_work: oneOf(random, 'connection', 'connection', 'none', 'discovery'),
    ...(difficulty !== undefined && { pow_difficulty: difficulty }),
    relay: oneOf(random, 'all', 'all', 'subscribed'),
    validation_timeout: oneOf(random, 1, 10, 60),
    seen_window: oneOf(random, 120, 600),
  };
}

function anyLatency(random: Random): LatencyPlan {
  return oneOf<LatencyPlan>(
    random,
    0,
    20,
    { min: 10, max: 100 },
    { min: 1, max: 800 },
    { median: 40, sigma: 0.8 },
    {
      regions: { europe: 0.5, america: 0.3, asia: 0.2 },
      table: {
        europe: { europe: 12, america: 45, asia: 110 },
        america: { america: 20, asia: 80 },
        asia: { asia: 25 },
      },
      jitter: 0.2,
    },
  );
}

function anyFaults(random: Random): Fault[] {
  const at = (): number => random.below(TROUBLE_MS / SECOND) * SECOND;
  const lasts = (): number =>
    oneOf(random, 100, 5 * SECOND, 20 * SECOND, 50 * SECOND, 150 * SECOND);
  const how = (): 'exit' | 'power-off' => oneOf(random, 'exit', 'power-off');
  const keepsStore = (): boolean => random.below(2) === 0;
  const makers: readonly (() => Fault)[] = [
    () => ({
      kind: 'partition',
      at: at(),
      lasts: lasts(),
      share: oneOf(random, 0.1, 0.3, 0.5),
      oneWay: random.below(2) === 0,
    }),
    () => ({
      kind: 'crash',
      at: at(),
      share: oneOf(random, 0.1, 0.3, 0.6),
      how: how(),
      restartAfter: sometimes(random, 2, null) === null ? null : lasts(),
      keepsStore: keepsStore(),
    }),
    () => ({
      kind: 'churn',
      at: at(),
      lasts: lasts(),
      perMinute: oneOf(random, 6, 60, 300),
      downFor: oneOf(random, 100, 5 * SECOND, 90 * SECOND),
      how: how(),
      keepsStore: keepsStore(),
    }),
    () => ({ kind: 'stall', at: at(), lasts: lasts(), share: oneOf(random, 0.05, 0.3, 1) }),
    () => ({ kind: 'reset', at: at(), share: oneOf(random, 0.05, 0.3, 1) }),
    () => ({ kind: 'join', at: at(), lasts: lasts(), count: 1 + random.below(10) }),
  ];
  return makers.flatMap((make) => (random.below(2) === 0 ? [make()] : []));
}

function anyAdversaries(random: Random, nodes: number): AdversaryPlan[] {
  const roles = Object.keys(ADVERSARY_ROLES) as AdversaryRole[];
  const kinds = oneOf(random, 0, 0, 0, 1, 2);
  return random.sample(roles, kinds).map((role) => {
    const at = sometimes(random, 2, random.below(TROUBLE_MS / SECOND) * SECOND);
    return {
      role,
      count: 1 + random.below(Math.max(1, Math.floor(nodes / 10))),
      ...(at !== undefined && { at }),
      netgroups: sometimes(random, 2, 1) ?? null,
      rate: oneOf(random, 1, 10),
    };
  });
}
