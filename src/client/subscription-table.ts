/**
 * Who wants which data type: hands each notification to its subscriptions, and knows whether all of them have
 * room. One full subscription holds up the others, as they share a connection that is read in order.
 */
import { encodeValidation, type Notification } from '../wire/api-messages.ts';
import { Answer, ReceivedNotification, type VerdictChannel } from './received.ts';
import type { SubscriptionQueue } from './subscription.ts';

export class SubscriptionTable {
  readonly #queuesByType = new Map<number, Set<SubscriptionQueue>>();
  /** Those that accept whatever comes. */
  readonly #agreeable = new Set<SubscriptionQueue>();
  readonly #full = new Set<SubscriptionQueue>();

  /** No queue is full. */
  get hasRoom(): boolean {
    return this.#full.size === 0;
  }

  /** The types that somebody wants. */
  get dataTypes(): Iterable<number> {
    return this.#queuesByType.keys();
  }

  add(queue: SubscriptionQueue, options: { readonly autoAccept: boolean }): void {
    if (options.autoAccept) this.#agreeable.add(queue);
    for (const type of queue.dataTypes) {
      const queues = this.#queuesByType.get(type);
      if (queues === undefined) this.#queuesByType.set(type, new Set([queue]));
      else queues.add(queue);
    }
  }

  /** True if it was the last one that was full. */
  remove(queue: SubscriptionQueue): boolean {
    for (const type of queue.dataTypes) {
      const queues = this.#queuesByType.get(type);
      if (queues?.delete(queue) && queues.size === 0) this.#queuesByType.delete(type);
    }
    this.#agreeable.delete(queue);
    return this.noteRoom(queue);
  }

  /** A queue that was full has room again; true if it was the last one. */
  noteRoom(queue: SubscriptionQueue): boolean {
    return this.#full.delete(queue) && this.#full.size === 0;
  }

  /** The kernel has the request for a type. */
  stands(dataType: number): void {
    for (const queue of this.#queuesByType.get(dataType) ?? []) queue.stands(dataType);
  }

  /**
   * Hands a notification to everybody who wants it. If nobody does any more, it is accepted: the node cannot be
   * told that a subscription has ended, and silence would hold up every message of the type.
   */
  deliver(notification: Notification, channel: VerdictChannel): void {
    const { dataType, messageId } = notification;
    const queues = this.#queuesByType.get(dataType);
    if (queues === undefined) {
      channel.post(encodeValidation(messageId, true));
      return;
    }
    const answer = new Answer(messageId, channel, queues.size);
    // A copy: the bytes are a view into what was read, and would keep all of that in memory.
    const data = new Uint8Array(notification.data);
    for (const queue of queues) {
      const item = new ReceivedNotification(dataType, messageId, data, answer);
      if (this.#agreeable.has(queue)) item.accept();
      queue.deliver(item);
      if (queue.isFull) this.#full.add(queue);
    }
  }

  /** Ends all subscriptions; without a reason, quietly. */
  finish(reason: unknown): void {
    const queues = new Set([...this.#queuesByType.values()].flatMap((set) => [...set]));
    this.#queuesByType.clear();
    this.#agreeable.clear();
    this.#full.clear();
    for (const queue of queues) queue.finish(reason);
  }
}
