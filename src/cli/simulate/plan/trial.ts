/** One try of `hearsay plan`: a network of some size with some settings, run and judged. */
import { completeScenario } from '../../../sim/scenario/parse-scenario.ts';
import type { ScenarioResult } from '../../../sim/scenario/result.ts';
import type { Scenario } from '../../../sim/scenario/scenario.ts';
import type { Question } from './question.ts';

/** What is looked for. */
export interface LinkCounts {
  readonly degree: number;
  readonly min: number;
  readonly max: number;
}

export interface Trial extends LinkCounts {
  readonly nodes: number;
  readonly seed: number;
  /** Pairs of an announcement and a node that it should reach. */
  readonly chances: number;
  readonly reach: number;
  readonly copies: number | null;
  readonly p99Ms: number | null;
  /** What a node sends in the mean, at the rate that was asked for. */
  readonly bytesPerSecond: number;
  /** Of its uplink; null without a limit. */
  readonly uplinkShare: number | null;
  readonly attains: boolean;
}

/** Chances for so many misses at the target: fewer, and luck decides. */
const MISSES_WANTED = 10;
const ANNOUNCEMENTS_MIN = 50;
/** Keeps a try below about a minute. */
const CHANCES_MAX = 500_000;
const ANNOUNCEMENTS_MAX = 20_000;
/**
 * All announcing happens within so many seconds if the uplinks allow: the time right after a loss is the
 * worst, and a long quiet one would hide it in the mean.
 */
const WINDOW = 20;
/** Of an uplink, what may be used for being faster than asked. */
const HASTE_MAX = 0.2;
/** Of a 504, beside its data. */
const HEADER_BYTES = 16;
/** Announcing begins when the nodes are gone, and before others have noticed. */
const START_MS = 1_000;
/** Bursts fill more than the mean: beyond this share of an uplink its queue begins to grow. A guess. */
const UPLINK_SHARE_MAX = 0.7;

/** The scenario of a try: nothing but the loss of nodes goes wrong, and the auditor sleeps. */
export function trialScenario(
  question: Question,
  { degree, min, max }: LinkCounts,
  nodes: number,
  seed: number,
): Scenario {
  const { size, loss, latencyMs, bandwidthMbps } = question;
  const lost = Math.round(loss * nodes);
  const announcements = announcementsFor(question, nodes);
  const rate = trialRate(question, degree, announcements);
  return completeScenario({
    name: 'plan',
    seed,
    nodes,
    gossip: { degree, min_connections: min, max_connections: max },
    network: { latencyMs, bandwidthMbps },
    workload: { announcements, rate, size, startMs: START_MS },
    faults: lost === 0 ? [] : [{ kind: 'crash', at: 0, share: loss, how: 'power-off' }],
    liveness: null,
    checks: false,
  });
}

/** As many as it takes for the target to be seen, within bounds. */
export function announcementsFor({ target, loss }: Question, nodes: number): number {
  const survivors = Math.max(1, Math.round(nodes * (1 - loss)));
  const chances = Math.min(Math.round(MISSES_WANTED / (1 - target)), CHANCES_MAX);
  const announcements = Math.ceil(chances / survivors);
  return Math.min(Math.max(announcements, ANNOUNCEMENTS_MIN), ANNOUNCEMENTS_MAX);
}

/** Per second: as asked, or faster where that fills no uplink. */
function trialRate(
  { rate, size, bandwidthMbps }: Question,
  degree: number,
  announcements: number,
): number {
  const wanted = announcements / WINDOW;
  if (rate >= wanted || bandwidthMbps === null) return Math.max(rate, wanted);
  const bytesPerSecond = (HASTE_MAX * bandwidthMbps * 1_000_000) / 8;
  return Math.max(rate, Math.min(wanted, bytesPerSecond / (degree * (size + HEADER_BYTES))));
}

/** What a result says about the question. */
export function judge(question: Question, counts: LinkCounts, result: ScenarioResult): Trial {
  const { rate, loss, bandwidthMbps, target } = question;
  const { nodes, announcements, virtualMs, warmUpMs, bytesPerNode } = result;
  const reach = result.reach ?? 0;
  const survivors = Math.round(nodes * (1 - loss));
  // Those that are gone send nothing, but count in the mean.
  const sent = ((bytesPerNode.mean ?? 0) * nodes) / Math.max(1, survivors);
  const control = (result.controlBytesPerNodePerMessage ?? 0) * announcements;
  const seconds = Math.max(0.001, (virtualMs - warmUpMs) / 1_000);
  const payload = Math.max(0, sent - control) / Math.max(1, announcements);
  const bytesPerSecond = payload * rate + control / seconds;
  const uplinkShare =
    bandwidthMbps === null ? null : (bytesPerSecond * 8) / (bandwidthMbps * 1_000_000);
  return {
    ...counts,
    nodes,
    seed: result.seed,
    chances: announcements * Math.max(0, survivors - 1),
    reach,
    copies: result.copiesPerDelivery,
    p99Ms: result.latencyMs.p99,
    bytesPerSecond,
    uplinkShare,
    attains: reach >= target && (uplinkShare ?? 0) <= UPLINK_SHARE_MAX,
  };
}
