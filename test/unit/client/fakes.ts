/** Stand-ins for what the client library talks to, driven by the test alone. */
import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { Answer, ReceivedNotification } from '../../../src/client/received.ts';

/** A socket whose other end is the test: it takes a write when told to, and says what the test pushes. */
export class FakeSocket extends Duplex {
  /** What was written, in hexadecimal digits, one text a write. */
  readonly writes: string[] = [];
  readonly bytesRead = 0;
  readonly #held: (() => void)[] = [];

  constructor() {
    super({ allowHalfOpen: true });
  }

  /** Proof of the cast: the library uses nothing of a socket that a duplex stream does not have. */
  get asSocket(): Socket {
    return this as unknown as Socket;
  }

  override _read(): void {}

  override _write(chunk: Uint8Array, _encoding: string, taken: () => void): void {
    this.writes.push(Buffer.from(chunk).toString('hex'));
    this.#held.push(taken);
  }

  /** As sockets of node:net do: a write that is under way ends without an error. */
  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#takeHeld();
    done(error);
  }

  /** The kernel has taken what was written so far; what follows is written when this resolves. */
  async takeWrites(): Promise<void> {
    this.#takeHeld();
    await turn();
  }

  #takeHeld(): void {
    for (const taken of this.#held.splice(0)) taken();
  }
}

/** Lets everything happen that can happen without waiting for anybody. */
export async function turn(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
  await new Promise((resolve) => setImmediate(resolve));
}

/** An item, and what was sent to the node on its behalf, in hexadecimal digits. */
export function receivedItem(
  messageId: number,
  data: Uint8Array = new Uint8Array(0),
): { item: ReceivedNotification; sent: string[] } {
  const sent: string[] = [];
  const channel = {
    isOpen: true,
    post: (frame: Uint8Array) => void sent.push(Buffer.from(frame).toString('hex')),
  };
  const answer = new Answer(messageId, channel, 1);
  return { item: new ReceivedNotification(1, messageId, data, answer), sent };
}
