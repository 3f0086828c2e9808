/** Numbers as the laboratory prints them. */

/** The value below which `share` of the numbers lie; undefined of none. */
export function quantile(numbers, share) {
  const sorted = numbers.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
}

/** `12, 15 and 20 ms` for median, 99 of 100 and the largest. */
export function spread(millis) {
  const parts = [0.5, 0.99, 1].map((share) => quantile(millis, share)?.toFixed(0) ?? '–');
  return `${parts[0]}, ${parts[1]} and ${parts[2]} ms (median, p99, largest of ${millis.length})`;
}
