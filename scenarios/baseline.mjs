/**
 * What the fixed scenarios showed when somebody last looked, and whether they still do. baseline.json holds
 * for every figure its value and its noise: what another seed would have changed. A change of the program
 * that changes a single draw of chance is like another seed, so nothing within the noise says anything.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';

const FOLDER = new URL('.', import.meta.url);
const BASELINE = new URL('baseline.json', FOLDER);

/** Runs of each scenario whose samples are taken together: its own seed and those that follow it. */
export const SEEDS = 3;
/** Too long for every run of the tests. */
const NOT_COMPARED = [
  'hostile-boot',
  'hostile-flash',
  'ten-thousand',
  'hundred-thousand',
  'million',
];
/** In the folder, but no scenarios. */
const NO_SCENARIOS = ['baseline', 'schema'];

/**
 * The figures that are compared, and what no change below is worth a word, whatever the seeds say: figures
 * that are whole numbers have no noise until they jump by one.
 */
const FIGURES = {
  reach: 0.002,
  complete: 0.05,
  copiesPerDelivery: 0.02,
  'latencyMs.p50': 2,
  'latencyMs.p99': 5,
  'lastNodeMs.p50': 5,
  'hops.mean': 0.05,
  controlBytesPerNodePerMessage: 0.05,
  'bytesPerNode.mean': 100,
  'degree.mean': 0.1,
  'degree.max': 1,
  healMs: 1_000,
  probes: 1,
  components: 0,
  warmUpMs: 1_000,
};

/** The names of the scenarios that are compared. */
export function comparedScenarios() {
  return readdirSync(FOLDER)
    .filter((file) => file.endsWith('.json'))
    .map((file) => file.slice(0, -'.json'.length))
    .filter((name) => !NOT_COMPARED.includes(name) && !NO_SCENARIOS.includes(name))
    .sort();
}

/** The content of a scenario file. */
export function readScenario(name) {
  return JSON.parse(readFileSync(new URL(`${name}.json`, FOLDER), 'utf8'));
}

/** By scenario and figure: `{ value, noise }`. */
export function readBaseline() {
  return JSON.parse(readFileSync(BASELINE, 'utf8'));
}

export function writeBaseline(baseline) {
  writeFileSync(BASELINE, `${JSON.stringify(baseline, null, 2)}\n`);
}

/** The figures of a result or a summary that are compared, by name. */
export function figuresOf(result) {
  return Object.fromEntries(Object.keys(FIGURES).map((name) => [name, at(result, name)]));
}

function at(result, path) {
  return path.split('.').reduce((found, name) => found[name], result);
}

/**
 * How far two means over {@link SEEDS} runs each may lie apart by chance, from the values that single runs
 * with different seeds had: four standard deviations of the difference.
 */
export function noiseOf(name, values) {
  const known = values.filter((value) => value !== null);
  if (known.length < 2) return FIGURES[name];
  const mean = known.reduce((sum, value) => sum + value, 0) / known.length;
  const variance = known.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (known.length - 1);
  const noise = 4 * Math.sqrt((2 * variance) / SEEDS);
  return Number(Math.max(noise, FIGURES[name]).toPrecision(3));
}

/** One row for each figure that is not what it was; `isBeyond`: by more than its noise. */
export function differences(scenario, known, measured) {
  return Object.keys(FIGURES).flatMap((name) => {
    const { value: was, noise } = known?.[name] ?? { value: null, noise: 0 };
    const is = measured[name];
    if (was === is) return [];
    const isBeyond = was === null || is === null || Math.abs(is - was) > noise;
    return [{ scenario, figure: name, was, is, noise, isBeyond }];
  });
}

/** The rows as text, one line each. */
export function formatDifferences(rows) {
  if (rows.length === 0) return 'all figures are what they were';
  const lines = rows.map(({ scenario, figure, was, is, noise, isBeyond }) => [
    isBeyond ? 'CHANGED' : 'noise',
    scenario,
    figure,
    `${was} -> ${is}`,
    `noise ${noise}`,
  ]);
  const widths = lines[0].map((_, column) => Math.max(...lines.map((line) => line[column].length)));
  return lines
    .map((line) =>
      line
        .map((cell, column) => cell.padEnd(widths[column]))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
