/**
 * Local programs that are told of messages together: usually the subscribers of one data type, made once
 * and used for every message until somebody joins or leaves.
 */
import type { ClientId } from '../inputs.ts';
import type { Subscriber } from './subscriber.ts';

export class Audience {
  readonly subscribers: readonly Subscriber[];
  readonly clients: readonly ClientId[];
  readonly #places: ReadonlyMap<Subscriber, number> | undefined;

  constructor(subscribers: readonly Subscriber[]) {
    this.subscribers = subscribers;
    this.clients = subscribers.map(({ client }) => client);
    // Two or three are found faster by looking at each.
    if (subscribers.length > 3) {
      this.#places = new Map(subscribers.map((subscriber, place) => [subscriber, place]));
    }
  }

  /** Whether somebody in it is `except` or cannot be notified. */
  hasUnreachable(except: ClientId | undefined): boolean {
    // A loop, because this is asked for every message, and a closure would be made for each.
    for (const subscriber of this.subscribers) {
      if (subscriber.client === except || subscriber.isQueueFull) return true;
    }
    return false;
  }

  /** Where a subscriber stands in the list; −1 if it is not in it. */
  placeOf(subscriber: Subscriber): number {
    // Often there is no other.
    if (this.subscribers[0] === subscriber) return 0;
    return this.#places === undefined
      ? this.subscribers.indexOf(subscriber)
      : (this.#places.get(subscriber) ?? -1);
  }
}
