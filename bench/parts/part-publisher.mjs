/** A program that announces: as much as its socket takes, or at a steady pace. */
import { once } from 'node:events';
import { announceFrame, connectTo, HEAD_BYTES } from './frames.mjs';
import { playPart } from './part.mjs';

const CHUNK_BYTES = 65_536;

await playPart(async ({ port, bytes }) => {
  const socket = await connectTo(port);
  const frame = announceFrame(bytes);
  const perChunk = Math.max(1, Math.floor(CHUNK_BYTES / frame.length));
  const chunk = Buffer.concat(Array(perChunk).fill(frame));
  let isStopped = false;

  /** Resolves when the kernel has taken `messages`, or all until {@link stop}. */
  const publish = async (messages) => {
    isStopped = false;
    for (let left = messages ?? Infinity; left > 0 && !isStopped;) {
      const count = Math.min(left, perChunk);
      left -= count;
      const hasRoom = socket.write(chunk.subarray(0, count * frame.length));
      if (!hasRoom) await once(socket, 'drain');
    }
  };
  const stop = () => {
    isStopped = true;
  };
  /** Announces its own time (8 bytes, nanoseconds) at a steady pace. */
  const tick = async ({ messages, perSecond }) => {
    const begin = performance.now();
    for (let i = 0; i < messages; i++) {
      const wait = begin + (i * 1000) / perSecond - performance.now();
      if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
      frame.writeBigUInt64BE(process.hrtime.bigint(), HEAD_BYTES);
      socket.write(frame);
    }
  };
  return { answers: { publish, stop, tick } };
});
