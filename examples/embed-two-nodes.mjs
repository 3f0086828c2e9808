/**
 * A node inside a program; here two of them, so that there is somebody to talk to.
 *
 *     node examples/embed-two-nodes.mjs
 */
import { createNode } from 'hearsay';

const first = await createNode({ powDifficulty: 12 });
const second = await createNode({ powDifficulty: 12, bootstrapper: first.address });

const subscription = second.subscribe(1337);
await first.whenConnected();
await first.announce(1337, 'hello');

for await (const received of subscription) {
  console.log(`heard: ${Buffer.from(received.data)}`);
  received.accept();
  break;
}

await first.close();
await second.close();
