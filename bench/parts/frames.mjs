/** The stream of frames that all parts speak: a 16-bit size that counts itself, a 16-bit type, the rest. */
import { once } from 'node:events';
import { createConnection } from 'node:net';

/** The data type of everything that is sent in a bench. */
export const DATA_TYPE = 1337;
/** What stands before the data in a 500 and a 502. */
export const HEAD_BYTES = 8;

/** A 500 with `bytes` of data and no limit of hops. */
export function announceFrame(bytes) {
  const frame = Buffer.alloc(HEAD_BYTES + bytes);
  frame.writeUInt16BE(frame.length, 0);
  frame.writeUInt16BE(500, 2);
  frame.writeUInt16BE(DATA_TYPE, 6);
  return frame;
}

/** A 501 that subscribes to {@link DATA_TYPE}. */
export function notifyFrame() {
  return Buffer.from([0, 8, 501 >> 8, 501 & 255, 0, 0, DATA_TYPE >> 8, DATA_TYPE & 255]);
}

/** Bytes of a 503. */
export const ACCEPTANCE_BYTES = 8;

/** Writes a 503 with V=1 to the notification whose frame begins at `start` of `bytes`. */
export function writeAcceptance(target, offset, bytes, start) {
  target[offset] = 0;
  target[offset + 1] = 8;
  target[offset + 2] = 503 >> 8;
  target[offset + 3] = 503 & 255;
  target[offset + 4] = bytes[start + 4];
  target[offset + 5] = bytes[start + 5];
  target[offset + 6] = 0;
  target[offset + 7] = 1;
}

/** Connects without Nagle's delay. That the other side is gone later is no error: the bench is over. */
export async function connectTo(port) {
  const socket = createConnection(port, '127.0.0.1').setNoDelay(true);
  await once(socket, 'connect');
  socket.on('error', () => {});
  return socket;
}

/**
 * Cuts a stream into frames. Every chunk is copied behind what is left of the one before: cheaper than
 * special care for frames that lie across two chunks.
 */
export class FrameCutter {
  // What is left over is less than a frame (64 KiB), and Node reads 64 KiB at a time.
  #bytes = new Uint8Array(2 * 65_536);
  #used = 0;
  #onFrame;

  /** `onFrame(bytes, start, end)`; the bytes are valid only during the call. */
  constructor(onFrame) {
    this.#onFrame = onFrame;
  }

  push(chunk) {
    const bytes = this.#bytes;
    bytes.set(chunk, this.#used);
    const end = this.#used + chunk.length;
    let start = 0;
    while (start + 2 <= end) {
      const next = start + ((bytes[start] << 8) | bytes[start + 1]);
      if (next > end) break;
      this.#onFrame(bytes, start, next);
      start = next;
    }
    if (start > 0) bytes.copyWithin(0, start, end);
    this.#used = end - start;
  }
}

const BATCH_BYTES = 65_536;
const freeBatches = [];

/** Frames that wait for one socket: copied, and written together at the end of the turn. */
export class Batch {
  #socket;
  #bytes = takeBatch();
  #used = 0;
  #isMarked = false;

  constructor(socket) {
    this.#socket = socket;
  }

  /** Whether the socket takes no more for now. */
  get isFull() {
    return this.#socket.writableNeedDrain;
  }

  append(bytes, start, end) {
    const size = end - start;
    if (this.#used + size > BATCH_BYTES) this.#flush();
    this.#bytes.set(new Uint8Array(bytes.buffer, bytes.byteOffset + start, size), this.#used);
    this.#used += size;
    this.#mark();
  }

  /** A 503 with V=1 to the notification at `start`. */
  appendAcceptance(bytes, start) {
    if (this.#used + ACCEPTANCE_BYTES > BATCH_BYTES) this.#flush();
    writeAcceptance(this.#bytes, this.#used, bytes, start);
    this.#used += ACCEPTANCE_BYTES;
    this.#mark();
  }

  /** Reads no more from `source` until the socket takes something again. */
  holdBack(source) {
    if (source.isPaused()) return;
    source.pause();
    this.#socket.once('drain', () => source.resume());
  }

  #mark() {
    if (this.#isMarked) return;
    this.#isMarked = true;
    setImmediate(this.#endTurn);
  }

  #endTurn = () => {
    this.#isMarked = false;
    this.#flush();
  };

  #flush() {
    if (this.#used === 0) return;
    const bytes = this.#bytes;
    this.#socket.write(bytes.subarray(0, this.#used), () => freeBatches.push(bytes));
    this.#bytes = takeBatch();
    this.#used = 0;
  }
}

function takeBatch() {
  return freeBatches.pop() ?? Buffer.allocUnsafeSlow(BATCH_BYTES);
}
