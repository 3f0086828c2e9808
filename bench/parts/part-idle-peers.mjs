/** Peers that open a link to a node, introduce themselves and then say nothing. */
import { once } from 'node:events';
import { connectSecurely } from './channel.mjs';
import { connectTo } from './frames.mjs';
import { playPart } from './part.mjs';

/** A 507 of a peer that nobody can connect to. */
const INFO = Buffer.from([0, 8, 507 >> 8, 507 & 255, 0, 0, 0, 0]);

await playPart(async ({ port, tls = false }) => {
  const dial = tls ? connectSecurely : connectTo;
  const sockets = [];
  /** Resolves when `count` more links are open: each was answered. */
  const open = async (count) => {
    for (let i = 0; i < count; i++) {
      const socket = await dial(port);
      sockets.push(socket);
      socket.write(INFO);
      await once(socket, 'data');
      // A node begins 50 handshakes a second at most.
      if (tls) await new Promise((resolve) => setTimeout(resolve, 25));
    }
  };
  return { answers: { open } };
});
