/** The charts of what announcements did: how fast and far they went, and what that cost the nodes. */
import type { Charts, ScenarioResult } from '../../../sim/scenario/result.ts';
import type { Summary } from '../../../sim/scenario/summarize.ts';
import type { Unit } from '../figures.ts';
import type { Chart } from './chart.ts';
import { distributionChart } from './distribution-chart.ts';
import { reachChart } from './reach-chart.ts';

/** Figures of which a result has the distribution and the report the histogram, under the same name. */
type Figure = keyof Charts & ('latencyMs' | 'hops' | 'degree' | 'bytesPerNode' | 'messagesPerNode');

/** What the bars of a chart are shares of, and how it is called and labelled. */
type Spread = readonly [
  figure: Figure,
  id: string,
  title: string,
  label: string,
  unit: Unit,
  of: string,
];

const SPREADS: readonly Spread[] = [
  ['latencyMs', 'latency', 'Latency', 'from announcement to first receipt', 'ms', 'receipts'],
  ['hops', 'hops', 'Hops', 'links a first copy travelled', 'count', 'receipts'],
  ['degree', 'degree', 'Links per node', 'open links at the end', 'count', 'nodes'],
  ['bytesPerNode', 'bytes', 'Load: bytes sent per node', 'sent while measuring', 'bytes', 'nodes'],
  [
    'messagesPerNode',
    'messages',
    'Load: messages received per node',
    'received while measuring',
    'count',
    'nodes',
  ],
];

export function spreadCharts(
  runs: readonly string[],
  results: readonly ScenarioResult[],
  summary: Summary,
): readonly Chart[] {
  const charts = results.map((result) => result.charts);
  const curves = charts.map(({ reachOverTime }) => reachOverTime);
  const distributions = SPREADS.map(([figure, id, title, label, unit, of]) => {
    const histograms = charts.map((chart) => chart[figure]);
    const distribution = summary[figure];
    return distributionChart({ id, title, label, unit, of, runs, histograms, distribution });
  });
  return [reachChart(runs, curves), ...distributions];
}
