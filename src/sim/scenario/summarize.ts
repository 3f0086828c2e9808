/**
 * Several runs of one scenario under different seeds as one: the samples of all runs together, and beside
 * them how far the runs lie apart.
 */
import { CountHistogram, rounded } from './count-histogram.ts';
import { meanCurve, meanTimeline } from './pooled-curves.ts';
import type { Charts, Histogram, ScenarioResult, TimelinePoint } from './result.ts';

/** The smallest and the largest value of a figure over the runs; null where no run has it. */
export interface Spread {
  readonly min: number | null;
  readonly max: number | null;
}

/** Figures whose spread is shown: those at the top level, and percentiles as `latencyMs.p50`. */
export type SpreadKey = (typeof SPREAD_KEYS)[number];

/**
 * The keys of a result with what all runs together showed: shares and ratios weighted by the announcements
 * or deliveries of each run, distributions over all samples, counts as sums, times of the whole (`healMs`, `virtualMs`,
 * `warmUpMs`, `probes`, `components`) as those of the worst run. `scenario` and `seed` are those of the
 * first run, `traceHash` depends on that of every run.
 */
export interface Summary extends ScenarioResult {
  readonly seeds: readonly number[];
  readonly spread: Readonly<Record<SpreadKey, Spread>>;
  readonly runs: readonly ScenarioResult[];
}

const SPREAD_KEYS = [
  'reach',
  'complete',
  'copiesPerDelivery',
  'latencyMs.p50',
  'latencyMs.p90',
  'latencyMs.p99',
  'latencyMs.max',
  'lastNodeMs.p50',
  'hops.p50',
  'hops.p99',
  'hops.max',
  'controlBytesPerNodePerMessage',
  'bytesPerNode.mean',
  'bytesPerNode.max',
  'degree.mean',
  'degree.max',
  'healMs',
  'probes',
  'components',
] as const;

/** `results`: at least one, each of a run of its own. */
export function summarize(results: readonly ScenarioResult[]): Summary {
  const first = results[0];
  if (first === undefined) throw new RangeError('summarize() needs at least one result');
  const { histograms, timeline, reachOverTime } = pooledCharts(results);
  const distribution = (name: keyof typeof histograms) => pooled(results, name, histograms[name]);
  return {
    scenario: first.scenario,
    seed: first.seed,
    seeds: results.map(({ seed }) => seed),
    nodes: first.nodes,
    announcements: sum(results, ({ announcements }) => announcements),
    reach: weighted(results, 'reach', ({ announcements }) => announcements),
    complete: weighted(results, 'complete', ({ announcements }) => announcements),
    copiesPerDelivery: weighted(results, 'copiesPerDelivery', ({ deliveries }) => deliveries),
    latencyMs: distribution('latencyMs'),
    lastNodeMs: distribution('lastNodeMs'),
    hops: distribution('hops'),
    controlBytesPerNodePerMessage: weighted(
      results,
      'controlBytesPerNodePerMessage',
      ({ announcements }) => announcements,
    ),
    bytesPerNode: distribution('bytesPerNode'),
    messagesPerNode: distribution('messagesPerNode'),
    degree: distribution('degree'),
    healMs: largest(results, ({ healMs }) => healMs),
    probes: largest(results, ({ probes }) => probes),
    components: largest(results, ({ components }) => components)!,
    arrivals: sum(results, ({ arrivals }) => arrivals),
    inputs: sum(results, ({ inputs }) => inputs),
    notifications: sum(results, ({ notifications }) => notifications),
    deliveries: sum(results, ({ deliveries }) => deliveries),
    virtualMs: largest(results, ({ virtualMs }) => virtualMs)!,
    warmUpMs: largest(results, ({ warmUpMs }) => warmUpMs)!,
    isPartial: results.some(({ isPartial }) => isPartial),
    traceHash: results.map(({ traceHash }) => traceHash).reduce(mixed),
    charts: { ...namedHistograms(histograms), timeline, reachOverTime },
    spread: spreads(results),
    runs: results,
  };
}

