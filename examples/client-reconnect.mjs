/**
 * Outlive the node: a client that comes back when its node does.
 *
 *     node examples/client-reconnect.mjs
 *
 * The example starts a node, stops it, and starts another one at the same address.
 */
import { once } from 'node:events';
import { createNode } from 'hearsay';
import { connect } from 'hearsay/client';

let node = await createNode({ api: '127.0.0.1:0' });
const api = node.apiAddress;

const client = await connect(api, {
  reconnect: {
    minDelay: 100, // milliseconds before the first attempt; doubles with each
    maxDelay: 5_000, // the most between two attempts
    fromStart: true, // connect() itself waits for a node that is not there yet
  },
});
client.on('lost', (error) => console.log('lost:', error.code));
client.on('retry', ({ attempt, delay }) => console.log(`attempt ${attempt} in ${delay} ms`));
client.on('reconnected', (attempts) => console.log(`back after ${attempts} attempts`));

// Outlives the connection. What passes while there is none is missed.
const subscription = client.subscribe(1337, { autoAccept: true });
await subscription.ready;

const lost = once(client, 'lost');
await node.close();
await lost;

// There is no node now: this waits for the next one. It can be withdrawn.
const sent = client.announce(42, 'to whom it may concern', { signal: AbortSignal.timeout(60_000) });

const reconnected = once(client, 'reconnected');
node = await createNode({ api });
await reconnected;
await sent;

const writer = await connect(api);
await writer.announce(1337, 'welcome back');
const { value } = await subscription.next();
console.log(`heard: ${Buffer.from(value.data)}`);

await writer.close();
await client.close();
await node.close();
