/**
 * What an application iterates over: the notifications of the data types it asked for, in the order in
 * which the node sent them.
 *
 * The queue is bounded by its owner: {@link SubscriptionQueue.deliver} says when it is full, and nothing
 * more is read from the node until something was taken. An item that is never answered stays unanswered:
 * the node then waits for its `validation_timeout` before this client abstains.
 */
import { encodeValidation, type Notification } from '../wire/api-messages.ts';
import type { ApiConnection } from './api-connection.ts';
import type { ClientError } from './client-error.ts';

/** One notification. The first call of `accept` or `reject` is its verdict; further calls do nothing. */
export interface Received {
  /** 0 … 65,535. */
  readonly dataType: number;
  /** The node's number for this notification on this connection, 1 … 65,535. */
  readonly messageId: number;
  /** The bytes as they were announced, 0 … 65,527 of them; the caller's own copy. */
  readonly data: Uint8Array;
  /** Tells the node that the data is well-formed and may travel on. */
  accept(): void;
  /** Tells the node that the data is not well-formed: it stops there. */
  reject(): void;
}

type Step = IteratorResult<Received, undefined>;

/**
 * Iterate with `for await`. After `client.close()` the iteration ends; if the connection was lost it throws
 * the ClientError, once what came before has been taken. Leaving the loop ends the subscription here; the
 * node does not know an unsubscribe and goes on asking until the client is closed.
 */
export interface Subscription extends AsyncIterableIterator<Received, undefined> {
  readonly dataTypes: readonly number[];
  /** Resolves when the request is with the kernel. Rejects with a ClientError; not awaiting it is fine. */
  readonly ready: Promise<void>;
  next(): Promise<Step>;
  return(): Promise<Step>;
}

/** Items that wait to be taken; at this many nothing more is read from the node. */
export const QUEUE_ITEMS_MAX = 1_024;

export interface SubscriptionOwner {
  /** There is room again in a queue that was full. */
  onRoom(queue: SubscriptionQueue): void;
  /** The application has left the loop. */
  onLeft(queue: SubscriptionQueue): void;
}

const DONE: Step = { done: true, value: undefined };

export class SubscriptionQueue implements Subscription {
  readonly dataTypes: readonly number[];
  readonly ready: Promise<void>;
  readonly #owner: SubscriptionOwner;
  readonly #items: Received[] = [];
  readonly #waiters: ((result: Step | Promise<Step>) => void)[] = [];
  /** Set once nothing more comes; `error` is thrown to the next who asks. */
  #end: { readonly error: ClientError | undefined } | undefined;

  constructor(dataTypes: readonly number[], ready: Promise<void>, owner: SubscriptionOwner) {
    this.dataTypes = dataTypes;
    this.ready = ready;
    this.#owner = owner;
    // Who loses the connection learns it from the iteration.
    ready.catch(() => {});
  }

  get isFull(): boolean {
    return this.#items.length >= QUEUE_ITEMS_MAX;
  }

  deliver(item: Received): void {
    const waiter = this.#waiters.shift();
    if (waiter === undefined) this.#items.push(item);
    else waiter({ done: false, value: item });
  }

  /** Nothing more comes. What waits is still handed out if the connection was lost, and dropped otherwise. */
  finish(error: ClientError | undefined): void {
    if (this.#end !== undefined) return;
    this.#end = { error };
    if (error === undefined) this.#items.length = 0;
    for (const resolve of this.#waiters.splice(0)) resolve(this.next());
  }

  next(): Promise<Step> {
    const wasFull = this.isFull;
    const item = this.#items.shift();
    if (item !== undefined) {
      if (wasFull) this.#owner.onRoom(this);
      return Promise.resolve({ done: false, value: item });
    }
    if (this.#end === undefined) return new Promise((resolve) => this.#waiters.push(resolve));
    const { error } = this.#end;
    this.#end = { error: undefined };
    return error === undefined ? Promise.resolve(DONE) : Promise.reject(error);
  }

  return(): Promise<Step> {
    this.finish(undefined);
    // The connection may have been lost before: whoever leaves does not want to hear of it either.
    this.#end = { error: undefined };
    this.#items.length = 0;
    this.#owner.onLeft(this);
    return Promise.resolve(DONE);
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}

/** A notification with the connection that waits for its verdict, which may be gone by then. */
export class ReceivedNotification implements Received {
  readonly dataType: number;
  readonly messageId: number;
  readonly data: Uint8Array;
  readonly #connection: ApiConnection;
  #isAnswered = false;

  constructor(notification: Notification, connection: ApiConnection) {
    this.dataType = notification.dataType;
    this.messageId = notification.messageId;
    // A copy: the bytes are a view into what was read, and would keep all of that in memory.
    this.data = new Uint8Array(notification.data);
    this.#connection = connection;
  }

  accept(): void {
    this.#answer(true);
  }

  reject(): void {
    this.#answer(false);
  }

  #answer(valid: boolean): void {
    if (this.#isAnswered) return;
    this.#isAnswered = true;
    this.#connection.post(encodeValidation(this.messageId, valid));
  }
}
