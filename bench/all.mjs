/**
 * All benches, one after the other, with fewer messages than each takes by itself: some five minutes.
 *
 *     npm run build && node bench/all.mjs
 */
import { spawnSync } from 'node:child_process';
import { loadavg } from 'node:os';
import { fileURLToPath } from 'node:url';

const BENCHES = [
  ['relay.mjs', '--messages', '100000'],
  ['latency.mjs', '--messages', '200'],
  ['fan-out.mjs', '--seconds', '1'],
  ['start.mjs'],
  ['counts.mjs'],
  ['join.mjs', '--runs', '5'],
  ['proof-of-work.mjs', '--runs', '5'],
  ['simulator.mjs', '--nodes', '10000', '--floods', '10'],
];

for (const [file, ...options] of BENCHES) {
  const load = loadavg()[0].toFixed(1);
  console.log(`\n——— ${file} ${options.join(' ')} (load ${load} before it) ———`);
  const path = fileURLToPath(new URL(file, import.meta.url));
  const { status } = spawnSync(process.execPath, [path, ...options], { stdio: 'inherit' });
  if (status !== 0) process.exitCode = 1;
}
