/**
 * One address that begins so many TLS handshakes a second and finishes none: `{ host, port, rate }`. It sends a
 * ClientHello that was made once, which costs it nothing and a server that answers a key exchange and a signature.
 */
import { once } from 'node:events';
import { connect as connectTcp, createServer } from 'node:net';
import { dialTls, newIdentity, pace, playPart } from './part.mjs';

playPart(({ host, port, rate }) => {
  const figures = { begun: 0, answered: 0, open: 0 };
  const hello = recordHello();
  const dial = (bytes) => {
    figures.begun++;
    figures.open++;
    const socket = connectTcp({ host, port });
    socket.on('error', () => {});
    socket.once('close', () => figures.open--);
    socket.once('data', () => {
      figures.answered++;
      socket.destroy();
    });
    socket.write(bytes);
  };
  void hello.then((bytes) => pace(rate, () => dial(bytes)));
  return { figures: () => ({ ...figures }) };
});

async function recordHello() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const client = dialTls({ host: '127.0.0.1', port: server.address().port, ...newIdentity() });
  const [socket] = await once(server, 'connection');
  const [bytes] = await once(socket, 'data');
  client.destroy();
  server.close();
  return bytes;
}
