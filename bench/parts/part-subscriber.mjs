/**
 * Programs that subscribe, `connections` of them in one process, and accept everything (`answers`) or never
 * say anything. `subscribes: false`: they are fed without asking.
 */
import { Batch, connectTo, FrameCutter, HEAD_BYTES, notifyFrame } from './frames.mjs';
import { playPart } from './part.mjs';

await playPart(async ({ port, connections = 1, answers = true, subscribes = true }) => {
  let count = 0;
  let awaited = Infinity;
  let all;
  let onAll;
  /** Nanoseconds from the time in the data until now; kept while someone wants to know. */
  let delays;

  const onFrame = (bytes, start) => {
    count++;
    if (delays !== undefined) {
      const view = new DataView(bytes.buffer, start + HEAD_BYTES, 8);
      delays.push(Number(process.hrtime.bigint() - view.getBigUint64(0)));
    }
    if (count === awaited) onAll();
  };
  const listen = (socket) => {
    const batch = new Batch(socket);
    const cutter = new FrameCutter((bytes, start) => {
      onFrame(bytes, start);
      if (answers) batch.appendAcceptance(bytes, start);
    });
    socket.on('data', (chunk) => cutter.push(chunk));
  };
  for (let i = 0; i < connections; i++) {
    const socket = await connectTo(port);
    listen(socket);
    if (subscribes) socket.write(notifyFrame());
  }
  /** From now on counts `messages`; to be answered before the first of them is sent. */
  const expect = ({ messages, measuresDelays = false }) => {
    awaited = count + messages;
    delays = measuresDelays ? [] : undefined;
    all = new Promise((resolve) => (onAll = resolve));
  };
  /** Resolves when all that were expected have come, with their delays in nanoseconds if they were measured. */
  const receive = async () => {
    await all;
    return delays;
  };
  return { answers: { expect, receive, count: () => count } };
});
