/**
 * Judge what passes a node: JSON objects with a temperature may travel on, anything else may not.
 *
 *     node examples/client-validator.mjs [API_ADDRESS]
 *
 * Without the address of a node's API the example starts a node of its own.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { createNode } from 'hearsay';
import { connect } from 'hearsay/client';

const ownNode =
  process.argv[2] === undefined ? await createNode({ api: '127.0.0.1:0' }) : undefined;
const address = process.argv[2] ?? ownNode.apiAddress;
const TEMPERATURE = 1337;

/** Whether some bytes are what our announcements look like. */
function isTemperature(data) {
  const { celsius } = JSON.parse(Buffer.from(data).toString('utf8'));
  return typeof celsius === 'number' && celsius > -100 && celsius < 100;
}

/** JSON.parse throws on junk: that is an answer, not a failure. */
function judge({ data }) {
  try {
    return isTemperature(data) ? 'accept' : 'reject';
  } catch {
    return 'reject';
  }
}

const client = await connect(address);
const service = client.serve(TEMPERATURE, judge);
await service.ready;

/** The same with a question to somebody else, which may take a while or fail. */
async function judgeSlowly({ data }, { signal }) {
  const isKnown = await askDatabase(data, { signal });
  return isKnown ? 'accept' : 'ignore';
}

const slowService = client.serve(TEMPERATURE + 1, judgeSlowly, {
  concurrency: 8, // calls under way at a time; more messages wait
  timeout: 5_000, // then the message is ignored, and `signal` fires
  onError: (error) => console.error('the validator failed:', error.message),
});
await slowService.ready;

const writer = await connect(address);
await writer.announce(TEMPERATURE, '{"celsius": 21.5}');
await writer.announce(TEMPERATURE, '{"celsius": "warm"}');
await writer.announce(TEMPERATURE, 'no JSON at all');
await writer.announce(TEMPERATURE + 1, 'a question');

await allAnswered(4);
console.log('fast:', service.counts);
console.log('slow:', slowService.counts);

await service.close();
await slowService.close();
await writer.close();
await client.close();
await ownNode?.close();

/** Stands for anything that answers later; this one always fails. */
async function askDatabase(_data, { signal }) {
  await sleep(10, undefined, { signal });
  throw new Error('the database is down');
}

async function allAnswered(count) {
  const sum = ({ accepted, rejected, ignored }) => accepted + rejected + ignored;
  while (sum(service.counts) + sum(slowService.counts) < count) {
    await sleep(10);
  }
}
