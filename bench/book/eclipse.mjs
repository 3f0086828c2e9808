/**
 * How often all links of a node are to hostile peers when it starts anew, after it was told of 10,000 hostile
 * addresses: the node's own peer book and dialling, see model.mjs.
 *
 *     npm run build && node bench/book/eclipse.mjs [--trials 10000] [--seed 1] [--links 4] [--hours 2] [--down 0.25]
 *         [--anchors-down 0.1 | --anchors no] [--sources 64 --netgroups 256]
 *
 * With `--sources` one row of one's own instead of five.
 */
import { parseArgs } from 'node:util';
import { DEFAULTS, tryToCapture, tryToCaptureList } from './model.mjs';

/** Starts from one book: what the attack comes to costs more than they do. */
const LIVES = 4;

const { values } = parseArgs({
  options: {
    trials: { type: 'string', default: '10000' },
    seed: { type: 'string', default: '1' },
    sources: { type: 'string' },
    netgroups: { type: 'string' },
    links: { type: 'string' },
    hours: { type: 'string' },
    down: { type: 'string' },
    'anchors-down': { type: 'string' },
    anchors: { type: 'string' },
  },
});
const trials = Number(values.trials);
const first = Number(values.seed);
const common = { lives: LIVES, ...pick(['links', 'hours', 'down']) };
if (values.anchors !== undefined) common.anchors = values.anchors !== 'no';
if (values['anchors-down'] !== undefined) common.anchorsDown = Number(values['anchors-down']);

const { links, hours, down, anchors, anchorsDown } = { ...DEFAULTS, ...common };
print(
  `Node ${process.version}, ${trials} trials from seed ${first}: ${links} links, told for ${hours} h, ` +
    `${100 * down} % of the honest peers down, ` +
    (anchors ? `${100 * anchorsDown} % of the anchors` : 'no anchors'),
);
print(
  '| | sources | netgroups | captured | 95 % interval | tried: honest | hostile | new: honest | hostile |',
);
print('|---|---|---|---|---|---|---|---|---|');
if (values.sources !== undefined) {
  row('book', { ...common, ...pick(['sources', 'netgroups']) });
} else {
  row('flat list', { ...common, lives: 1, sources: 1, netgroups: 256 }, tryToCaptureList);
  for (const sources of [1, 8, 64]) row('book', { ...common, sources, netgroups: 256 });
  row('book', { ...common, sources: 1, netgroups: 10_000 });
}

function row(name, plan, run = tryToCapture) {
  let captured = 0;
  const sums = { honestTried: 0, hostileTried: 0, honestNew: 0, hostileNew: 0 };
  const books = Math.ceil(trials / plan.lives);
  for (let i = 0; i < books; i++) {
    const { lives, counts } = run(first + i, plan);
    captured += lives.filter((links) => links.honest === 0 && links.hostile > 0).length;
    for (const key of Object.keys(sums)) sums[key] += counts?.[key] ?? 0;
    if (books > 500 && i % 500 === 499)
      process.stderr.write(`${i + 1} books, ${captured} captured\n`);
  }
  const means = Object.values(sums).map((sum) =>
    run === tryToCapture ? (sum / books).toFixed(0) : '',
  );
  const share = `${((100 * captured) / trials).toFixed(2)} %`;
  const cells = [name, plan.sources, plan.netgroups, share, interval(captured), ...means];
  print(`| ${cells.join(' | ')} |`);
}

/** Wilson's. */
function interval(captured) {
  const [z, share] = [1.96, captured / trials];
  const middle = (share + (z * z) / (2 * trials)) / (1 + (z * z) / trials);
  const spread =
    (z / (1 + (z * z) / trials)) *
    Math.sqrt((share * (1 - share)) / trials + (z * z) / (4 * trials * trials));
  const percent = (value) => (100 * Math.max(0, value)).toFixed(2);
  return `${percent(middle - spread)}–${percent(middle + spread)} %`;
}

function pick(names) {
  const given = names.filter((name) => values[name] !== undefined);
  return Object.fromEntries(given.map((name) => [name, Number(values[name])]));
}

function print(line) {
  process.stdout.write(`${line}\n`);
}
