/** How an announcement spreads: the share of the nodes that had it, over time. */
import { format } from '../figures.ts';
import type { Chart } from './chart.ts';
import { table } from './tables.ts';

type Curve = readonly (readonly [ms: number, share: number])[];

/** The table lists when these shares of the nodes had it. */
const MILESTONES = [0.1, 0.25, 0.5, 0.75, 0.9, 0.99, 0.999, 1] as const;
/** Beyond the last rise of all curves by so much of its time there is nothing to see. */
const MARGIN = 1.08;

export function reachChart(runs: readonly string[], curves: readonly Curve[]): Chart {
  const end = MARGIN * Math.max(0, ...curves.map(lastRise));
  return {
    id: 'reach-over-time',
    title: 'Reach over time',
    summary: summarize(curves),
    table: milestoneTable(runs, curves),
    drawing: {
      style: 'line',
      x: { label: 'after the announcement', unit: 'ms', min: 0, max: Math.max(end, 1) },
      y: { label: 'share of nodes', unit: 'share', min: 0, max: 1 },
      data: aligned(curves.map((curve) => extended(curve, Math.max(end, 1)))),
      runs,
    },
  };
}

/** The first moment at which a curve has reached a share; null if it never does. */
export function timeTo(curve: Curve, share: number): number | null {
  // Shares are quotients; a hair below 1 is 1.
  return curve.find(([, reached]) => reached >= share - 1e-9)?.[0] ?? null;
}

function summarize(curves: readonly Curve[]): string {
  const halves = curves.map((curve) => timeTo(curve, 0.5)).filter((ms) => ms !== null);
  const ends = curves.map((curve) => curve.at(-1)?.[1] ?? 0);
  const half = halves.length === 0 ? 'Half was never reached' : `Half after ${range(halves)}`;
  const final = format(ends.length === 0 ? null : Math.min(...ends), 'share');
  const least = new Set(ends).size > 1 ? 'at least ' : '';
  return `${half}; in the end ${least}${final} of the nodes had an announcement in the mean.`;
}

function range(values: readonly number[]): string {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  return low === high ? format(low, 'ms') : `${format(low, 'ms')} to ${format(high, 'ms')}`;
}

function milestoneTable(runs: readonly string[], curves: readonly Curve[]): Chart['table'] {
  const rows = MILESTONES.map((share) => [
    format(share, 'share'),
    ...curves.map((curve) => format(timeTo(curve, share), 'ms')),
  ]);
  return table(['nodes that had it', ...(runs.length === 1 ? ['after'] : runs)], rows);
}

function lastRise(curve: Curve): number {
  const final = curve.at(-1)?.[1] ?? 0;
  return timeTo(curve, final) ?? 0;
}

/** From 0 to `end`, so that all curves begin and end together. */
function extended(curve: Curve, end: number): Curve {
  const first: Curve = curve[0] === undefined || curve[0][0] > 0 ? [[0, 0]] : [];
  const last = curve.at(-1);
  const rest: Curve = last !== undefined && last[0] < end ? [[end, last[1]]] : [];
  return [...first, ...curve, ...rest];
}

/** All curves over all moments of any of them; a curve has no value where it has no point. */
function aligned(curves: readonly Curve[]): (number | null)[][] {
  const moments = [...new Set(curves.flatMap((curve) => curve.map(([ms]) => ms)))];
  moments.sort((a, b) => a - b);
  const rows = curves.map((curve) => {
    const values = new Map(curve);
    return moments.map((ms) => values.get(ms) ?? null);
  });
  return [moments, ...rows];
}
