/**
 * What a node costs before it does anything: CPU time of `hearsay run` until it listens, resident memory
 * without peers, and how much more that is with 500 idle links, beside a program that only listens on two
 * ports. Linux only.
 *
 *     npm run build && node bench/start.mjs [--links 500] [--runs 5] [--tls]
 *
 * CPU is that of all threads, read when the line that tells the ports has come. Memory is read three seconds
 * after the start, and three seconds after the last link was opened; no garbage collection is forced. Runs
 * alternate; medians.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { interleave, judge, printTable } from './parts/figures.mjs';
import { endAll, Part } from './parts/part.mjs';
import { cpuMillisOf, rssKibOf } from './parts/proc.mjs';

const SETTLING_SECONDS = 3;
const MAIN = fileURLToPath(new URL('../dist/cli/main.js', import.meta.url));
const BARE = fileURLToPath(new URL('parts/bare-program.mjs', import.meta.url));

const { values } = parseArgs({
  options: {
    links: { type: 'string', default: '500' },
    runs: { type: 'string', default: '5' },
    tls: { type: 'boolean', default: false },
  },
});
const links = Number(values.links);
const flags = `--p2p-address 127.0.0.1:0 --api-address 127.0.0.1:0 --proof-of-work none
  --transport ${values.tls ? 'tls' : 'plain'} --max-connections ${links + 100}`;
const programs = { node: [MAIN, 'run', ...flags.split(/\s+/)], bare: [BARE] };

const medians = await interleave(['node', 'bare'], Number(values.runs), measure);
printTable(`start and memory, medians of ${values.runs} runs`, medians);
const [cpu, rss, perLink] = Object.keys(medians.node);
console.log(`node, ${cpu}: ${judge(medians.node[cpu], '≤', 250)}`);
console.log(`node, ${rss}: ${judge(medians.node[rss], '≤', 65)}`);
console.log(`node, ${perLink}: ${judge(medians.node[perLink], '≤', values.tls ? 64 : 12)}`);

async function measure(kind) {
  const child = spawn(process.execPath, programs[kind], { stdio: ['ignore', 'ignore', 'pipe'] });
  const { p2pAddress } = await portsOf(child);
  const cpuMillis = cpuMillisOf(child.pid);
  await pass(SETTLING_SECONDS);
  const before = rssKibOf(child.pid);
  const peers = await Part.start('idle-peers', {
    port: Number(p2pAddress.split(':').at(-1)),
    tls: values.tls && kind === 'node',
  });
  await peers.ask('open', links);
  await pass(SETTLING_SECONDS);
  const after = rssKibOf(child.pid);
  await endAll();
  child.kill('SIGKILL');
  await once(child, 'exit');
  return {
    'CPU ms until it listens': cpuMillis,
    'resident MB without peers': (before * 1024) / 1e6,
    [`KiB per idle link, of ${links}`]: (after - before) / links,
  };
}

/** The first line with ports in it. */
async function portsOf(child) {
  for await (const line of createInterface(child.stderr)) {
    const said = JSON.parse(line);
    if (said.p2pAddress !== undefined) {
      child.stderr.resume();
      return said;
    }
  }
  throw new Error('the program ended before it listened');
}

function pass(seconds) {
  return new Promise((resolve) => setTimeout(resolve, seconds * 1000));
}
