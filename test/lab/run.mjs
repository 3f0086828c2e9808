/**
 * The laboratory: nodes as people run them, each on a host of its own, and attackers on others; all on this
 * machine, in network namespaces.
 *
 *     npm run build && npm run lab                  # all cases, some ten minutes; needs root, iproute2 and nftables
 *     npm run lab -- silent partition               # some of them
 *
 * Prints the figures of each case and what was promised of them. The exit code is 1 if a promise was broken, 2 for
 * a wrong call, and 0 with one line where there can be no namespaces. bench/README.md has results.
 */
import { cpus, loadavg } from 'node:os';
import { bootstrapperCase } from './cases/bootstrapper.mjs';
import { crowdCase } from './cases/crowd.mjs';
import { diskCase } from './cases/disk.mjs';
import { hastyCase } from './cases/hasty.mjs';
import { killCase } from './cases/kill.mjs';
import { lossCase } from './cases/loss.mjs';
import { partitionCase } from './cases/partition.mjs';
import { silentCase } from './cases/silent.mjs';
import { Network, whyNot } from './network.mjs';
import { endAll } from './processes.mjs';

/** Each is handed a network without hosts, and a {@link Report}. */
const CASES = new Map([
  ['silent', silentCase(false)],
  ['silent-tls', silentCase(true)],
  ['hasty', hastyCase],
  ['one', crowdCase({ isMany: false })],
  ['many', crowdCase({ isMany: true })],
  ['siege', crowdCase({ isMany: true, isSiege: true })],
  ['loss', lossCase],
  ['partition', partitionCase(false)],
  ['partition-loud', partitionCase(true)],
  ['bootstrapper', bootstrapperCase],
  ['disk', diskCase],
  ['kill', killCase],
]);
/** It takes as long as all others together. */
const ONLY_IF_NAMED = ['kill'];

class Report {
  isBroken = false;

  figure(name, value) {
    console.log(`  ${name.padEnd(52)} ${value}`);
  }

  /** What must hold, as a sentence. */
  promise(sentence, holds) {
    if (!holds) this.isBroken = true;
    console.log(`  ${holds ? 'holds ' : 'BROKEN'}  ${sentence}`);
  }
}

let network;
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => void leave(130));

const names = process.argv.slice(2);
const unknown = names.find((name) => !CASES.has(name));
const obstacle = whyNot();
if (unknown !== undefined) {
  console.error(`lab: no case ${unknown}; there are ${[...CASES.keys()].join(', ')}`);
  process.exitCode = 2;
} else if (obstacle === undefined) {
  const usual = [...CASES.keys()].filter((name) => !ONLY_IF_NAMED.includes(name));
  for (const name of names.length > 0 ? names : usual) await runCase(name);
} else {
  console.log(`lab: left out: ${obstacle}`);
}
await leave(process.exitCode ?? 0);

async function runCase(name) {
  console.log(`${name} (${cpus().length} cores, load ${loadavg()[0].toFixed(1)})`);
  network = new Network();
  const report = new Report();
  try {
    await CASES.get(name)(network, report);
  } catch (error) {
    report.promise(`the case runs to its end: ${error.stack}`, false);
  }
  await clean();
  if (report.isBroken) process.exitCode = 1;
}

async function clean() {
  await endAll();
  network?.close();
  network = undefined;
}

async function leave(code) {
  await clean();
  process.exit(code);
}
