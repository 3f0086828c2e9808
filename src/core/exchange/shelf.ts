/**
 * Messages that are kept equally long, in the order in which they were put here: a ring that grows with them. How
 * many there may be is the business of the knowledge base.
 */
import type { Instant, Millis } from '../settings.ts';
import type { Tracked } from './tracked.ts';

const ROOM_MIN = 8;

export class Shelf<M extends Tracked> {
  /** Nothing stays here longer after its receipt. */
  readonly window: Millis;
  #ring: (M | undefined)[] = [];
  #first = 0;
  #size = 0;

  constructor(window: Millis) {
    this.window = window;
  }

  /** The one that goes next. */
  get first(): M | undefined {
    return this.#ring[this.#first];
  }

  /** Whether the time of the first is over. */
  isOver(now: Instant): boolean {
    const { first } = this;
    return first !== undefined && now - first.seenAt >= this.window;
  }

  put(message: M): void {
    if (this.#size === this.#ring.length) this.#grow();
    this.#ring[(this.#first + this.#size++) % this.#ring.length] = message;
  }

  /** Takes the first out; there must be one. */
  take(): M {
    const message = this.#ring[this.#first]!;
    this.#ring[this.#first] = undefined;
    this.#first = (this.#first + 1) % this.#ring.length;
    this.#size--;
    return message;
  }

  *[Symbol.iterator](): Iterator<M> {
    for (let i = 0; i < this.#size; i++) {
      yield this.#ring[(this.#first + i) % this.#ring.length]!;
    }
  }

  #grow(): void {
    const messages = [...this.#ring.slice(this.#first), ...this.#ring.slice(0, this.#first)];
    messages.length = Math.max(ROOM_MIN, 2 * messages.length);
    this.#ring = messages;
    this.#first = 0;
  }
}
