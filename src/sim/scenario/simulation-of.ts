/**
 * What a scenario says in the words of its file, in the words of the simulator.
 */
import { GossipNode } from '../../core/gossip-node.ts';
import type { SettingsOverrides } from '../node-settings.ts';
import type { SimulationOptions } from '../simulation-options.ts';
import type { CoreFactory, StepReport } from '../world.ts';
import { headcount } from './headcount.ts';
import type { GossipKeys, Scenario } from './scenario.ts';
import { workloadEnd } from './consistency.ts';
import { endOf } from './fault-schedule.ts';

const BYTES_PER_MS_PER_MBPS = 125;

/** Bytes that records of announcements may take in all. A guess: half of what Node gives a process anyway. */
const RECORD_BYTES_MAX = 512 * 1024 * 1024;
/** What one record costs per node, in bytes; see announcement.ts. */
const RECORD_BYTES_PER_NODE = 21;
const RECORDS_MIN = 64;

/** What every node of the scenario runs. */
export const honestCore: CoreFactory = (options) => new GossipNode(options);

/** What nodes run that know only 504 to 510. */
export function existingCore(honest: CoreFactory): CoreFactory {
  return (options) => honest({ ...options, settings: { ...options.settings, extension: false } });
}

/** What a program that runs a scenario may add to it. */
export interface EngineOptions {
  readonly onStep?: (step: StepReport) => void;
  /** What honest nodes run instead of {@link honestCore}. */
  readonly core?: CoreFactory;
}

export function simulationOptions(
  scenario: Scenario,
  { onStep, core = honestCore }: EngineOptions,
): SimulationOptions {
  const { network, seed, checks, wire } = scenario;
  const bandwidth = network.bandwidthMbps;
  return {
    seed,
    latency: network.latencyMs,
    ...(bandwidth !== null && { bandwidth: bandwidth * BYTES_PER_MS_PER_MBPS }),
    dialFailures: network.dialFailures,
    transport: network.transport,
    wire,
    checks,
    settings: settingsOf(scenario.gossip),
    announcementsMax: recordsNeeded(scenario),
    core,
    ...(onStep !== undefined && { onStep }),
  };
}

function settingsOf(gossip: GossipKeys): SettingsOverrides {
  const settings: Record<string, unknown> = {
    degree: gossip.degree,
    minConnections: gossip.min_connections,
    maxConnections: gossip.max_connections,
    searchCooldown: inMillis(gossip.search_cooldown),
    challengeCooldown: inMillis(gossip.challenge_cooldown),
    proofOfWork: gossip.proof_of_work,
    powDifficulty: gossip.pow_difficulty,
    relay: gossip.relay,
    validationTimeout: inMillis(gossip.validation_timeout),
    seenWindow: inMillis(gossip.seen_window),
    cacheSize: gossip.cache_size,
  } satisfies { readonly [K in keyof SettingsOverrides]: SettingsOverrides[K] | undefined };
  // What the scenario does not say has the simulator's default, which a key that is undefined would hide.
  return Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined));
}

function inMillis(seconds: number | undefined): number | undefined {
  return seconds === undefined ? undefined : 1_000 * seconds;
}

/** Room for all that is announced, junk included, unless that takes too much memory. */
function recordsNeeded(scenario: Scenario): number {
  const { workload, nodes, adversaries, faults, warmUp } = scenario;
  const measured = Math.max(workloadEnd(workload), ...faults.map(endOf));
  const { perPlan } = headcount(scenario);
  let genuine = 2 * workload.announcements + RECORDS_MIN;
  let copiers = 0;
  for (const [index, { role, rate, at }] of adversaries.entries()) {
    const seconds = (at === undefined ? warmUp.within + measured : measured - at) / 1_000;
    if (role === 'flooder' || role === 'spammer') genuine += rate * seconds * perPlan[index]!;
    if (role === 'squatter') copiers += perPlan[index]!;
  }
  const count = genuine * (1 + copiers);
  const each = nodes * RECORD_BYTES_PER_NODE + workload.size;
  const affordable = Math.max(RECORDS_MIN, Math.floor(RECORD_BYTES_MAX / each));
  return Math.min(Math.ceil(count), affordable);
}
