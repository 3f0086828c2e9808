/** What `hearsay plan` is asked: how large the network is, what it carries, and how sure it must be. */
import { Failure } from '../../failure.ts';
import type { LatencyPlan } from '../../../sim/scenario/scenario.ts';
import { NODES_MAX } from '../../../sim/scenario/scenario-shape.ts';
import { DATA_BYTES_MAX } from '../../../client/limits.ts';
import { readWhole } from '../request.ts';

export interface Question {
  readonly nodes: number;
  /** Announcements per second, all nodes together. */
  readonly rate: number;
  /** Bytes of data in each. */
  readonly size: number;
  /** The share of nodes that each announcement should reach, above 0 and below 1. */
  readonly target: number;
  /** The share of nodes that are gone all at once; 0 … 0.9. */
  readonly loss: number;
  readonly latencyMs: LatencyPlan;
  /** Uplink of every node in Mbit/s; null is without limit. */
  readonly bandwidthMbps: number | null;
  readonly seed: number;
  /** For so many seconds the knowledge base should remember announcements. */
  readonly history: number;
}

/** As commander hands them over. */
export interface PlanFlags {
  readonly nodes: string;
  readonly rate: string;
  readonly size: string;
  readonly target: string;
  readonly lossOfNodes: string;
  readonly latency: string;
  readonly bandwidth: string;
  readonly seed: string;
  readonly history: string;
}

/** Two nodes have nothing to choose. */
const NODES_MIN = 3;
const RATE_MIN = 0.001;
const RATE_MAX = 100_000;
const LOSS_MAX = 0.9;
const LATENCY_MAX = 60_000;
const BANDWIDTH_MIN = 0.01;
const BANDWIDTH_MAX = 1_000_000;
const HISTORY_MAX = 86_400;
/** Room for a second seed beside it. */
const SEED_MAX = 0xffff_ff00;

/** @throws Failure with exit code 2 that names the flag, its value, and what would be right. */
export function readQuestion(flags: PlanFlags): Question {
  return {
    nodes: readWhole('--nodes', flags.nodes, NODES_MIN, NODES_MAX),
    rate: readDecimal('--rate', flags.rate, RATE_MIN, RATE_MAX),
    size: readWhole('--size', flags.size, 0, DATA_BYTES_MAX),
    target: readTarget(flags.target),
    loss: readLoss(flags.lossOfNodes),
    latencyMs: readLatency(flags.latency),
    bandwidthMbps: readBandwidth(flags.bandwidth),
    seed: readWhole('--seed', flags.seed, 0, SEED_MAX),
    history: readWhole('--history', flags.history, 1, HISTORY_MAX),
  };
}

function readTarget(text: string): number {
  const share = readShare(text);
  if (share > 0 && share < 1) return share;
  const problem =
    share === 1 ? 'no measurement can show that nothing is ever missed' : 'not a share';
  return refuse(
    '--target',
    text,
    problem,
    'more than 0 and less than 100%, such as 99.99% or 0.9999',
  );
}

function readLoss(text: string): number {
  const share = readShare(text);
  if (share >= 0 && share <= LOSS_MAX) return share;
  return refuse('--loss-of-nodes', text, 'not such a share', '0% to 90%, such as 30% or 0.3');
}

/** `99.99%` or `0.9999`; not a number for anything else. */
function readShare(text: string): number {
  const found = /^(\d+(?:\.\d+)?)\s*(%?)$/.exec(text.trim());
  if (found === null) return Number.NaN;
  // Through the digits and not by division: 99.99 / 100 is a hair off 0.9999.
  return found[2] === '%' ? Number(`${found[1]}e-2`) : Number(found[1]);
}

function readLatency(text: string): LatencyPlan {
  const [low, high, ...more] = text.split('-').map((part) => decimal(part));
  const isSound = low !== undefined && more.length === 0 && low >= 0 && low <= LATENCY_MAX;
  if (isSound && high === undefined) return low;
  if (isSound && high! >= low && high! <= LATENCY_MAX) return { min: low, max: high! };
  return refuse('--latency', text, 'not a delay', `MS or MIN-MAX from 0 to ${LATENCY_MAX}`);
}

function readBandwidth(text: string): number | null {
  return text === 'none' ? null : readDecimal('--bandwidth', text, BANDWIDTH_MIN, BANDWIDTH_MAX);
}

function readDecimal(flag: string, text: string, min: number, max: number): number {
  const value = decimal(text);
  return value >= min && value <= max
    ? value
    : refuse(flag, text, 'not such a number', `${min} to ${max}`);
}

function decimal(text: string): number {
  return /^\d+(\.\d+)?$/.test(text) ? Number(text) : Number.NaN;
}

function refuse(flag: string, text: string, problem: string, allowed: string): never {
  throw new Failure(2, `${flag} ${text}: ${problem}; allowed: ${allowed}`);
}
