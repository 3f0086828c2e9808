/**
 * What a machine has sent on one link and the network has not taken yet, because its uplink is busy with
 * other messages or because nothing gets through on this link: messages in their lanes, and how full that makes
 * the queue. It exists only from the first message that waits until the last one is gone.
 */
import type { QueueLevel, QueueState } from '../core/inputs.ts';
import { Lanes, type Waiting } from '../core/lanes.ts';
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

/** A message with what its host needs to know of it while it waits. */
export interface Outgoing<M> extends Waiting {
  readonly message: M;
}

/** The sender; called as an event of its own, never from within {@link SendQueue.put}. */
export interface SendQueueOwner {
  onQueueState(state: QueueState): void;
  onStuck(): void;
}

export class SendQueue<M> implements SimEvent {
  readonly #events: EventQueue;
  readonly #owner: SendQueueOwner;
  readonly #lanes = new Lanes<Outgoing<M>>();
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
    return this.#lanes.bytes;
  }

  get isEmpty(): boolean {
    return this.#lanes.size === 0;
  }

  /** Whether nothing waits and nobody needs to be told anything any more. */
  get isDone(): boolean {
    return this.isEmpty && !this.#isChecking;
  }

  /** Takes a message in; false if it has to be dropped: what belongs to others may not use the reserve. */
  put(outgoing: Outgoing<M>): boolean {
    const isDroppable = outgoing.lane === 'forward' || outgoing.lane === 'reply';
    const max = isDroppable ? QUEUE_BYTES_MAX - RESERVED_BYTES : QUEUE_BYTES_MAX;
    const fits = this.bytes + outgoing.bytes <= max;
    if (fits) this.#lanes.put(outgoing);
    if (this.bytes >= QUEUE_BYTES_HIGH && !this.#isChecking) this.#checkAfter(0);
    return fits;
  }

  /** The next message, which goes on its way now; undefined if none waits. */
  take(): Outgoing<M> | undefined {
    const next = this.#lanes.take();
    if (next !== undefined) this.#lastTaken = this.#events.now;
    return next;
  }

  /** Takes out what waits with a tag; returns how many bytes that was. */
  withdraw(tag: number): number {
    return this.#lanes.withdraw(tag);
  }

  /** The link is gone: nothing is sent any more, nobody is told anything. */
  stop(): void {
    this.#isStopped = true;
    this.#lanes.clear();
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
    if (this.bytes < low) return 'low';
    // Full is where the largest message would not fit any more.
    return this.bytes > QUEUE_BYTES_MAX - RESERVED_BYTES - MESSAGE_BYTES_MAX ? 'full' : 'high';
  }
}
