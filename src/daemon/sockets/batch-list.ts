/**
 * Frames that wait for one socket, copied into buffers of the pool: written at the tail, handed over from
 * the head, one buffer at a time. Frames are never cut, reordered or merged with others' bytes.
 *
 * Memory: a frame that does not fit into the rest of a buffer starts a new one, so the buffers take at
 * most twice what {@link BatchList.bytes} says, and 64 KiB.
 */
import { BATCH_BYTES, SMALL_BATCH_BYTES, type BatchPool } from './batch-pool.ts';

interface Batch {
  buffer: Uint8Array;
  /** Bytes [sent, filled) are waiting; those in flight come first. */
  filled: number;
  sent: number;
}

export class BatchList {
  readonly #pool: BatchPool;
  #batches: Batch[] = [];
  #bytes = 0;
  #inFlight = 0;

  constructor(pool: BatchPool) {
    this.#pool = pool;
  }

  /** All bytes, also those in flight. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Bytes that were handed over and are not settled yet. */
  get inFlight(): number {
    return this.#inFlight;
  }

  /** Copies a frame of at most 65,535 bytes. `expectsMore`: a large buffer is worth it from the start. */
  append(frame: Uint8Array, expectsMore: boolean): void {
    const batch = this.#roomFor(frame.length, expectsMore);
    batch.buffer.set(frame, batch.filled);
    batch.filled += frame.length;
    this.#bytes += frame.length;
  }

  /** Hands over what waits in the first buffer; it must stay untouched until {@link settle}. */
  handOver(): Uint8Array | undefined {
    const batch = this.#batches[0];
    if (batch === undefined || this.#inFlight > 0) return undefined;
    this.#inFlight = batch.filled - batch.sent;
    return batch.buffer.subarray(batch.sent, batch.filled);
  }

  /** What was handed over is done with; returns how many bytes it was. */
  settle(): number {
    const settled = this.#inFlight;
    this.#inFlight = 0;
    this.#bytes -= settled;
    const batch = this.#batches[0];
    if (batch === undefined) return settled;
    batch.sent += settled;
    if (batch.sent === batch.filled) {
      this.#batches.shift();
      this.#pool.giveBack(batch.buffer);
    }
    return settled;
  }

  /** Drops all but what is in flight: that buffer belongs to the operating system until it is settled. */
  dropWaiting(): void {
    const kept = this.#inFlight > 0 ? this.#batches.slice(0, 1) : [];
    for (const batch of this.#batches.slice(kept.length)) this.#pool.giveBack(batch.buffer);
    for (const batch of kept) batch.filled = batch.sent + this.#inFlight;
    this.#batches = kept;
    this.#bytes = this.#inFlight;
  }

  #roomFor(size: number, expectsMore: boolean): Batch {
    const last = this.#batches.at(-1);
    if (last !== undefined) {
      if (last.buffer.length - last.filled >= size) return last;
      if (this.#mayGrow(last, size)) return this.#grow(last);
    }
    const isSmall = size <= SMALL_BATCH_BYTES && last === undefined && !expectsMore;
    const buffer = isSmall ? this.#pool.takeSmall() : this.#pool.takeLarge();
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
    batch.buffer = this.#pool.takeLarge();
    batch.buffer.set(small.subarray(0, batch.filled));
    this.#pool.giveBack(small);
    return batch;
  }
}
