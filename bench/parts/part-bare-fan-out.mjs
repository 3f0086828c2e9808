/**
 * What any fan-out in Node has to do at least: copies each frame that comes from its publisher into one
 * batch a turn, writes that one buffer to all subscribers, and cuts what they answer into frames. The first
 * `subscribers` connections are theirs, the next is the publisher's.
 */
import { createServer } from 'node:net';
import { FrameCutter } from './frames.mjs';
import { playPart } from './part.mjs';

const BATCH_BYTES = 65_536;

await playPart(async ({ subscribers }) => {
  const outputs = [];
  let batch = Buffer.allocUnsafeSlow(BATCH_BYTES);
  let used = 0;
  let answers = 0;

  const flush = () => {
    const bytes = batch.subarray(0, used);
    for (const output of outputs) output.write(bytes);
    batch = Buffer.allocUnsafeSlow(BATCH_BYTES);
    used = 0;
  };
  const publish = (socket) => {
    const cutter = new FrameCutter((bytes, start, end) => {
      const size = end - start;
      if (used + size > BATCH_BYTES) flush();
      if (used === 0) setImmediate(() => used > 0 && flush());
      batch.set(new Uint8Array(bytes.buffer, start, size), used);
      used += size;
    });
    socket.on('data', (chunk) => {
      cutter.push(chunk);
      holdBack(socket);
    });
  };
  const holdBack = (socket) => {
    const slow = outputs.find((output) => output.writableNeedDrain);
    if (slow === undefined) {
      socket.resume();
      return;
    }
    socket.pause();
    slow.once('drain', () => holdBack(socket));
  };
  const server = createServer({ noDelay: true }, (socket) => {
    socket.on('error', () => {});
    if (outputs.length === subscribers) {
      publish(socket);
      return;
    }
    outputs.push(socket);
    const cutter = new FrameCutter(() => answers++);
    socket.on('data', (chunk) => cutter.push(chunk));
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    hello: { api: server.address().port },
    answers: { snapshot: () => ({ answers }) },
  };
});
