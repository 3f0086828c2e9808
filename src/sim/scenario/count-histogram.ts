/**
 * Samples by counting: whole numbers from 0 on, in memory that does not grow with how many there are. Each
 * value below 2,048 has a bin of its own; above, 1,024 bins share each doubling, so a bin is at most 0.1 %
 * wide and percentiles are as exact.
 */
import type { Distribution, Histogram } from './result.ts';

const EXACT = 2_048;
const PER_DOUBLING = 1_024;
const DOUBLING_BITS = 10;
/** Larger samples count as this: 2^40, far above any time or size in a run. */
const VALUE_MAX = 2 ** 40;

export class CountHistogram {
  #counts = new Float64Array(64);
  #count = 0;
  #sum = 0;
  #max = 0;

  static of(histogram: Histogram): CountHistogram {
    const counted = new CountHistogram();
    for (const [from, count] of histogram) counted.add(from, count);
    return counted;
  }

  get count(): number {
    return this.#count;
  }

  add(value: number, times = 1): void {
    if (times === 0) return;
    const bin = binOf(value);
    if (bin >= this.#counts.length) this.#grow(bin + 1);
    this.#counts[bin]! += times;
    this.#count += times;
    this.#sum += value * times;
    if (value > this.#max) this.#max = value;
  }

  /** Adds all that `other` has counted. */
  merge(other: CountHistogram): void {
    if (other.#counts.length > this.#counts.length) this.#grow(other.#counts.length);
    other.#counts.forEach((count, bin) => (this.#counts[bin]! += count));
    this.#count += other.#count;
    this.#sum += other.#sum;
    this.#max = Math.max(this.#max, other.#max);
  }

  copy(): CountHistogram {
    const copy = new CountHistogram();
    copy.merge(this);
    return copy;
  }

  /** Nearest rank: the smallest value that at least this share of the samples does not exceed. */
  percentile(share: number): number | null {
    if (this.#count === 0) return null;
    const rank = Math.max(1, Math.ceil(share * this.#count));
    let seen = 0;
    for (let bin = 0; bin < this.#counts.length; bin++) {
      seen += this.#counts[bin]!;
      if (seen >= rank) return Math.min(startOf(bin), this.#max);
    }
    return this.#max;
  }

  distribution(): Distribution {
    const isEmpty = this.#count === 0;
    return {
      count: this.#count,
      mean: isEmpty ? null : rounded(this.#sum / this.#count),
      p50: this.percentile(0.5),
      p90: this.percentile(0.9),
      p99: this.percentile(0.99),
      max: isEmpty ? null : this.#max,
    };
  }

  histogram(): Histogram {
    const pairs: [number, number][] = [];
    this.#counts.forEach((count, bin) => {
      if (count > 0) pairs.push([startOf(bin), count]);
    });
    return pairs;
  }

  #grow(bins: number): void {
    const wider = new Float64Array(Math.max(bins, 2 * this.#counts.length));
    wider.set(this.#counts);
    this.#counts = wider;
  }
}

/** Figures of a result have six digits: more would be noise that looks like precision. */
export function rounded(value: number): number {
  return Number(value.toPrecision(6));
}

function binOf(value: number): number {
  const capped = Math.min(Math.max(0, Math.floor(value)), VALUE_MAX);
  if (capped < EXACT) return capped;
  const doublings = Math.floor(Math.log2(capped)) - DOUBLING_BITS;
  // The logarithm of a power of two is exact, and of its neighbours near enough below 2^40.
  return doublings * PER_DOUBLING + Math.floor(capped / 2 ** doublings);
}

function startOf(bin: number): number {
  if (bin < EXACT) return bin;
  const doublings = Math.floor(bin / PER_DOUBLING) - 1;
  return (bin - doublings * PER_DOUBLING) * 2 ** doublings;
}
