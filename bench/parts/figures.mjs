/** Medians, percentiles, and how they are shown. */

export function median(values) {
  return percentile(values, 50);
}

/** The smallest value that `percent` of all values do not exceed. */
export function percentile(values, percent) {
  const sorted = Float64Array.from(values).sort();
  return sorted[Math.max(0, Math.ceil((sorted.length * percent) / 100) - 1)];
}

/**
 * Runs each of `kinds` in turn, `runs` times over, and gives the medians: `{ kind: { figure: median } }`.
 * `once(kind)` resolves with the figures of one run.
 */
export async function interleave(kinds, runs, once) {
  const results = Object.fromEntries(kinds.map((kind) => [kind, []]));
  for (let run = 0; run < runs; run++) {
    for (const kind of kinds) results[kind].push(await once(kind));
  }
  const medians = {};
  for (const kind of kinds) {
    const names = Object.keys(results[kind][0]);
    medians[kind] = Object.fromEntries(
      names.map((name) => [name, median(results[kind].map((figures) => figures[name]))]),
    );
  }
  return medians;
}

/** Prints `{ row: { column: number } }` with as many digits as make sense. */
export function printTable(title, rows) {
  console.log(`\n${title}`);
  const shown = {};
  for (const [row, figures] of Object.entries(rows)) {
    shown[row] = Object.fromEntries(
      Object.entries(figures).map(([column, value]) => [column, round(value)]),
    );
  }
  console.table(shown);
}

/** Three significant digits, but all digits before the point. */
export function round(value) {
  return Math.abs(value) >= 100 ? Math.round(value) : Number(value.toPrecision(3));
}

/** `0.53 (goal ≥ 0.5: reached)`. */
export function judge(value, sign, goal) {
  const isReached = sign === '≥' ? value >= goal : value <= goal;
  return `${round(value)} (goal ${sign} ${goal}: ${isReached ? 'reached' : 'missed'})`;
}

/** The numbers of a list like `100,1024`. */
export function numbers(text) {
  return text.split(',').map((word) => {
    const value = Number(word);
    if (word === '' || !Number.isFinite(value)) throw new Error(`not a number: '${word}'`);
    return value;
  });
}
