/**
 * Makes a failing input small, so that a person can read it: delta debugging (A. Zeller and R. Hildebrandt,
 * "Simplifying and Isolating Failure-Inducing Input", 2002), first whole records, large pieces before small
 * ones, then, where there are no records, pieces of any length at any place, then single bytes towards 0.
 */

/** A bound for inputs that fail slowly; what is small by then is small enough. */
const ATTEMPTS_MAX = 20_000;
/** Pieces of any place are as long as this at most: most frames and words are shorter. */
const PIECE_BYTES_MAX = 32;

/**
 * @param {Uint8Array} input It fails.
 * @param {import('./mutator.mjs').Shape} shape
 * @param {(candidate: Uint8Array) => boolean} fails Whether a candidate fails in the same way.
 * @returns {Uint8Array} A smaller input that fails, or `input`.
 */
export function minimise(input, shape, fails) {
  let attempts = 0;
  const stillFails = (candidate) => attempts++ < ATTEMPTS_MAX && fails(candidate);
  let smallest = input;
  for (;;) {
    const shorter = withoutPieces(withFewerRecords(smallest, shape, stillFails), shape, stillFails);
    const simpler = withPlainerBytes(shorter, stillFails);
    if (simpler.length === smallest.length && simpler.every((byte, i) => byte === smallest[i])) {
      return smallest;
    }
    smallest = simpler;
  }
}

function withFewerRecords(input, { headBytes = 0, unitBytes = 1 }, fails) {
  let smallest = input;
  let records = Math.ceil((input.length - headBytes) / unitBytes);
  for (; records >= 1; records = Math.floor(records / 2)) {
    const bytes = records * unitBytes;
    // From the end: what comes last depends on what came before, seldom the other way round.
    for (let end = smallest.length; end > headBytes; end -= bytes) {
      const start = Math.max(headBytes, end - bytes);
      const candidate = without(smallest, start, Math.min(end, smallest.length));
      if (fails(candidate)) smallest = candidate;
    }
  }
  return smallest;
}

function withoutPieces(input, { headBytes = 0, unitBytes = 1 }, fails) {
  if (unitBytes > 1) return input;
  let smallest = input;
  for (let bytes = PIECE_BYTES_MAX; bytes > 0; bytes--) {
    for (let start = headBytes; start + bytes <= smallest.length; start++) {
      const candidate = without(smallest, start, start + bytes);
      if (fails(candidate)) smallest = candidate;
    }
  }
  return smallest;
}

function without(input, start, end) {
  const rest = new Uint8Array(input.length - (end - start));
  rest.set(input.subarray(0, start));
  rest.set(input.subarray(end), start);
  return rest;
}

function withPlainerBytes(input, fails) {
  let plainest = input;
  for (let at = 0; at < input.length; at++) {
    for (const plainer of [0, 1, plainest[at] >>> 1]) {
      if (plainer >= plainest[at]) continue;
      const candidate = plainest.slice();
      candidate[at] = plainer;
      if (!fails(candidate)) continue;
      plainest = candidate;
      break;
    }
  }
  return plainest;
}
