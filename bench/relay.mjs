/**
 * The relay: publisher → node A → node B → subscriber that accepts everything, every part a process of its
 * own, beside a bare relay that only cuts frames out of the stream and copies them, batched, over `net`.
 *
 *     npm run build && node bench/relay.mjs [--messages 100000] [--bytes 100] [--runs 5]
 *
 * Runs alternate (node, bare, node, bare …); what is printed are the medians and the ratio of medians within
 * this one call. CPU is user + system time of both relay processes together, per message.
 */
import { fork } from 'node:child_process';
import { createConnection, createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const HEAD = 8;
const TYPE = 1337;

// ——— Roles, each in a child process ———

const roles = { node: runNode, bare: runBare, publish, subscribe };

async function runNode({ bootstrapper }) {
  const { startDaemon } = await import('../dist/daemon/daemon.js');
  const { defaultConfig } = await import('../dist/daemon/config/config.js');
  const { pino } = await import('pino');
  const daemon = await startDaemon({
    config: {
      ...defaultConfig(),
      p2pAddress: { host: '127.0.0.1', port: 0 },
      apiAddress: { kind: 'tcp', host: '127.0.0.1', port: 0 },
      bootstrapper,
      proofOfWork: 'none',
    },
    log: pino({ level: 'silent' }),
  });
  const openLinks = () => daemon.snapshot().core.sizes.openLinks.size;
  answerCpu();
  while (bootstrapper !== undefined && openLinks() === 0) {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  process.send({ peers: daemon.p2pAddress.port, api: daemon.apiAddress.port });
}

/** Copies whole frames from whoever connects to `next` (or to whoever connected to be fed). */
async function runBare({ next }) {
  const outputs = new Set();
  if (next !== undefined) {
    const socket = createConnection(next, '127.0.0.1').setNoDelay(true);
    await new Promise((resolve) => socket.once('connect', resolve));
    outputs.add(new Batch(socket));
  }
  const server = createServer({ noDelay: true }, (socket) => {
    if (next === undefined && outputs.size === 0) {
      outputs.add(new Batch(socket));
      return;
    }
    const reader = new Frames((chunk, start, end) => {
      for (const output of outputs) output.append(chunk, start, end);
    });
    socket.on('data', (chunk) => {
      reader.push(chunk);
      for (const output of outputs) if (output.isFull) output.holdBack(socket);
    });
  });
  server.listen(0, '127.0.0.1', () =>
    process.send({ peers: server.address().port, api: server.address().port }),
  );
  answerCpu();
}

async function publish({ port, messages, bytes }) {
  const socket = createConnection(port, '127.0.0.1').setNoDelay(true);
  await new Promise((resolve) => socket.once('connect', resolve));
  const frame = Buffer.alloc(HEAD + bytes);
  frame.writeUInt16BE(frame.length, 0);
  frame.writeUInt16BE(500, 2);
  frame.writeUInt16BE(TYPE, 6);
  const perChunk = Math.max(1, Math.floor(65_536 / frame.length));
  const chunk = Buffer.concat(Array(perChunk).fill(frame));
  process.send('ready');
  await new Promise((resolve) => process.once('message', resolve));
  for (let left = messages; left > 0;) {
    const count = Math.min(left, perChunk);
    left -= count;
    if (!socket.write(chunk.subarray(0, count * frame.length))) {
      await new Promise((resolve) => socket.once('drain', resolve));
    }
  }
}

async function subscribe({ port, messages, answers }) {
  const socket = createConnection(port, '127.0.0.1').setNoDelay(true);
  await new Promise((resolve) => socket.once('connect', resolve));
  if (answers) socket.write(Buffer.from([0, 8, 1, 0xf5, 0, 0, TYPE >> 8, TYPE & 255]));
  let count = 0;
  const batch = Buffer.alloc(8 * 65_536);
  let used = 0;
  const reader = new Frames((chunk, start) => {
    count++;
    if (answers) {
      batch.writeUInt32BE(0x0008_01f7, used);
      batch[used + 4] = chunk[start + 4];
      batch[used + 5] = chunk[start + 5];
      batch[used + 6] = 0;
      batch[used + 7] = 1;
      used += 8;
    }
  });
  socket.on('data', (chunk) => {
    reader.push(chunk);
    if (used > 0) socket.write(Buffer.from(batch.subarray(0, used)));
    used = 0;
    if (count >= messages) process.send({ done: count });
  });
  process.send('ready');
}

/** Cuts a stream into frames that start with a 16-bit size. */
class Frames {
  #rest = Buffer.alloc(0);
  #onFrame;
  constructor(onFrame) {
    this.#onFrame = onFrame;
  }
  push(chunk) {
    const bytes = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    let offset = 0;
    while (offset + 2 <= bytes.length) {
      const size = (bytes[offset] << 8) | bytes[offset + 1];
      if (offset + size > bytes.length) break;
      this.#onFrame(bytes, offset, offset + size);
      offset += size;
    }
    this.#rest = bytes.subarray(offset);
  }
}

/** One write a turn. */
class Batch {
  #socket;
  #buffer = Buffer.allocUnsafe(1 << 20);
  #used = 0;
  #isMarked = false;
  constructor(socket) {
    this.#socket = socket;
  }
  get isFull() {
    return this.#socket.writableNeedDrain;
  }
  append(chunk, start, end) {
    if (this.#used + end - start > this.#buffer.length) this.flush();
    this.#buffer.set(chunk.subarray(start, end), this.#used);
    this.#used += end - start;
    if (this.#isMarked) return;
    this.#isMarked = true;
    setImmediate(() => this.flush());
  }
  flush() {
    this.#isMarked = false;
    if (this.#used > 0) this.#socket.write(Buffer.from(this.#buffer.subarray(0, this.#used)));
    this.#used = 0;
  }
  holdBack(source) {
    source.pause();
    this.#socket.once('drain', () => source.resume());
  }
}

function answerCpu() {
  process.on('message', (message) => {
    if (message === 'cpu')
      process.send({ cpu: process.cpuUsage(), memory: process.memoryUsage.rss() });
  });
}

// ——— The bench ———

async function start(role, options) {
  const child = fork(fileURLToPath(import.meta.url), [], {
    env: { ...process.env, BENCH_ROLE: role, BENCH_OPTIONS: JSON.stringify(options) },
  });
  return { child, hello: await answer(child) };
}

function answer(child) {
  return new Promise((resolve, reject) => {
    child.once('message', resolve);
    child.once('exit', (code) => reject(new Error(`a process of the bench ended with ${code}`)));
  });
}

async function cpuOf(children) {
  let micros = 0;
  for (const { child } of children) {
    const reply = answer(child);
    child.send('cpu');
    const { cpu } = await reply;
    micros += cpu.user + cpu.system;
  }
  return micros;
}

async function once(kind, { messages, bytes }) {
  const isNode = kind === 'node';
  // Node: B dials A. Bare: A dials B, B feeds the subscriber.
  const first = await start(kind, {});
  let subscriber;
  if (!isNode)
    subscriber = await start('subscribe', { port: first.hello.api, messages, answers: false });
  const second = await start(
    kind,
    isNode
      ? { bootstrapper: { host: '127.0.0.1', port: first.hello.peers } }
      : { next: first.hello.peers },
  );
  if (isNode)
    subscriber = await start('subscribe', { port: second.hello.api, messages, answers: true });
  const publisher = await start('publish', {
    port: isNode ? first.hello.api : second.hello.api,
    messages,
    bytes,
  });
  await new Promise((resolve) => setTimeout(resolve, 200));
  const relays = [first, second];
  const before = await cpuOf(relays);
  const begin = performance.now();
  const done = answer(subscriber.child);
  publisher.child.send('go');
  await done;
  const seconds = (performance.now() - begin) / 1000;
  const micros = (await cpuOf(relays)) - before;
  for (const { child } of [publisher, ...relays, subscriber]) {
    child.removeAllListeners('exit');
    child.kill('SIGKILL');
  }
  return { perSecond: messages / seconds, cpuMicros: micros / messages };
}

const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];

async function main() {
  const { values } = parseArgs({
    options: {
      messages: { type: 'string', default: '100000' },
      bytes: { type: 'string', default: '100' },
      runs: { type: 'string', default: '5' },
    },
  });
  const options = { messages: Number(values.messages), bytes: Number(values.bytes) };
  const results = { node: [], bare: [] };
  for (let run = 0; run < Number(values.runs); run++) {
    for (const kind of ['node', 'bare']) results[kind].push(await once(kind, options));
  }
  const show = (kind) => ({
    'messages per second': Math.round(median(results[kind].map((r) => r.perSecond))),
    'CPU µs per message, both': Number(median(results[kind].map((r) => r.cpuMicros)).toFixed(2)),
  });
  const [node, bare] = [show('node'), show('bare')];
  console.log(
    `relay, ${options.messages} messages of ${options.bytes} B, ${values.runs} runs, medians`,
  );
  console.table({ node, bare });
  const [rate, cpu] = Object.keys(node);
  console.log(
    `node / bare: ${(node[rate] / bare[rate]).toFixed(2)} of the rate, ${(node[cpu] / bare[cpu]).toFixed(2)} × the CPU`,
  );
}

const role = process.env.BENCH_ROLE;
if (role === undefined) await main();
else await roles[role](JSON.parse(process.env.BENCH_OPTIONS));
