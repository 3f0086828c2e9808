import { describe, expect, it } from 'vitest';
import type { QueueState } from '../../../../src/core/inputs.ts';
import type { SocketBounds } from '../../../../src/daemon/sockets/bounds.ts';
import { FramedSocket } from '../../../../src/daemon/sockets/framed-socket.ts';
import { UNKNOWN_BACKLOG } from '../../../../src/daemon/sockets/tcp-backlog.ts';
import { noTraffic } from '../../../../src/daemon/sockets/traffic.ts';
import {
  clientMessageReader,
  encodeAnnounce,
  encodeNotify,
  type ClientMessage,
} from '../../../../src/wire/api-messages.ts';
import { endOfTurn, FakeSocket, SMALL_BOUNDS, testGear } from './fakes.ts';

interface Bench {
  readonly socket: FakeSocket;
  readonly framed: FramedSocket<ClientMessage>;
  /** What was told, in order: data types of messages, violations, ends. */
  readonly told: string[];
  readonly queues: QueueState[];
}

function bench(
  options: {
    readonly bounds?: SocketBounds;
    readonly onMessage?: (framed: FramedSocket<ClientMessage>) => void;
    readonly holdsWritesWhilePaused?: boolean;
  } = {},
): Bench {
  const socket = new FakeSocket();
  const told: string[] = [];
  const queues: QueueState[] = [];
  const framed: FramedSocket<ClientMessage> = new FramedSocket<ClientMessage>({
    socket: socket.asSocket(),
    reader: clientMessageReader(),
    gear: testGear(),
    bounds: options.bounds ?? SMALL_BOUNDS,
    traffic: noTraffic(),
    holdsWritesWhilePaused: options.holdsWritesWhilePaused ?? false,
    events: {
      onMessage: (message) => {
        told.push('dataType' in message ? String(message.dataType) : message.kind);
        options.onMessage?.(framed);
      },
      onMessageBegun: (type) => told.push(`header of ${type}`),
      onCutOff: (bytes, size) => told.push(`${bytes} of ${size ?? '?'}`),
      onViolation: ({ code }) => told.push(code),
      onGone: (reason) => told.push(reason),
      onStuck: () => told.push('stuck'),
      onQueue: (queue) => queues.push(queue),
    },
  });
  return { socket, framed, told, queues };
}

const CLOSED = 'the other side closed the connection';

function three(): Uint8Array {
  return Buffer.concat([encodeNotify(1), encodeNotify(2), encodeNotify(3)]);
}

describe('reading', () => {
  it('tells every message, and the FIN after them', () => {
    const { socket, told } = bench();
    socket.receive(three());
    socket.emit('end');
    expect(told).toEqual(['1', '2', '3', CLOSED]);
  });

  it('tells a connection that breaks by the code of the error', () => {
    const { socket, told } = bench();
    socket.break(Object.assign(new Error('reset'), { code: 'ECONNRESET' }));
    expect(told).toEqual(['ECONNRESET']);
  });

  it('ends with an error after which the socket is still there', async () => {
    const { socket, told } = bench();
    socket.emit('error', new Error('bad record'));
    await endOfTurn();
    expect(told).toEqual(['bad record']);
  });

  it('tells the end once', () => {
    const { socket, told } = bench();
    socket.emit('end');
    socket.emit('close');
    expect(told).toEqual([CLOSED]);
  });

  it('tells a violation after what stood before it, and nothing after it', () => {
    const { socket, told } = bench();
    socket.receive(Buffer.concat([encodeNotify(1), Buffer.alloc(4), encodeNotify(2)]));
    socket.receive(encodeNotify(3));
    expect(told).toEqual(['1', 'bad-size']);
  });

  it('tells nothing more of a chunk once we have closed', () => {
    const { socket, told } = bench({ onMessage: (framed) => framed.close() });
    socket.receive(three());
    expect(told).toEqual(['1']);
  });
});

