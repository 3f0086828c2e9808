/**
 * What joining costs: a node that knows one peer gets eight links by itself, each for a proof of work, among nine nodes
 * over TLS on loopback.
 *
 *     npm run build && node bench/join.mjs [--difficulty 20] [--links 8] [--runs 10]
 *
 * CPU is that of all threads of the joining process, from before the node starts until the last link is open, TLS
 * handshakes and discovery included. How many hashes a proof takes is chance (twice as many as usual in one of seven), so
 * CPU is a mean over all links of all runs. Delays of the event loop are what it comes too late, looked at every
 * millisecond while proofs are sought.
 */
import { parseArgs } from 'node:util';
import { judge, median, printTable } from './parts/figures.mjs';
import { endAll, Part } from './parts/part.mjs';

const { values } = parseArgs({
  options: {
    difficulty: { type: 'string', default: '20' },
    links: { type: 'string', default: '8' },
    runs: { type: 'string', default: '10' },
  },
});
const [difficulty, links, runs] = [values.difficulty, values.links, values.runs].map(Number);

const bootstrapper = await startNetwork(links + 1);
const joins = [];
for (let run = 0; run < runs; run++) {
  const joiner = await Part.start('joiner', { bootstrapper, difficulty, links });
  joins.push(await joiner.ask('join'));
  await joiner.end();
}
await endAll();

const figures = Object.keys(joins[0]);
const over = (choose) =>
  Object.fromEntries(figures.map((name) => [name, choose(joins.map((join) => join[name]))]));
const mean = (numbers) => numbers.reduce((sum, each) => sum + each, 0) / numbers.length;
const rows = { mean: over(mean), median: over(median), most: over((all) => Math.max(...all)) };
printTable(`${links} links at ${difficulty} bits, ${runs} joins`, rows);
console.log(`CPU seconds in the mean: ${judge(rows.mean['CPU seconds'], '≤', 4)}`);
console.log(
  `loop delay p99, median of the runs: ${judge(rows.median['loop delay p99, ms'], '≤', 50)} ms`,
);

/** Nodes that look for nobody else than the first; its port. */
async function startNetwork(count) {
  const config = {
    transport: 'tls',
    proofOfWork: 'connection',
    powDifficulty: difficulty,
    degree: 1,
    minConnections: 1,
  };
  const first = await Part.start('node', { config });
  const others = [];
  for (let i = 1; i < count; i++) {
    others.push(await Part.start('node', { config, bootstrapper: first.hello.peers }));
  }
  for (const other of others) await other.ask('links', 1);
  return first.hello.peers;
}
