/** What a channel keeps of connections that came to nothing. */
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { temporaryIdentity } from '../../src/daemon/identity/node-identity.ts';
import { readPeerCertificate } from '../../src/daemon/identity/peer-certificate.ts';
import { DAEMON_BOUNDS } from '../../src/daemon/sockets/bounds.ts';
import { SecureChannel } from '../../src/daemon/transport/secure-channel.ts';
import { until } from './support.ts';

function channel(): SecureChannel {
  const { privateKey, certificate } = temporaryIdentity();
  return new SecureChannel({
    privateKey,
    certificate,
    network: 'main',
    bounds: DAEMON_BOUNDS.handshake,
    readCertificate: readPeerCertificate,
    judge: () => undefined,
    onRefused: () => {},
  });
}

/** Sockets as a listener hands them over, and the other ends of them. */
async function connections(count: number): Promise<{ near: Socket[]; far: Socket[] }> {
  const near: Socket[] = [];
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    near.push(socket.on('error', () => {}));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const far = Array.from({ length: count }, () =>
    connect(address.port, '127.0.0.1').on('error', () => {}),
  );
  onTestFinished(() => {
    for (const socket of [...near, ...far]) socket.destroy();
    server.close();
  });
  await until(() => near.length === count);
  return { near, far };
}

it.each([
  ['are closed in the middle', '160301020001000200', true],
  ['break TLS', `160301000501${'00'.repeat(3)}01`, false],
])('nothing is kept of handshakes that %s', async (_, bytes, closes) => {
  const tls = channel();
  const { near, far } = await connections(10);
  let failed = 0;
  for (const socket of near) {
    const remote = { host: '127.0.0.1', port: socket.remotePort! };
    tls.receive(socket, remote, { onReady: () => {}, onFailed: () => failed++ });
  }
  for (const socket of far) socket.write(Buffer.from(bytes, 'hex'));
  if (closes) {
    await until(() => tls.servedCount === 10);
    for (const socket of far) socket.resetAndDestroy();
  }
  await until(() => failed === 10);
  expect([tls.pendingCount, tls.servedCount]).toEqual([0, 0]);
});
