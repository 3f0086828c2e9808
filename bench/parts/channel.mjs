/** TLS as a node speaks it, for parts that are no nodes: a fresh key, and connections to a port of this machine. */
import { constants, generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { connect } from 'node:tls';
import { selfSignedCertificate } from '../../dist/daemon/identity/certificate.js';

/** For servers and clients alike; the other side's certificate is asked for and not judged. */
export const CHANNEL = {
  ...freshIdentity(),
  minVersion: 'TLSv1.3',
  maxVersion: 'TLSv1.3',
  ecdhCurve: 'X25519',
  secureOptions: constants.SSL_OP_NO_TICKET,
  ALPNProtocols: ['hearsay/1/main'],
  requestCert: true,
  rejectUnauthorized: false,
};

/** As `connectTo` of frames.mjs; each time with another key, because a node keeps one link to each. */
export async function connectSecurely(port) {
  const socket = connect({ ...CHANNEL, ...freshIdentity(), port, host: '127.0.0.1' });
  await once(socket, 'secureConnect');
  socket.setNoDelay(true);
  socket.on('error', () => {});
  return socket;
}

function freshIdentity() {
  const key = generateKeyPairSync('ed25519').privateKey;
  return {
    key: key.export({ type: 'pkcs8', format: 'pem' }),
    cert: selfSignedCertificate(key),
  };
}
