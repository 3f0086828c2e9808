/**
 * Announce and subscribe: two programs and a node between them.
 *
 *     node examples/client-announce-and-subscribe.mjs [API_ADDRESS]
 *
 * API_ADDRESS is that of a node, such as 127.0.0.1:7001 or unix:/run/hearsay.sock; without it the example
 * starts a node of its own.
 */
import { createNode } from 'hearsay';
import { connect } from 'hearsay/client';

const ownNode =
  process.argv[2] === undefined ? await createNode({ api: '127.0.0.1:0' }) : undefined;
const address = process.argv[2] ?? ownNode.apiAddress;

const reader = await connect(address);
const subscription = reader.subscribe(1337);
await subscription.ready;

// A connection is not told of its own announcements, so this takes a second one.
const writer = await connect(address);
await writer.announce(1337, 'hello');

for await (const received of subscription) {
  console.log(`heard: ${Buffer.from(received.data)}`);
  received.accept();
  break;
}

await writer.close();
await reader.close();
await ownNode?.close();
