/**
 * One direction of a virtual connection: what is put in comes out in the same order, later, and nothing is
 * lost on the way. A pipe can be held, as by a stalled network or by a reader that does not read; what is
 * due then comes out, in order, when it is released.
 *
 * The pipe itself is the event that stands in the queue, once for each item, so an item under way costs no
 * object of its own.
 */
import type { Instant } from '../core/settings.ts';
import type { EventQueue, SimEvent } from './event-queue.ts';
import { Fifo } from './fifo.ts';

/** Where the items of a pipe come out. */
export interface Receiver<T> {
  receive(item: T): void;
}

export class Pipe<T> implements SimEvent {
  readonly #queue: EventQueue;
  readonly #receiver: Receiver<T>;
  readonly #items = new Fifo<T>();
  /** Nothing comes out before this: it would overtake. */
  #lastArrival: Instant = 0;
  #holds = 0;
  /** Items whose time came while the pipe was held. */
  #due = 0;
  #isClosed = false;

  constructor(queue: EventQueue, receiver: Receiver<T>) {
    this.#queue = queue;
    this.#receiver = receiver;
  }

  /** Items under way or held. */
  get length(): number {
    return this.#items.length;
  }

  /** What is under way or held, in order. */
  get items(): Iterable<T> {
    return this.#items;
  }

  get isHeld(): boolean {
    return this.#holds > 0;
  }

  /** Lets `item` come out at `arrival`, or as soon as everything before it has. */
  put(item: T, arrival: Instant): void {
    if (this.#isClosed) return;
    if (arrival > this.#lastArrival) this.#lastArrival = arrival;
    this.#items.push(item);
    this.#queue.put(this.#lastArrival, this);
  }

  /** Lets nothing out until as many releases as holds were called. */
  hold(): void {
    this.#holds++;
  }

  release(): void {
    if (this.#holds === 0 || --this.#holds > 0) return;
    for (; this.#due > 0; this.#due--) this.#queue.put(this.#queue.now, this);
  }

  /** Loses everything, now and later: nothing comes out any more. */
  close(): void {
    this.#isClosed = true;
    this.#items.clear();
  }

  fire(): void {
    if (this.#isClosed) return;
    if (this.#holds > 0) this.#due++;
    else this.#receiver.receive(this.#items.shift()!);
  }
}
