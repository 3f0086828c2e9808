/**
 * Where scenarios come from: a file, or by its bare name one that comes with the package. What is wrong with
 * the file itself is said here; what is wrong with the scenario in it, by the simulator.
 */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import leven from 'leven';
import { parseScenario } from '../../sim/scenario/parse-scenario.ts';
import { Failure } from '../failure.ts';
import { findJsonProblem } from './json-text.ts';

/** The same place seen from src and from dist. */
const FOLDER = fileURLToPath(new URL('../../../scenarios/', import.meta.url));
/** In the folder, but no scenarios. */
const OTHERS: ReadonlySet<string> = new Set(['schema', 'baseline']);
/** A larger file is no scenario: ten times what a hundred faults and adversaries with long tables take. */
export const SCENARIO_BYTES_MAX = 1024 * 1024;

export interface ScenarioFile {
  /** As errors call it. */
  readonly name: string;
  readonly json: unknown;
}

/** Reads what `word` names. @throws Failure with exit code 2 and one line. */
export function readScenarioFile(word: string): ScenarioFile {
  const path = pathOf(word);
  const text = readText(path, word);
  const problem = findJsonProblem(text);
  if (problem !== undefined) {
    const where = `${word}:${problem.line}:${problem.column}`;
    throw new Failure(2, `${where}: not JSON: ${problem.problem}; a scenario is a JSON object`);
  }
  return { name: word, json: JSON.parse(text) };
}

/** Name and description of each scenario that comes with the package, in alphabetical order. */
export function listScenarios(): readonly (readonly [name: string, description: string])[] {
  return namesOfPackage().map((name) => {
    const { json } = readScenarioFile(join(FOLDER, `${name}.json`));
    return [name, parseScenario(json).description];
  });
}

function namesOfPackage(): readonly string[] {
  return readdirSync(FOLDER)
    .filter((file) => file.endsWith('.json'))
    .map((file) => file.slice(0, -'.json'.length))
    .filter((name) => !OTHERS.has(name))
    .toSorted();
}

/** A file wins over a scenario of the package: who has one of that name means it. */
function pathOf(word: string): string {
  const found = statSync(word, { throwIfNoEntry: false });
  if (!/^[\w-]+$/.test(word) || found?.isFile() === true) return word;
  const names = namesOfPackage();
  if (names.includes(word)) return join(FOLDER, `${word}.json`);
  if (found !== undefined) return word;
  const meant = names.find((name) => leven(name, word) <= 2);
  const advice = meant === undefined ? '--list shows them' : `did you mean ${meant}?`;
  throw new Failure(
    2,
    `${word}: no such file, and no scenario of hearsay has this name; ${advice}`,
  );
}

function readText(path: string, word: string): string {
  const bytes = readBytes(path, word);
  if (bytes.length > SCENARIO_BYTES_MAX) {
    throw new Failure(2, `${word}: larger than ${SCENARIO_BYTES_MAX} bytes, which no scenario is`);
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new Failure(2, `${word}: not UTF-8 text; a scenario is a JSON file`);
  }
}

function readBytes(path: string, word: string): Uint8Array {
  try {
    const status = statSync(path);
    if (status.isDirectory())
      throw new Failure(2, `${word}: a directory; a scenario is a JSON file`);
    if (status.size > SCENARIO_BYTES_MAX) return new Uint8Array(SCENARIO_BYTES_MAX + 1);
    return readFileSync(path);
  } catch (error) {
    if (error instanceof Failure) throw error;
    throw new Failure(2, `${word}: ${reason(error)}; a scenario is a JSON file`);
  }
}

function reason(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'ENOENT' || code === 'ENOTDIR') return 'no such file';
  if (code === 'EACCES' || code === 'EPERM') return 'may not be read';
  return error instanceof Error ? error.message : String(error);
}
