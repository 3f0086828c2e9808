/**
 * One direction of a virtual connection: what is put in comes out in the same order, later, and nothing is
 * lost on the way. A pipe can be held, as by a stalled network or by a reader that does not read; what is
 * due then comes out, in order, when it is released.
 *
 * Whoever reads from a pipe extends it: pipe, reader and the event that stands in the queue, once for each
 * item, are one object. In a large network every object that an item meets on its way is one that the
 * processor has to fetch from memory, and most of them hold one item at a time.
 */
import type { Instant } from '../core/settings.ts';
import type { EventQueue, SimEvent } from './event-queue.ts';
import { Fifo } from './fifo.ts';

export abstract class Pipe<T> implements SimEvent {
  readonly #events: EventQueue;
  /** The item that comes out next; the others, if there are any, wait behind it. */
  #next: T | undefined;
  #others: Fifo<T> | undefined;
  /** Nothing comes out before this: it would overtake. */
  #lastArrival: Instant = 0;
  #holds = 0;
  /** Items whose time came while the pipe was held. */
  #due = 0;
  #isClosed = false;

  constructor(events: EventQueue) {
    this.#events = events;
  }

  /** Items under way or held. */
  get length(): number {
    return (this.#next === undefined ? 0 : 1) + (this.#others?.length ?? 0);
  }

  get isHeld(): boolean {
    return this.#holds > 0;
  }

  /** An item comes out. */
  protected abstract receive(item: T): void;

  /** What is under way or held, in order. */
  protected *items(): Iterable<T> {
    if (this.#next !== undefined) yield this.#next;
    if (this.#others !== undefined) yield* this.#others;
  }

  /** Lets `item` come out at `arrival`, or as soon as everything before it has. */
  protected put(item: T, arrival: Instant): void {
    if (this.#isClosed) return;
    if (arrival > this.#lastArrival) this.#lastArrival = arrival;
    if (this.#next === undefined) this.#next = item;
    else (this.#others ??= new Fifo()).push(item);
    this.#events.put(this.#lastArrival, this);
  }

  /** Lets nothing out until as many releases as holds were called. */
  hold(): void {
    this.#holds++;
  }

  release(): void {
    if (this.#holds === 0 || --this.#holds > 0) return;
    for (; this.#due > 0; this.#due--) this.#events.put(this.#events.now, this);
  }

  /** Loses everything, now and later: nothing comes out any more. */
  protected close(): void {
    this.#isClosed = true;
    this.#next = undefined;
    this.#others = undefined;
  }

  /** For the event queue. */
  fire(): void {
    if (this.#isClosed) return;
    if (this.#holds > 0) this.#due++;
    else this.receive(this.#take());
  }

  #take(): T {
    const item = this.#next!;
    const others = this.#others;
    this.#next = others?.shift();
    if (others?.length === 0) this.#others = undefined;
    return item;
  }
}