const HISTOGRAMS = [
  'latencyMs',
  'lastNodeMs',
  'hops',
  'degree',
  'messagesPerNode',
  'bytesPerNode',
] as const satisfies readonly (keyof Charts)[];
type Histograms = Readonly<Record<(typeof HISTOGRAMS)[number], CountHistogram>>;

function pooledCharts(results: readonly ScenarioResult[]): {
  readonly histograms: Histograms;
  readonly timeline: readonly TimelinePoint[];
  readonly reachOverTime: Charts['reachOverTime'];
} {
  const histograms = Object.fromEntries(
    HISTOGRAMS.map((name) => {
      const all = new CountHistogram();
      for (const { charts } of results) all.merge(CountHistogram.of(charts[name]));
      return [name, all];
    }),
    // Object.fromEntries forgets the names; they are those of HISTOGRAMS.
  ) as Histograms;
  return { histograms, timeline: meanTimeline(results), reachOverTime: meanCurve(results) };
}

function namedHistograms(histograms: Histograms): Record<keyof Histograms, Histogram> {
  return Object.fromEntries(
    HISTOGRAMS.map((name) => [name, histograms[name].histogram()]),
  ) as Record<keyof Histograms, Histogram>;
}

/** Percentiles of all samples; mean and maximum from the runs, where no bin has rounded them. */
function pooled(
  results: readonly ScenarioResult[],
  name: keyof Histograms,
  histogram: CountHistogram,
) {
  const means = results.map((result) => result[name]).filter(({ mean }) => mean !== null);
  const total = means.reduce((all, { count, mean }) => all + count * mean!, 0);
  return {
    ...histogram.distribution(),
    mean: histogram.count === 0 ? null : rounded(total / histogram.count),
    max: largest(results, (result) => result[name].max),
  };
}

function sum(results: readonly ScenarioResult[], figure: (one: ScenarioResult) => number): number {
  return results.reduce((total, one) => total + figure(one), 0);
}

function largest(
  results: readonly ScenarioResult[],
  figure: (one: ScenarioResult) => number | null,
): number | null {
  const known = results.map(figure).filter((value) => value !== null);
  return known.length === 0 ? null : Math.max(...known);
}

function weighted(
  results: readonly ScenarioResult[],
  key: 'reach' | 'complete' | 'copiesPerDelivery' | 'controlBytesPerNodePerMessage',
  weightOf: (one: ScenarioResult) => number,
): number | null {
  const known = results.filter((one) => one[key] !== null);
  const weight = sum(known, weightOf);
  return weight === 0 ? null : rounded(sum(known, (one) => one[key]! * weightOf(one)) / weight);
}

function spreads(results: readonly ScenarioResult[]): Summary['spread'] {
  const entries = SPREAD_KEYS.map((key) => {
    const values = results.map((one) => figureAt(one, key)).filter((value) => value !== null);
    if (values.length === 0) return [key, { min: null, max: null }] as const;
    return [key, { min: Math.min(...values), max: Math.max(...values) }] as const;
  });
  return Object.fromEntries(entries) as Summary['spread'];
}

/** The figure that a key such as `latencyMs.p50` names. */
export function figureAt(result: ScenarioResult, key: SpreadKey): number | null {
  let found: unknown = result;
  for (const name of key.split('.')) found = (found as Readonly<Record<string, unknown>>)[name];
  // All keys of SPREAD_KEYS lead to numbers that may be null.
  return found as number | null;
}

/** One fingerprint of two: 64 bits of FNV-1a over both texts. */
function mixed(a: string, b: string): string {
  let hash = 0xcbf2_9ce4_8422_2325n;
  for (const character of `${a}+${b}`) {
    hash = BigInt.asUintN(64, (hash ^ BigInt(character.charCodeAt(0))) * 0x100_0000_01b3n);
  }
  return hash.toString(16).padStart(16, '0');
}
