/**
 * What waits to leave through one socket.
 *
 * A message that finds nothing waiting leaves at once, as one write of its own: several existing clients
 * take one read for one message. All else that is queued in the same turn of the event loop leaves together
 * at the end of the turn, because a system call per frame costs ten times what everything else about the
 * frame does. A socket that had much to send in the last turn batches from the first frame on.
 *
 * Frames are copied into buffers of ours, and the operating system is handed one buffer at a time. So the
 * memory is ours to bound, and whether the other side takes anything is visible. Frames are never cut,
 * reordered or sent in part; one that does not fit is dropped whole.
 *
 * Memory: a frame that does not fit into the rest of a buffer starts a new one, so the buffers take at
 * most twice what {@link SendQueue.bytes} says, and 64 KiB.
 */
import type { QueueState } from '../../core/inputs.ts';
import { BATCH_BYTES, SMALL_BATCH_BYTES, type BatchPool } from './batch-pool.ts';
import type { SocketBounds } from './bounds.ts';
import type { EndOfTurn, FlushScheduler } from './flush-scheduler.ts';
import { QueueWatch } from './queue-watch.ts';
import type { TcpBacklogReader } from './tcp-backlog.ts';
import type { Traffic } from './traffic.ts';

/** All that a queue needs of a socket: calls `done` when the bytes are taken, or with an error. */
export interface Sink {
  write(bytes: Uint8Array, done: (error?: Error | null) => void): unknown;
}

/** What the queues of one daemon share. */
export interface SendGear {
  readonly pool: BatchPool;
  readonly scheduler: FlushScheduler;
  readonly backlogs: TcpBacklogReader;
}

interface Batch {
  buffer: Uint8Array;
  /** Bytes [sent, filled) are waiting or in flight. */
  filled: number;
  sent: number;
}

/** Frames in one turn from which on the next turn is batched from its first frame on. A guess. */
const BUSY_FRAMES = 8;

export class SendQueue implements EndOfTurn {
  readonly #sink: Sink;
  readonly #gear: SendGear;
  readonly #traffic: Traffic;
  readonly #watch: QueueWatch;
  readonly #onState: (state: QueueState) => void;
  #batches: Batch[] = [];
  #bytes = 0;
  #taken = 0;
  #inFlight = 0;
  /** A turn has ended with bytes waiting: go on writing whenever the socket has taken something. */
  #isDraining = false;
  #isMarked = false;
  #isBusy = false;
  #isHeld = false;
  #isClosed = false;
  #framesInTurn = 0;
  #whenEmpty: (() => void) | undefined;

  constructor(options: {
    readonly sink: Sink;
    readonly gear: SendGear;
    readonly bounds: SocketBounds;
    readonly traffic: Traffic;
    /** Called when the state changes, also from within {@link SendQueue.append}. */
    readonly onState: (state: QueueState) => void;
  }) {
    this.#sink = options.sink;
    this.#gear = options.gear;
    this.#traffic = options.traffic;
    this.#watch = new QueueWatch(options.bounds);
    this.#onState = options.onState;
  }

  /** Bytes that the operating system has not taken yet. */
  get bytes(): number {
    return this.#bytes;
  }

  /** What was last reported. */
  get state(): QueueState {
    return this.#watch.state;
  }

