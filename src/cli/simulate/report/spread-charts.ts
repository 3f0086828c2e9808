/** The charts of what announcements did: how fast and far they went, and what that cost the nodes. */
import type {
  Charts,
  Distribution,
  Histogram,
  ScenarioResult,
} from '../../../sim/scenario/result.ts';
import type { Summary } from '../../../sim/scenario/summarize.ts';
import type { Unit } from '../figures.ts';
import type { Chart } from './chart.ts';
import { distributionChart } from './distribution-chart.ts';
import { reachChart } from './reach-chart.ts';

interface Spread {
  readonly id: string;
  readonly title: string;
  readonly label: string;
  readonly unit: Unit;
  /** What the bars are shares of. */
  readonly of: string;
  histogram(charts: Charts): Histogram;
  distribution(summary: Summary): Distribution;
}

const SPREADS: readonly Spread[] = [
  {
    id: 'latency',
    title: 'Latency',
    label: 'from announcement to first receipt',
    unit: 'ms',
    of: 'receipts',
    histogram: (charts) => charts.latencyMs,
    distribution: (summary) => summary.latencyMs,
  },
  {
    id: 'hops',
    title: 'Hops',
    label: 'links a first copy travelled',
    unit: 'count',
    of: 'receipts',
    histogram: (charts) => charts.hops,
    distribution: (summary) => summary.hops,
  },
  {
    id: 'degree',
    title: 'Links per node',
    label: 'open links at the end',
    unit: 'count',
    of: 'nodes',
    histogram: (charts) => charts.degree,
    distribution: (summary) => summary.degree,
  },
  {
    id: 'bytes',
    title: 'Load: bytes sent per node',
    label: 'sent while measuring',
    unit: 'bytes',
    of: 'nodes',
    histogram: (charts) => charts.bytesPerNode,
    distribution: (summary) => summary.bytesPerNode,
  },
  {
    id: 'messages',
    title: 'Load: messages received per node',
    label: 'received while measuring',
    unit: 'count',
    of: 'nodes',
    histogram: (charts) => charts.messagesPerNode,
    distribution: (summary) => summary.messagesPerNode,
  },
];

export function spreadCharts(
  runs: readonly string[],
  results: readonly ScenarioResult[],
  summary: Summary,
): readonly Chart[] {
  const charts = results.map((result) => result.charts);
  const curves = charts.map(({ reachOverTime }) => reachOverTime);
  const distributions = SPREADS.map(({ histogram, distribution, ...spread }) =>
    distributionChart({
      ...spread,
      runs,
      histograms: charts.map(histogram),
      distribution: distribution(summary),
    }),
  );
  return [reachChart(runs, curves), ...distributions];
}
