/** Charts of how something is distributed over nodes, receipts or hops. */
import type { Distribution, Histogram } from '../../../sim/scenario/result.ts';
import { format, formatPercentiles, type Unit } from '../figures.ts';
import type { Chart, Drawing } from './chart.ts';
import { commonBars, shares, type Bars } from './histograms.ts';
import { table, thinned } from './tables.ts';

export interface DistributionOptions {
  readonly id: string;
  readonly title: string;
  /** What is counted along x. */
  readonly label: string;
  readonly unit: Unit;
  /** Of what the bars are shares, such as `nodes`. */
  readonly of: string;
  readonly runs: readonly string[];
  readonly histograms: readonly Histogram[];
  /** Of all runs together. */
  readonly distribution: Distribution;
}

export function distributionChart(options: DistributionOptions): Chart {
  const { id, title, unit, distribution, histograms } = options;
  const bars = commonBars(histograms);
  return {
    id,
    title,
    summary: `${summarize(title, distribution, unit)}${cutNote(bars, unit)}`,
    table: barTable(options, bars),
    drawing: draw(options, bars),
  };
}

function summarize(title: string, distribution: Distribution, unit: Unit): string {
  if (distribution.count === 0) return `${title}: there were no samples.`;
  return `Mean ${format(distribution.mean, unit)}; ${formatPercentiles(distribution, unit)}.`;
}

function cutNote({ isCut, from }: Bars, unit: Unit): string {
  return isCut ? ` The last bar holds all from ${format(from.at(-1)!, unit)} on.` : '';
}

function draw({ label, unit, of, runs, histograms }: DistributionOptions, bars: Bars): Drawing {
  const isSingle = histograms.length === 1;
  const isWhole = bars.width === 1 && unit === 'count';
  const data = bars.counts.map(shares);
  const axes = {
    x: { label, unit },
    y: { label: `share of ${of}`, unit: 'share', min: 0 },
  } as const;
  const ends = (bars.from.at(-1) ?? 0) + bars.width;
  if (isWhole) {
    const x = { ...axes.x, min: (bars.from[0] ?? 0) - 0.6, max: ends - 0.4 };
    return { ...axes, x, style: isSingle ? 'bars' : 'dots', data: [bars.from, ...data], runs };
  }
  // The end of the last bar is a point of its own, or it would have no width.
  const closed = [
    [...bars.from, ends],
    ...data.map((values) => [...values, values.at(-1) ?? null]),
  ];
  return { ...axes, style: 'steps', data: closed, runs };
}

function barTable({ label, unit, runs }: DistributionOptions, bars: Bars): Chart['table'] {
  const isWhole = bars.width === 1 && unit === 'count';
  const rows = bars.from.map((from, bar) => {
    const to = format(from + bars.width, unit);
    const isLast = bars.isCut && bar === bars.from.length - 1;
    const range = isLast ? `${format(from, unit)} or more` : `${format(from, unit)} to ${to}`;
    const name = isWhole && !isLast ? format(from, unit) : range;
    return [name, ...bars.counts.map((counts) => format(counts[bar]!, 'count'))];
  });
  return table([label, ...(runs.length === 1 ? ['count'] : runs)], thinned(rows));
}
