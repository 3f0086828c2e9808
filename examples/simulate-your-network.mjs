/**
 * Your own validator and workload on a virtual network: two hundred nodes, of which every tenth says
 * nonsense, and how far what they say gets. An hour of their time takes seconds.
 *
 *     node examples/simulate-your-network.mjs
 */
import { Simulation } from 'hearsay/sim';

const TEMPERATURE = 1337;
const simulation = new Simulation({ seed: 1, latency: { min: 10, max: 100 } });
const first = simulation.addNode();
simulation.addNodes(199, { bootstrapper: first.address });

for (const node of simulation.nodes) {
  node.client().subscribe(TEMPERATURE, {
    verdict: ({ data }) => (data[0] < 60 ? 'accept' : 'reject'),
    delay: (random) => 5 + random.below(20),
  });
}
const isJoined = () => simulation.nodes.every((node) => node.peers.length >= 4);
simulation.run({ until: isJoined, within: 3_600_000 });

for (const [index, node] of simulation.nodes.entries()) {
  const degrees = index % 10 === 0 ? 200 : 20;
  simulation.at(simulation.now + index * 100, () =>
    node.announce({ dataType: TEMPERATURE, data: Uint8Array.of(degrees, index) }),
  );
}
simulation.run({ for: 60_000 });

const reach = (all) => all.reduce((sum, { reached }) => sum + reached, 0) / all.length / 199;
const [good, bad] = [20, 200].map((n) => simulation.announcements.filter((a) => a.data[0] === n));
console.log(`good ones reached ${(100 * reach(good)).toFixed(1)} % of the nodes`);
// Its neighbours hear it, call it invalid, and that is the end of it.
console.log(`nonsense reached ${(100 * reach(bad)).toFixed(1)} %`);
