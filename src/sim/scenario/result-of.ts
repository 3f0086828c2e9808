/**
 * Makes the plain data of a result of what was measured.
 */
import { CountHistogram, rounded } from './count-histogram.ts';
import type { Measures } from './measures.ts';
import type { Charts, ScenarioResult } from './result.ts';
import type { ScenarioNetwork } from './scenario-network.ts';
import { survey } from './survey.ts';
import type { Timeline } from './timeline.ts';
import type { TrafficFigures } from './traffic.ts';

export interface Measured {
  readonly network: ScenarioNetwork;
  readonly measures: Measures;
  /** Undefined before measuring has begun, as `traffic`. */
  readonly timeline: Timeline | undefined;
  readonly traffic: TrafficFigures | undefined;
  readonly probes: number | null;
  readonly isPartial: boolean;
}

export function resultOf(measured: Measured): ScenarioResult {
  const { network, measures, timeline } = measured;
  const { simulation, scenario } = network;
  const traffic = measured.traffic ?? NO_TRAFFIC;
  const degree = degrees(network);
  const { announcements, expected, reached, copies, deliveries } = measures;
  const audience = announcements * (timeline?.meanRunning ?? 0);
  return {
    scenario,
    seed: scenario.seed,
    nodes: scenario.nodes,
    announcements,
    reach: ratio(reached, expected),
    complete: ratio(measures.complete, announcements),
    copiesPerDelivery: ratio(copies, deliveries),
    latencyMs: measures.latency.distribution(),
    lastNodeMs: measures.lastNode.distribution(),
    hops: measures.hops.distribution(),
    controlBytesPerNodePerMessage: ratio(traffic.controlBytes, audience),
    bytesPerNode: traffic.bytes.distribution(),
    messagesPerNode: traffic.messages.distribution(),
    degree: degree.distribution(),
    healMs: timeline?.healMs ?? null,
    probes: measured.probes,
    components: survey(network).components,
    arrivals: network.nodes.reduce((sum, node) => sum + node.counters.receivedMessages, 0),
    inputs: simulation.inputs,
    notifications: simulation.deliveries,
    deliveries,
    virtualMs: simulation.now,
    warmUpMs: Math.min(network.measuredFrom, simulation.now),
    isPartial: measured.isPartial,
    traceHash: simulation.traceHash,
    charts: charts(measured, degree, traffic),
  };
}

const NO_TRAFFIC: TrafficFigures = {
  bytes: new CountHistogram(),
  messages: new CountHistogram(),
  controlBytes: 0,
};

function charts(
  { measures, timeline }: Measured,
  degree: CountHistogram,
  traffic: TrafficFigures,
): Charts {
  return {
    reachOverTime: reachOverTime(measures),
    latencyMs: measures.latency.histogram(),
    lastNodeMs: measures.lastNode.histogram(),
    hops: measures.hops.histogram(),
    degree: degree.histogram(),
    messagesPerNode: traffic.messages.histogram(),
    bytesPerNode: traffic.bytes.histogram(),
    timeline: timeline?.points ?? [],
  };
}

/** Points of the curve of reach; more than these would show nothing more. */
const CURVE_POINTS = 200;

/** The share of all pairs that had come together so many ms after each announcement. */
function reachOverTime({ latency, pairs }: Measures): [ms: number, share: number][] {
  const bins = latency.histogram();
  if (bins.length === 0) return [];
  const last = bins.at(-1)![0];
  const every = Math.max(1, Math.ceil(last / CURVE_POINTS));
  const curve: [number, number][] = [];
  let [bin, had] = [0, 0];
  for (let ms = 0; ms < last + every; ms += every) {
    for (; bin < bins.length && bins[bin]![0] <= ms; bin++) had += bins[bin]![1];
    curve.push([ms, rounded(had / pairs)]);
  }
  return curve;
}

function degrees(network: ScenarioNetwork): CountHistogram {
  const degree = new CountHistogram();
  for (const node of network.nodes) {
    if (network.isHonestAndUp(node.index)) degree.add(node.peers.length);
  }
  return degree;
}

function ratio(part: number, whole: number): number | null {
  return whole === 0 ? null : rounded(part / whole);
}
