/** Results that no simulation made: small, plausible, and different for each seed. */
import type {
  Distribution,
  Histogram,
  ScenarioResult,
} from '../../../../src/sim/scenario/result.ts';
import type { Scenario } from '../../../../src/sim/scenario/scenario.ts';

export const SAMPLE_SCENARIO: Scenario = {
  name: 'sample',
  description: 'A network of nobody, for tests of what is shown.',
  seed: 1,
  nodes: 1_000,
  gossip: { degree: 4, min_connections: 6 },
  network: {
    latencyMs: { min: 10, max: 100 },
    bandwidthMbps: null,
    dialFailures: 0.05,
    undialable: 0,
    netgroups: 200,
    transport: 'plain',
  },
  population: {
    subscribers: 1,
    validationMs: 1,
    slowValidators: 0,
    slowValidationMs: 1_000,
    silentSubscribers: 0,
    existing: 0,
  },
  workload: {
    announcements: 50,
    rate: 2,
    size: 256,
    ttl: 0,
    publishers: null,
    startMs: 0,
    settleMs: 30_000,
  },
  faults: [
    { kind: 'partition', at: 5_000, lasts: 6_000, share: 0.3, oneWay: false },
    { kind: 'reset', at: 15_000, share: 0.1 },
  ],
  adversaries: [{ role: 'dropper', share: 0.1, netgroups: null, rate: 0 }],
  warmUp: { join: 'known-peers', within: 60_000 },
  liveness: { within: 120_000 },
  checks: true,
  wire: false,
};

export interface SampleOptions {
  readonly seed?: number;
  readonly scenario?: Partial<Scenario>;
}

/** A result as a run with this seed might have shown it. */
export function sampleResult({ seed = 1, scenario = {} }: SampleOptions = {}): ScenarioResult {
  const shift = seed * 7;
  const latency = bell(150 + shift, 45, 49_000, 1);
  return {
    scenario: { ...SAMPLE_SCENARIO, ...scenario, seed },
    seed,
    nodes: 1_000,
    announcements: 50,
    reach: 0.99987,
    complete: 0.94,
    copiesPerDelivery: 3.4 + seed / 100,
    latencyMs: distribution(latency),
    lastNodeMs: { count: 50, mean: 290, p50: 288, p90: 301, p99: 320, max: 322 },
    hops: distribution(bell(6, 1.6, 49_000, 1)),
    controlBytesPerNodePerMessage: 31.25,
    bytesPerNode: distribution(bell(60_000, 9_000, 1_000, 500)),
    messagesPerNode: distribution(bell(180, 25, 1_000, 1)),
    degree: distribution(bell(8, 1.5, 1_000, 1)),
    healMs: 2_000,
    probes: 1,
    components: 1,
    arrivals: 1_234_567,
    inputs: 1_345_678,
    notifications: 49_000,
    deliveries: 49_000,
    virtualMs: 95_000,
    warmUpMs: 20_000,
    isPartial: false,
    traceHash: `00000000deadbee${seed % 10}`,
    charts: {
      reachOverTime: cumulative(latency),
      latencyMs: latency,
      lastNodeMs: bell(290, 12, 50, 1),
      hops: bell(6, 1.6, 49_000, 1),
      degree: bell(8, 1.5, 1_000, 1),
      messagesPerNode: bell(180, 25, 1_000, 1),
      bytesPerNode: bell(60_000, 9_000, 1_000, 500),
      timeline: timeline(seed),
    },
  };
}

function bell(middle: number, deviation: number, total: number, width: number): Histogram {
  const entries: (readonly [number, number])[] = [];
  const first = Math.max(0, Math.floor((middle - 4 * deviation) / width) * width);
  for (let from = first; from < middle + 4 * deviation; from += width) {
    const height = Math.exp(-((from - middle) ** 2) / (2 * deviation ** 2));
    const count = Math.round((total * width * height) / (deviation * 2.5066));
    if (count > 0) entries.push([from, count]);
  }
  return entries;
}

function distribution(histogram: Histogram): Distribution {
  const count = histogram.reduce((sum, [, times]) => sum + times, 0);
  const at = (share: number): number => {
    let sum = 0;
    return histogram.find(([, times]) => (sum += times) >= share * count)![0];
  };
  const mean = histogram.reduce((sum, [value, times]) => sum + value * times, 0) / count;
  return { count, mean, p50: at(0.5), p90: at(0.9), p99: at(0.99), max: histogram.at(-1)![0] };
}

function cumulative(histogram: Histogram): (readonly [number, number])[] {
  const total = histogram.reduce((sum, [, times]) => sum + times, 0);
  let sum = 0;
  return histogram.map(([value, times]) => [value, (sum += times) / total] as const);
}

function timeline(seed: number): ScenarioResult['charts']['timeline'] {
  return Array.from({ length: 26 }, (_, second) => {
    const isCut = second >= 5 && second < 11;
    return {
      at: second * 1_000,
      running: 1_000 - (second % 3),
      links: 4_100 + ((second * 37 + seed * 13) % 50) - (second === 15 ? 400 : 0),
      components: isCut ? 2 : 1,
      reach: second < 23 ? (isCut ? 0.7 : 1) : null,
    };
  });
}
