/** The cases that a run without options of its own goes through, and how a case is called. */

/** @type {{ name: string, conditions: Partial<import('./conditions.mjs').Conditions> }[]} */
export const STANDARD_CASES = [
  { size: 100, rate: 5 },
  { size: 1_024, rate: 5 },
  { size: 61_440, rate: 1 },
  { size: 61_440, rate: 20 },
  { size: 1_024, rate: 5, crash: 0.3 },
  { size: 1_024, rate: 5, crash: 0.5 },
  { size: 1_024, rate: 5, freeRiders: 0.2 },
  { size: 1_024, rate: 5, freeRiders: 0.4 },
  { size: 1_024, rate: 5, validation: 200 },
].map(namedCase);

/** Every size with the rate at its place; one rate serves all sizes. */
export function casesOf(sizes, rates, others) {
  if (rates.length !== 1 && rates.length !== sizes.length) {
    throw new Error(`${sizes.length} sizes need as many rates, or one; there are ${rates.length}`);
  }
  return sizes.map((size, i) => namedCase({ ...others, size, rate: rates[i] ?? rates[0] }));
}

function namedCase(conditions) {
  const { size, rate, crash = 0, freeRiders = 0, existing = 0, validation = 5 } = conditions;
  const parts = [
    size < 1_024 ? `${size} B` : `${+(size / 1_024).toFixed(1)} KiB`,
    `${rate}/s`,
    crash > 0 && `${Math.round(crash * 100)} % crash`,
    freeRiders > 0 && `${Math.round(freeRiders * 100)} % free riders`,
    existing > 0 && `${Math.round(existing * 100)} % existing nodes`,
    validation > 20 && `validators of ${validation} ms`,
  ];
  return { name: parts.filter(Boolean).join(', '), conditions };
}
