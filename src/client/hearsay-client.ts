/**
 * What an application holds in its hands: announce, subscribe, answer. It speaks the application interface
 * (messages 500 to 503), so it works with any node that offers one.
 *
 *     const client = await connect('127.0.0.1:7001');
 *     await client.announce(1337, 'hello');
 *     for await (const received of client.subscribe(1337)) received.accept();
 *
 * A node never tells a connection of its own announcements: whoever wants both uses two clients.
 */
import { EventEmitter } from 'node:events';
import type { Socket } from 'node:net';
import { encodeAnnounce } from '../wire/api-messages.ts';
import { AbortListeners } from './abort-listeners.ts';
import { formatApiTarget } from './api-target.ts';
import type { ClientError } from './client-error.ts';
import type { ClientSettings } from './client-settings.ts';
import { checkData, checkDataType, checkDataTypes, checkTtl } from './limits.ts';
import { checkBoolean, checkOptions, checkSignal } from './options.ts';
import type { Retry } from './reconnect.ts';
import { ValidationService, type Service } from './service.ts';
import { Session } from './session.ts';
import { SubscriptionTable } from './subscription-table.ts';
import { SubscriptionQueue, type Subscription } from './subscription.ts';
import { readServeSettings, type ServeOptions, type Validator } from './validator.ts';

export interface AnnounceOptions {
  /** Hops the data may travel, 0 … 255; 0 (the default) means no limit. */
  readonly ttl?: number | undefined;
  /** Withdraws the announcement, unless it is being sent at that moment; the promise rejects with its reason. */
  readonly signal?: AbortSignal | undefined;
}

export interface SubscribeOptions {
  /** Accepts everything as it arrives, before it is taken. Default false: each item is to be answered. */
  readonly autoAccept?: boolean | undefined;
  /** Ends the subscription; the iteration then throws its reason. */
  readonly signal?: AbortSignal | undefined;
}

/** What a client with the option `reconnect` tells: the names, and the arguments of their listeners. */
export interface ClientEvents {
  /** The connection is lost, with the reason, and will be made anew. */
  lost: [error: ClientError];
  /** Before each attempt. */
  retry: [retry: Retry];
  /** The connection stands again, after so many attempts; all subscriptions are being asked for again. */
  reconnected: [attempts: number];
}

/** Made by `connect()`. An EventEmitter of {@link ClientEvents}. */
export class HearsayClient extends EventEmitter<ClientEvents> {
  /** Where the node is, in the form that `connect()` reads. */
  readonly address: string;
  /**
   * Resolves when the client is over, and never rejects: with undefined after {@link close}, otherwise with
   * what went wrong. A connection that is made anew does not end the client.
   */
  readonly closed: Promise<ClientError | undefined>;
  readonly #settings: ClientSettings;
  readonly #subscriptions = new SubscriptionTable();
  readonly #signals = new AbortListeners();
  /** Those that are not over. */
  readonly #services = new Set<ValidationService>();
  readonly #session: Session;

