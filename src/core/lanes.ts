/**
 * What waits to be sent on one link, and in which order it goes: control before a node's own announcements, those
 * before what it passes on, and that before what peers have asked for. A host has one of these for each link on
 * which something has to wait.
 *
 * Nothing starves: of a lane that has been passed over for {@link PASSED_OVER_MAX} bytes one message goes next.
 */

/** From the first to go to the last. */
export const LANES = ['control', 'own', 'forward', 'reply'] as const;
export type Lane = (typeof LANES)[number];

/** Bytes of other lanes that go before a message of a lane that waits. A guess: some 40 ms at 50 Mbit/s. */
export const PASSED_OVER_MAX = 256 * 1024;

export interface Waiting {
  readonly lane: Lane;
  readonly bytes: number;
  /** What {@link Lanes.withdraw} finds it by. */
  readonly tag: number | undefined;
}

interface Queue<T> {
  /** First in, first out; anything in between may be taken out. */
  readonly items: Set<T>;
  passedOver: number;
}

export class Lanes<T extends Waiting> {
  readonly #queues = new Map<Lane, Queue<T>>();
  #bytes = 0;
  #size = 0;

  /** Of all that waits. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Messages that wait. */
  get size(): number {
    return this.#size;
  }

  has(lane: Lane): boolean {
    return (this.#queues.get(lane)?.items.size ?? 0) > 0;
  }

  put(item: T): void {
    let queue = this.#queues.get(item.lane);
    if (queue === undefined) {
      queue = { items: new Set(), passedOver: 0 };
      this.#queues.set(item.lane, queue);
    }
    queue.items.add(item);
    this.#bytes += item.bytes;
    this.#size++;
  }

  /** Takes out what goes next; undefined if nothing waits. */
  take(): T | undefined {
    const lane = this.#next();
    if (lane === undefined) return undefined;
    const queue = this.#queues.get(lane)!;
    const [item] = queue.items;
    this.#remove(queue, item!);
    queue.passedOver = 0;
    for (const other of this.#queues.values()) {
      if (other !== queue && other.items.size > 0) other.passedOver += item!.bytes;
    }
    return item;
  }

  /** Takes out what was put in with a tag; returns how many bytes that was. */
  withdraw(tag: number): number {
    const before = this.#bytes;
    for (const queue of this.#queues.values()) {
      for (const item of queue.items) if (item.tag === tag) this.#remove(queue, item);
    }
    return before - this.#bytes;
  }

  clear(): void {
    this.#queues.clear();
    this.#bytes = 0;
    this.#size = 0;
  }

  #next(): Lane | undefined {
    let first: Lane | undefined;
    for (const lane of LANES) {
      const queue = this.#queues.get(lane);
      if (queue === undefined || queue.items.size === 0) continue;
      if (queue.passedOver >= PASSED_OVER_MAX) return lane;
      first ??= lane;
    }
    return first;
  }

  #remove(queue: Queue<T>, item: T): void {
    queue.items.delete(item);
    this.#bytes -= item.bytes;
    this.#size--;
  }
}
