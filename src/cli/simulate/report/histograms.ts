/**
 * Histograms of several runs on one scale, for drawing: the same bars for all, few enough to be seen, and a
 * long thin tail gathered in the last one.
 */
import type { Histogram } from '../../../sim/scenario/result.ts';

/** More bars than this are thinner than the gaps between them on a phone. */
const BARS_MAX = 48;
/** What lies beyond this share of the samples may be gathered in the last bar. */
const SHOWN_SHARE = 0.999;

export interface Bars {
  /** Where each bar begins. */
  readonly from: readonly number[];
  /** How wide each is; 1 for counts that are few. */
  readonly width: number;
  /** For each histogram the count of samples per bar. */
  readonly counts: readonly (readonly number[])[];
  /** Whether the last bar holds everything that lies beyond it as well. */
  readonly isCut: boolean;
}

/** The histograms in common bars; none if there are no samples at all. */
export function commonBars(histograms: readonly Histogram[]): Bars {
  const all = histograms.flat().filter(([, count]) => count > 0);
  if (all.length === 0)
    return { from: [], width: 1, counts: histograms.map(() => []), isCut: false };
  const min = Math.min(...all.map(([from]) => from));
  const max = Math.max(...all.map(([from]) => from));
  const cut = Math.max(valueBelowWhich(all, SHOWN_SHARE), min);
  const width = niceWidth((cut - min) / (BARS_MAX - 1));
  const first = Math.floor(min / width) * width;
  // A tail of less than half the picture is simply drawn.
  const end = max - min <= 1.5 * (cut - min) ? max : cut;
  const bars = Math.min(Math.floor((end - first) / width) + 1, 2 * BARS_MAX);
  const counts = histograms.map((histogram) => fill(histogram, { first, width, bars }));
  const from = Array.from({ length: bars }, (_, bar) => first + bar * width);
  return { from, width, counts, isCut: max >= first + bars * width };
}

/** Of a histogram's samples, the share in each bar. */
export function shares(counts: readonly number[]): number[] {
  const total = counts.reduce((sum, count) => sum + count, 0);
  return counts.map((count) => (total === 0 ? 0 : count / total));
}

function fill(
  histogram: Histogram,
  { first, width, bars }: { readonly first: number; readonly width: number; readonly bars: number },
): number[] {
  const counts = Array.from({ length: bars }, () => 0);
  for (const [from, count] of histogram) {
    const bar = Math.min(Math.floor((from - first) / width), bars - 1);
    counts[bar]! += count;
  }
  return counts;
}

function valueBelowWhich(entries: Histogram, share: number): number {
  const ascending = entries.toSorted(([a], [b]) => a - b);
  const total = ascending.reduce((sum, [, count]) => sum + count, 0);
  let sum = 0;
  for (const [from, count] of ascending) {
    sum += count;
    if (sum >= share * total) return from;
  }
  return ascending.at(-1)![0];
}

/** The smallest of 1, 2, 5, 10, 20, 50 … that is not below `width`. */
function niceWidth(width: number): number {
  let power = 1;
  for (;;) {
    for (const factor of [1, 2, 5]) if (factor * power >= width) return factor * power;
    power *= 10;
  }
}