  /** Takes a connected socket; applications call `connect()`. */
  constructor(socket: Socket, settings: ClientSettings) {
    super();
    this.address = formatApiTarget(settings.target);
    this.#settings = settings;
    const subscriptions = this.#subscriptions;
    let resolveClosed: (error: ClientError | undefined) => void;
    this.closed = new Promise((resolve) => (resolveClosed = resolve));
    this.#session = new Session(socket, settings, {
      get hasRoom() {
        return subscriptions.hasRoom;
      },
      get dataTypes() {
        return subscriptions.dataTypes;
      },
      onNotification: (notification, channel) => subscriptions.deliver(notification, channel),
      onStanding: (dataType) => subscriptions.stands(dataType),
      onOver: (error) => {
        this.#finishAll(error);
        resolveClosed(error);
      },
      onLost: (error) => this.#tell('lost', error),
      onRetry: (retry) => this.#tell('retry', retry),
      onReconnected: (attempts) => this.#tell('reconnected', attempts),
    });
  }

  /** Whether there is a connection at this moment. */
  get isConnected(): boolean {
    return this.#session.isConnected;
  }

  /**
   * Spreads `data` (a string as UTF-8; at most 65,519 bytes, none is fine) as `dataType`, 0 … 65,535.
   * Resolves when the bytes are with the kernel, which is as much as can be known: the protocol has no reply.
   * A node that is busy makes it wait. The data may be changed as soon as this has returned.
   *
   * With the option `reconnect`, what is announced while there is no connection waits for the next. What was
   * being written when a connection was lost rejects with `connection-lost`: it may have arrived or not, and
   * is not sent twice.
   *
   * @throws ClientError `bad-type`, `bad-ttl`, `bad-data`, `data-too-large`, `bad-option`: nothing was sent;
   *   `too-many-pending`: 65,536 announcements or 64 MiB wait already; `connection-lost`, `not-an-api`,
   *   `closed`. The reason of `signal` if that fires first.
   */
  async announce(
    dataType: number,
    data: Uint8Array | string,
    options: AnnounceOptions = {},
  ): Promise<void> {
    checkDataType(dataType);
    const bytes = checkData(data);
    checkOptions('announce()', options, ['ttl', 'signal']);
    const { ttl = 0, signal } = options;
    checkTtl(ttl);
    checkSignal(signal);
    this.#session.assertOpen();
    signal?.throwIfAborted();
    await this.#session.announce(encodeAnnounce(ttl, dataType, bytes), signal);
  }

  /**
   * Asks for one data type or several, 0 … 65,535 each, from now on; there is no backlog. Each notification
   * is to be answered, in any order, or is with `autoAccept`.
   *
   * Several subscriptions of one type each get every notification. As the node hears one answer from a client,
   * theirs are joined: one refusal is sent at once, an agreement when all have answered and one agreed.
   *
   * At 1,024 items or 16 MiB that were not taken, nothing more is read for any subscription of this client
   * until half of them are. With the option `reconnect` subscriptions outlive a connection; what passes
   * meanwhile is missed, and items from before can no longer be answered.
   *
   * @throws ClientError `bad-type`, `bad-option`; `closed`, `connection-lost`, `not-an-api` when the client is
   *   over. The reason of `signal` if that has fired.
   */
  subscribe(dataTypes: number | readonly number[], options: SubscribeOptions = {}): Subscription {
    const types = checkDataTypes(dataTypes);
    checkOptions('subscribe()', options, ['autoAccept', 'signal']);
    const { autoAccept = false, signal } = options;
    checkBoolean('autoAccept', autoAccept);
    checkSignal(signal);
    this.#session.assertOpen();
    signal?.throwIfAborted();
    const owner = {
      onRoom: (queue: SubscriptionQueue): void => {
        if (this.#subscriptions.noteRoom(queue)) this.#session.readOn();
      },
      onLeft: (queue: SubscriptionQueue): void => {
        if (this.#subscriptions.remove(queue)) this.#session.readOn();
      },
    };
    const signals = this.#signals;
    const queue = new SubscriptionQueue(types, this.#settings.bounds, owner, { signal, signals });
    this.#subscriptions.add(queue, { autoAccept });
    for (const type of types) this.#session.request(type);
    return queue;
  }

  /**
   * Subscribes, and lets `validator` answer: it returns a verdict or a promise of one, true for 'accept' and
   * false for 'reject'. One that throws, returns anything else, or takes longer than `timeout` ignores the
   * message and is reported; it ends neither the service nor the process.
   *
   * @throws ClientError as {@link subscribe}; `bad-validator` unless it is a function.
   */
  serve(
    dataTypes: number | readonly number[],
    validator: Validator,
    options: ServeOptions = {},
  ): Service {
    const settings = readServeSettings(validator, options);
    const subscription = this.subscribe(dataTypes, { signal: options.signal });
    const service = new ValidationService(subscription, settings);
    this.#services.add(service);
    void service.closed.then(() => this.#services.delete(service));
    return service;
  }

  /**
   * Ends all subscriptions, sends what waits and closes the connection, within two seconds. Never rejects;
   * {@link closed} tells whether all went out. Calling it again is the same call.
   */
  async close(): Promise<void> {
    this.#finishAll(undefined);
    this.#session.close();
    await this.closed;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #finishAll(reason: ClientError | undefined): void {
    this.#subscriptions.finish(reason);
    for (const service of this.#services) service.abandon();
  }

  /** Later, so that a listener that throws does so as in any emitter, and nothing here is left half done. */
  #tell<Name extends keyof ClientEvents>(name: Name, ...details: ClientEvents[Name]): void {
    process.nextTick(() => (this as EventEmitter).emit(name, ...details));
  }
}
