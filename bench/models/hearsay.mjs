/**
 * Hearsay itself: the core of a real node, hosted by the simulator, under the conditions of the models. Not a
 * model of it, so whatever the core learns shows here at once.
 *
 *     const network = hearsayNetwork(completeConditions({ nodes: 200 }), { settings: { degree: 6 } });
 *     network.publish(0, 0); // node 0 announces message 0
 *     network.runTo(10_000);
 *     network.receipts(0).arrivalAt(7);
 *
 * With the measures of the others: `runModel('hearsay', { nodes: 200 }, { settings: { degree: 6 } })`.
 */
import { GossipNode } from '../../dist/core/gossip-node.js';
import { Simulation } from '../../dist/sim/simulation.js';
import { drawPlan, WARM_UP_AT } from './conditions.mjs';

const DATA_TYPE = 1_337;
const MEGABIT = 125;

/**
 * What a trial may change.
 *
 * @typedef {object} Trial
 * @property {import('../../dist/sim/node-settings.js').SettingsOverrides} [settings] of all nodes; the
 *   conditions decide about `minConnections` and `maxConnections`
 * @property {Partial<import('../../dist/sim/simulation-options.js').SimulationOptions>} [simulation]
 * @property {import('../../dist/sim/world.js').CoreFactory} [core] makes what every node runs
 */

/**
 * A simulation with the links of the plan standing, and a program at every node that takes its time for each
 * verdict.
 *
 * @param {import('./conditions.mjs').Conditions} conditions
 * @param {Trial & { plan?: ReturnType<typeof drawPlan> }} [options] `plan`: as drawn for the conditions
 */
export function hearsayNetwork(conditions, options = {}) {
  const { plan = drawPlan(conditions), settings, simulation, core } = options;
  const { degree, links, nodes, seed, latency, bandwidth } = conditions;
  const newCore = core ?? ((options) => new GossipNode(options));
  const sim = new Simulation({
    seed,
    latency,
    bandwidth: bandwidth > 0 ? bandwidth * MEGABIT : undefined,
    checks: false,
    announcementsMax: plan.schedule.length + 1,
    // With one link they are content, so nobody looks for more than the plan has. See below.
    settings: {
      degree,
      proofOfWork: 'none',
      ...settings,
      minConnections: 1,
      maxConnections: links.max,
    },
    core: newCore,
    ...simulation,
  });
  for (let node = 0; node < nodes; node++) {
    const isFreeRider = plan.riders.has(node);
    const options = isFreeRider ? { isHostile: true, core: freeRider(newCore) } : {};
    const extension = plan.existingNodes.has(node) ? { extension: false } : {};
    const knownPeers = plan.dials[node].map(addressOf);
    sim.addNode({ knownPeers, ...extension }, { ...options, address: addressOf(node) });
  }
  const clients = sim.nodes.map((node) => subscribe(node, plan));
  sim.run({ for: WARM_UP_AT - 1 });
  expectOverlay(sim, plan);
  // A real node's minimum from now on.
  for (const node of sim.nodes) node.settings.minConnections = links.min;
  return new HearsayNetwork(conditions, sim, clients);
}

class HearsayNetwork {
  #conditions;
  #clients;
  #announcements = [];

  constructor(conditions, simulation, clients) {
    this.#conditions = conditions;
    this.#clients = clients;
    this.simulation = simulation;
  }

  runTo(time) {
    this.simulation.run({ for: time - this.simulation.now });
  }

  publish(node, number) {
    const data = new Uint8Array(this.#conditions.size);
    new DataView(data.buffer).setUint32(0, number);
    this.#announcements[number] = this.#clients[node].announce({ dataType: DATA_TYPE, data });
  }

  crash(node) {
    this.simulation.nodes[node].powerOff();
  }

  traffic() {
    const sum = { controlBytes: 0, payloadBytes: 0, arrivals: 0 };
    for (const { isHostile, counters } of this.simulation.nodes) {
      if (isHostile) continue;
      sum.controlBytes += counters.controlBytesSent;
      sum.payloadBytes += counters.sentBytes - counters.controlBytesSent;
      sum.arrivals += counters.receivedMessages;
    }
    return sum;
  }

  receipts(number) {
    return this.#announcements[number];
  }
}

/** A core that keeps every payload to itself, and says and does everything else as ever. */
function freeRider(newCore) {
  return (options) => {
    const honest = newCore(options);
    return {
      handle: (input, now) =>
        honest
          .handle(input, now)
          .filter(({ kind, message }) => kind !== 'send' || message.kind !== 'peer-announce'),
      nextDeadline: () => honest.nextDeadline(),
    };
  };
}

function subscribe(node, plan) {
  const client = node.client();
  let number = 0;
  client.subscribe(DATA_TYPE, {
    verdict: ({ data }) => {
      number = ((data[0] << 24) | (data[1] << 16) | (data[2] << 8) | data[3]) >>> 0;
      return 'accept';
    },
    delay: () => plan.verdictAfter(node.index, number),
  });
  return client;
}

function expectOverlay(sim, plan) {
  const wanted = plan.dials.map((peers) => new Set(peers));
  plan.dials.forEach((peers, node) => peers.forEach((peer) => wanted[peer].add(node)));
  sim.overlay().forEach((peers, node) => {
    if (peers.size !== wanted[node].size || [...peers].some((peer) => !wanted[node].has(peer))) {
      throw new Error(`node ${node} has other links than planned: ${[...peers]}`);
    }
  });
}

/** Far from its neighbours in number: nobody is kept away because of what others of his network do. */
function addressOf(index) {
  const host = `10.${index & 255}.${(index >>> 8) & 255}.${1 + (index >>> 16)}`;
  return { host, port: 6_001 };
}
