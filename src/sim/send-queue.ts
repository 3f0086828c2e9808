/**
 * What is sent on a link while it is held up, and how full that makes the sender's queue. A virtual network
 * without bandwidth limits takes everything else at once, so this exists only from the first message that
 * waits until the last one is gone.
 */
import type { QueueLevel, QueueState } from '../core/inputs.ts';
import type { Instant } from '../core/settings.ts';
import { MESSAGE_BYTES_MAX } from '../wire/message-types.ts';
import type { EventQueue, SimEvent } from './event-queue.ts';

/** From here on the queue counts as `high`, in bytes. A guess: a quarter of the maximum. */
export const QUEUE_BYTES_HIGH = 1024 * 1024;
/** A queue never holds more than this, in bytes; what would exceed it is dropped, own announcements last. */
export const QUEUE_BYTES_MAX = 4 * 1024 * 1024;
/** Part of the maximum that only own announcements and messages other than announcements may fill. */
const RESERVED_BYTES = 1024 * 1024;
/** A queue above the high-water mark of which nothing is taken for this long does not move. A guess. */
const MOVES_WITHIN = 2_000;
/** A peer that takes nothing for this long while its queue is full is given up (docs/protocol.md). */
const GIVE_UP_AFTER = 30_000;
const CHECK_EVERY = 1_000;

/** The sender; called as an event of its own, never from within {@link SendQueue.admit}. */
export interface SendQueueOwner {
  onQueueState(state: QueueState): void;
  onStuck(): void;
}

export class SendQueue implements SimEvent {
  readonly #events: EventQueue;
  readonly #owner: SendQueueOwner;
  #bytes = 0;
  #state: QueueState = { level: 'low', isMoving: true };
  #lastTaken: Instant;
  #isChecking = false;
  #isStopped = false;

  constructor(events: EventQueue, owner: SendQueueOwner) {
    this.#events = events;
    this.#owner = owner;
    this.#lastTaken = events.now;
  }

  /** Bytes that wait. */
  get bytes(): number {
    return this.#bytes;
  }

  /**
   * Counts a message in; false if it has to be dropped. `isDroppable`: it belongs to somebody else, so it
   * may not use the reserve.
   */
  admit(bytes: number, isDroppable: boolean): boolean {
    const max = isDroppable ? QUEUE_BYTES_MAX - RESERVED_BYTES : QUEUE_BYTES_MAX;
    const fits = this.#bytes + bytes <= max;
    if (fits) this.#bytes += bytes;
    if (this.#bytes >= QUEUE_BYTES_HIGH && !this.#isChecking) this.#checkAfter(0);
    return fits;
  }

  /** The other side has taken a message. True once everything is gone and everybody knows it. */
  take(bytes: number): boolean {
    // What was under way before the hold was not counted in.
    this.#bytes = Math.max(0, this.#bytes - bytes);
    this.#lastTaken = this.#events.now;
    return this.#bytes === 0 && !this.#isChecking;
  }

  /** The link is gone: nobody is told anything any more. */
  stop(): void {
    this.#isStopped = true;
  }

  fire(): void {
    this.#isChecking = false;
    if (this.#isStopped) return;
    const state = this.#currentState();
    if (state.level !== this.#state.level || state.isMoving !== this.#state.isMoving) {
      this.#state = state;
      this.#owner.onQueueState(state);
    }
    const quiet = this.#events.now - this.#lastTaken;
    if (state.level === 'full' && quiet >= GIVE_UP_AFTER) this.#owner.onStuck();
    else if (state.level !== 'low') this.#checkAfter(CHECK_EVERY);
  }

  #checkAfter(delay: number): void {
    this.#isChecking = true;
    this.#events.put(this.#events.now + delay, this);
  }

  #currentState(): QueueState {
    const level = this.#currentLevel();
    const quiet = this.#events.now - this.#lastTaken;
    return { level, isMoving: level === 'low' || quiet < MOVES_WITHIN };
  }

  #currentLevel(): QueueLevel {
    // Once high, it is so until it has fallen well below.
    const low = this.#state.level === 'low' ? QUEUE_BYTES_HIGH : QUEUE_BYTES_HIGH / 2;
    if (this.#bytes < low) return 'low';
    // Full is where the largest message would not fit any more.
    return this.#bytes > QUEUE_BYTES_MAX - RESERVED_BYTES - MESSAGE_BYTES_MAX ? 'full' : 'high';
  }
}
