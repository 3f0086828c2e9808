/**
 * Latency at a steady 200 messages a second, over two nodes and over a line of five, beside bare relays in
 * the same arrangement. From the moment the publisher writes a message until the subscriber has read it, on
 * the clock that all processes of a machine share.
 *
 *     npm run build && node bench/latency.mjs [--messages 1000] [--per-second 200] [--bytes 100] [--runs 5]
 *
 * Subscribers accept everything: the last node's, and in the third arrangement one at every node, so that
 * each hop waits for a verdict (the bare relays then wait for an answer, too). All processes of an
 * arrangement run all the time, and runs alternate; what is printed are the medians of the runs'
 * percentiles, and ratios of them. 3,000 messages go first, faster and uncounted, until the code that a
 * node runs for months is compiled.
 */
import { parseArgs } from 'node:util';
import { interleave, judge, percentile, printTable } from './parts/figures.mjs';
import { cpuMicrosOf, endAll, Part } from './parts/part.mjs';

const WARM_UP = { messages: 3_000, perSecond: 1_000 };

const { values } = parseArgs({
  options: {
    messages: { type: 'string', default: '1000' },
    'per-second': { type: 'string', default: '200' },
    bytes: { type: 'string', default: '100' },
    runs: { type: 'string', default: '5' },
  },
});
const [messages, perSecond, bytes, runs] = [
  Number(values.messages),
  Number(values['per-second']),
  Number(values.bytes),
  Number(values.runs),
];

const arrangements = [
  { title: 'two nodes', count: 2, everyNodeAsks: false },
  { title: 'a line of five', count: 5, everyNodeAsks: false },
  { title: 'a line of five, a verdict at each', count: 5, everyNodeAsks: true },
];
for (const { title, ...arrangement } of arrangements) {
  const lines = { node: await nodes(arrangement), bare: await bares(arrangement) };
  for (const line of Object.values(lines)) await send(line, WARM_UP);
  const medians = await interleave(['node', 'bare'], runs, (kind) => once(lines[kind]));
  await endAll();
  const { node, bare } = medians;
  printTable(`${title}: ${perSecond} messages/s of ${bytes} B, medians of ${runs} runs`, medians);
  for (const name of ['p50 ms', 'p90 ms']) {
    console.log(`node / bare, ${name}: ${judge(node[name] / bare[name], '≤', 1.5)}`);
  }
}

async function once(line) {
  const before = await cpuMicrosOf(line.relays);
  const delays = await send(line, { messages, perSecond });
  const micros = (await cpuMicrosOf(line.relays)) - before;
  return {
    'p50 ms': percentile(delays, 50) / 1e6,
    'p90 ms': percentile(delays, 90) / 1e6,
    'p99 ms': percentile(delays, 99) / 1e6,
    'CPU µs per message, all': micros / messages,
  };
}

async function send({ publisher, subscriber }, pace) {
  await subscriber.ask('expect', { messages: pace.messages, measuresDelays: true });
  await publisher.ask('tick', pace);
  return await subscriber.ask('receive');
}

/** Every node dials the one before it, and no other: one connection is enough for it. */
async function nodes({ count, everyNodeAsks }) {
  const config = { degree: 1, minConnections: 1, maxConnections: 2 };
  const relays = [await Part.start('node', { config })];
  for (let i = 1; i < count; i++) {
    const bootstrapper = relays.at(-1).hello.peers;
    relays.push(await Part.start('node', { config, bootstrapper }));
    await relays.at(-1).ask('links', 1);
  }
  if (everyNodeAsks) {
    for (const { hello } of relays.slice(1, -1)) {
      await Part.start('subscriber', { port: hello.api });
    }
  }
  const subscriber = await Part.start('subscriber', { port: relays.at(-1).hello.api });
  const publisher = await Part.start('publisher', { port: relays[0].hello.api, bytes });
  return { relays, publisher, subscriber };
}

/** From the last to the first, each dials the next. */
async function bares({ count, everyNodeAsks }) {
  const relays = [await Part.start('bare-relay')];
  const subscriber = await Part.start('subscriber', {
    port: relays[0].hello.api,
    answers: everyNodeAsks,
    subscribes: false,
  });
  for (let i = 1; i < count; i++) {
    const asks = everyNodeAsks && i < count - 1;
    const relay = await Part.start('bare-relay', { next: relays[0].hello.peers, asks });
    relays.unshift(relay);
    if (asks) await Part.start('subscriber', { port: relay.hello.api, subscribes: false });
  }
  const publisher = await Part.start('publisher', { port: relays[0].hello.api, bytes });
  return { relays, publisher, subscriber };
}
