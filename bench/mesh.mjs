/**
 * A network of processes over loopback, with a program on each node: what it costs to bring everything to everybody
 * with the extension, beside flooding, which sends each message on all links but the one it came from (the same
 * nodes with `extension` off and a degree above the number of links). Linux only.
 *
 *     npm run build && node bench/mesh.mjs [--nodes 30] [--links 8] [--bytes 1024] [--rate 50] [--seconds 15]
 *         [--runs 2] [--degree 4] [--seed 1]
 *
 * The graph is random, has the same number of links at each node, and is the same in all runs of a call. Kinds
 * alternate, each with fresh processes; a fifth of the messages goes first, uncounted. All is counted from outside:
 * bytes are those that TCP has taken on the links, acknowledged or not, as the kernel knows them (`ss -ti`); CPU is
 * that of all threads of all nodes from `/proc`, programs left out. Data segments are about the writes of the nodes.
 */
import { execFileSync } from 'node:child_process';
import { parseArgs } from 'node:util';
import { interleave, judge, percentile, printTable } from './parts/figures.mjs';
import { randomGraph } from './parts/graph.mjs';
import { endAll, Part } from './parts/part.mjs';
import { cpuMillisOf } from './parts/proc.mjs';

/** What is under way when the last message has been announced, and is asked for only after a wait, is in by then. */
const SETTLING_MILLIS = 3_000;
const A_YEAR = 31_536_000_000;

const { values } = parseArgs({
  options: {
    nodes: { type: 'string', default: '30' },
    links: { type: 'string', default: '8' },
    bytes: { type: 'string', default: '1024' },
    rate: { type: 'string', default: '50' },
    seconds: { type: 'string', default: '15' },
    runs: { type: 'string', default: '2' },
    degree: { type: 'string', default: '4' },
    seed: { type: 'string', default: '1' },
  },
});
const asNumbers = Object.entries(values).map(([name, text]) => [name, Number(text)]);
const { nodes, links, bytes, rate, seconds, runs, degree, seed } = Object.fromEntries(asNumbers);
const KINDS = {
  extension: { degree, extension: true },
  flooding: { degree: links, extension: false },
};
const dialled = randomGraph(nodes, links, seed);
const messages = rate * seconds;

const medians = await interleave(Object.keys(KINDS), runs, (kind) => once(KINDS[kind]));
const title = `${nodes} nodes with ${links} links each, ${bytes} B at ${rate}/s for ${seconds} s`;
printTable(`mesh: ${title}, medians of ${runs} runs`, medians);
const { extension, flooding } = medians;
const [delivered, , sent, cpu] = Object.keys(extension);
console.log(`extension, ${delivered}: ${judge(extension[delivered], '≥', 100)}`);
console.log(`extension / flooding, ${sent}: ${judge(extension[sent] / flooding[sent], '≤', 0.5)}`);
console.log(`extension / flooding, ${cpu}: ${judge(extension[cpu] / flooding[cpu], '≤', 1)}`);

async function once(kind) {
  const parts = await startNodes(kind);
  const programs = await Part.start('mesh-programs', {
    ports: parts.map(({ hello }) => hello.api),
    bytes,
  });
  const say = async (count) => {
    await programs.ask('announce', { messages: count, perSecond: rate });
    await pass(SETTLING_MILLIS);
  };
  await say(Math.ceil(messages / 5));
  const before = countAll(parts);
  await say(messages);
  const after = countAll(parts);
  const figures = await programs.ask('results', messages);
  await endAll();
  const megabytes = (after.bytes - before.bytes) / 1e6;
  return {
    'delivered, %': figures.delivered * 100,
    'told twice': figures.twice,
    'MB over links': megabytes,
    'CPU seconds': (after.cpuMillis - before.cpuMillis) / 1000,
    'copies of the data per delivery': (megabytes * 1e6) / (messages * (nodes - 1) * bytes),
    'data segments per delivery': (after.segments - before.segments) / (messages * (nodes - 1)),
    'p50 ms': percentile(figures.delays, 50),
    'p99 ms': percentile(figures.delays, 99),
    links: after.sockets / 2,
  };
}

/** One after the other, so that the ports of those to be dialled are known; resolves when all links are open. */
async function startNodes(kind) {
  const parts = [];
  for (const others of dialled) {
    const knownPeers = others.map((at) => ({ host: '127.0.0.1', port: parts[at].hello.peers }));
    // Looks for nobody beyond those it is told of: the graph stays as it was drawn.
    const limits = { minConnections: 1, maxConnections: 1_000, searchCooldown: A_YEAR };
    parts.push(await Part.start('node', { config: { ...limits, ...kind, knownPeers } }));
  }
  await Promise.all(parts.map((part) => part.ask('links', links)));
  return parts;
}

/** Of each link there are two sockets; what either has sent counts. */
function countAll(parts) {
  const ports = new Set(parts.map(({ hello }) => String(hello.peers)));
  const listing = execFileSync('ss', ['-tinH', 'state', 'established'], { encoding: 'utf8' });
  let [sent, segments, sockets] = [0, 0, 0];
  for (const [, local, remote, info] of listing.matchAll(/:(\d+)\s+\S+:(\d+)\s*\n(\s.*)/g)) {
    if (!ports.has(local) && !ports.has(remote)) continue;
    sockets++;
    sent += Number(/\bbytes_sent:(\d+)/.exec(info)?.[1] ?? 0);
    segments += Number(/\bdata_segs_out:(\d+)/.exec(info)?.[1] ?? 0);
  }
  const cpuMillis = parts.reduce((sum, { pid }) => sum + cpuMillisOf(pid), 0);
  return { bytes: sent, segments, sockets, cpuMillis };
}

function pass(millis) {
  return new Promise((resolve) => setTimeout(resolve, millis));
}
