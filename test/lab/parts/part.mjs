/** What the parts have in common: they are asked things, and end with who started them. */
import { generateKeyPairSync } from 'node:crypto';
import { connect, createSecureContext } from 'node:tls';
import { selfSignedCertificate } from '../../../dist/daemon/identity/certificate.js';

/** To be called by a part: `begin(options)` gives what it can be asked, by name. */
export function playPart(begin) {
  process.on('disconnect', () => process.exit(0));
  const answers = begin(JSON.parse(process.argv[2]));
  process.on('message', async ({ id, question, argument }) => {
    process.send({ id, answer: await answers[question](argument) });
  });
}

export const ALPN = 'hearsay/1/main';

/** A new identity, for any number of connections. */
export function newIdentity() {
  const { privateKey } = generateKeyPairSync('ed25519');
  const key = privateKey.export({ type: 'pkcs8', format: 'pem' });
  const cert = selfSignedCertificate(privateKey);
  const limits = { minVersion: 'TLSv1.3', ecdhCurve: 'X25519' };
  return { key, cert, secureContext: createSecureContext({ key, cert, ...limits }) };
}

/** Dials a node with TLS; errors are the caller's `close`. */
export function dialTls({ host, port, localAddress, secureContext }) {
  const socket = connect({
    host,
    port,
    localAddress,
    secureContext,
    ALPNProtocols: [ALPN],
    rejectUnauthorized: false,
  });
  socket.on('error', () => {});
  return socket;
}

const TICK_MILLIS = 10;

/** Calls `act` so many times a second, as long as `mayGoOn()`; what was not allowed is not made up for. */
export function pace(perSecond, act, mayGoOn = () => true) {
  let due = 0;
  let last = performance.now();
  setInterval(() => {
    const now = performance.now();
    due = Math.min(due + ((now - last) * perSecond) / 1_000, perSecond);
    last = now;
    for (; due >= 1 && mayGoOn(); due--) act();
  }, TICK_MILLIS);
}

/** The n-th address of a crowd in 10.0.0.0/8, neighbours in different /16: 65,536 in a /24 of their own. */
export function crowdAddress(n) {
  return `10.${n & 255}.${(n >> 8) & 255}.${1 + ((n >> 16) & 127)}`;
}
