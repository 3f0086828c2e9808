/**
 * This node beside models of what others do, under the same conditions; see README.md.
 *
 *     npm run build && node bench/models/run.mjs                        # the standard cases
 *     node bench/models/run.mjs --models hearsay,gossipsub --sizes 1024 --seeds 3
 *
 * --settings takes JSON of what all nodes of hearsay are set to otherwise, as in src/core/settings.ts.
 * Without --sizes, --rates and faults all standard cases are run. The table goes to stdout, progress to stderr.
 */
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { casesOf, STANDARD_CASES } from './cases.mjs';
import { DEFAULT_CONDITIONS } from './conditions.mjs';
import { figuresOf } from './measures.mjs';
import { MODELS, runModel } from './models.mjs';
import { caseTable, conditionsText } from './report.mjs';

const text = (value) => ({ type: 'string', default: value });
const { values } = parseArgs({
  options: {
    models: text(
      'hearsay,random-4,random-15,flood,gossipsub,gossipsub-8,plumtree,plumtree-200-110',
    ),
    nodes: text('1000'),
    links: text('15-30'),
    sizes: { type: 'string' },
    rates: { type: 'string' },
    seeds: text('3'),
    seed: text('1'),
    messages: text('100'),
    bandwidth: text('50'),
    latency: text('10-100'),
    validation: text('5'),
    degree: text(`${DEFAULT_CONDITIONS.degree}`),
    crash: { type: 'string' },
    'free-riders': { type: 'string' },
    existing: { type: 'string' },
    'slow-validation': { type: 'string' },
    settings: text('{}'),
    json: { type: 'string' },
    help: { type: 'boolean' },
  },
});

if (values.help) {
  for (const [name, summary] of Object.entries(MODELS)) console.log(name.padEnd(14), summary);
} else {
  main();
}

function main() {
  const common = {
    nodes: number(values.nodes),
    links: between(values.links),
    latency: between(values.latency),
    bandwidth: number(values.bandwidth),
    validation: number(values.validation),
    messages: number(values.messages),
    degree: number(values.degree),
  };
  const seeds = Array.from({ length: number(values.seeds) }, (_, i) => number(values.seed) + i);
  const conditions = { ...DEFAULT_CONDITIONS, ...common, seeds: seeds.length };
  const trial = { settings: JSON.parse(values.settings) };
  const results = [];
  console.log(`Node ${process.version}. ${conditionsText(conditions)}\n`);
  for (const { name, conditions: own } of chosenCases()) {
    const rows = values.models.split(',').map((model) => {
      const outcomes = seeds.map((seed) =>
        timed(`${name}: ${model}, seed ${seed}`, () =>
          runModel(model, { ...common, ...own, seed }, trial),
        ),
      );
      return { model, figures: figuresOf(outcomes) };
    });
    console.log(caseTable(name, rows));
    results.push({ name, conditions: own, rows });
    if (values.json)
      writeFileSync(values.json, JSON.stringify({ conditions, trial, results }, null, 2));
  }
}

function chosenCases() {
  const own = {};
  if (values.crash !== undefined) own.crash = number(values.crash);
  if (values['free-riders'] !== undefined) own.freeRiders = number(values['free-riders']);
  if (values.existing !== undefined) own.existing = number(values.existing);
  if (values['slow-validation'] !== undefined) own.validation = number(values['slow-validation']);
  if (!values.sizes && !values.rates && Object.keys(own).length === 0) return STANDARD_CASES;
  return casesOf(list(values.sizes ?? '1024'), list(values.rates ?? '5'), own);
}

function timed(what, run) {
  const start = process.cpuUsage();
  const outcome = run();
  const { user, system } = process.cpuUsage(start);
  process.stderr.write(`${what}: ${((user + system) / 1e6).toFixed(1)} s of CPU\n`);
  return outcome;
}

function list(value) {
  return value.split(',').map(number);
}

function between(value) {
  const [min, max = min] = value.split('-').map(number);
  return { min, max };
}

function number(value) {
  const parsed = Number(value);
  if (value.trim() === '' || !(parsed >= 0)) throw new Error(`"${value}" is not a number`);
  return parsed;
}
