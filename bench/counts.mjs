/**
 * What a relayed message costs in things that can be counted, whatever the machine and its load: writes to
 * sockets per thousand messages, and bytes of heap allocated per message, two nodes together.
 * `test/integration/counts.test.ts` holds limits to them.
 *
 *     npm run build && node bench/counts.mjs [--sites]
 *
 * Two nodes, a publisher and a subscriber that accepts everything share this process, so they take turns in
 * the same order every time. The publisher hands over bursts of a thousand messages of 100 B, each when the
 * subscriber has the burst before it. Allocations are seen by the growth of the heap while nothing is
 * collected: the young generation is made large enough for that. They include what the two programs
 * allocate, which is next to nothing per message. The figures are one line of JSON. `--sites` shows instead
 * which functions allocate most.
 */
import { spawnSync } from 'node:child_process';
import { Session } from 'node:inspector/promises';
import { Socket } from 'node:net';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { median, round } from './parts/figures.mjs';
import { ACCEPTANCE_BYTES, announceFrame, connectTo, FrameCutter } from './parts/frames.mjs';
import { notifyFrame, writeAcceptance } from './parts/frames.mjs';
import { startNode } from './parts/node.mjs';

const BURST = 1_000;
/** Until all code that matters is compiled. */
const WARM_UP_BURSTS = 100;
/** Allocations are counted over stretches of a few bursts: in longer ones, read buffers make V8 collect. */
const STRETCHES = 9;
const BURSTS_PER_STRETCH = 5;
/** No collection because the young generation is full; and one on demand. */
const NODE_FLAGS = ['--expose-gc', '--max-semi-space-size=512', '--min-semi-space-size=512'];
const SITES_SHOWN = 25;

const { values } = parseArgs({ options: { sites: { type: 'boolean', default: false } } });

if (globalThis.gc === undefined) {
  const again = [...NODE_FLAGS, fileURLToPath(import.meta.url), ...process.argv.slice(2)];
  process.exit(spawnSync(process.execPath, again, { stdio: 'inherit' }).status ?? 1);
}
const a = await startNode();
const b = await startNode({ bootstrapper: a.hello.peers });
await b.answers.links(1);
const programs = new WeakSet();
const relayBurst = await connectPrograms();
for (let i = 0; i < WARM_UP_BURSTS; i++) await relayBurst();
if (values.sites) await printSites();
else console.log(JSON.stringify(await count()));
process.exit(0);

async function count() {
  const writes = countWrites();
  const stretches = [];
  for (let i = 0; i < STRETCHES; i++) stretches.push(await allocatedInStretch());
  return {
    writesPerThousand: (writes.count * 1000) / (STRETCHES * BURSTS_PER_STRETCH * BURST),
    bytesPerMessage: Math.round(median(stretches) / (BURSTS_PER_STRETCH * BURST)),
  };
}

async function allocatedInStretch() {
  globalThis.gc();
  const before = process.memoryUsage().heapUsed;
  for (let i = 0; i < BURSTS_PER_STRETCH; i++) await relayBurst();
  return process.memoryUsage().heapUsed - before;
}

/** Counts what the nodes write from now on, and not what the two programs write. */
function countWrites() {
  const writes = { count: 0 };
  const write = Socket.prototype.write;
  Socket.prototype.write = function (...args) {
    if (!programs.has(this)) writes.count++;
    return write.apply(this, args);
  };
  return writes;
}

/** Connects a publisher to A and a subscriber to B; what is returned relays one burst. */
async function connectPrograms() {
  const subscriber = await connectTo(b.hello.api);
  const publisher = await connectTo(a.hello.api);
  programs.add(subscriber);
  programs.add(publisher);
  const burst = Buffer.concat(Array(BURST).fill(announceFrame(100)));
  const answers = Buffer.alloc(BURST * ACCEPTANCE_BYTES);
  let used = 0;
  let received = 0;
  let onAll;
  const cutter = new FrameCutter((bytes, start) => {
    received++;
    writeAcceptance(answers, used, bytes, start);
    used += ACCEPTANCE_BYTES;
  });
  subscriber.on('data', (chunk) => {
    used = 0;
    cutter.push(chunk);
    subscriber.write(Buffer.from(answers.subarray(0, used)));
    if (received === BURST) onAll();
  });
  subscriber.write(notifyFrame());
  return async () => {
    received = 0;
    const all = new Promise((resolve) => (onAll = resolve));
    publisher.write(burst);
    await all;
    while (gatesOpen() > 0) await new Promise((resolve) => setImmediate(resolve));
  };
}

function gatesOpen() {
  return b.answers.snapshot().core.sizes.waitingMessages.size;
}

async function printSites() {
  const session = new Session();
  session.connect();
  await session.post('HeapProfiler.enable');
  await session.post('HeapProfiler.startSampling', {
    samplingInterval: 2048,
    includeObjectsCollectedByMajorGC: true,
    includeObjectsCollectedByMinorGC: true,
  });
  const bursts = 3 * WARM_UP_BURSTS;
  for (let i = 0; i < bursts; i++) await relayBurst();
  const { profile } = await session.post('HeapProfiler.stopSampling');
  const bytesBySite = new Map();
  const visit = ({ callFrame, selfSize, children }) => {
    const { functionName, url, lineNumber } = callFrame;
    const site = `${functionName} ${url.split('/dist/').at(-1)}:${lineNumber + 1}`;
    bytesBySite.set(site, (bytesBySite.get(site) ?? 0) + selfSize);
    children.forEach(visit);
  };
  visit(profile.head);
  const sites = [...bytesBySite].toSorted(([, left], [, right]) => right - left);
  console.log('bytes per message, by the function (or the one it was compiled into)');
  for (const [site, bytes] of sites.slice(0, SITES_SHOWN)) {
    console.log(String(round(bytes / (bursts * BURST))).padStart(8), site);
  }
}
