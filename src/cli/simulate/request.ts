/**
 * What `hearsay simulate` was asked for: from words to complete scenarios, one for each seed. Everything
 * that can be wrong with it is found here, before anything runs.
 */
import { parseScenario } from '../../sim/scenario/parse-scenario.ts';
import { randomScenario } from '../../sim/scenario/random-scenario.ts';
import { ScenarioError } from '../../sim/scenario/scenario-error.ts';
import { NODES_MAX } from '../../sim/scenario/scenario-shape.ts';
import type { Scenario } from '../../sim/scenario/scenario.ts';
import { Failure } from '../failure.ts';
import { quote } from '../invocation.ts';
import { flagBehind, givenFlags, withFlags, type KeyFlagTexts } from './flags.ts';
import { readScenarioFile } from './scenario-file.ts';

/** Results of so many runs are held in memory, a few hundred kilobytes each. */
export const SEEDS_MAX = 1_000;
/** Random scenarios are drawn from as many seeds as there are. */
const SEED_MAX = 0xffff_ffff;
/** Fewer cannot take part in everything that is drawn. */
const RANDOM_NODES_MIN = 10;

export interface SimulateFlags extends KeyFlagTexts {
  readonly seeds?: string;
  readonly random?: string;
  readonly wire?: true;
  /** False with `--no-checks`. */
  readonly checks?: boolean;
}

export interface Request {
  /** The same but for the seed, at least one. */
  readonly scenarios: readonly Scenario[];
  /** The words after `hearsay simulate` that give one of the runs again. */
  repetition(seed: number): readonly string[];
  /** What gives all of them again, as it would be typed where hearsay is installed. */
  readonly command: string;
}

/** @throws Failure with exit code 2 and one line that says what would be right. */
export function readRequest(word: string | undefined, flags: SimulateFlags): Request {
  expectCompatible(word, flags);
  const count = readWhole('--seeds', flags.seeds ?? '1', 1, SEEDS_MAX);
  const json = withSwitches(withFlags(sourceOf(word, flags), flags), flags);
  const first = parse(json, word, flags);
  const scenarios = Array.from({ length: count }, (_, run) => ({
    ...first,
    seed: first.seed + run,
  }));
  const last = scenarios.at(-1)!.seed;
  if (last > SEED_MAX) {
    throw new Failure(
      2,
      `--seeds ${count}: the last seed would be ${last}; allowed: up to ${SEED_MAX}`,
    );
  }
  const repetition = (seed: number): readonly string[] => repetitionWords(word, flags, seed);
  const seeds = count === 1 ? [] : ['--seeds', `${count}`];
  const command = ['hearsay', 'simulate', ...repetition(first.seed), ...seeds].join(' ');
  return { scenarios, repetition, command };
}

function expectCompatible(word: string | undefined, { random, ...flags }: SimulateFlags): void {
  if (random === undefined) return;
  const other = word ?? ['seed', 'seeds'].find((name) => flags[name] !== undefined);
  if (other === undefined) return;
  const what = word ?? `--${other}`;
  throw new Failure(
    2,
    `--random ${random}: draws the whole scenario from its seed, so leave out ${what}`,
  );
}

function sourceOf(word: string | undefined, { random, nodes }: SimulateFlags): unknown {
  if (random !== undefined) return drawn(random, nodes);
  return word === undefined ? { name: 'custom' } : readScenarioFile(word).json;
}

/** The number of nodes is told beforehand: shares of a few nodes are drawn to fit. */
function drawn(random: string, nodes: unknown): Scenario {
  const seed = readWhole('--random', random, 0, SEED_MAX);
  if (typeof nodes !== 'string') return randomScenario(seed);
  return randomScenario(seed, { nodes: readWhole('--nodes', nodes, RANDOM_NODES_MIN, NODES_MAX) });
}

function withSwitches(json: unknown, { wire, checks }: SimulateFlags): unknown {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) return json;
  return { ...json, ...(wire ? { wire } : {}), ...(checks === false ? { checks } : {}) };
}

function parse(json: unknown, word: string | undefined, flags: SimulateFlags): Scenario {
  try {
    return parseScenario(json);
  } catch (error) {
    if (!(error instanceof ScenarioError)) throw error;
    throw new Failure(2, describe(error, word, flags));
  }
}

/** As if the value stood where it was given: in the file, or behind a flag. */
function describe(error: ScenarioError, word: string | undefined, flags: SimulateFlags): string {
  const behind = flagBehind(error.path, flags);
  if (behind !== undefined) {
    const [{ flag }, text] = behind;
    return `${flag} ${text}: ${error.problem}; allowed: ${error.allowed}`;
  }
  return word === undefined ? error.message : `${word}: ${error.message}`;
}

function repetitionWords(
  word: string | undefined,
  flags: SimulateFlags,
  seed: number,
): readonly string[] {
  const keys = givenFlags(flags).filter(([{ flag }]) => flag !== '--seed');
  return [
    ...(word === undefined ? [] : [quote(word)]),
    ...(flags.random === undefined ? ['--seed', `${seed}`] : ['--random', flags.random]),
    ...keys.flatMap(([{ flag }, text]) => [flag, quote(text)]),
    ...(flags.wire ? ['--wire'] : []),
    ...(flags.checks === false ? ['--no-checks'] : []),
  ];
}

/** A whole number behind a flag. @throws Failure with exit code 2. */
export function readWhole(flag: string, text: string, min: number, max: number): number {
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (value >= min && value <= max) return value;
  throw new Failure(2, `${flag} ${text}: not a whole number from ${min} to ${max}`);
}
