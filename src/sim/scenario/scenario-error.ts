/**
 * What is wrong with a scenario, in one line: where, what was found, and what would be right.
 */

/**
 * `scenario-value`: a key that does not exist or is missing, a wrong type, a value out of range.
 * `scenario-conflict`: values that are right by themselves and cannot go together.
 */
export const SCENARIO_ERROR_CODES = ['scenario-value', 'scenario-conflict'] as const;
export type ScenarioErrorCode = (typeof SCENARIO_ERROR_CODES)[number];

export interface ScenarioProblem {
  readonly code: ScenarioErrorCode;
  /** Where in the scenario, such as `faults[2].share`; empty for the scenario as a whole. */
  readonly path: string;
  /** What was found there; undefined if nothing was. */
  readonly value: unknown;
  /** What is wrong with it, in a few words. */
  readonly problem: string;
  /** What would be right, in a few words. */
  readonly allowed: string;
}

/** Characters of a value that a message shows. */
const SHOWN_MAX = 60;

/** Thrown by `parseScenario`. The message is one line; put the name of the file before it. */
export class ScenarioError extends Error implements ScenarioProblem {
  override readonly name = 'ScenarioError';
  readonly code: ScenarioErrorCode;
  readonly path: string;
  readonly value: unknown;
  readonly problem: string;
  readonly allowed: string;

  constructor({ code, path, value, problem, allowed }: ScenarioProblem) {
    const where = path === '' ? 'the scenario' : path;
    const found = value === undefined ? where : `${where} = ${shown(value)}`;
    super(`${found}: ${problem}; allowed: ${allowed}`);
    this.code = code;
    this.path = path;
    this.value = value;
    this.problem = problem;
    this.allowed = allowed;
  }
}

/** A value as JSON, cut to a length that fits a line. */
function shown(value: unknown): string {
  // Numbers that JSON has no word for come from programs only.
  const text = typeof value === 'number' ? String(value) : (JSON.stringify(value) ?? typeof value);
  return text.length <= SHOWN_MAX ? text : `${text.slice(0, SHOWN_MAX - 1)}…`;
}

/** The nearest of `known`, if it is near enough to have been meant. */
export function nearest(word: string, known: readonly string[]): string | undefined {
  let best: string | undefined;
  let bestDistance = Math.max(2, Math.floor(word.length / 3)) + 1;
  for (const candidate of known) {
    const distance = editDistance(word, candidate);
    if (distance < bestDistance) [best, bestDistance] = [candidate, distance];
  }
  return best;
}

/** Longer words are typing errors of no known key. */
const COMPARED_MAX = 64;

/** Insertions, deletions and replacements that make one word of the other (Levenshtein). */
function editDistance(a: string, b: string): number {
  if (a.length > COMPARED_MAX) return COMPARED_MAX;
  let above = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = above[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      row.push(Math.min(replaced, above[j]! + 1, row[j - 1]! + 1));
    }
    above = row;
  }
  return above[b.length]!;
}
