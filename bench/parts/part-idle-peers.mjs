/** Peers that open a link to a node, introduce themselves and then say nothing. */
import { once } from 'node:events';
import { connectTo } from './frames.mjs';
import { playPart } from './part.mjs';

/** A 507 of a peer that nobody can connect to. */
const INFO = Buffer.from([0, 8, 507 >> 8, 507 & 255, 0, 0, 0, 0]);

await playPart(async ({ port }) => {
  const sockets = [];
  /** Resolves when `count` more links are open: each was answered. */
  const open = async (count) => {
    for (let i = 0; i < count; i++) {
      const socket = await connectTo(port);
      sockets.push(socket);
      socket.write(INFO);
      await once(socket, 'data');
    }
  };
  return { answers: { open } };
});
