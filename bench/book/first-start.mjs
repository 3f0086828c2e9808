/**
 * A first start beside a peer that lists its own addresses only: whether the newcomer has a link of its own to an honest
 * node after a minute; see first-start-model.mjs.
 *
 *     npm run build && node bench/book/first-start.mjs [--runs 200] [--seed 1]
 *
 * Rows: an honest peer is named too; it is named, but comes up half a minute later; the liar alone is named.
 */
import { parseArgs } from 'node:util';
import { percentile } from '../parts/figures.mjs';
import { DEADLINE, startBesideLiar } from './first-start-model.mjs';

/** For what takes longer than a minute: the explorer, which asks the named peers again, goes every five. */
const LONG = 60 * 60_000;

const { values } = parseArgs({
  options: { runs: { type: 'string', default: '200' }, seed: { type: 'string', default: '1' } },
});
const [runs, first] = [values.runs, values.seed].map(Number);

console.log(`Node ${process.version}, seeds ${first} to ${first + runs - 1}; times in s`);
console.log('| named | within 60 s | first honest link: median, p99 | never in an hour | warned |');
console.log('|---|---|---|---|---|');
row('both', {});
row('both, the honest one is up 30 s later', { honestFrom: 30_000, time: LONG });
row('the liar', { isHonestNamed: false, time: LONG });

function row(name, plan) {
  const all = Array.from({ length: runs }, (_, i) => startBesideLiar(first + i, plan));
  const found = all.flatMap(({ foundAfter }) => foundAfter ?? []);
  const inTime = found.filter((after) => after <= DEADLINE).length;
  const times = [50, 99].map((percent) => (percentile(found, percent) / 1_000).toFixed(1));
  const never = plan.time === LONG ? runs - found.length : '–';
  const warned = all.filter(({ warnedAfter }) => warnedAfter !== undefined).length;
  const median = found.length === 0 ? '–' : times.join(', ');
  console.log(`| ${name} | ${inTime} of ${runs} | ${median} | ${never} | ${warned} |`);
}
