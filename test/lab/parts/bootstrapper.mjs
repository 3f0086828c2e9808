/**
 * A peer that means to be the only one: listens on every address of its range, with a key for each, opens every link,
 * and answers every 505 with addresses of its own, one honest one at the end of each: `{ port, honest }`
 * (`HOST:PORT` or undefined).
 */
import { createServer as createTcpServer } from 'node:net';
import { createServer } from 'node:tls';
import { ALPN, crowdAddress, newIdentity, playPart } from './part.mjs';
import { Peer } from './peer.mjs';

const OWN_IN_AN_OFFER = 63;

playPart(({ port, honest, difficulty }) => {
  const figures = { links: 0, offers: 0 };
  let number = 0;
  const onMessage = (peer, { kind }) => {
    if (kind !== 'peer-discovery') return;
    figures.offers++;
    const own = Array.from({ length: OWN_IN_AN_OFFER }, () => `${crowdAddress(number++)}:${port}`);
    const addresses = honest === undefined ? own : [...own, honest];
    peer.say({ kind: 'peer-offer', body: Buffer.from(addresses.join(',')) });
  };
  /** By address: each has a key of its own, as if each were somebody else. */
  const selves = new Map();
  const listener = createTcpServer((socket) => {
    const { localAddress } = socket;
    if (!selves.has(localAddress)) selves.set(localAddress, newSelf());
    selves.get(localAddress).emit('connection', socket);
  });
  const newSelf = () => {
    const { key, cert } = newIdentity();
    const options = { key, cert, requestCert: true, rejectUnauthorized: false };
    return createServer({ ...options, ALPNProtocols: [ALPN] }, (socket) => {
      figures.links++;
      socket.on('error', () => {});
      return new Peer(socket, { difficulty, onMessage });
    });
  };
  listener.listen(port, '0.0.0.0');
  return { figures: () => ({ ...figures }) };
});
