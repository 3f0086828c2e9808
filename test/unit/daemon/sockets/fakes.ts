/** Doubles of sockets: they remember what was written and take it when they are told to. */
import { EventEmitter } from 'node:events';
import type { Socket } from 'node:net';
import { BatchPool } from '../../../../src/daemon/sockets/batch-pool.ts';
import { DAEMON_BOUNDS, type SocketBounds } from '../../../../src/daemon/sockets/bounds.ts';
import { FlushScheduler } from '../../../../src/daemon/sockets/flush-scheduler.ts';
import type { SendGear, Sink } from '../../../../src/daemon/sockets/send-queue.ts';
import { TcpBacklogReader } from '../../../../src/daemon/sockets/tcp-backlog.ts';

export function testGear(): SendGear {
  return {
    pool: new BatchPool(),
    scheduler: new FlushScheduler(),
    backlogs: new TcpBacklogReader([]),
  };
}

/** Bounds of links, a thousandth of the size, with a margin for frames of 100 bytes. */
export const SMALL_BOUNDS: SocketBounds = {
  ...DAEMON_BOUNDS.link,
  queueHighBytes: 1_000,
  queueLowBytes: 500,
  queueBytesMax: 4_000,
  relayedBytesMax: 3_000,
  queueMarginBytes: 100,
  stalledBytes: 64,
  stuckBytes: 32,
};

export class FakeSink implements Sink {
  /** What was handed over, write by write. */
  readonly writes: Uint8Array[] = [];
  #waiting: ((error?: Error | null) => void)[] = [];

  write(bytes: Uint8Array, done: (error?: Error | null) => void): void {
    this.writes.push(Uint8Array.from(bytes));
    this.#waiting.push(done);
  }

  get text(): string[] {
    return this.writes.map((bytes) => Buffer.from(bytes).toString());
  }

  /** Takes the oldest write that is waiting, or says that it failed; false if there is none. */
  take(error?: Error): boolean {
    const done = this.#waiting.shift();
    done?.(error);
    return done !== undefined;
  }

  /** Takes whatever there is, also what comes as a consequence. */
  takeAll(): void {
    while (this.take());
  }
}

/** As much of a socket as a framed socket uses. Writes are taken at once. */
export class FakeSocket extends EventEmitter {
  readonly written: string[] = [];
  bytesRead = 0;
  bytesWritten = 0;
  isPaused = false;
  hasEnded = false;
  destroyed = false;

  asSocket(): Socket {
    // Proof of the cast: tests would fail on whatever else is used of a socket.
    return this as unknown as Socket;
  }

  write(bytes: Uint8Array, done: (error?: Error | null) => void): boolean {
    this.written.push(Buffer.from(bytes).toString());
    this.bytesWritten += bytes.length;
    queueMicrotask(() => done());
    return true;
  }

  pause(): void {
    this.isPaused = true;
  }

  resume(): void {
    this.isPaused = false;
  }

  end(): void {
    this.hasEnded = true;
  }

  destroy(): void {
    if (this.destroyed) return;
    this.destroyed = true;
    queueMicrotask(() => this.emit('close'));
  }

  /** The connection breaks. */
  break(error: Error): void {
    this.destroyed = true;
    this.emit('error', error);
    this.emit('close');
  }

  /** Something arrives. */
  receive(bytes: Uint8Array): void {
    this.bytesRead += bytes.length;
    this.emit('data', bytes);
  }
}

/** Resolves when the event loop has gone round once: what was queued in this turn has been written. */
export function endOfTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
