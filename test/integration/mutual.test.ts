/** Clients that announce and subscribe at the same time, as fast as they can. */
import { connect, type Socket } from 'node:net';
import { once } from 'node:events';
import { afterEach, describe, expect, it } from 'vitest';
import { startTestNode, until, type TestNode } from '../../src/testkit/index.ts';
import { parseAddress } from '../../src/wire/address.ts';

const FRAME_BYTES = 1_008;
const FRAMES = 20_000;

const open: { node?: TestNode; sockets: Socket[] } = { sockets: [] };

afterEach(async () => {
  for (const socket of open.sockets) socket.destroy();
  open.sockets = [];
  await open.node?.close();
});

/** A 500 of type 7. */
function frame(): Buffer {
  const bytes = Buffer.alloc(FRAME_BYTES);
  bytes.writeUInt16BE(FRAME_BYTES, 0);
  bytes.writeUInt16BE(500, 2);
  bytes.writeUInt16BE(7, 6);
  return bytes;
}

describe('two clients that announce to each other as fast as they can, and read all the time', () => {
  it('get everything: neither waits for the other for ever', async () => {
    open.node = await startTestNode();
    const { host, port } = parseAddress(open.node.apiAddress)!;
    const clients = [connect(port, host), connect(port, host)];
    open.sockets = clients;
    const received = [0, 0];
    for (const [i, socket] of clients.entries()) {
      socket.on('data', (chunk: Buffer) => (received[i]! += chunk.length));
      await once(socket, 'connect');
      socket.write(Uint8Array.of(0, 8, 1, 0xf5, 0, 0, 0, 7));
    }
    const many = Buffer.concat(Array.from({ length: 100 }, frame));
    const announceAll = async (socket: Socket): Promise<void> => {
      for (let sent = 0; sent < FRAMES; sent += 100) {
        if (!socket.write(many)) await once(socket, 'drain');
      }
    };
    await Promise.all(clients.map(announceAll));
    const all = FRAMES * FRAME_BYTES;
    // The first announcements may have come before the other's subscription.
    const slack = 200 * FRAME_BYTES;
    await until(() => received.every((bytes) => bytes >= all - slack));
    expect(Math.min(...received)).toBeGreaterThanOrEqual(all - slack);
  });
});
