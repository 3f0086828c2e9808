/**
 * What `subscribe` returns: an end to it, and for those who iterate also the notifications. The iteration has
 * the shape of the client library's, so a loop works with either.
 */
import type { ReceivedNotification } from './received-notification.ts';
import type { Received } from './verdict.ts';

/** A subscription with a validator or handler of its own. */
export interface Subscription {
  /** Each once, in the order in which they were asked for. */
  readonly dataTypes: readonly number[];
  /** False once it was closed, by this program or with its node. */
  readonly isOpen: boolean;
  /** Ends it at once; what is unanswered counts as ignored. Again: nothing happens. */
  close(): void;
  [Symbol.dispose](): void;
  [Symbol.asyncDispose](): Promise<void>;
}

type Step = IteratorResult<Received, undefined>;

/**
 * Iterate with `for await`, once. The iteration ends with the subscription, and with the node; if a signal was
 * given and fires, it throws the reason. Leaving the loop ends the subscription.
 */
export interface SubscriptionIterator
  extends Subscription, AsyncIterableIterator<Received, undefined> {
  /** Resolved: a subscription in this process stands at once. */
  readonly ready: Promise<void>;
  next(): Promise<Step>;
  return(): Promise<Step>;
  [Symbol.dispose](): void;
  [Symbol.asyncDispose](): Promise<void>;
}

/** What both forms need of the client that stands behind them. */
export interface Standing {
  readonly isOpen: boolean;
  close(): void;
}

export class OpenSubscription implements Subscription {
  readonly dataTypes: readonly number[];
  readonly #standing: Standing;

  constructor(dataTypes: readonly number[], standing: Standing) {
    this.dataTypes = dataTypes;
    this.#standing = standing;
  }

  get isOpen(): boolean {
    return this.#standing.isOpen;
  }

  close(): void {
    this.#standing.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.close();
  }
}

const DONE: Step = { done: true, value: undefined };

/**
 * Notifications wait here until the program takes them. How many may wait is bounded by the backlog of the
 * subscription, of which they are part until they are taken and answered.
 */
export class WaitingNotifications {
  /** A set keeps the order, and forgets its first element without moving the others. */
  readonly #items = new Set<ReceivedNotification>();
  readonly #waiters: PromiseWithResolvers[] = [];
  #end: { readonly reason: unknown } | undefined;

  put(received: ReceivedNotification): void {
    const waiter = this.#waiters.shift();
    if (waiter === undefined) this.#items.add(received);
    else waiter.resolve(hand(received));
  }

  next(): Promise<Step> {
    for (const received of this.#items) {
      this.#items.delete(received);
      return Promise.resolve(hand(received));
    }
    if (this.#end !== undefined) return this.#last();
    return new Promise((resolve, reject) => this.#waiters.push({ resolve, reject }));
  }

  /** Nothing more comes, and what waits is dropped. The next who asks is thrown `reason`, if there is one. */
  finish(reason: unknown): void {
    this.#end ??= { reason };
    this.#items.clear();
    for (const { resolve, reject } of this.#waiters.splice(0)) this.#last().then(resolve, reject);
  }

  #last(): Promise<Step> {
    const reason = this.#end?.reason;
    this.#end = { reason: undefined };
    return reason === undefined ? Promise.resolve(DONE) : Promise.reject(reason);
  }
}

interface PromiseWithResolvers {
  readonly resolve: (step: Step) => void;
  readonly reject: (reason: unknown) => void;
}

export class OpenIteration extends OpenSubscription implements SubscriptionIterator {
  readonly ready = Promise.resolve();
  readonly #waiting: WaitingNotifications;

  constructor(dataTypes: readonly number[], standing: Standing, waiting: WaitingNotifications) {
    super(dataTypes, standing);
    this.#waiting = waiting;
  }

  next(): Promise<Step> {
    return this.#waiting.next();
  }

  return(): Promise<Step> {
    this.close();
    return Promise.resolve(DONE);
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}

function hand(received: ReceivedNotification): Step {
  received.take();
  return { done: false, value: received };
}
