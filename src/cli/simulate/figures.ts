/**
 * Numbers as people read them, in the table on the terminal and in the report alike. Never better than they
 * are: a reach just below 1 is not rounded up to 100 %.
 */
import type { Distribution } from '../../sim/scenario/result.ts';

/** What a number counts, and so how it is written. */
export type Unit = 'ms' | 's' | 'share' | 'bytes' | 'count';

/** What stands for a figure that has no samples. */
export const NOTHING = '–';

const PERCENTILES = ['p50', 'p90', 'p99', 'max'] as const;

/** A number with its unit; a dash for none. */
export function format(value: number | null, unit: Unit): string {
  if (value === null) return NOTHING;
  switch (unit) {
    case 'share':
      return formatShare(value);
    case 'bytes':
      return formatBytes(value);
    case 'ms':
      return value < 10_000 ? `${short(value)} ms` : `${short(value / 1_000)} s`;
    case 's':
      return `${short(value)} s`;
    case 'count':
      return short(value);
  }
}

/** `p50 12 ms, p90 20 ms, p99 31 ms, max 40 ms`. */
export function formatPercentiles(distribution: Distribution, unit: Unit): string {
  return PERCENTILES.map((name) => `${name} ${format(distribution[name], unit)}`).join(', ');
}

/** The four percentiles as cells of a table. */
export function percentileCells(distribution: Distribution, unit: Unit): readonly string[] {
  return PERCENTILES.map((name) => format(distribution[name], unit));
}

/**
 * Cut off and not rounded, so that nothing short of all is 100 %: to three decimals, and to more where a
 * share so near to 1 needs them to show two digits of what is missing.
 */
function formatShare(share: number): string {
  if (share >= 1) return `${share * 100} %`;
  const decimals = Math.max(3, Math.ceil(-Math.log10(1 - share)) - 1);
  // Twelve digits first: 0.29 * 100 is a hair below 29.
  const scaled = Math.floor(Number((share * 10 ** (decimals + 2)).toPrecision(12)));
  if (scaled === 0 && share > 0) return '< 0.001 %';
  return `${scaled / 10 ** decimals} %`;
}

function formatBytes(bytes: number): string {
  if (bytes < 1_024) return `${short(bytes)} B`;
  if (bytes < 1_024 ** 2) return `${short(bytes / 1_024)} KiB`;
  if (bytes < 1_024 ** 3) return `${short(bytes / 1_024 ** 2)} MiB`;
  return `${short(bytes / 1_024 ** 3)} GiB`;
}

/** Whole numbers with separators of thousands; others with three digits that count. */
function short(value: number): string {
  if (Number.isInteger(value)) return value.toLocaleString('en-US');
  const size = Math.abs(value);
  const digits = size >= 100 ? 0 : size >= 10 ? 1 : 2;
  return value.toLocaleString('en-US', { maximumFractionDigits: digits });
}