  /**
   * Queues a copy of one whole frame of at most 65,535 bytes; false if the queue would then be longer than
   * `bytesMax`, or is closed: the frame is dropped.
   */
  append(frame: Uint8Array, bytesMax: number): boolean {
    if (this.#isClosed) return false;
    if (this.#bytes + frame.length > bytesMax) {
      this.#traffic.messagesDropped++;
      this.#report(this.#watch.onRefused(this.#bytes));
      return false;
    }
    const leavesAlone = this.#bytes === 0 && this.#framesInTurn === 0 && !this.#isBusy;
    const batch = this.#roomFor(frame.length);
    batch.buffer.set(frame, batch.filled);
    batch.filled += frame.length;
    this.#bytes += frame.length;
    this.#framesInTurn++;
    this.#traffic.messagesOut++;
    this.#markTurn();
    if (leavesAlone) this.#write();
    this.#report(this.#watch.update(this.#bytes));
    return true;
  }

  /** Called by the scheduler when the sockets that were readable have been read. */
  endTurn(): void {
    this.#isMarked = false;
    this.#isBusy = this.#framesInTurn >= BUSY_FRAMES;
    this.#framesInTurn = 0;
    // Only to see a quiet turn: "busy" is what the last turn was, not one long ago.
    if (this.#isBusy) this.#markTurn();
    this.#isDraining = this.#bytes > 0;
    this.#write();
  }

  /**
   * One interval of the housekeeping timer has passed. `backlog`: what the operating system has taken from
   * us, but not brought to the other side, as far as that is known. True: give this socket up. To be called
   * while the level is not low.
   */
  tick(backlog = 0): boolean {
    // What we hold back ourselves is not the other side's fault.
    if (this.#isHeld || this.#isClosed) return false;
    const judgement = this.#watch.onTick(this.#bytes, this.#taken - backlog);
    if (judgement === 'stuck') return true;
    this.#report(judgement);
    return false;
  }

  /** Writes nothing more until {@link release}; frames are still queued. */
  hold(): void {
    this.#isHeld = true;
  }

  release(): void {
    this.#isHeld = false;
    this.#isDraining = this.#bytes > 0;
    this.#write();
  }

  /** Takes no more frames, and calls `whenEmpty` (perhaps at once) when all that are queued have left. */
  finish(whenEmpty: () => void): void {
    this.#isClosed = true;
    this.#whenEmpty = whenEmpty;
    this.release();
    this.#announceEmpty();
  }

  /** Takes no more frames and drops those that no write has begun with. */
  discard(): void {
    this.#isClosed = true;
    // A buffer in flight belongs to the operating system until its write has ended.
    const kept = this.#inFlight > 0 ? this.#batches.slice(0, 1) : [];
    for (const batch of this.#batches.slice(kept.length)) this.#gear.pool.giveBack(batch.buffer);
    for (const batch of kept) batch.filled = batch.sent + this.#inFlight;
    this.#batches = kept;
    this.#bytes = this.#inFlight;
  }

  #markTurn(): void {
    if (this.#isMarked) return;
    this.#isMarked = true;
    this.#gear.scheduler.mark(this);
  }

  #roomFor(size: number): Batch {
    const last = this.#batches.at(-1);
    if (last !== undefined) {
      if (last.buffer.length - last.filled >= size) return last;
      if (this.#mayGrow(last, size)) return this.#grow(last);
    }
    const isSmall = size <= SMALL_BATCH_BYTES && last === undefined && !this.#isBusy;
    const buffer = isSmall ? this.#gear.pool.takeSmall() : this.#gear.pool.takeLarge();
    const batch: Batch = { buffer, filled: 0, sent: 0 };
    this.#batches.push(batch);
    return batch;
  }

  #mayGrow(batch: Batch, size: number): boolean {
    const isInFlight = this.#inFlight > 0 && batch === this.#batches[0];
    const isSmall = batch.buffer.length === SMALL_BATCH_BYTES;
    return isSmall && !isInFlight && batch.filled + size <= BATCH_BYTES;
  }

  #grow(batch: Batch): Batch {
    const small = batch.buffer;
    batch.buffer = this.#gear.pool.takeLarge();
    batch.buffer.set(small.subarray(0, batch.filled));
    this.#gear.pool.giveBack(small);
    return batch;
  }

  #write(): void {
    const batch = this.#batches[0];
    if (batch === undefined || this.#inFlight > 0 || this.#isHeld) return;
    this.#inFlight = batch.filled - batch.sent;
    this.#sink.write(batch.buffer.subarray(batch.sent, batch.filled), this.#onWritten);
  }

  readonly #onWritten = (error?: Error | null): void => {
    const written = this.#inFlight;
    this.#inFlight = 0;
    if (error) {
      // The socket is about to tell its owner that it is broken.
      this.discard();
      return;
    }
    this.#bytes -= written;
    this.#taken += written;
    this.#traffic.bytesOut += written;
    this.#retire(written);
    this.#report(this.#watch.update(this.#bytes));
    if (this.#bytes === 0) this.#isDraining = false;
    if (this.#isDraining) this.#write();
    this.#announceEmpty();
  };

  #retire(written: number): void {
    const batch = this.#batches[0];
    if (batch === undefined) return;
    batch.sent += written;
    if (batch.sent < batch.filled) return;
    this.#batches.shift();
    this.#gear.pool.giveBack(batch.buffer);
  }

  #report(state: QueueState | undefined): void {
    if (state !== undefined && !this.#isClosed) this.#onState(state);
  }

  #announceEmpty(): void {
    if (this.#bytes > 0 || this.#whenEmpty === undefined) return;
    const whenEmpty = this.#whenEmpty;
    this.#whenEmpty = undefined;
    whenEmpty();
  }
}
