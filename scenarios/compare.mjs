/**
 * Runs the fixed scenarios and compares what they show with baseline.json.
 *
 *     npm run baseline                        # exit code 1 if a figure changed by more than its noise
 *     npm run baseline -- churn partition     # only these
 *     npm run baseline -- --update            # takes what they show now for right; commit it with the cause
 */
import { parseArgs } from 'node:util';
import { parseScenario, ScenarioRun, summarize } from '../dist/sim/index.js';
import {
  comparedScenarios,
  differences,
  figuresOf,
  formatDifferences,
  noiseOf,
  readBaseline,
  readScenario,
  SEEDS,
  writeBaseline,
} from './baseline.mjs';

/** Runs from which the noise is estimated. */
const SEEDS_FOR_NOISE = 12;

const { values, positionals } = readOrExit();
const names = positionals.length > 0 ? positionals : comparedScenarios();
if (values.update) update();
else compare();

function readOrExit() {
  try {
    const options = { update: { type: 'boolean', default: false } };
    const read = parseArgs({ options, allowPositionals: true });
    const unknown = read.positionals.find((name) => !comparedScenarios().includes(name));
    if (unknown === undefined) return read;
    throw new Error(`no such scenario: ${unknown}; there are ${comparedScenarios().join(', ')}`);
  } catch (error) {
    process.stderr.write(`baseline: ${error.message}\n`);
    process.exit(2);
  }
}

function compare() {
  const baseline = readBaseline();
  const rows = names.flatMap((name) =>
    differences(name, baseline[name], figuresOf(summarize(runs(name, SEEDS)))),
  );
  print(formatDifferences(rows));
  if (!rows.some(({ isBeyond }) => isBeyond)) return;
  print(
    'If that is as it should be: npm run baseline -- --update, in the same commit as the cause.',
  );
  process.exitCode = 1;
}

function update() {
  const baseline = { ...(positionals.length > 0 ? readBaseline() : {}) };
  for (const name of names) {
    const results = runs(name, SEEDS_FOR_NOISE);
    const single = results.map(figuresOf);
    const figures = figuresOf(summarize(results.slice(0, SEEDS)));
    baseline[name] = Object.fromEntries(
      Object.entries(figures).map(([figure, value]) => {
        const noise = noiseOf(
          figure,
          single.map((one) => one[figure]),
        );
        return [figure, { value, noise }];
      }),
    );
    print(`${name}: ${JSON.stringify(figures)}`);
  }
  writeBaseline(baseline);
}

function runs(name, count) {
  const scenario = parseScenario(readScenario(name));
  return Array.from({ length: count }, (_, i) => {
    const run = new ScenarioRun({ ...scenario, seed: scenario.seed + i });
    while (run.step());
    return run.result();
  });
}

function print(line) {
  process.stdout.write(`${line}\n`);
}
