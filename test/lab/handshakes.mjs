/**
 * Crowds at the door of a node, on machines of their own (network namespaces):
 *
 * 1. ten thousand silent connections, from one address and from 256 in as many /24s;
 * 2. a thousand handshakes a second from one address;
 *
 * and honest peers that come meanwhile. Attackers, node and peers share this machine's cores.
 *
 *     npm run build && sudo node test/lab/handshakes.mjs [--seconds 10]
 *
 * Says so and does nothing where namespaces are not allowed. Exit code 1 if a figure is missed.
 */
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { Laboratory, whyNot } from './namespaces.mjs';

const { values } = parseArgs({ options: { seconds: { type: 'string', default: '10' } } });
const seconds = Number(values.seconds);
const part = (name) => fileURLToPath(new URL(`part-${name}.mjs`, import.meta.url));

const reason = whyNot();
if (reason !== undefined) {
  console.log(`skipped: ${reason}`);
  process.exit(0);
}

const wide = Array.from({ length: 256 }, (_, n) => `10.78.${n}.9`);
const honestAddresses = Array.from({ length: 64 }, (_, n) => `10.79.${n}.9`);
const laboratory = new Laboratory();
try {
  laboratory.connect('crowd', 78, wide);
  laboratory.connect('honest', 79, honestAddresses);
  const honest = await laboratory.start('honest', part('honest'), {
    target: '10.79.0.1',
    addresses: honestAddresses,
  });
  await silence('one address', wide.slice(0, 1), honest);
  await silence('256 addresses', wide, honest);
  await storm(honest);
} finally {
  laboratory.close();
}

/** Ten thousand connections within some seconds that say nothing. */
async function silence(title, addresses, honest) {
  const node = await laboratory.start('victim', part('node'), {});
  await honest.ask({ count: 4, interval: 250 });
  const before = await node.ask({});
  const crowd = await laboratory.start('crowd', part('crowd'), { target: '10.78.0.1', addresses });
  const attack = crowd.ask({ total: 10_000, perSecond: 10_000 / seconds, speaks: false });
  const joins = await honest.ask({ count: 20, interval: (seconds * 1000) / 20 });
  const { begun, closed } = await attack;
  const after = await node.ask({});
  console.log(`10,000 silent connections from ${title}:`, { begun, closed, ...after.codes });
  judge('pending at most', after.pendingMax, 64);
  judge('more resident memory, MB', after.rssMB - before.rssMB, 16);
  judge('slowest of 20 honest joins, ms', Math.max(...joins), 2_000);
  for (const each of [crowd, node]) each.end();
  await new Promise((resolve) => setTimeout(resolve, 500));
}

/** A thousand handshakes a second from one address. */
async function storm(honest) {
  const node = await laboratory.start('victim', part('node'), {});
  await honest.ask({ count: 4, interval: 250 });
  const crowd = await laboratory.start('crowd', part('crowd'), {
    target: '10.78.0.1',
    addresses: wide.slice(0, 1),
  });
  await node.ask({});
  const attack = crowd.ask({ total: 1_000 * seconds, perSecond: 1_000, speaks: true });
  const count = 10 * seconds;
  const joins = await honest.ask({ count, interval: 100 });
  const { begun, seconds: took } = await attack;
  const { coreShare, codes } = await node.ask({});
  console.log(`${begun} handshakes in ${took.toFixed(1)} s from one address:`, codes);
  judge('of a core', coreShare, 0.3);
  const inTime = joins.filter((millis) => millis <= 2_000).length / count;
  judge('honest joins later than 2 s', 1 - inTime, 0.01);
}

function judge(what, value, most) {
  const isReached = value <= most;
  if (!isReached) process.exitCode = 1;
  console.log(
    `  ${what}: ${value.toFixed(2)} (goal ≤ ${most}: ${isReached ? 'reached' : 'missed'})`,
  );
}
