/**
 * Handshakes that go wrong, by the thousand, against a node in a process of its own.
 *
 *     npm run build && node fuzz/tls/run.mjs [--handshakes 100000] [--seed 1] [--at-once 8]
 *
 * Ends with exit code 1 if the node does not survive, takes a peer for somebody whose key it does not hold, or
 * hands on a byte of a channel that it has not taken. Says in the end how memory went.
 */
import { fork } from 'node:child_process';
import { createPublicKey, generateKeyPairSync, X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { selfSignedCertificate } from '../../dist/daemon/identity/certificate.js';
import { identityOf } from '../../dist/daemon/identity/keys.js';
import { chanceOf, spoil } from './mutations.mjs';
import { handshake } from './raw-client.mjs';

const { values } = parseArgs({
  options: {
    handshakes: { type: 'string', default: '100000' },
    seed: { type: 'string', default: '1' },
    'at-once': { type: 'string', default: '8' },
  },
});
const [total, seed, atOnce] = [values.handshakes, values.seed, values['at-once']].map(Number);

/** 507, which belongs to the application. */
const INFO = Buffer.from('000801fb00000000', 'hex');
const key = generateKeyPairSync('ed25519').privateKey;
const certificate = new X509Certificate(selfSignedCertificate(key)).raw;
const own = identityOf(createPublicKey(key));

const node = fork(fileURLToPath(new URL('node.mjs', import.meta.url)), {
  execArgv: ['--expose-gc'],
});
node.on('exit', (code, signal) => fail(`the node has ended with ${code ?? signal}`));
const [{ port }] = await once(node, 'message');

console.log(JSON.stringify({ seed, handshakes: total }));
const outcomes = { refused: 0, answered: 0, served: 0 };
const memory = [];
let begun = 0;
// The first tenth warms up.
for (const part of [0.1, 0.4, 0.7, 1]) {
  await Promise.all(Array.from({ length: atOnce }, () => work(Math.round(total * part))));
  const { rssMiB } = await ask();
  memory.push(Math.round(rssMiB));
}
const honest = await handshake({ port, key, certificate, data: INFO, patience: 10_000 });
if (honest !== 'served') fail(`an honest peer was ${honest} in the end`);
const { identities, opened, bytesIn, codes } = await ask();
const strangers = identities.filter((identity) => identity !== own);
if (strangers.length > 0) fail(`taken for others: ${strangers.join(', ')}`);
// A channel that was taken may bring a whole 507, or what was made of it.
if (bytesIn > opened * 16_384) fail(`${bytesIn} bytes of ${opened} channels`);
console.log(JSON.stringify({ outcomes, opened, codes, 'RSS, MiB': memory }));
node.removeAllListeners('exit');
node.kill();

async function work(until) {
  while (begun < until) {
    const chance = chanceOf(seed + begun++);
    const change = spoil(chance, certificate);
    outcomes[await handshake({ port, key, certificate, data: INFO, change, patience: 500 })]++;
  }
}

async function ask() {
  node.send('?');
  return (await once(node, 'message'))[0];
}

function fail(why) {
  console.error(`${why}; again with: node fuzz/tls/run.mjs --seed ${seed} --handshakes ${total}`);
  process.exit(1);
}
