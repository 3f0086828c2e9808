/**
 * Does a Gossip module do what it should? Asks two that are in one network, of whatever make, through their
 * application interfaces.
 *
 *     node examples/client-check-module.mjs [API_ADDRESS_1 API_ADDRESS_2]
 *
 * Without addresses it starts two nodes of its own. Prints a line for each check; exits with 1 if one fails.
 */
import { randomInt } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { createNode } from 'hearsay';
import { connect } from 'hearsay/client';

/** Milliseconds until something that should happen counts as missing, and until nothing counts as nothing. */
const PATIENCE = 20_000;
const SILENCE = 500;

const ownNodes = process.argv.length > 3 ? [] : await startTwoNodes();
const [firstApi, secondApi] = ownNodes
  .map(({ apiAddress }) => apiAddress)
  .concat(process.argv.slice(2));
const type = randomInt(1, 65_536);
const clients = [];

await check('a client hears what another one announces at the same node', async () => {
  const heard = await listen(firstApi);
  await announce(firstApi, 'same node');
  return (await heard()) === 'same node';
});
await check('a client hears what is announced at the other node', async () => {
  const heard = await listen(firstApi);
  await announce(secondApi, 'other node');
  return (await heard()) === 'other node';
});
await check('and the other way round', async () => {
  const heard = await listen(secondApi);
  await announce(firstApi, 'other way');
  return (await heard()) === 'other way';
});
await check('an announcement of 60,000 bytes arrives whole', async () => {
  const heard = await listen(secondApi);
  const data = 'x'.repeat(60_000);
  await announce(firstApi, data);
  return (await heard()) === data;
});
await check('the same bytes announced twice are heard twice', async () => {
  const heard = await listen(secondApi);
  await announce(firstApi, 'again', 'again');
  return (await heard()) === 'again' && (await heard()) === 'again';
});
await check('a client is not told of its own announcement', async () => {
  const client = await join(firstApi);
  const heard = await listen(firstApi, client);
  await client.announce(type, 'own');
  return (await heard(SILENCE)) === undefined;
});
await check('a client is not told of other data types', async () => {
  const heard = await listen(secondApi);
  await (await join(firstApi)).announce(type ^ 1, 'other type');
  return (await heard(SILENCE)) === undefined;
});

for (const node of ownNodes) await node.close();

async function check(what, passes) {
  const isRight = await passes();
  console.log(`${isRight ? 'ok    ' : 'FAILED'} ${what}`);
  if (!isRight) process.exitCode = 1;
  await Promise.all(clients.splice(0).map((client) => client.close()));
}

async function join(api) {
  const client = await connect(api);
  clients.push(client);
  return client;
}

/** A function that gives the next announcement as text, or undefined if none comes in time. */
async function listen(api, client) {
  const subscription = (client ?? (await join(api))).subscribe(type, { autoAccept: true });
  await subscription.ready;
  // A node does not confirm a subscription: let it take note.
  await sleep(50);
  return async (patience = PATIENCE) => {
    const nothing = sleep(patience, { value: undefined }, { ref: false });
    const { value } = await Promise.race([subscription.next(), nothing]);
    return value && Buffer.from(value.data).toString();
  };
}

async function announce(api, ...texts) {
  const client = await join(api);
  for (const text of texts) await client.announce(type, text);
}

async function startTwoNodes() {
  const options = { api: '127.0.0.1:0', proofOfWork: 'none' };
  const first = await createNode(options);
  const second = await createNode({ ...options, knownPeers: [first.address] });
  await second.whenConnected(1);
  return [first, second];
}
