/** The figures as Markdown. */
import { MEASURE_AT, SETTLE, WARM_UP_AT } from './conditions.mjs';

const COLUMNS = [
  ['model', (row) => row.model],
  ['copies', ({ figures }) => figures.copiesPerDelivery.toFixed(2)],
  ['reach', ({ figures }) => percent(figures.reach)],
  ['complete', ({ figures }) => percent(figures.complete)],
  ['p50', ({ figures }) => figures.latencyMs.p50],
  ['p90', ({ figures }) => figures.latencyMs.p90],
  ['p99', ({ figures }) => figures.latencyMs.p99],
  ['max', ({ figures }) => figures.latencyMs.max],
  ['last p50', ({ figures }) => figures.lastNodeMs.p50],
  ['last p99', ({ figures }) => figures.lastNodeMs.p99],
  ['control B', ({ figures }) => thousands(figures.controlBytesPerNodePerMessage)],
  ['payload B', ({ figures }) => thousands(figures.payloadBytesPerNodePerMessage)],
  ['arrivals', ({ figures }) => thousands(figures.arrivals)],
  [
    'copies, p99 over seeds',
    ({ figures: { spread, seeds } }) =>
      seeds === 1 ? '–' : `${range(spread.copiesPerDelivery, 2)}, ${range(spread.latencyP99, 0)}`,
  ],
];

/** Under which conditions all of it holds. */
export function conditionsText({
  nodes,
  links,
  latency,
  bandwidth,
  validation,
  messages,
  warmUp,
  seeds,
}) {
  return [
    `${nodes} nodes, random overlay of ${links.min} to ${links.max} links a node,`,
    `latency ${latency.min}–${latency.max} ms one way, uniform over the pairs,`,
    `uplinks of ${bandwidth > 0 ? `${bandwidth} Mbit/s` : 'unlimited bandwidth'} (control messages included),`,
    `verdicts after an exponentially distributed time of ${validation} ms on average unless the case says otherwise,`,
    `a random publisher for each message, ${warmUp} messages of warm-up from ${WARM_UP_AT / 1_000} s on,`,
    `${messages} measured ones from ${MEASURE_AT / 1_000} s on (those of 6 s after a crash),`,
    `receipts counted until ${SETTLE / 1_000} s after the last; ${seeds} seeds.`,
  ].join(' ');
}

/** One table for a case. Times in ms. */
export function caseTable(name, rows) {
  const line = (cells) => `| ${cells.join(' | ')} |`;
  return [
    `#### ${name}`,
    '',
    line(COLUMNS.map(([title]) => title)),
    line(COLUMNS.map((_, i) => (i === 0 ? '---' : '---:'))),
    ...rows.map((row) => line(COLUMNS.map(([, cell]) => cell(row)))),
    '',
  ].join('\n');
}

/** Never rounded up to 100 %. */
function percent(share) {
  return share === 1 ? '100 %' : `${(Math.floor(share * 10_000) / 100).toFixed(2)} %`;
}

function thousands(value) {
  return Math.round(value).toLocaleString('en');
}

function range({ min, max }, digits) {
  return `${min.toFixed(digits)}–${max.toFixed(digits)}`;
}
