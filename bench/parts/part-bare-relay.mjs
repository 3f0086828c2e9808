/**
 * What any relay in Node has to do at least: cuts what comes in into frames and copies each into the batch
 * of the next relay (`next`, a port) or, without one, of whoever connects first; one write a turn.
 *
 * With `asks` it is also a gate: each frame is put to whoever connects first, and goes on to `next`, in
 * order, when something comes back for it. With `tls`, relays speak TLS with each other.
 */
import { createServer } from 'node:net';
import { createServer as createSecureServer } from 'node:tls';
import { CHANNEL, connectSecurely } from './channel.mjs';
import { Batch, connectTo, FrameCutter } from './frames.mjs';
import { playPart } from './part.mjs';

await playPart(async ({ next, asks = false, tls = false }) => {
  const dial = tls ? connectSecurely : connectTo;
  let onward = next === undefined ? undefined : new Batch(await dial(next));
  let asked;
  const waiting = [];

  const relay = (socket) => {
    const cutter = new FrameCutter((bytes, start, end) => {
      if (asks) {
        asked.append(bytes, start, end);
        waiting.push(bytes.slice(start, end));
      } else {
        onward.append(bytes, start, end);
      }
    });
    socket.on('data', (chunk) => {
      cutter.push(chunk);
      if (onward?.isFull) onward.holdBack(socket);
    });
  };
  /** Whatever the last one in the line says is read and dropped. */
  const feed = (socket) => {
    onward = new Batch(socket);
    socket.resume();
  };
  const judge = (socket) => {
    asked = new Batch(socket);
    const cutter = new FrameCutter(() => {
      const frame = waiting.shift();
      onward?.append(frame, 0, frame.length);
    });
    socket.on('data', (chunk) => cutter.push(chunk));
  };
  const server = createServer({ noDelay: true }, (socket) => {
    socket.on('error', () => {});
    if (asks && asked === undefined) judge(socket);
    else if (!asks && onward === undefined) feed(socket);
    else relay(socket);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address();
  if (!tls) return { hello: { peers: port, api: port } };
  const secure = createSecureServer({ ...CHANNEL, noDelay: true }, (socket) => {
    socket.on('error', () => {});
    relay(socket);
  });
  await new Promise((resolve) => secure.listen(0, '127.0.0.1', resolve));
  return { hello: { peers: secure.address().port, api: port } };
});
