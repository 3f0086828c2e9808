/**
 * The way out of one machine: so many bytes per millisecond, shared by all its links. While it is busy the
 * links' messages wait in their queues and take turns, a whole message at a time: one that has begun to leave
 * holds up what is behind it.
 */
import type { Instant } from '../core/settings.ts';
import type { EventQueue, SimEvent } from './event-queue.ts';

/** A link with messages that wait for the uplink. */
export interface Sender {
  /** Puts the next message on its way. False if none is left, or none can go now. */
  sendNext(): boolean;
}

export class Uplink implements SimEvent {
  readonly #events: EventQueue;
  readonly #bytesPerMs: number;
  /** When the last bit of what was put on its way has left, not rounded. */
  #freeAt: Instant = 0;
  /** Links with something to send, in the order of their turns; each at most once. */
  readonly #turns = new Set<Sender>();
  #isScheduled = false;

  /** `bytesPerMs`: more than 0; 1 Mbit/s is 125. */
  constructor(events: EventQueue, bytesPerMs: number) {
    this.#events = events;
    this.#bytesPerMs = bytesPerMs;
  }

  /** Whether a message would begin to leave at once. */
  get isFree(): boolean {
    return this.#turns.size === 0 && this.#freeAt <= this.#events.now;
  }

  /** Puts a message on its way and returns when its last bit will have left, rounded up. */
  occupy(bytes: number): Instant {
    this.#freeAt = Math.max(this.#freeAt, this.#events.now) + bytes / this.#bytesPerMs;
    return Math.ceil(this.#freeAt);
  }

  /** Lets a link take its turns until it has nothing left. */
  enqueue(sender: Sender): void {
    this.#turns.add(sender);
    this.#schedule();
  }

  remove(sender: Sender): void {
    this.#turns.delete(sender);
  }

  fire(): void {
    this.#isScheduled = false;
    // What begins to leave within this millisecond needs no event of its own.
    const limit = this.#events.now + 1;
    for (const sender of this.#turns) {
      if (this.#freeAt >= limit) break;
      this.#turns.delete(sender);
      if (sender.sendNext()) this.#turns.add(sender);
    }
    this.#schedule();
  }

  #schedule(): void {
    if (this.#isScheduled || this.#turns.size === 0) return;
    this.#isScheduled = true;
    this.#events.put(Math.max(this.#events.now, Math.floor(this.#freeAt)), this);
  }
}
