/** What `hearsay simulate` prints in the end: the figures of all runs together, then those of each. */
import type { ScenarioResult } from '../../sim/scenario/result.ts';
import type { Summary } from '../../sim/scenario/summarize.ts';
import { format, percentileCells, type Unit } from './figures.ts';
import { figureRows } from './rows.ts';
import type { RunFacts } from './run-facts.ts';
import { formatTable } from './text-table.ts';

/** The lines of the table. */
export function formatResults(summary: Summary, run: RunFacts): readonly string[] {
  const { seeds, runs } = summary;
  const named = seeds.length === 1 ? `seed ${seeds[0]}` : `seeds ${seeds[0]} to ${seeds.at(-1)}`;
  return [
    `${summary.scenario.name}: ${format(summary.nodes, 'count')} nodes, ${named}`,
    ...(summary.isPartial ? ['interrupted: these are the figures so far'] : []),
    '',
    ...formatTable(figureRows(summary)),
    '',
    ...formatTable(distributionRows(summary)),
    ...(runs.length === 1 ? [] : ['', ...formatTable(runRows(runs))]),
    '',
    formatFacts(run),
  ];
}

function formatFacts({ wallMs, cpuMs, arrivalsPerCpuSecond, peakRssBytes }: RunFacts): string {
  const times = `${format(wallMs, 'ms')} (CPU ${format(cpuMs, 'ms')})`;
  const rate = `${format(arrivalsPerCpuSecond, 'count')} arrivals per CPU second`;
  return `took ${times}, ${rate}, ${format(peakRssBytes, 'bytes')} of memory at most`;
}

type Distributions = Pick<
  Summary,
  'latencyMs' | 'lastNodeMs' | 'hops' | 'degree' | 'messagesPerNode' | 'bytesPerNode'
>;

/** A row for each distribution, with its number of samples, mean and percentiles. */
export function distributionRows(figures: Distributions): readonly (readonly string[])[] {
  const row = (name: string, key: keyof Distributions, unit: Unit): readonly string[] => [
    name,
    format(figures[key].count, 'count'),
    format(figures[key].mean, unit),
    ...percentileCells(figures[key], unit),
  ];
  return [
    ['distribution', 'samples', 'mean', 'p50', 'p90', 'p99', 'max'],
    row('latency', 'latencyMs', 'ms'),
    row('time to the last node', 'lastNodeMs', 'ms'),
    row('hops', 'hops', 'count'),
    row('links per node', 'degree', 'count'),
    row('messages received per node', 'messagesPerNode', 'count'),
    row('bytes sent per node', 'bytesPerNode', 'bytes'),
  ];
}

function runRows(runs: readonly ScenarioResult[]): readonly (readonly string[])[] {
  const headings = ['seed', 'reach', 'copies', 'p50', 'p99', 'last node', 'hops', 'control'];
  return [headings, ...runs.map(runRow)];
}

function runRow(result: ScenarioResult): readonly string[] {
  return [
    String(result.seed),
    format(result.reach, 'share'),
    format(result.copiesPerDelivery, 'count'),
    format(result.latencyMs.p50, 'ms'),
    format(result.latencyMs.p99, 'ms'),
    format(result.lastNodeMs.max, 'ms'),
    format(result.hops.p50, 'count'),
    format(result.controlBytesPerNodePerMessage, 'bytes'),
  ];
}
