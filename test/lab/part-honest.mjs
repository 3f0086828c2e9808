/** Honest peers: each makes a key and a channel, says 507, and is in with the 510. */
import { generateKeyPairSync } from 'node:crypto';
import { connect } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { selfSignedCertificate } from '../../dist/daemon/identity/certificate.js';
import { playPart } from './namespaces.mjs';

const INFO = Buffer.from('000801fb00000000', 'hex');
const PATIENCE = 10_000;

await playPart(async ({ target, addresses }) => {
  let next = 0;
  /** Milliseconds until the 510; whoever is turned away tries again after 250 ms, as often as it takes. */
  const join = async () => {
    const begin = performance.now();
    const key = generateKeyPairSync('ed25519').privateKey;
    const identity = {
      key: key.export({ type: 'pkcs8', format: 'pem' }),
      cert: selfSignedCertificate(key),
    };
    const localAddress = addresses[next++ % addresses.length];
    while (performance.now() - begin < PATIENCE) {
      if (await attempt(identity, localAddress)) return performance.now() - begin;
      await new Promise((resolve) => setTimeout(resolve, 250));
    }
    return PATIENCE;
  };
  const attempt = (identity, localAddress) =>
    new Promise((resolve) => {
      const raw = connect({ host: target, port: 6001, localAddress });
      const socket = connectTls({
        ...identity,
        socket: raw,
        ALPNProtocols: ['hearsay/1/main'],
        rejectUnauthorized: false,
      });
      raw.on('error', () => {});
      socket.on('error', () => {});
      socket.on('close', () => resolve(false));
      socket.on('secureConnect', () => socket.write(INFO));
      socket.on('data', () => {
        resolve(true);
        socket.destroy();
      });
    });
  /** Joins `count` times, one every `interval` milliseconds. */
  const answer = async ({ count, interval }) => {
    const joins = [];
    for (let i = 0; i < count; i++) {
      joins.push(join());
      await new Promise((resolve) => setTimeout(resolve, interval));
    }
    return Promise.all(joins);
  };
  return { hello: {}, answer };
});
