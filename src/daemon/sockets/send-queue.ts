/**
 * What waits to leave through one socket.
 *
 * A message that finds nothing waiting leaves at once, as one write of its own: several existing clients
 * take one read for one message. All else that is queued in the same turn of the event loop leaves together
 * at the end of the turn, because a system call per frame costs ten times what everything else about the
 * frame does. A socket that had much to send in the last turn batches from the first frame on.
 *
 * Frames are copied into buffers of ours, and the operating system is handed one buffer at a time. So the
 * memory is ours to bound, and whether the other side takes anything is visible. Frames are never cut or sent in
 * part; one that does not fit is dropped whole.
 *
 * What has gone into the buffers stays in order. Where much waits, though, larger frames wait outside of them, in
 * lanes: so others can overtake them, and they can be taken back. On a socket that keeps up nothing of that happens.
 */
import type { QueueState } from '../../core/inputs.ts';
import { Lanes, type Lane, type Waiting } from '../../core/lanes.ts';
import { BatchList } from './batch-list.ts';
import type { BatchPool } from './batch-pool.ts';
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

/** In the buffers there is always so much, if there is anything: two writes, so that the socket never idles. */
export const BUFFERED_BYTES = 128 * 1024;
/** Smaller frames go into the buffers at once: an object for each would cost more than they gain. A guess. */
export const LANED_BYTES_MIN = 1_024;

interface LanedFrame extends Waiting {
  readonly frame: Uint8Array;
}

/** Frames in one turn from which on the next turn is batched from its first frame on. A guess. */
const BUSY_FRAMES = 8;

export class SendQueue implements EndOfTurn {
  readonly #sink: Sink;
  readonly #gear: SendGear;
  readonly #traffic: Traffic;
  readonly #watch: QueueWatch;
  readonly #onState: (state: QueueState) => void;
  readonly #batches: BatchList;
  #lanes: Lanes<LanedFrame> | undefined;
  #taken = 0;
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
    this.#batches = new BatchList(options.gear.pool);
    this.#onState = options.onState;
  }

  /** Bytes that the operating system has not taken yet. */
  get bytes(): number {
    return this.#batches.bytes + (this.#lanes?.bytes ?? 0);
  }

  /** What was last reported. */
  get state(): QueueState {
    return this.#watch.state;
  }

  /**
   * Queues a copy of one whole frame of at most 65,535 bytes; false if the queue would then be longer than
   * `bytesMax`, or is closed: the frame is dropped. Without a `lane` it leaves in its turn; `tag` is what
   * {@link withdraw} finds it by.
   */
  append(frame: Uint8Array, bytesMax: number, lane?: Lane, tag?: number): boolean {
    if (this.#isClosed) return false;
    if (this.bytes + frame.length > bytesMax) {
      this.#traffic.messagesDropped++;
      this.#report(this.#watch.onRefused(this.bytes));
      return false;
    }
    const leavesAlone = this.bytes === 0 && this.#framesInTurn === 0 && !this.#isBusy;
    if (lane !== undefined && this.#isLaned(lane, frame.length)) {
      this.#lanes ??= new Lanes();
      this.#lanes.put({ lane, tag, bytes: frame.length, frame: frame.slice() });
    } else this.#batches.append(frame, this.#isBusy);
    this.#framesInTurn++;
    this.#traffic.messagesOut++;
    this.#markTurn();
    if (leavesAlone) this.#write();
    this.#report(this.#watch.update(this.bytes));
    return true;
  }

  /** Takes back the frames with a tag that wait in lanes. */
  withdraw(tag: number): void {
    const bytes = this.#lanes?.withdraw(tag) ?? 0;
    if (bytes === 0) return;
    this.#report(this.#watch.update(this.bytes));
    this.#announceEmpty();
  }

  /** Called by the scheduler when the sockets that were readable have been read. */
  endTurn(): void {
    this.#isMarked = false;
    this.#isBusy = this.#framesInTurn >= BUSY_FRAMES;
    this.#framesInTurn = 0;
    // Only to see a quiet turn: "busy" is what the last turn was, not one long ago.
    if (this.#isBusy) this.#markTurn();
    this.#isDraining = this.bytes > 0;
    this.#write();
  }

  /**
   * One interval of the housekeeping timer has passed. `backlog`: what the operating system has taken from
   * us, but not brought to the other side, as far as that is known. True: give this socket up. To be called
   * while the level is not low.
   */
  tick(backlog = 0): boolean {
    // What we hold back ourselves is not the other side's fault.
    if (this.#isHolding() || this.#isClosed) return false;
    const judgement = this.#watch.onTick(this.bytes, this.#taken - backlog);
    if (judgement === 'stuck') return true;
    this.#report(judgement);
    return false;
  }

  /**
   * Writes nothing more until {@link release}, as long as little is queued. A long queue is written all the
   * same: two clients that are both paused because of each other's queues would otherwise wait for ever.
   */
  hold(): void {
    this.#isHeld = true;
  }

  release(): void {
    this.#isHeld = false;
    this.#isDraining = this.bytes > 0;
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
    this.#batches.dropWaiting();
    this.#lanes = undefined;
  }

  #markTurn(): void {
    if (this.#isMarked) return;
    this.#isMarked = true;
    this.#gear.scheduler.mark(this);
  }

  #isHolding(): boolean {
    return this.#isHeld && this.#watch.state.level === 'low';
  }

  /** Whether a frame has to wait outside of the buffers. Within a lane nothing overtakes. */
  #isLaned(lane: Lane, bytes: number): boolean {
    if (this.#lanes !== undefined && this.#lanes.has(lane)) return true;
    return bytes >= LANED_BYTES_MIN && this.#batches.bytes >= BUFFERED_BYTES;
  }

  /** Moves what goes next into the buffers. */
  #refill(): void {
    const lanes = this.#lanes;
    if (lanes === undefined) return;
    while (this.#batches.bytes < BUFFERED_BYTES) {
      const next = lanes.take();
      if (next === undefined) break;
      this.#batches.append(next.frame, true);
    }
    if (lanes.size === 0) this.#lanes = undefined;
  }

  #write(): void {
    this.#refill();
    const bytes = this.#isHolding() ? undefined : this.#batches.handOver();
    if (bytes !== undefined) this.#sink.write(bytes, this.#onWritten);
  }

  readonly #onWritten = (error?: Error | null): void => {
    const written = this.#batches.settle();
    if (error) {
      // The socket is about to tell its owner that it is broken.
      this.discard();
      return;
    }
    this.#taken += written;
    this.#traffic.bytesOut += written;
    this.#report(this.#watch.update(this.bytes));
    if (this.bytes === 0) this.#isDraining = false;
    if (this.#isDraining) this.#write();
    this.#announceEmpty();
  };

  #report(state: QueueState | undefined): void {
    if (state !== undefined && !this.#isClosed) this.#onState(state);
  }

  #announceEmpty(): void {
    if (this.bytes > 0 || this.#whenEmpty === undefined) return;
    const whenEmpty = this.#whenEmpty;
    this.#whenEmpty = undefined;
    whenEmpty();
  }
}
