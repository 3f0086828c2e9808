/** The parts of the report that are words and numbers: headline figures, runs beside each other, parameters. */
import type { ScenarioResult } from '../../../sim/scenario/result.ts';
import type { Summary } from '../../../sim/scenario/summarize.ts';
import { format, type Unit } from '../figures.ts';
import { flatten } from '../parameters.ts';
import { distributionRows } from '../result-table.ts';
import { figureRows } from '../rows.ts';
import type { RunFacts } from '../run-facts.ts';
import { markup, type Markup } from './markup.ts';
import { table } from './tables.ts';

interface Tile {
  readonly name: string;
  readonly value: string;
  readonly note: string;
}

/** What most people ask first. */
export function tiles(summary: Summary): Markup {
  return markup`<dl class="tiles">
    ${tilesOf(summary).map(
      ({ name, value, note }) =>
        markup`<div class="tile">
          <dt>${name}</dt>
          <dd>${value}</dd>
          <dd>${note}</dd>
        </div> `,
    )}
  </dl>`;
}

function tilesOf(summary: Summary): readonly Tile[] {
  const { latencyMs, lastNodeMs, hops, bytesPerNode, degree } = summary;
  const p = (value: number | null, unit: Unit): string => format(value, unit);
  return [
    {
      name: 'Reach',
      value: p(summary.reach, 'share'),
      note: `${p(summary.complete, 'share')} of announcements reached everyone`,
    },
    {
      name: 'Latency, median',
      value: p(latencyMs.p50, 'ms'),
      note: `99 % within ${p(latencyMs.p99, 'ms')}`,
    },
    {
      name: 'Last node, median',
      value: p(lastNodeMs.p50, 'ms'),
      note: `slowest announcement ${p(lastNodeMs.max, 'ms')}`,
    },
    {
      name: 'Copies per delivery',
      value: p(summary.copiesPerDelivery, 'count'),
      note: '1 would be no duplicate at all',
    },
    { name: 'Hops, median', value: p(hops.p50, 'count'), note: `at most ${p(hops.max, 'count')}` },
    {
      name: 'Sent per node, median',
      value: p(bytesPerNode.p50, 'bytes'),
      note: `busiest node ${p(bytesPerNode.max, 'bytes')}`,
    },
    {
      name: 'Control per node and announcement',
      value: p(summary.controlBytesPerNodePerMessage, 'bytes'),
      note: 'all that carries no payload',
    },
    { name: 'Links per node, median', value: p(degree.p50, 'count'), note: wholeness(summary) },
  ];
}

function wholeness({ components, healMs }: Summary): string {
  const heal = healMs === null ? '' : `, healed in ${format(healMs, 'ms')}`;
  return `${components === 1 ? 'one network' : `${components} parts`}${heal}`;
}

/** A column for each run, the headline figures as rows. */
export function sideBySide(runs: readonly string[], results: readonly ScenarioResult[]): Markup {
  const columns = results.map((result) => figureRows(result));
  const rows = (columns[0] ?? []).map(([name], place) => [
    name!,
    ...columns.map((column) => column[place]![1]!),
  ]);
  return markup`<h2>The runs side by side</h2>
    ${table(['figure', ...runs], rows)}`;
}

/** Every distribution with its percentiles. */
export function allFigures(summary: Summary): Markup {
  const [headings, ...rows] = distributionRows(summary);
  return markup`<h2>All figures</h2>
    ${table(headings!, rows)} ${table(['figure', 'value'], figureRows(summary))}`;
}

/** All that is needed to do it again. */
export function parameters(scenario: ScenarioResult['scenario'], command: string): Markup {
  // Name and description are the title of the page.
  const { name: _, description: __, ...rest } = scenario;
  const rows = flatten(rest).map(([key, value]) => {
    return markup`<div><dt>${key}</dt><dd>${value}</dd></div>`;
  });
  const file = JSON.stringify(scenario, undefined, 2);
  return markup`<h2>All parameters</h2>
    <dl class="keys">${rows}</dl>
    <h3 class="next">To repeat it</h3>
    ${block(command)}
    <details><summary>The scenario as a file</summary>${block(file)}</details>`;
}

/** White space in it counts. */
function block(text: string): Markup {
  return markup`<pre><code>${text}</code></pre>`;
}

/** What the machine needed; the only part that differs when a run is repeated. */
export function machine(facts: RunFacts, traceHash: string): Markup {
  const rows = [
    ['wall time', format(facts.wallMs, 'ms')],
    ['CPU time', format(facts.cpuMs, 'ms')],
    ['arrivals per CPU second', format(facts.arrivalsPerCpuSecond, 'count')],
    ['peak memory', format(facts.peakRssBytes, 'bytes')],
    ['Node.js', `${facts.node} on ${facts.platform}`],
    ['trace hash', traceHash],
  ];
  return markup`<h2>The run</h2>
    ${table(['what', 'value'], rows)}`;
}
