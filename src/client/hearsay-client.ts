/**
 * What an application links against: announce, subscribe, answer. It speaks the application interface
 * (messages 500 to 503), so it works with any node that offers one.
 *
 *     const client = await connect('127.0.0.1:7001');
 *     await client.announce(1337, 'hello');
 *     for await (const received of client.subscribe(1337)) received.accept();
 *
 * A node never tells a connection of its own announcements: whoever wants both uses two clients.
 */
import type { Socket } from 'node:net';
import { encodeAnnounce, encodeNotify, type Notification } from '../wire/api-messages.ts';
import {
  ApiConnection,
  DEFAULT_CONNECTION_BOUNDS,
  type ConnectionBounds,
} from './api-connection.ts';
import {
  DEFAULT_API_ADDRESS,
  formatApiTarget,
  parseApiTarget,
  type ApiTarget,
} from './api-target.ts';
import { ClientError } from './client-error.ts';
import { dial, type DialOptions } from './dial.ts';
import { checkData, checkDataType, checkTtl } from './limits.ts';
import { ReceivedNotification, SubscriptionQueue, type Subscription } from './subscription.ts';

export interface ConnectOptions extends DialOptions {
  /** The maximum of everything that can grow; for tests. */
  readonly bounds?: ConnectionBounds;
}

export interface AnnounceOptions {
  /** Hops the data may travel, 0 … 255; 0 (the default) means no limit. */
  readonly ttl?: number;
}

/**
 * Connects to the API of a node at `HOST:PORT`, `[IPV6]:PORT` or `unix:PATH`, by default 127.0.0.1:7001.
 *
 * @throws ClientError `bad-address`, `connection-refused`, `connection-timeout` or `connection-failed`;
 *   the reason of `signal` if that fires first.
 */
export async function connect(
  address: string | ApiTarget = DEFAULT_API_ADDRESS,
  options: ConnectOptions = {},
): Promise<HearsayClient> {
  const target = parseApiTarget(typeof address === 'string' ? address : formatApiTarget(address));
  const socket = await dial(target, options);
  return new HearsayClient(socket, target, options.bounds);
}

export class HearsayClient {
  /**
   * Resolves when the connection is over, and never rejects: with undefined after {@link close}, otherwise
   * with what went wrong.
   */
  readonly closed: Promise<ClientError | undefined>;
  readonly #connection: ApiConnection;
  /** The requests sent on this connection, one per data type; the node forgets none of them. */
  readonly #requests = new Map<number, Promise<void>>();
  readonly #queuesByType = new Map<number, Set<SubscriptionQueue>>();
  readonly #queues = new Set<SubscriptionQueue>();
  /** While any queue is full nothing is read. */
  readonly #fullQueues = new Set<SubscriptionQueue>();

  /** Takes a connected socket; applications call {@link connect}. */
  constructor(
    socket: Socket,
    target: ApiTarget,
    bounds: ConnectionBounds = DEFAULT_CONNECTION_BOUNDS,
  ) {
    let resolveClosed: (error: ClientError | undefined) => void;
    this.closed = new Promise((resolve) => (resolveClosed = resolve));
    const owner = {
      onNotification: (notification: Notification) => this.#onNotification(notification),
      onEnd: (error: ClientError | undefined) => {
        this.#finishAll(error);
        resolveClosed(error);
      },
    };
    this.#connection = new ApiConnection(socket, target, owner, bounds);
  }

  /**
   * Spreads `data` (a string as UTF-8; at most 65,519 bytes, none is fine) as `dataType`, 0 … 65,535.
   * Resolves when the bytes are with the kernel, which is as much as can be known: the protocol has no reply.
   * A node that is busy makes it wait. The data may be changed as soon as this has returned.
   *
   * @throws ClientError `bad-type`, `bad-ttl`, `data-too-large`: nothing was sent; `too-many-pending`: 65,536
   *   announcements or 64 MiB wait already; `connection-lost`, `closed`.
   */
  async announce(
    dataType: number,
    data: Uint8Array | string,
    { ttl = 0 }: AnnounceOptions = {},
  ): Promise<void> {
    checkDataType(dataType);
    checkTtl(ttl);
    const bytes = typeof data === 'string' ? new TextEncoder().encode(data) : data;
    checkData(bytes);
    this.#connection.assertOpen();
    this.#connection.assertRoom();
    await this.#connection.send(encodeAnnounce(ttl, dataType, bytes));
  }

  /**
   * Asks for one data type or several, 0 … 65,535 each, from now on; there is no backlog. A second
   * subscription of a type gets the same notifications; as one connection gives one answer, the first
   * verdict on each counts. At 1,024 items that were not taken, nothing more is read for any subscription.
   *
   * @throws ClientError `bad-type`; `closed`, `connection-lost`, `not-an-api` when the connection is over.
   */
  subscribe(dataTypes: number | readonly number[]): Subscription {
    const types = [...new Set(typeof dataTypes === 'number' ? [dataTypes] : dataTypes)];
    if (types.length === 0) throw new ClientError('bad-type', 'subscribe() needs a data type');
    types.forEach(checkDataType);
    this.#connection.assertOpen();
    const ready = Promise.all(types.map((type) => this.#request(type))).then(() => {});
    const queue = new SubscriptionQueue(types, ready, {
      onRoom: (full) => this.#onRoom(full),
      onLeft: (left) => this.#onLeft(left),
    });
    this.#queues.add(queue);
    for (const type of types) this.#queuesOf(type).add(queue);
    return queue;
  }

  /**
   * Ends all subscriptions, sends what waits and closes the connection, within two seconds. Never rejects;
   * {@link closed} tells whether all went out. Calling it again is the same call.
   */
  async close(): Promise<void> {
    this.#finishAll(undefined);
    this.#connection.close();
    await this.closed;
  }

  /** There are no more of them than data types, so they need no bound. */
  #request(dataType: number): Promise<void> {
    let request = this.#requests.get(dataType);
    if (request === undefined) {
      request = this.#connection.send(encodeNotify(dataType));
      this.#requests.set(dataType, request);
    }
    return request;
  }

  #queuesOf(dataType: number): Set<SubscriptionQueue> {
    let queues = this.#queuesByType.get(dataType);
    if (queues === undefined) this.#queuesByType.set(dataType, (queues = new Set()));
    return queues;
  }

  /** Nobody asks for the type any more: the notification stays unanswered, as nobody looked at it. */
  #onNotification(notification: Notification): boolean {
    const queues = this.#queuesByType.get(notification.dataType);
    if (queues === undefined || queues.size === 0) return true;
    const received = new ReceivedNotification(notification, this.#connection);
    for (const queue of queues) {
      queue.deliver(received);
      if (queue.isFull) this.#fullQueues.add(queue);
    }
    return this.#fullQueues.size === 0;
  }

  #onRoom(queue: SubscriptionQueue): void {
    if (this.#fullQueues.delete(queue) && this.#fullQueues.size === 0) this.#connection.readOn();
  }

  #onLeft(queue: SubscriptionQueue): void {
    this.#queues.delete(queue);
    for (const type of queue.dataTypes) this.#queuesByType.get(type)?.delete(queue);
    this.#onRoom(queue);
  }

  #finishAll(error: ClientError | undefined): void {
    for (const queue of this.#queues) queue.finish(error);
    this.#queues.clear();
    this.#queuesByType.clear();
  }
}
