/**
 * How fast the simulator is: arrivals of announcements, each of them a full step of a real core, per second
 * of CPU time. Every node has six links or more and passes an announcement on to six of them.
 *
 *     npm run build && node bench/simulator.mjs [--nodes 1000,10000] [--floods 40] [--no-checks]
 *
 * The first line of each size is the making of the network: nodes join one after the other through random
 * members, with proof of work, so that the overlay is well mixed. The second is the floods, 100 bytes each,
 * from random nodes, one a second.
 */
import { parseArgs } from 'node:util';
import { Simulation } from '../dist/sim/simulation.js';

const { values } = parseArgs({
  options: {
    nodes: { type: 'string', default: '1000,10000' },
    floods: { type: 'string', default: '40' },
    seed: { type: 'string', default: '1' },
    'no-checks': { type: 'boolean', default: false },
  },
});
const checks = !values['no-checks'];

console.log(`Node ${process.version}, seed ${values.seed}, checks ${checks ? 'on' : 'off'}`);
for (const nodes of values.nodes.split(',')) measure(Number(nodes), Number(values.floods));

function measure(nodes, floods) {
  const simulation = new Simulation({
    seed: Number(values.seed),
    latency: { min: 10, max: 100 },
    checks,
    announcementsMax: 256,
    settings: { degree: 6, minConnections: 6, maxConnections: 64, powDifficulty: 16 },
  });
  const joining = cpuSeconds(() => grow(simulation, nodes));
  const inputs = simulation.inputs;
  console.log(
    `${nodes} nodes joined: ${inputs} inputs in ${joining.toFixed(2)} s, ` +
      `${perSecond(inputs, joining)}, ${memory()}`,
  );
  let arrivals = 0;
  const flooding = cpuSeconds(() => {
    arrivals = flood(simulation, floods);
  });
  console.log(
    `${nodes} nodes, ${floods} floods: ${arrivals} arrivals in ${flooding.toFixed(2)} s, ` +
      `${perSecond(arrivals, flooding)}, ${memory()}, trace ${simulation.traceHash}`,
  );
}

function grow(simulation, nodes) {
  simulation.addNode();
  while (simulation.nodes.length < nodes) {
    const members = simulation.random.sample(simulation.nodes, 6);
    simulation.addNode({ knownPeers: members.map((node) => node.address) });
    if (simulation.nodes.length % 100 === 0) simulation.run({ for: 1_000 });
  }
  simulation.run({ for: 60_000 });
}

function flood(simulation, floods) {
  const data = new Uint8Array(100);
  const announcements = [];
  for (let i = 0; i < floods; i++) {
    announcements.push(simulation.random.pick(simulation.nodes).announce({ dataType: 1, data }));
    simulation.run({ for: 1_000 });
  }
  simulation.run({ for: 5_000 });
  return announcements.reduce((sum, { copies }) => sum + copies, 0);
}

function cpuSeconds(work) {
  const start = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1e6;
}

function perSecond(count, seconds) {
  return `${Math.round(count / seconds).toLocaleString('en')} per CPU second`;
}

function memory() {
  return `${Math.round(process.memoryUsage().rss / 2 ** 20)} MiB`;
}
