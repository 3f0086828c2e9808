import { describe, expect, it } from 'vitest';
import { Outbox } from '../../../src/client/outbox.ts';
import { FakeSocket, turn } from './fakes.ts';

const BOUNDS = { waitingFramesMax: 4, waitingBytesMax: 100 };

function frame(byte: number, size = 1): Uint8Array {
  return new Uint8Array(size).fill(byte);
}

function outboxWith(bounds = BOUNDS): { outbox: Outbox; socket: FakeSocket; rooms: number[] } {
  const rooms: number[] = [];
  const outbox: Outbox = new Outbox(bounds, () => rooms.push(outbox.frames));
  return { outbox, socket: new FakeSocket(), rooms };
}

async function outcome(promise: Promise<void>): Promise<unknown> {
  const pending = turn().then(() => 'pending');
  return await Promise.race([
    promise.then(
      () => 'sent',
      (error: unknown) => error,
    ),
    pending,
  ]);
}

describe('an outbox', () => {
  it('writes a frame that finds nothing waiting at once and alone', () => {
    const { outbox, socket } = outboxWith();
    outbox.attach(socket);
    outbox.post(frame(1));
    outbox.post(frame(2));
    expect(socket.writes).toEqual(['01']);
  });

  it('writes what comes meanwhile together', async () => {
    const { outbox, socket } = outboxWith();
    outbox.attach(socket);
    for (const byte of [1, 2, 3]) outbox.post(frame(byte));
    await socket.takeWrites();
    expect(socket.writes).toEqual(['01', '0203']);
  });

  it('joins no more than 64 KiB, unless a single frame is larger', async () => {
    const { outbox, socket } = outboxWith();
    outbox.attach(socket);
    for (const size of [1, 40_000, 40_000, 70_000]) outbox.post(frame(1, size));
    for (let i = 0; i < 3; i++) await socket.takeWrites();
    expect(socket.writes.map((write) => write.length / 2)).toEqual([1, 40_000, 40_000, 70_000]);
  });

  it('says that an announcement is sent when the kernel has it, and not before', async () => {
    const { outbox, socket } = outboxWith();
    outbox.attach(socket);
    const sending = outbox.announce(frame(1));
    expect(await outcome(sending)).toBe('pending');
    await socket.takeWrites();
    expect(await outcome(sending)).toBe('sent');
  });

  it('sends verdicts and requests before announcements that wait', async () => {
    const { outbox, socket } = outboxWith();
    void outbox.announce(frame(1));
    outbox.post(frame(2));
    outbox.attach(socket);
    expect(socket.writes).toEqual(['0201']);
  });

  it('refuses an announcement when as many frames as allowed wait', async () => {
    const { outbox } = outboxWith();
    for (let i = 0; i < 4; i++) void outbox.announce(frame(i));
    await expect(outbox.announce(frame(4))).rejects.toMatchObject({ code: 'too-many-pending' });
  });

  it('refuses an announcement when more bytes than allowed wait', async () => {
    const { outbox } = outboxWith();
    void outbox.announce(frame(1, 101));
    await expect(outbox.announce(frame(2))).rejects.toMatchObject({ code: 'too-many-pending' });
  });

  it('says that there is room again, once, when the kernel has taken some', async () => {
    const { outbox, socket, rooms } = outboxWith();
    outbox.attach(socket);
    for (let i = 0; i < 5; i++) outbox.post(frame(i));
    await socket.takeWrites();
    await socket.takeWrites();
    expect(rooms).toEqual([0]);
  });

  it('tells when all is with the kernel', async () => {
    const { outbox, socket } = outboxWith();
    outbox.attach(socket);
    const told: number[] = [];
    outbox.post(frame(1));
    outbox.post(frame(2));
    outbox.whenEmpty(() => told.push(outbox.frames));
    await socket.takeWrites();
    expect(told).toEqual([]);
    await socket.takeWrites();
    expect(told).toEqual([0]);
  });
});

describe('an outbox that loses its connection', () => {
  const LOST = new Error('lost');

  it('fails the announcement that was being written, and keeps those behind it', async () => {
    const { outbox, socket } = outboxWith();
    outbox.attach(socket);
    const sending = [outbox.announce(frame(1)), outbox.announce(frame(2))];
    socket.destroy();
    outbox.detach(LOST);
    expect(await Promise.all(sending.map(outcome))).toEqual([LOST, 'pending']);
  });

  it('sends on the next connection what was kept, and only that', () => {
    const { outbox, socket } = outboxWith();
    outbox.attach(socket);
    outbox.announce(frame(1)).catch(() => {});
    outbox.post(frame(2));
    void outbox.announce(frame(3));
    outbox.detach(LOST);
    const next = new FakeSocket();
    outbox.attach(next);
    expect(next.writes).toEqual(['03']);
  });

  it('does not take the late answer of the old connection for one of the new', async () => {
    const { outbox, socket } = outboxWith();
    outbox.attach(socket);
    outbox.announce(frame(1)).catch(() => {});
    outbox.detach(LOST);
    const sending = outbox.announce(frame(2));
    outbox.attach(new FakeSocket());
    await socket.takeWrites();
    expect(await outcome(sending)).toBe('pending');
  });

  it('fails everything when it is finished', async () => {
    const { outbox, socket } = outboxWith();
    outbox.attach(socket);
    const sending = [outbox.announce(frame(1)), outbox.announce(frame(2))];
    outbox.finish(LOST);
    expect([await Promise.all(sending.map(outcome)), outbox.frames]).toEqual([[LOST, LOST], 0]);
  });
});

describe('an announcement that is withdrawn', () => {
  it('is not sent if it was still waiting', async () => {
    const { outbox, socket } = outboxWith();
    const abort = new AbortController();
    const withdrawn = outbox.announce(frame(1), abort.signal);
    void outbox.announce(frame(2));
    abort.abort('changed my mind');
    outbox.attach(socket);
    expect([await outcome(withdrawn), socket.writes]).toEqual(['changed my mind', ['02']]);
  });

  it('makes room', async () => {
    const { outbox } = outboxWith();
    const abort = new AbortController();
    for (let i = 0; i < 4; i++) outbox.announce(frame(i, 30), abort.signal).catch(() => {});
    abort.abort();
    expect(await outcome(outbox.announce(frame(4)))).toBe('pending');
  });

  it('does not make its caller wait for a kernel that takes nothing', async () => {
    const { outbox, socket } = outboxWith();
    outbox.attach(socket);
    const abort = new AbortController();
    const sending = outbox.announce(frame(1), abort.signal);
    abort.abort('enough');
    expect(await outcome(sending)).toBe('enough');
  });
});
