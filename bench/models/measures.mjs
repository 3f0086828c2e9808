/** What came out of one run, and the figures of several runs together. */

/** Times are counted in bins of 1 ms up to this; nothing later counts, because nothing runs so long. */
const TIME_MAX = 120_000;

/** One run, as sums and histograms that can be added to those of others. */
export function outcomeOf({ network, plan, measured, before }) {
  const outcome = emptyOutcome();
  outcome.nodes = plan.counted.length;
  outcome.messages = measured.length;
  for (const message of measured) noteMessage(outcome, message, network, plan.counted);
  const after = network.traffic();
  for (const key of Object.keys(before)) outcome[key] = after[key] - before[key];
  return outcome;
}

function emptyOutcome() {
  return {
    nodes: 0,
    messages: 0,
    copies: 0,
    firsts: 0,
    /** Messages that reached everybody who counts. */
    complete: 0,
    controlBytes: 0,
    payloadBytes: 0,
    arrivals: 0,
    /** Milliseconds from announcement to first copy, for every message and node. */
    latency: new Uint32Array(TIME_MAX),
    /** Milliseconds until the last node that was reached. */
    last: new Uint32Array(TIME_MAX),
  };
}

function noteMessage(outcome, { number, publisher, at }, network, counted) {
  const receipts = network.receipts(number);
  let firsts = 0;
  let last = 0;
  for (const node of counted) {
    if (node === publisher) continue;
    const arrival = receipts.arrivalAt(node);
    if (arrival === undefined) continue;
    firsts++;
    outcome.latency[arrival - at]++;
    if (arrival - at > last) last = arrival - at;
  }
  outcome.copies += receipts.copies;
  outcome.firsts += firsts;
  outcome.last[last]++;
  if (firsts === counted.length - 1) outcome.complete++;
}

/** The figures of runs with different seeds, taken together, and how far the seeds differ. */
export function figuresOf(outcomes) {
  return {
    ...pooled(outcomes),
    seeds: outcomes.length,
    spread: {
      copiesPerDelivery: range(outcomes.map((one) => pooled([one]).copiesPerDelivery)),
      latencyP99: range(outcomes.map((one) => pooled([one]).latencyMs.p99)),
    },
  };
}

function pooled(outcomes) {
  const sum = (of) => outcomes.reduce((total, one) => total + of(one), 0);
  const firsts = sum((one) => one.firsts);
  const messages = sum((one) => one.messages);
  const perNodeAndMessage = (key) =>
    sum((one) => one[key]) / sum((one) => one.nodes * one.messages);
  const latency = added(outcomes.map((one) => one.latency));
  const last = added(outcomes.map((one) => one.last));
  return {
    messages,
    copiesPerDelivery: sum((one) => one.copies) / firsts,
    reach: firsts / sum((one) => (one.nodes - 1) * one.messages),
    complete: sum((one) => one.complete) / messages,
    latencyMs: {
      ...percentiles(latency, [50, 90, 99]),
      max: latency.findLastIndex((count) => count > 0),
    },
    lastNodeMs: percentiles(last, [50, 99]),
    controlBytesPerNodePerMessage: perNodeAndMessage('controlBytes'),
    payloadBytesPerNodePerMessage: perNodeAndMessage('payloadBytes'),
    arrivals: sum((one) => one.arrivals),
  };
}

function added(histograms) {
  const total = new Float64Array(TIME_MAX);
  for (const one of histograms) for (let i = 0; i < one.length; i++) total[i] += one[i];
  return total;
}

/** The smallest value that so many percent of all do not exceed. */
function percentiles(histogram, percents) {
  const total = histogram.reduce((sum, count) => sum + count, 0);
  const at = (percent) => {
    let left = (total * percent) / 100;
    return histogram.findIndex((count) => (left -= count) <= 0);
  };
  return Object.fromEntries(percents.map((percent) => [`p${percent}`, at(percent)]));
}

function range(values) {
  return { min: Math.min(...values), max: Math.max(...values) };
}
