/** What the network went through: running nodes, links and parts over virtual time, faults shaded. */
import type { ScenarioResult, TimelinePoint } from '../../../sim/scenario/result.ts';
import type { Scenario } from '../../../sim/scenario/scenario.ts';
import { format, type Unit } from '../figures.ts';
import type { Chart, Mark } from './chart.ts';
import { table, thinned } from './tables.ts';

interface Panel {
  readonly id: string;
  readonly title: string;
  readonly label: string;
  readonly unit: Unit;
  /** Where y begins, if not with the data. */
  readonly min?: number;
  readonly max?: number;
  value(point: TimelinePoint): number | null;
}

const PANELS: readonly Panel[] = [
  { id: 'running', title: 'Running nodes', label: 'nodes', unit: 'count', value: (p) => p.running },
  { id: 'links', title: 'Links', label: 'links', unit: 'count', value: (p) => p.links },
  {
    id: 'parts',
    title: 'Parts of the network',
    label: 'parts',
    unit: 'count',
    min: 0,
    value: (p) => p.components,
  },
  {
    id: 'reach-timeline',
    title: 'Reach by the second of the announcement',
    label: 'reach',
    unit: 'share',
    max: 1,
    value: (p) => p.reach,
  },
];

/** A chart per panel; runs whose timeline is empty leave gaps. */
export function timelineCharts(
  runs: readonly string[],
  results: readonly ScenarioResult[],
): readonly Chart[] {
  const timelines = results.map(({ charts }) => charts.timeline);
  const marks = results[0] === undefined ? [] : faultMarks(results[0].scenario);
  return PANELS.map((panel) => panelChart(panel, runs, timelines, marks));
}

function panelChart(
  panel: Panel,
  runs: readonly string[],
  timelines: readonly (readonly TimelinePoint[])[],
  marks: readonly Mark[],
): Chart {
  const { id, title, label, unit, min, max } = panel;
  const moments = [...new Set(timelines.flatMap((points) => points.map(({ at }) => at)))];
  moments.sort((a, b) => a - b);
  const rows = timelines.map((points) => {
    const values = new Map(points.map((point) => [point.at, panel.value(point)]));
    return moments.map((at) => values.get(at) ?? null);
  });
  const seconds = moments.map((at) => at / 1_000);
  const bounds = { ...(min === undefined ? {} : { min }), ...(max === undefined ? {} : { max }) };
  return {
    id,
    title,
    summary: summarize(rows.flat(), panel),
    table: pointTable(panel, runs, seconds, rows),
    isWide: true,
    drawing: {
      style: unit === 'share' ? 'dots' : 'line',
      x: { label: 'since measuring began', unit: 's' },
      y: { label, unit, ...bounds },
      data: [seconds, ...rows],
      runs,
      marks,
      group: 'timeline',
    },
  };
}

function summarize(values: readonly (number | null)[], { unit }: Panel): string {
  const known = values.filter((value) => value !== null);
  if (known.length === 0) return 'There is nothing to show.';
  const low = known.reduce((a, b) => Math.min(a, b));
  const high = known.reduce((a, b) => Math.max(a, b));
  if (low === high) return `${format(low, unit)} all the time.`;
  return `From ${format(low, unit)} to ${format(high, unit)}.`;
}

function pointTable(
  { title, unit }: Panel,
  runs: readonly string[],
  seconds: readonly number[],
  rows: readonly (readonly (number | null)[])[],
): Chart['table'] {
  const lines = seconds.map((at, place) => [
    format(at, 's'),
    ...rows.map((row) => format(row[place]!, unit)),
  ]);
  return table(['time', ...(runs.length === 1 ? [title] : runs)], thinned(lines));
}

/** When each fault lasted, in seconds. */
export function faultMarks({ faults }: Scenario): readonly Mark[] {
  return faults.map((fault) => {
    const from = fault.at / 1_000;
    return { from, to: from + durationOf(fault) / 1_000, label: fault.kind };
  });
}

function durationOf(fault: Scenario['faults'][number]): number {
  if ('lasts' in fault) return fault.lasts;
  return 'restartAfter' in fault ? (fault.restartAfter ?? 0) : 0;
}
