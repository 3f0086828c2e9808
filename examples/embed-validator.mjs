/**
 * A node that judges what it passes on. Three nodes in a line: what the one in the middle rejects never gets
 * to the last.
 *
 *     node examples/embed-validator.mjs
 */
import { once } from 'node:events';
import { createNode } from 'hearsay';

const TEMPERATURE = 1337;
const COMMON = { proofOfWork: 'none', degree: 1, minConnections: 1 };

const sensor = await createNode(COMMON);
const middle = await createNode({ ...COMMON, knownPeers: [sensor.address] });
const reader = await createNode({ ...COMMON, knownPeers: [middle.address] });
await middle.whenConnected(2);

// Sync or async: 'accept' lets a message travel on, 'reject' ends it here, 'ignore' leaves it to others.
middle.subscribe(TEMPERATURE, async ({ data }, { signal }) => {
  const { sensorId, celsius } = JSON.parse(Buffer.from(data).toString('utf8'));
  if (!(await isKnown(sensorId, signal))) return 'ignore';
  return celsius > -100 && celsius < 100 ? 'accept' : 'reject';
});

// JSON.parse throws on junk. The message is ignored then, and the program is told.
const failed = once(middle, 'validator-failed');

const subscription = reader.subscribe(TEMPERATURE, { autoAccept: true });
await sensor.announce(TEMPERATURE, 'no JSON at all');
await sensor.announce(TEMPERATURE, '{"sensorId": 7, "celsius": 4000}');
await sensor.announce(TEMPERATURE, '{"sensorId": 7, "celsius": 21.5}');

const [{ error }] = await failed;
console.log(`the validator failed on one: ${error.name}`);
for await (const { data } of subscription) {
  console.log(`the reader has heard: ${Buffer.from(data)}`);
  break;
}

await Promise.all([sensor.close(), middle.close(), reader.close()]);

/** Stands for a question to somebody else, who may take a while; `signal` fires when it is too late. */
async function isKnown(sensorId, signal) {
  await new Promise((resolve) => setTimeout(resolve, 5));
  signal.throwIfAborted();
  return sensorId === 7;
}
