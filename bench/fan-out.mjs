/**
 * Fan-out: one publisher, one node, 100 subscribers in four processes, beside a bare fan-out that copies
 * frames into one batch for all and reads what they answer.
 *
 *     npm run build && node bench/fan-out.mjs [--bytes 100] [--subscribers 100] [--seconds 2] [--runs 5]
 *         [--profile DIRECTORY]
 *
 * Once with subscribers that accept everything, once with some that never answer: after three time-outs
 * nobody waits for those any more. There the time-out is as short as can be configured, 1 s: a message ID
 * that was not answered is not used again within three time-outs, and there are 65,535 of them, so nobody
 * can be told more than 21,845 times a second. What is announced beyond that is not told to whoever has no
 * ID left, as the protocol has it ("its IDs are full"), and is counted as dropped; the publisher is not
 * slowed down for it.
 *
 * Runs alternate, each with fresh processes. They are measured over a stretch of time, after a warm-up;
 * deliveries are counted by the subscribers. CPU is that of the node alone. Medians, and ratios of medians
 * within this one call. `--profile` writes CPU profiles of the nodes.
 */
import { parseArgs } from 'node:util';
import { interleave, judge, printTable } from './parts/figures.mjs';
import { endAll, Part } from './parts/part.mjs';

const PROCESSES = 4;

const { values } = parseArgs({
  options: {
    bytes: { type: 'string', default: '100' },
    subscribers: { type: 'string', default: '100' },
    seconds: { type: 'string', default: '2' },
    runs: { type: 'string', default: '5' },
    profile: { type: 'string' },
  },
});
const [bytes, subscribers, seconds, runs] = [
  Number(values.bytes),
  Number(values.subscribers),
  Number(values.seconds),
  Number(values.runs),
];
const nodeFlags =
  values.profile === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${values.profile}`];

/**
 * Silent readers need a warm-up until nobody waits for them and IDs come back from their rest; and they are
 * measured over whole rests, three seconds each, in which IDs may be used up early.
 */
const arrangements = [
  { title: 'all answer', answers: true, warmUpSeconds: 2, secondsMin: 0, goal: 800_000 },
  { title: 'nobody answers', answers: false, warmUpSeconds: 5, secondsMin: 6, goal: 1_500_000 },
];
for (const arrangement of arrangements) {
  const medians = await interleave(['node', 'bare'], runs, (kind) => once(kind, arrangement));
  const { node, bare } = medians;
  const title = `fan-out to ${subscribers}, ${arrangement.title}: ${bytes} B, medians of ${runs} runs`;
  printTable(title, medians);
  const rate = 'deliveries per second';
  console.log(`node, ${rate}: ${judge(node[rate], '≥', arrangement.goal)}`);
  console.log(`node / bare, ${rate}: ${(node[rate] / bare[rate]).toFixed(2)}`);
}

async function once(kind, { answers, warmUpSeconds, secondsMin }) {
  const hub = await (kind === 'node'
    ? Part.start('node', answers ? {} : { config: { validationTimeout: 1_000 } }, nodeFlags)
    : Part.start('bare-fan-out', { subscribers }));
  const port = hub.hello.api;
  const readers = await startReaders(port, answers, kind === 'node');
  const publisher = await Part.start('publisher', { port, bytes });
  const published = publisher.ask('publish');
  await pass(warmUpSeconds);
  const before = await look(hub, readers);
  await pass(Math.max(seconds, secondsMin));
  const after = await look(hub, readers);
  await publisher.ask('stop');
  await Promise.race([published, pass(1)]);
  await endAll();
  const deliveries = after.deliveries - before.deliveries;
  return {
    'deliveries per second': (deliveries * 1000) / (after.at - before.at),
    'CPU µs per delivery': (after.micros - before.micros) / deliveries,
    'dropped per second': ((after.dropped - before.dropped) * 1000) / (after.at - before.at),
  };
}

async function startReaders(port, answers, subscribes) {
  const readers = [];
  for (let i = 0; i < PROCESSES; i++) {
    const connections = Math.floor((subscribers + i) / PROCESSES);
    readers.push(await Part.start('subscriber', { port, connections, answers, subscribes }));
  }
  return readers;
}

async function look(hub, readers) {
  const micros = await hub.cpuMicros();
  const dropped = droppedOf(await hub.ask('snapshot'));
  const counts = await Promise.all(readers.map((reader) => reader.ask('count')));
  const deliveries = counts.reduce((sum, each) => sum + each, 0);
  return { at: performance.now(), micros, dropped, deliveries };
}

/** Notifications that did not fit into a queue or found no ID free; a bare fan-out drops nothing. */
function droppedOf({ traffic, events }) {
  if (traffic === undefined) return 0;
  return traffic.clients.messagesDropped + events['notification-dropped'];
}

function pass(duration) {
  return new Promise((resolve) => setTimeout(resolve, duration * 1000));
}
