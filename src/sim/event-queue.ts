/**
 * What happens next. Virtual time stands still while an event fires and jumps to the next one after it.
 *
 * Two structures, chosen by measurement: nearly all events of a network are due within a few seconds
 * (messages under way), so they go into a wheel of 1 ms buckets, where putting and taking cost an array
 * access each; timers further away wait in a heap until the wheel comes near them.
 *
 * Must always hold: events fire in the order of their times, and those of one millisecond in the order in
 * which they were put (so one seed gives one history). Times are whole milliseconds. Nothing is ever
 * removed: an event that lost its meaning is expected to notice that itself when it fires.
 */
import { assert } from '../basics/assert.ts';
import type { Instant } from '../core/settings.ts';

/** Something that happens at a point of virtual time. */
export interface SimEvent {
  fire(): void;
}

/** Milliseconds that the wheel covers; a power of two. Links are rarely slower than four seconds. */
const WHEEL_SLOTS = 4_096;
const SLOT_MASK = WHEEL_SLOTS - 1;
/** Larger buckets, as when a hundred thousand nodes start at once, are given back once they are empty. */
const BUCKET_KEPT = 1_024;
/** Takes the place of an event that has fired, which would otherwise keep alive whatever it knows. */
const NOTHING: SimEvent = { fire: () => undefined };

interface Distant {
  readonly at: Instant;
  /** Breaks ties: events of one millisecond keep their order. */
  readonly order: number;
  readonly event: SimEvent;
}

export class EventQueue {
  /**
   * Slot `t & SLOT_MASK` holds the events of the one millisecond t with now ≤ t < now + WHEEL_SLOTS. Arrays
   * of up to {@link BUCKET_KEPT} events are used again: what counts is in `#sizes`, behind it stands NOTHING.
   */
  readonly #wheel: SimEvent[][] = Array.from({ length: WHEEL_SLOTS }, () => []);
  readonly #sizes = new Uint32Array(WHEEL_SLOTS);
  /** One bit per slot that holds events, to pass over idle time quickly. */
  readonly #occupied = new Uint32Array(WHEEL_SLOTS / 32);
  /** Events beyond the wheel, a binary heap by time and order. */
  readonly #distant: Distant[] = [];
  #now: Instant = 0;
  /** The next event to take in the bucket of `#now`. */
  #position = 0;
  #order = 0;
  #waiting = 0;

  /** The time of the event that fires, or up to which all events have fired. Starts at 0. */
  get now(): Instant {
    return this.#now;
  }

  /** Events that have not fired yet. */
  get length(): number {
    return this.#waiting;
  }

  /** Lets `event` fire at `at`, a whole number of milliseconds and not in the past. */
  put(at: Instant, event: SimEvent): void {
    assert(at >= this.#now && Number.isInteger(at), `an event at ${at}, now is ${this.#now}`);
    this.#waiting++;
    if (at - this.#now < WHEEL_SLOTS) this.#putNear(at, event);
    else this.#putDistant({ at, order: this.#order++, event });
  }

  /**
   * Takes the next event due up to and including `limit`, moving the clock to its time. Without one the
   * clock moves to `limit` and undefined is returned.
   */
  take(limit: Instant): SimEvent | undefined {
    const slot = this.#now & SLOT_MASK;
    if (this.#position < this.#sizes[slot]!) {
      return this.#takeFrom(slot);
    }
    this.#emptyBucket(slot);
    const next = this.#nextTime();
    if (next === undefined || next > limit) {
      if (limit > this.#now) this.#moveTo(limit);
      return undefined;
    }
    this.#moveTo(next);
    return this.#takeFrom(next & SLOT_MASK);
  }

  #takeFrom(slot: number): SimEvent {
    const bucket = this.#wheel[slot]!;
    const event = bucket[this.#position]!;
    bucket[this.#position++] = NOTHING;
    this.#waiting--;
    return event;
  }

  #putNear(at: Instant, event: SimEvent): void {
    const slot = at & SLOT_MASK;
    this.#wheel[slot]![this.#sizes[slot]!++] = event;
    this.#occupied[slot >>> 5]! |= 1 << (slot & 31);
  }

  #emptyBucket(slot: number): void {
    if (this.#sizes[slot]! > BUCKET_KEPT) this.#wheel[slot] = [];
    this.#sizes[slot] = 0;
    this.#position = 0;
    this.#occupied[slot >>> 5]! &= ~(1 << (slot & 31));
  }

  #nextTime(): Instant | undefined {
    return this.#nextOnWheel() ?? this.#distant[0]?.at;
  }

  /** Moves the clock, and the events that thereby come within the wheel's reach onto it. */
  #moveTo(time: Instant): void {
    this.#now = time;
    // Before anybody can put an event into the newly covered slots, so the order of putting is kept.
    while (this.#distant.length > 0 && this.#distant[0]!.at - time < WHEEL_SLOTS) {
      const { at, event } = this.#takeDistant();
      this.#putNear(at, event);
    }
  }

  /** The time of the first occupied slot from now on. */
  #nextOnWheel(): Instant | undefined {
    const start = this.#now & SLOT_MASK;
    const words = this.#occupied.length;
    for (let i = 0; i <= words; i++) {
      const index = ((start >>> 5) + i) % words;
      let word = this.#occupied[index]!;
      // The first word is looked at twice: from the start upwards, and at the end what lies before it.
      if (i === 0) word &= -1 << (start & 31);
      if (i === words) word &= ~(-1 << (start & 31));
      if (word === 0) continue;
      const slot = (index << 5) + 31 - Math.clz32(word & -word);
      return this.#now + ((slot - start) & SLOT_MASK);
    }
    return undefined;
  }

  #putDistant(entry: Distant): void {
    const heap = this.#distant;
    let hole = heap.length;
    heap.push(entry);
    while (hole > 0) {
      const parent = (hole - 1) >>> 1;
      if (!isBefore(entry, heap[parent]!)) break;
      heap[hole] = heap[parent]!;
      hole = parent;
    }
    heap[hole] = entry;
  }

  #takeDistant(): Distant {
    const heap = this.#distant;
    const first = heap[0]!;
    const last = heap.pop()!;
    if (heap.length > 0) this.#sink(last);
    return first;
  }

  #sink(entry: Distant): void {
    const heap = this.#distant;
    let hole = 0;
    for (;;) {
      let child = 2 * hole + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && isBefore(heap[child + 1]!, heap[child]!)) child++;
      if (!isBefore(heap[child]!, entry)) break;
      heap[hole] = heap[child]!;
      hole = child;
    }
    heap[hole] = entry;
  }
}

function isBefore(a: Distant, b: Distant): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order);
}
