import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { ApiConnection, DEFAULT_CONNECTION_BOUNDS } from '../../../src/client/api-connection.ts';
import type { ClientError } from '../../../src/client/client-error.ts';
import { encodeNotification } from '../../../src/wire/api-messages.ts';

/** A socket whose other end is the test: it takes a write when told to, and says what the test pushes. */
class FakeSocket extends Duplex {
  readonly #held: (() => void)[] = [];

  override _read(): void {}

  override _write(_chunk: Uint8Array, _encoding: string, taken: () => void): void {
    this.#held.push(taken);
  }

  override _writev(_chunks: unknown[], taken: () => void): void {
    this.#held.push(taken);
  }

  /** As sockets of node:net do: a write that is under way ends without an error. */
  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.takeWrites();
    done(error);
  }

  takeWrites(): void {
    for (const taken of this.#held.splice(0)) taken();
  }
}

interface Setup {
  readonly socket: FakeSocket;
  readonly connection: ApiConnection;
  readonly ids: number[];
  readonly ends: (ClientError | undefined)[];
}

/** `room`: how many messages the owner takes before it has none. */
function connectionWith({ room = Infinity, waitingFramesMax = 65_536 } = {}): Setup {
  const socket = new FakeSocket();
  const ids: number[] = [];
  const ends: (ClientError | undefined)[] = [];
  const connection = new ApiConnection(
    // Proof of the cast: a connection uses nothing of a socket that a duplex stream does not have.
    socket as unknown as Socket,
    { kind: 'unix', path: '/fake' },
    {
      onNotification: ({ messageId }) => ids.push(messageId) % room !== 0,
      onEnd: (error) => void ends.push(error),
    },
    { ...DEFAULT_CONNECTION_BOUNDS, waitingFramesMax },
  );
  return { socket, connection, ids, ends };
}

function notifications(...ids: number[]): Buffer {
  return Buffer.concat(ids.map((id) => encodeNotification(id, 1, Uint8Array.of(id))));
}

async function turn(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}

describe('reading from a node', () => {
  it('stops at the message after which the owner has no room, in the middle of a chunk', async () => {
    const { socket, ids } = connectionWith({ room: 2 });
    socket.push(notifications(1, 2, 3, 4, 5));
    await turn();
    expect(ids).toEqual([1, 2]);
  });

  it('goes on where it stopped when the owner has room again', async () => {
    const { socket, connection, ids } = connectionWith({ room: 2 });
    socket.push(notifications(1, 2, 3));
    await turn();
    socket.push(notifications(4, 5));
    connection.readOn();
    await turn();
    expect(ids).toEqual([1, 2, 3, 4]);
  });

  it('stops while as many frames as allowed wait to be sent', async () => {
    const { socket, connection, ids } = connectionWith({ waitingFramesMax: 2 });
    connection.post(Uint8Array.of(1));
    connection.post(Uint8Array.of(2));
    socket.push(notifications(1));
    await turn();
    expect(ids).toEqual([]);
  });

  it('goes on when fewer frames wait to be sent', async () => {
    const { socket, connection, ids } = connectionWith({ waitingFramesMax: 2 });
    connection.post(Uint8Array.of(1));
    connection.post(Uint8Array.of(2));
    socket.push(notifications(1));
    await turn();
    socket.takeWrites();
    await turn();
    expect(ids).toEqual([1]);
  });
});

describe('the end of a connection', () => {
  it('is told once, whatever else happens', async () => {
    const { socket, connection, ends } = connectionWith();
    socket.push(Buffer.from('GET / HTTP/1.1\r\n'));
    await turn();
    socket.destroy(new Error('broken'));
    connection.close();
    await turn();
    expect(ends.map((error) => error?.code)).toEqual(['not-an-api']);
  });

  it('is an error for whatever was not sent by then', async () => {
    const { socket, connection } = connectionWith();
    const sending = connection.send(Uint8Array.of(1));
    socket.push(null);
    await expect(sending).rejects.toMatchObject({ code: 'connection-lost' });
  });
});
