/**
 * First in, first out, with an array only where more than one item waits: most queues of a simulation hold
 * one item at most, and there are many of them.
 */
export class Fifo<T> {
  #first: T | undefined;
  /** Those behind the first, from `#head` on. */
  #rest: (T | undefined)[] = NONE;
  #head = 0;
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** The item that comes out next; undefined if there is none. */
  get first(): T | undefined {
    return this.#first;
  }

  push(item: T): void {
    if (this.#length++ === 0) this.#first = item;
    else if (this.#rest === NONE) this.#rest = [item];
    else this.#rest.push(item);
  }

  shift(): T | undefined {
    if (this.#length === 0) return undefined;
    const item = this.#first;
    this.#first = --this.#length === 0 ? undefined : this.#shiftRest();
    return item;
  }

  clear(): void {
    this.#first = undefined;
    this.#length = 0;
    this.#forgetRest();
  }

  /** All items, first one first. */
  *[Symbol.iterator](): Iterator<T> {
    if (this.#length === 0) return;
    yield this.#first!;
    for (let i = this.#head; i < this.#rest.length; i++) yield this.#rest[i]!;
  }

  #shiftRest(): T | undefined {
    const item = this.#rest[this.#head];
    this.#rest[this.#head++] = undefined;
    if (this.#head === this.#rest.length) {
      this.#forgetRest();
    } else if (this.#head >= 64 && this.#head * 2 >= this.#rest.length) {
      this.#rest.splice(0, this.#head);
      this.#head = 0;
    }
    return item;
  }

  #forgetRest(): void {
    this.#rest = NONE;
    this.#head = 0;
  }
}

/** Shared by all that have nothing waiting; never written to. */
const NONE: never[] = [];
