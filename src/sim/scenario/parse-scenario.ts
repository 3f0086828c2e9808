/**
 * Scenarios in and out: from what a file or a program says to a complete, checked one, and back to text.
 */
import { expectConsistent } from './consistency.ts';
import type { Scenario } from './scenario.ts';
import { scenarioShape } from './scenario-shape.ts';

/** What a scenario file holds: everything but the name may be missing, at every depth. */
export type ScenarioInput = { readonly name: string } & Incomplete<Omit<Scenario, 'name'>>;

type Incomplete<T> = T extends readonly (infer Entry)[]
  ? readonly Incomplete<Entry>[]
  : T extends object
    ? { readonly [K in keyof T]?: Incomplete<T[K]> }
    : T;

/**
 * The scenario that `json` describes, what it leaves out filled in with defaults. Throws `ScenarioError`
 * with the first thing that is wrong: a key that does not exist, a wrong type, a value out of range, or
 * values that cannot go together.
 */
export function parseScenario(json: unknown): Scenario {
  const scenario = scenarioShape.read(json, '');
  expectConsistent(scenario);
  return scenario;
}

/** The same for programs, whose compiler knows the keys. */
export function completeScenario(input: ScenarioInput): Scenario {
  return parseScenario(input);
}

/**
 * A scenario as JSON text with all its keys, always in the same order and with two spaces of indentation.
 * `parseScenario` reads it back to an equal one.
 */
export function formatScenario(scenario: Scenario): string {
  // Reading orders the keys; what the user left out without a default stays out.
  return `${JSON.stringify(scenarioShape.read(scenario, ''), null, 2)}\n`;
}
