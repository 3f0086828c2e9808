/**
 * Judges a send queue: how full it is, whether it moves, and when to give its socket up. The judgements are
 * made of plain numbers, so they can be tested without a socket: the bytes waiting (told at every change)
 * and, once a tick, the bytes that the other side has taken since the start.
 */
import type { QueueState } from '../../core/inputs.ts';
import type { SocketBounds } from './bounds.ts';

export const EMPTY_QUEUE: QueueState = { level: 'low', isMoving: true };

export class QueueWatch {
  readonly #bounds: SocketBounds;
  readonly #fullAbove: number;
  readonly #fullUntil: number;
  #state: QueueState = EMPTY_QUEUE;
  #isFull = false;
  #isMoving = true;
  /** Frames have been refused, or the queue was full, since it was last at most half full. */
  #isRefusing = false;
  #stall = new ProgressWindow();
  #stuck = new ProgressWindow();

  constructor(bounds: SocketBounds) {
    this.#bounds = bounds;
    this.#fullAbove = bounds.queueBytesMax - bounds.queueMarginBytes;
    // Some distance, or every write of a busy socket would change the level twice.
    this.#fullUntil = this.#fullAbove - bounds.queueBytesMax / 16;
  }

  get state(): QueueState {
    return this.#state;
  }

  /** To be called when bytes were queued or have left. Returns the state if it has changed. */
  update(bytes: number): QueueState | undefined {
    const { queueHighBytes, queueLowBytes, queueBytesMax } = this.#bounds;
    const isLow = bytes < (this.#state.level === 'low' ? queueHighBytes : queueLowBytes);
    if (isLow && this.#state === EMPTY_QUEUE) return undefined;
    this.#isFull = bytes > (this.#isFull ? this.#fullUntil : this.#fullAbove);
    if (this.#isFull) this.#beginRefusing();
    else if (bytes <= queueBytesMax / 2) this.#isRefusing = false;
    return isLow ? this.#becomeLow() : this.#change(this.#levelAboveLow(), this.#isMoving);
  }

  /** To be called when a frame was dropped because it did not fit. Returns the state if it has changed. */
  onRefused(bytes: number): QueueState | undefined {
    this.#beginRefusing();
    return this.update(bytes);
  }

  /**
   * A tick has passed, and the other side has taken `taken` bytes since the start. Returns the state if it
   * has changed, or `stuck` if the socket is to be given up. To be called while the level is not low.
   */
  onTick(bytes: number, taken: number): QueueState | 'stuck' | undefined {
    const { stalledTicks, stalledBytes, stuckTicks, stuckBytes } = this.#bounds;
    if (this.#isRefusing && this.#stuck.hasEnded(taken, stuckTicks, stuckBytes)) return 'stuck';
    if (this.#state.level !== 'low') {
      this.#isMoving = !this.#stall.hasEnded(taken, stalledTicks, stalledBytes);
    }
    return this.update(bytes);
  }

  #beginRefusing(): void {
    if (!this.#isRefusing) this.#stuck = new ProgressWindow();
    this.#isRefusing = true;
  }

  #becomeLow(): QueueState {
    this.#isMoving = true;
    this.#stall = new ProgressWindow();
    this.#state = EMPTY_QUEUE;
    return EMPTY_QUEUE;
  }

  #levelAboveLow(): QueueState['level'] {
    // A link that does not move and drops relayed frames is full before its last quarter is used up.
    return this.#isFull || (!this.#isMoving && this.#isRefusing) ? 'full' : 'high';
  }

  #change(level: QueueState['level'], isMoving: boolean): QueueState | undefined {
    if (level === this.#state.level && isMoving === this.#state.isMoving) return undefined;
    this.#state = { level, isMoving };
    return this.#state;
  }
}

/** A stretch of ticks, beginning at the first, in which something should be taken. */
class ProgressWindow {
  #ticks = 0;
  #takenBefore: number | undefined;

  /** Counts a tick; true once, and as long as, `ticksMax` have passed with less than `bytesMin` taken. */
  hasEnded(taken: number, ticksMax: number, bytesMin: number): boolean {
    if (this.#takenBefore === undefined || taken - this.#takenBefore >= bytesMin) {
      this.#takenBefore = taken;
      this.#ticks = 0;
      return false;
    }
    return ++this.#ticks >= ticksMax;
  }
}