describe('a message that has not come whole', () => {
  const half = encodeAnnounce(0, 1, Buffer.from('half')).subarray(0, 9);

  it('is told by its header, once', () => {
    const { socket, told } = bench();
    socket.receive(half.subarray(0, 3));
    expect(told).toEqual([]);
    socket.receive(half.subarray(3));
    socket.receive(Buffer.from('a'));
    expect(told).toEqual(['header of 500']);
  });

  it.each(['end', 'close'])('is told as cut off when the connection ends there (%s)', (event) => {
    const { socket, told } = bench();
    socket.receive(half);
    socket.emit(event);
    expect(told.slice(0, 2)).toEqual(['header of 500', '9 of 12']);
  });

  it('is told as cut off without its size when not even the header has come', () => {
    const { socket, told } = bench();
    socket.receive(half.subarray(0, 3));
    socket.emit('end');
    expect(told).toEqual(['3 of ?', CLOSED]);
  });
});

describe('a pause', () => {
  it('takes effect within the chunk that is being handled', () => {
    const { socket, told } = bench({ onMessage: (framed) => framed.pause() });
    socket.receive(three());
    expect([told, socket.isPaused]).toEqual([['1'], true]);
  });

  it('is followed by the rest of that chunk', async () => {
    const { socket, framed, told } = bench({ onMessage: (self) => self.pause() });
    socket.receive(three());
    framed.resume();
    await endOfTurn();
    expect(told).toEqual(['1', '2']);
  });

  it('ends with reading on, when the rest is done', async () => {
    const { socket, framed, told } = bench();
    framed.pause();
    socket.receive(three());
    framed.resume();
    await endOfTurn();
    expect([told, socket.isPaused]).toEqual([['1', '2', '3'], false]);
  });

  it('keeps the end of the connection back until all that came before is told', async () => {
    const { socket, framed, told } = bench();
    framed.pause();
    socket.receive(three());
    socket.break(new Error('broken'));
    expect(told).toEqual([]);
    framed.resume();
    await endOfTurn();
    expect(told).toEqual(['1', '2', '3', 'broken']);
  });

  it('that has just ended keeps it back as well', () => {
    const { socket, framed, told } = bench();
    framed.pause();
    socket.receive(three());
    framed.resume();
    socket.break(new Error('broken'));
    expect(told).toEqual(['1', '2', '3', 'broken']);
  });

  it('holds writes back too, where that is wanted, until a turn of reading has passed', async () => {
    const { socket, framed } = bench({ holdsWritesWhilePaused: true });
    framed.pause();
    framed.send(Buffer.from('hello'), 1_000);
    await endOfTurn();
    framed.resume();
    await endOfTurn();
    expect(socket.written).toEqual([]);
    await endOfTurn();
    expect(socket.written).toEqual(['hello']);
  });
});

describe('a flood', () => {
  const { readsPerTurn, heldTurns } = SMALL_BOUNDS;
  /** As much as one read takes. */
  const full = Buffer.concat(Array.from({ length: 8_192 }, () => encodeNotify(1)));

  function flood(socket: FakeSocket): void {
    for (let i = 0; i < readsPerTurn; i++) socket.receive(full);
  }

  it('is interrupted after some full reads, and goes on when others have had a turn', async () => {
    const { socket } = bench();
    flood(socket);
    expect(socket.isPaused).toBe(true);
    await endOfTurn();
    expect(socket.isPaused).toBe(false);
  });

  it('is none while each turn brings less', async () => {
    const { socket } = bench();
    for (let i = 1; i < readsPerTurn; i++) socket.receive(full);
    await endOfTurn();
    for (let i = 1; i < readsPerTurn; i++) socket.receive(full);
    expect(socket.isPaused).toBe(false);
  });

  it('loses nothing of what was read ahead', async () => {
    const { socket, told } = bench();
    flood(socket);
    socket.receive(encodeNotify(2));
    await endOfTurn();
    expect(told).toHaveLength(readsPerTurn * 8_192 + 1);
  });

  it('does not end a pause', async () => {
    const { socket, framed } = bench();
    flood(socket);
    framed.pause();
    await endOfTurn();
    expect(socket.isPaused).toBe(true);
  });

  it('holds writes back, where that is wanted, until there is less', async () => {
    const { socket, framed } = bench({ holdsWritesWhilePaused: true });
    flood(socket);
    framed.send(Buffer.from('hello'), 1_000);
    await endOfTurn();
    expect(socket.written).toEqual([]);
    await endOfTurn();
    expect(socket.written).toEqual(['hello']);
  });

  it('that does not end holds writes back for some turns only', async () => {
    const { socket, framed } = bench({ holdsWritesWhilePaused: true });
    for (let i = 0; i < heldTurns; i++) {
      flood(socket);
      framed.send(Buffer.from('.'), 1_000);
      await endOfTurn();
    }
    expect(socket.written).toEqual([]);
    flood(socket);
    expect(socket.written).toEqual(['.'.repeat(heldTurns)]);
  });
});

