/**
 * The curves of several runs as one: at each moment their mean.
 */
import { rounded } from './count-histogram.ts';
import type { Charts, ScenarioResult, TimelinePoint } from './result.ts';

/** The share at each moment of any curve, in the mean over the runs that have one. */
export function meanCurve(results: readonly ScenarioResult[]): Charts['reachOverTime'] {
  const curves = results
    .map(({ charts }) => charts.reachOverTime)
    .filter(({ length }) => length > 0);
  const longest = curves.reduce((a, b) => (a.at(-1)![0] >= b.at(-1)![0] ? a : b), curves[0] ?? []);
  return longest.map(([ms]) => {
    const total = curves.reduce((all, curve) => all + shareAt(curve, ms), 0);
    return [ms, rounded(total / curves.length)] as const;
  });
}

function shareAt(curve: Charts['reachOverTime'], ms: number): number {
  let share = 0;
  for (const [at, value] of curve) {
    if (at > ms) break;
    share = value;
  }
  return share;
}

/** Runs of one scenario take their samples at the same moments, unless one ended early. */
export function meanTimeline(results: readonly ScenarioResult[]): readonly TimelinePoint[] {
  const timelines = results.map(({ charts }) => charts.timeline);
  const longest = timelines.reduce((a, b) => (a.length >= b.length ? a : b));
  return longest.map(({ at }, index) => {
    const points = timelines.flatMap((timeline) => timeline[index] ?? []);
    const mean = (figure: (point: TimelinePoint) => number): number =>
      rounded(points.reduce((total, point) => total + figure(point), 0) / points.length);
    const reached = points.map(({ reach }) => reach).filter((reach) => reach !== null);
    return {
      at,
      running: mean(({ running }) => running),
      links: mean(({ links }) => links),
      components: mean(({ components }) => components),
      reach:
        reached.length === 0 ? null : rounded(reached.reduce((a, b) => a + b) / reached.length),
    };
  });
}
