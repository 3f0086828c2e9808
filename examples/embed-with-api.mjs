/**
 * An embedded node that other programs of this machine use too: it has an API like a node that runs by itself,
 * says what happens, and ends when the program says so.
 *
 *     node examples/embed-with-api.mjs
 */
import { createNode } from 'hearsay';
import { connect } from 'hearsay/client';

const stop = new AbortController();
const node = await createNode({
  api: '127.0.0.1:0', // or 'unix:/run/my-program.sock'
  validationTimeoutMillis: 5_000,
  log: { debug() {}, info: console.log, warn: console.warn },
  signal: stop.signal,
});
console.log(`peers connect to ${node.address}, programs to ${node.apiAddress}`);

// Every event has a name of its own, such as 'link-established', and all come as 'event'.
node.on('event', (event) => console.log(`event: ${event.kind}`));

// The program beside the node; it would be a process of its own.
const client = await connect(node.apiAddress);
const heard = node.subscribe(1337);
await client.announce(1337, 'hello, node');
const { value: received } = await heard.next();
console.log(`from the API: ${Buffer.from(received.data)}`);

const { sizes, traffic } = node.stats();
console.log(`clients: ${sizes.clients.size} of ${sizes.clients.max}`);
console.log(`messages from clients: ${traffic.clients.messagesIn}`);

await client.close();
stop.abort();
await node.closed;
console.log('the node is gone');
