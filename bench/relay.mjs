/**
 * The relay: publisher → node A → node B → subscriber that accepts everything, every part a process of its
 * own, beside a bare relay that only cuts frames out of the stream and copies them, batched, over `net`.
 *
 *     npm run build && node bench/relay.mjs [--bytes 100,1024,32768] [--messages 200000] [--runs 5]
 *         [--tls] [--profile DIRECTORY]
 *
 * Runs alternate (node, bare, node, bare …), each with fresh processes; a quarter of the messages goes
 * first, uncounted, until the code is compiled. What is printed are the medians, and ratios of medians
 * within this one call. CPU is user + system time of both relay processes together, per message. Of large
 * messages fewer are sent, 128 MiB at most. With `--tls` both pairs of relays speak TLS with each other. `--profile` writes CPU profiles of the two nodes.
 */
import { parseArgs } from 'node:util';
import { interleave, judge, numbers, printTable } from './parts/figures.mjs';
import { cpuMicrosOf, endAll, Part } from './parts/part.mjs';

const VOLUME_MAX = 128 * 2 ** 20;

const { values } = parseArgs({
  options: {
    bytes: { type: 'string', default: '100,1024,32768' },
    messages: { type: 'string', default: '200000' },
    runs: { type: 'string', default: '5' },
    tls: { type: 'boolean', default: false },
    profile: { type: 'string' },
  },
});
const nodeFlags = values.profile === undefined ? [] : profileFlags(values.profile);

for (const bytes of numbers(values.bytes)) {
  const messages = Math.min(Number(values.messages), Math.ceil(VOLUME_MAX / bytes));
  const medians = await interleave(['node', 'bare'], Number(values.runs), (kind) =>
    once(kind, messages, bytes),
  );
  const { node, bare } = medians;
  const [rate, cpu] = Object.keys(node);
  printTable(`relay: ${messages} messages of ${bytes} B, medians of ${values.runs} runs`, medians);
  const [leastRate, mostCpu] = values.tls ? [0.4, 3] : [0.5, 2.5];
  console.log(
    `node / bare, messages per second: ${judge(node[rate] / bare[rate], '≥', leastRate)}`,
  );
  console.log(`node / bare, CPU per message: ${judge(node[cpu] / bare[cpu], '≤', mostCpu)}`);
}

async function once(kind, messages, bytes) {
  const { relays, publisher, subscriber } = await (kind === 'node' ? nodes(bytes) : bares(bytes));
  const send = async (count) => {
    await subscriber.ask('expect', { messages: count });
    await publisher.ask('publish', count);
    await subscriber.ask('receive');
  };
  await send(Math.ceil(messages / 4));
  const before = await cpuMicrosOf(relays);
  const begin = performance.now();
  await send(messages);
  const seconds = (performance.now() - begin) / 1000;
  const micros = (await cpuMicrosOf(relays)) - before;
  await endAll();
  return {
    'messages per second': messages / seconds,
    'CPU µs per message, both': micros / messages,
  };
}

async function nodes(bytes) {
  const config = { transport: values.tls ? 'tls' : 'plain' };
  const a = await Part.start('node', { config }, nodeFlags);
  const b = await Part.start('node', { config, bootstrapper: a.hello.peers }, nodeFlags);
  await b.ask('links', 1);
  const subscriber = await Part.start('subscriber', { port: b.hello.api });
  const publisher = await Part.start('publisher', { port: a.hello.api, bytes });
  return { relays: [a, b], publisher, subscriber };
}

async function bares(bytes) {
  const { tls } = values;
  const b = await Part.start('bare-relay', { tls });
  const subscriber = await Part.start('subscriber', {
    port: b.hello.api,
    answers: false,
    subscribes: false,
  });
  const a = await Part.start('bare-relay', { next: b.hello.peers, tls });
  const publisher = await Part.start('publisher', { port: a.hello.api, bytes });
  return { relays: [a, b], publisher, subscriber };
}

function profileFlags(directory) {
  return ['--cpu-prof', `--cpu-prof-dir=${directory}`];
}
