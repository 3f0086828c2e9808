/**
 * What waits to be sent to a node, bounded: announcements in their order, and before them what others wait
 * for, which are requests for data types and verdicts.
 *
 * A frame that finds nothing waiting goes out at once, as a write of its own (some servers take one read for
 * one message); what comes while a write is under way leaves together in the next. Only one write is under
 * way at a time, so that of everything behind it no byte was sent: it can be withdrawn, and announcements can
 * outlive a connection that is lost and go out on the next.
 */
import type { Writable } from 'node:stream';
import { AbortListeners } from './abort-listeners.ts';
import { ClientError } from './client-error.ts';

/** Bytes that one write may join; a single larger frame is a write by itself. */
const WRITE_BYTES_MAX = 65_536;

export interface OutboxBounds {
  /** Frames that wait, from 1; at this many a further announcement is refused. */
  readonly waitingFramesMax: number;
  /** Bytes that wait; above this many a further announcement is refused. */
  readonly waitingBytesMax: number;
}

/** One frame until the kernel has it. */
interface Waiting {
  readonly frame: Uint8Array;
  /** The kernel has it; or, with an error, it has not, or nobody knows. */
  readonly settle: (error?: unknown) => void;
}

export class Outbox {
  readonly #bounds: OutboxBounds;
  readonly #onRoom: () => void;
  #sink: Writable | undefined;
  /** Requests and verdicts, which mean something on this connection only. */
  #urgent: Waiting[] = [];
  /** A set keeps the order, and lets go of any of them at no cost. */
  readonly #announcements = new Set<Waiting>();
  /** What the write that is under way carries. */
  #underWay: readonly Waiting[] = [];
  /** Of all three. */
  #bytes = 0;
  readonly #signals = new AbortListeners();
  #whenEmpty: (() => void) | undefined;

  /** `onRoom` is called when fewer frames wait than allowed, after as many did. */
  constructor(bounds: OutboxBounds, onRoom: () => void) {
    this.#bounds = bounds;
    this.#onRoom = onRoom;
  }

  get frames(): number {
    return this.#urgent.length + this.#announcements.size + this.#underWay.length;
  }

  get hasRoom(): boolean {
    return this.frames < this.#bounds.waitingFramesMax;
  }

  /**
   * Resolves when the kernel has an announcement's frame. If its connection is lost while it is being written,
   * it rejects with the reason; if it only waits, it waits for the next connection.
   *
   * @throws ClientError `too-many-pending`; the reason of `signal` if that fires first: unless it is being
   *   written at that moment, it is then never sent.
   */
  async announce(frame: Uint8Array, signal?: AbortSignal): Promise<void> {
    this.#assertRoom();
    await new Promise<void>((resolve, reject) => {
      const settle = (error?: unknown): void => {
        stopListening?.();
        if (error === undefined) resolve();
        else reject(error);
      };
      const entry: Waiting = { frame, settle };
      const withdraw = (): void => {
        if (this.#announcements.delete(entry)) this.#forget([entry]);
        reject(signal?.reason);
      };
      const stopListening = signal && this.#signals.add(signal, withdraw);
      this.#announcements.add(entry);
      this.#onAdded(entry);
    });
  }

  /**
   * Sends a request or a verdict on this connection; `onSent` is called if the kernel has it. There are no more
   * requests than data types, and no more verdicts than notifications, which are not read without room.
   */
  post(frame: Uint8Array, onSent: () => void = nobodyAsks): void {
    const settle = (error?: unknown): void => {
      if (error === undefined) onSent();
    };
    const entry = { frame, settle: onSent === nobodyAsks ? nobodyAsks : settle };
    this.#urgent.push(entry);
    this.#onAdded(entry);
  }

  /** From now on everything goes here. */
  attach(sink: Writable): void {
    this.#sink = sink;
    this.#flush();
  }

  /** The connection is over: what was being written ends with `error`, announcements behind it stay. */
  detach(error: unknown): void {
    this.#sink = undefined;
    this.#whenEmpty = undefined;
    const lost = [...this.#underWay, ...this.#urgent];
    this.#underWay = [];
    this.#urgent = [];
    this.#settle(lost, error);
  }

  /** Nothing more is sent: all that waits ends with `error`. */
  finish(error: unknown): void {
    this.detach(error);
    const dropped = [...this.#announcements];
    this.#announcements.clear();
    this.#settle(dropped, error);
  }

  /** Calls back once the kernel has everything, perhaps at once; not at all if the connection is lost. */
  whenEmpty(callback: () => void): void {
    if (this.frames === 0) callback();
    else this.#whenEmpty = callback;
  }

  #assertRoom(): void {
    if (this.hasRoom && this.#bytes <= this.#bounds.waitingBytesMax) return;
    const waiting = `${this.frames} messages (${this.#bytes} bytes) wait to be sent to the node`;
    throw new ClientError('too-many-pending', `${waiting}: await each announce() before the next`);
  }

  #onAdded(entry: Waiting): void {
    this.#bytes += entry.frame.length;
    this.#flush();
  }

  #flush(): void {
    const sink = this.#sink;
    if (sink === undefined || this.#underWay.length > 0) return;
    const batch = this.#takeBatch();
    if (batch.length === 0) return;
    this.#underWay = batch;
    const bytes = batch.length === 1 ? batch[0]!.frame : Buffer.concat(batch.map(frameOf));
    sink.write(bytes, (error) => {
      // Whoever broke the connection says why, through detach(); a write that was under way when the
      // socket was destroyed is reported without an error.
      if (!error && !sink.destroyed && this.#underWay === batch) this.#onWritten(batch);
    });
  }

  /** The next frames, as many as fit into one write, but at least one if there is any. */
  #takeBatch(): readonly Waiting[] {
    const batch: Waiting[] = [];
    let room = WRITE_BYTES_MAX;
    const take = (entry: Waiting): boolean => {
      room -= entry.frame.length;
      if (room < 0 && batch.length > 0) return false;
      batch.push(entry);
      return true;
    };
    let taken = 0;
    while (taken < this.#urgent.length && take(this.#urgent[taken]!)) taken += 1;
    this.#urgent.splice(0, taken);
    if (this.#urgent.length > 0) return batch;
    for (const entry of this.#announcements) {
      if (!take(entry)) break;
      this.#announcements.delete(entry);
    }
    return batch;
  }

  #onWritten(batch: readonly Waiting[]): void {
    this.#underWay = [];
    this.#settle(batch);
    this.#flush();
    if (this.frames > 0 || this.#whenEmpty === undefined) return;
    this.#whenEmpty();
    this.#whenEmpty = undefined;
  }

  #settle(gone: readonly Waiting[], error?: unknown): void {
    this.#forget(gone);
    for (const { settle } of gone) settle(error);
  }

  /** They have left the queues already. */
  #forget(gone: readonly Waiting[]): void {
    const framesBefore = this.frames + gone.length;
    for (const { frame } of gone) this.#bytes -= frame.length;
    if (this.hasRoom && framesBefore >= this.#bounds.waitingFramesMax) this.#onRoom();
  }
}

function nobodyAsks(): void {}

function frameOf({ frame }: Waiting): Uint8Array {
  return frame;
}
