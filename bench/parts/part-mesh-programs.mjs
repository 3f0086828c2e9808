/**
 * The programs of a whole network in one process: one on each node, that subscribes and accepts everything, and all
 * of them in turns announce. Counts what arrives, by program and message.
 */
import {
  announceFrame,
  Batch,
  connectTo,
  FrameCutter,
  HEAD_BYTES,
  notifyFrame,
} from './frames.mjs';
import { playPart } from './part.mjs';

await playPart(async ({ ports, bytes }) => {
  /** By message: when it was announced, and how often each program was told of it. */
  const begun = [];
  const told = [];
  let delays = [];

  const programs = [];
  for (const [who, port] of ports.entries()) {
    const socket = await connectTo(port);
    const batch = new Batch(socket);
    const cutter = new FrameCutter((frame, start) => {
      const number = new DataView(frame.buffer, start + HEAD_BYTES, 4).getUint32(0);
      told[number][who]++;
      delays.push(performance.now() - begun[number]);
      batch.appendAcceptance(frame, start);
    });
    socket.on('data', (chunk) => cutter.push(chunk));
    socket.write(notifyFrame());
    programs.push(socket);
  }

  /** Announces `messages` at a steady pace, each by the next program; resolves when the last is sent. */
  const announce = async ({ messages, perSecond }) => {
    delays = [];
    const from = performance.now();
    const first = begun.length;
    for (let i = 0; i < messages; i++) {
      const wait = from + (i * 1000) / perSecond - performance.now();
      if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
      const frame = announceFrame(bytes);
      frame.writeUInt32BE(begun.length, HEAD_BYTES);
      begun.push(performance.now());
      told.push(new Uint16Array(programs.length));
      programs[(first + i) % programs.length].write(frame);
    }
  };

  /** Of the last `messages`: the share of programs that were told, how many were told twice, and the delays. */
  const results = (messages) => {
    const last = told.slice(-messages);
    const reached = last.flatMap((by) => [...by]).filter((count) => count > 0).length;
    const twice = last.flatMap((by) => [...by]).filter((count) => count > 1).length;
    return { delivered: reached / (messages * (programs.length - 1)), twice, delays };
  };
  return { answers: { announce, results } };
});
