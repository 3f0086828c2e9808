import { describe, expect, it } from 'vitest';
import { ApiConnection } from '../../../src/client/api-connection.ts';
import type { ClientError } from '../../../src/client/client-error.ts';
import { Outbox } from '../../../src/client/outbox.ts';
import { encodeNotification } from '../../../src/wire/api-messages.ts';
import { FakeSocket, turn } from './fakes.ts';

interface Setup {
  readonly socket: FakeSocket;
  readonly outbox: Outbox;
  readonly connection: ApiConnection;
  readonly owner: { room: number };
  readonly ids: number[];
  readonly ends: (ClientError | undefined)[];
}

/** `room`: how many messages the owner takes. */
function connectionWith({ room = Infinity, waitingFramesMax = 65_536 } = {}): Setup {
  const socket = new FakeSocket();
  const owner = { room };
  const ids: number[] = [];
  const ends: (ClientError | undefined)[] = [];
  const bounds = { waitingFramesMax, waitingBytesMax: 1_000 };
  const outbox: Outbox = new Outbox(bounds, () => connection.readOn());
  const connection = new ApiConnection(socket.asSocket, { kind: 'unix', path: '/fake' }, outbox, {
    get hasRoom() {
      return ids.length < owner.room;
    },
    onNotification: ({ messageId }) => void ids.push(messageId),
    onEnd: (error) => void ends.push(error),
  });
  outbox.attach(socket);
  return { socket, outbox, connection, owner, ids, ends };
}

function notifications(...ids: number[]): Buffer {
  return Buffer.concat(ids.map((id) => encodeNotification(id, 1, Uint8Array.of(id))));
}

describe('reading from a node', () => {
  it('stops at the message after which the owner has no room, in the middle of a chunk', async () => {
    const { socket, ids } = connectionWith({ room: 2 });
    socket.push(notifications(1, 2, 3, 4, 5));
    await turn();
    expect(ids).toEqual([1, 2]);
  });

  it('goes on where it stopped when the owner has room again', async () => {
    const { socket, connection, owner, ids } = connectionWith({ room: 2 });
    socket.push(notifications(1, 2, 3));
    await turn();
    socket.push(notifications(4, 5));
    owner.room = 4;
    connection.readOn();
    await turn();
    expect(ids).toEqual([1, 2, 3, 4]);
  });

  it('does not go on before the caller has finished what he is doing', () => {
    const { connection, ids, socket } = connectionWith();
    socket.push(notifications(1));
    connection.readOn();
    expect(ids).toEqual([]);
  });

  it('stops while as many frames as allowed wait to be sent', async () => {
    const { socket, outbox, ids } = connectionWith({ waitingFramesMax: 2 });
    outbox.post(Uint8Array.of(1));
    outbox.post(Uint8Array.of(2));
    socket.push(notifications(1));
    await turn();
    expect(ids).toEqual([]);
  });

  it('goes on when fewer frames wait to be sent', async () => {
    const { socket, outbox, ids } = connectionWith({ waitingFramesMax: 2 });
    outbox.post(Uint8Array.of(1));
    outbox.post(Uint8Array.of(2));
    socket.push(notifications(1));
    await turn();
    await socket.takeWrites();
    expect(ids).toEqual([1]);
  });

  it('stops for an owner without room although fewer frames wait to be sent', async () => {
    const { socket, outbox, ids } = connectionWith({ room: 0, waitingFramesMax: 1 });
    outbox.post(Uint8Array.of(1));
    socket.push(notifications(1));
    await socket.takeWrites();
    expect(ids).toEqual([]);
  });

  it('ends with the call of close()', async () => {
    const { socket, connection, ids } = connectionWith({ room: 1 });
    socket.push(notifications(1, 2));
    await turn();
    connection.close(1_000);
    connection.readOn();
    socket.push(notifications(3));
    await turn();
    socket.destroy();
    expect(ids).toEqual([1]);
  });
});

describe('the end of a connection', () => {
  it('is told once, whatever else happens', async () => {
    const { socket, connection, ends } = connectionWith();
    socket.push(Buffer.from('GET / HTTP/1.1\r\n'));
    await turn();
    socket.destroy(new Error('broken'));
    connection.close(1_000);
    await turn();
    expect(ends.map((error) => error?.code)).toEqual(['not-an-api']);
  });

  it('waits for what is still to be sent, also if the node says goodbye first', async () => {
    const { socket, connection, outbox, ends } = connectionWith();
    for (const byte of [1, 2]) outbox.post(Uint8Array.of(byte));
    connection.close(1_000);
    socket.push(null);
    await socket.takeWrites();
    await socket.takeWrites();
    expect([socket.writes, ends]).toEqual([['01', '02'], [undefined]]);
  });

  it('names the address, and what to look at', async () => {
    const { socket, ends } = connectionWith();
    socket.push(null);
    await turn();
    expect(ends[0]).toMatchObject({
      code: 'connection-lost',
      message: expect.stringMatching(/unix:\/fake.*api_address/) as unknown,
    });
  });
});