describe('a frame that has begun', () => {
  const { frameTicks } = SMALL_BOUNDS;
  const half = encodeAnnounce(0, 1, Buffer.from('half')).subarray(0, 9);

  function tick(framed: FramedSocket<ClientMessage>, times: number): void {
    for (let i = 0; i < times; i++) framed.tick();
  }

  it('may take its time', () => {
    const { socket, framed, told } = bench();
    socket.receive(half);
    tick(framed, frameTicks);
    expect(told).toEqual(['header of 500']);
  });

  it('is a violation when it takes longer', () => {
    const { socket, framed, told } = bench();
    socket.receive(half);
    tick(framed, frameTicks + 1);
    expect(told).toEqual(['header of 500', 'frame-timeout']);
  });

  it('does not get more time by more bytes', () => {
    const { socket, framed, told } = bench();
    socket.receive(half);
    tick(framed, frameTicks);
    socket.receive(Buffer.from('x'));
    tick(framed, 1);
    expect(told).toEqual(['header of 500', 'frame-timeout']);
  });

  it('has all the time anew after another is complete', () => {
    const { socket, framed, told } = bench();
    socket.receive(half);
    tick(framed, frameTicks);
    socket.receive(Buffer.concat([Buffer.from('alf'), half]));
    tick(framed, frameTicks);
    expect(told).toEqual(['header of 500', '1', 'header of 500']);
  });

  it('is not blamed for time in which we do not read', () => {
    const { socket, framed, told } = bench();
    socket.receive(half);
    framed.pause();
    tick(framed, 100);
    expect(told).toEqual(['header of 500']);
  });
});

describe('closing', () => {
  it('sends what is queued, then FIN', async () => {
    const { socket, framed } = bench();
    framed.send(Buffer.from('one'), 1_000);
    framed.send(Buffer.from('two'), 1_000);
    framed.close();
    expect(socket.hasEnded).toBe(false);
    await endOfTurn();
    expect([socket.written, socket.hasEnded]).toEqual([['one', 'two'], true]);
  });

  it('reads on, so that the other side does not see a reset instead of our last words', () => {
    const { socket, framed } = bench();
    framed.send(Buffer.from('last words'), 1_000);
    framed.pause();
    framed.close();
    expect(socket.isPaused).toBe(false);
  });

  it('ends a connection on which nothing was ever said without further ado', () => {
    const { socket, framed } = bench();
    framed.close();
    expect(socket.destroyed).toBe(true);
  });

  it('ends in any case when its time is over', async () => {
    const { socket, framed } = bench({ bounds: { ...SMALL_BOUNDS, closingTime: 1 } });
    framed.send(Buffer.from('hello'), 1_000);
    framed.close();
    await new Promise<void>((resolve) => framed.onClosed(resolve));
    expect(socket.destroyed).toBe(true);
  });

  it('follows a FIN of the other side', async () => {
    const { socket, framed } = bench();
    framed.send(Buffer.from('answer'), 1_000);
    socket.emit('end');
    await endOfTurn();
    expect([socket.written, socket.hasEnded]).toEqual([['answer'], true]);
  });
});

describe('a socket whose queue is full and that takes nothing', () => {
  it('is reported as stuck', () => {
    const { socket, framed, told } = bench();
    socket.write = () => true;
    while (framed.send(Buffer.alloc(100), SMALL_BOUNDS.queueBytesMax));
    for (let i = 0; i <= SMALL_BOUNDS.stuckTicks; i++) framed.judgeQueue(UNKNOWN_BACKLOG);
    expect(told).toEqual(['stuck']);
  });

  it('tells its levels on the way', () => {
    const { socket, framed, queues } = bench();
    socket.write = () => true;
    while (framed.send(Buffer.alloc(100), SMALL_BOUNDS.queueBytesMax));
    expect(queues.map(({ level }) => level)).toEqual(['high', 'full']);
  });
});
