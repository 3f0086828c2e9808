/**
 * What an application iterates over: the notifications of the data types it asked for, in the order in
 * which the node sent them.
 *
 * The queue is bounded by its owner: {@link SubscriptionQueue.isFull} says when nothing more may be delivered,
 * and nothing is read from the node until enough was taken.
 */
import type { AbortListeners } from './abort-listeners.ts';
import { ClientError } from './client-error.ts';
import type { Received, ReceivedNotification } from './received.ts';

type Step = IteratorResult<Received, undefined>;

/**
 * Iterate with `for await`, once. After `client.close()` the iteration ends; if the connection was lost for
 * good it throws the ClientError, and if the signal fired its reason, once what came before a loss has been
 * taken. Leaving the loop ends the subscription, as {@link Subscription.close} does.
 *
 * The protocol has no unsubscribe: on this connection the node goes on asking. The client then answers
 * 'accept' in the place of the subscription that has left, so that nobody waits for it.
 */
export interface Subscription extends AsyncIterableIterator<Received, undefined> {
  /** Each once, in the order in which they were asked for. */
  readonly dataTypes: readonly number[];
  /**
   * Resolves when the subscription stands as far as can be known: the requests are with the kernel. The protocol
   * has no confirmation, so what another connection announces in the very moments before the node has read them
   * may be missed. Rejects with what ended the subscription before. Not awaiting it is fine.
   */
  readonly ready: Promise<void>;
  next(): Promise<Step>;
  return(): Promise<Step>;
  /** Ends the iteration. What waits to be taken is dropped unanswered. Again: nothing happens. */
  close(): void;
  [Symbol.asyncDispose](): Promise<void>;
}

export interface QueueBounds {
  /** Items that wait to be taken, from 1; at this many nothing more is read from the node. */
  readonly queueItemsMax: number;
  /** Bytes of data that wait to be taken; likewise. */
  readonly queueBytesMax: number;
}

export interface SubscriptionOwner {
  /** A queue that was full is half empty again. */
  onRoom(queue: SubscriptionQueue): void;
  /** The application wants no more. */
  onLeft(queue: SubscriptionQueue): void;
}

interface Waiter {
  readonly resolve: (step: Step) => void;
  readonly reject: (reason: unknown) => void;
}

const DONE: Step = { done: true, value: undefined };

export class SubscriptionQueue implements Subscription {
  readonly dataTypes: readonly number[];
  readonly ready: Promise<void>;
  readonly #owner: SubscriptionOwner;
  readonly #bounds: QueueBounds;
  readonly #stopListening: (() => void) | undefined;
  /** Types whose request is not with the kernel yet. */
  readonly #pendingTypes: Set<number>;
  readonly #settleReady: Waiter;
  #items: ReceivedNotification[] = [];
  readonly #waiters: Waiter[] = [];
  #bytes = 0;
  #isFull = false;
  /** Set once nothing more comes; `reason` is thrown to the next who asks. */
  #end: { readonly reason: unknown } | undefined;

  constructor(
    dataTypes: readonly number[],
    bounds: QueueBounds,
    owner: SubscriptionOwner,
    {
      signal,
      signals,
    }: { readonly signal?: AbortSignal | undefined; readonly signals: AbortListeners },
  ) {
    this.dataTypes = dataTypes;
    this.#bounds = bounds;
    this.#owner = owner;
    this.#pendingTypes = new Set(dataTypes);
    const { promise, ...settle } = deferred();
    this.ready = promise;
    this.#settleReady = settle;
    // Who loses the connection learns it from the iteration.
    promise.catch(() => {});
    this.#stopListening = signal && signals.add(signal, () => this.#leave(signal.reason));
  }

  /** From when a bound is reached until half of it is free. */
  get isFull(): boolean {
    return this.#isFull;
  }

  /** The kernel has the request for a type. */
  stands(dataType: number): void {
    this.#pendingTypes.delete(dataType);
    if (this.#pendingTypes.size === 0) this.#settleReady.resolve(DONE);
  }

  deliver(item: ReceivedNotification): void {
    const waiter = this.#waiters.shift();
    if (waiter !== undefined) {
      waiter.resolve({ done: false, value: item });
      return;
    }
    this.#items.push(item);
    this.#bytes += item.data.length;
    const { queueItemsMax, queueBytesMax } = this.#bounds;
    this.#isFull ||= this.#items.length >= queueItemsMax || this.#bytes >= queueBytesMax;
  }

  /**
   * Nothing more comes. With a `reason` (the connection is lost) what waits is still handed out, and then the
   * reason is thrown once; without one what waits is dropped.
   */
  finish(reason: unknown): void {
    if (this.#end !== undefined) return;
    this.#end = { reason };
    this.#stopListening?.();
    this.#settleReady.reject(reason ?? new ClientError('closed', 'the subscription was closed'));
    if (reason === undefined) this.#drop();
    const [first, ...others] = this.#waiters.splice(0);
    if (first !== undefined) this.next().then(first.resolve, first.reject);
    for (const waiter of others) waiter.resolve(DONE);
  }

  next(): Promise<Step> {
    const item = this.#items.shift();
    if (item !== undefined) {
      this.#noteTaken(item);
      return Promise.resolve({ done: false, value: item });
    }
    if (this.#end === undefined) {
      return new Promise((resolve, reject) => this.#waiters.push({ resolve, reject }));
    }
    const { reason } = this.#end;
    this.#end = { reason: undefined };
    return reason === undefined ? Promise.resolve(DONE) : Promise.reject(reason);
  }

  return(): Promise<Step> {
    this.close();
    return Promise.resolve(DONE);
  }

  close(): void {
    this.#leave(undefined);
    // The connection may have been lost before: whoever leaves does not want to hear of it either.
    this.#end = { reason: undefined };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.close();
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  #leave(reason: unknown): void {
    this.#drop();
    this.finish(reason);
    this.#owner.onLeft(this);
  }

  #noteTaken(item: ReceivedNotification): void {
    this.#bytes -= item.data.length;
    if (!this.#isFull) return;
    const { queueItemsMax, queueBytesMax } = this.#bounds;
    if (this.#items.length > queueItemsMax / 2 || this.#bytes > queueBytesMax / 2) return;
    this.#isFull = false;
    this.#owner.onRoom(this);
  }

  /** Nobody will look at what waits: this subscription abstains, others may still answer. */
  #drop(): void {
    const dropped = this.#items;
    this.#items = [];
    this.#bytes = 0;
    this.#isFull = false;
    for (const item of dropped) item.ignore();
  }
}

function deferred(): Waiter & { readonly promise: Promise<void> } {
  let resolve: () => void = () => {};
  let reject: (reason: unknown) => void = () => {};
  const promise = new Promise<void>((onResolve, onReject) => {
    resolve = onResolve;
    reject = onReject;
  });
  return { promise, resolve, reject };
}
