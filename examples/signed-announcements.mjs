/**
 * Know who announced: data that is signed where it is announced, and verified where it is heard.
 *
 *     node examples/signed-announcements.mjs [API_ADDRESS]
 *
 * Without the address of a node's API the example starts a node of its own. Nodes know nothing of signatures:
 * they carry signed data like any other.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { createNode } from 'hearsay';
import { connect, createSigner, verifier } from 'hearsay/client';

const ownNode =
  process.argv[2] === undefined ? await createNode({ api: '127.0.0.1:0' }) : undefined;
const address = process.argv[2] ?? ownNode.apiAddress;
const NEWS = 1337;

// The sender's key: made once, and kept where nobody else can read it.
const firstSigner = createSigner();
const kept = firstSigner.privateKey.export({ format: 'pem', type: 'pkcs8' });
const signer = createSigner({ privateKey: kept });

// Where it is heard: who may speak is named by public key.
const reader = await connect(address);
const heard = [];
const problems = [];
const service = reader.serve(
  NEWS,
  verifier(
    {
      allowedKeys: [signer.sender],
      onProblem: (problem) => problems.push(problem),
    },
    ({ payload, sender, sequence }) => {
      heard.push(`${sender.slice(0, 8)}… #${sequence}: ${Buffer.from(payload)}`);
      return 'accept';
    },
  ),
);
await service.ready;

// Where it is announced.
const writer = await connect(address);
const announceSigned = (text) => writer.announce(NEWS, signer.sign(NEWS, text));
await announceSigned('it works');
await writer.announce(NEWS, 'anybody can say this'); // not signed
await writer.announce(NEWS, createSigner().sign(NEWS, 'who am I?')); // by somebody else
await writer.announce(NEWS, signer.sign(NEWS + 1, 'misplaced')); // signed for another data type
const replayed = signer.sign(NEWS, 'once');
await writer.announce(NEWS, replayed);
await writer.announce(NEWS, replayed); // a second time

while (heard.length + problems.length < 6) await sleep(10);
console.log(heard.join('\n'));
console.log('refused:', problems.join(', '));

await service.close();
await reader.close();
await writer.close();
await ownNode?.close();
