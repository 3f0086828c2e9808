/**
 * A client's side of the conversation with its node, across connections: what is sent, which data types were
 * asked for, and what happens when a connection is lost.
 *
 * It is open until it is closed by its owner or lost for good; once closed, what waits is still being sent for
 * a while. While open it may be without a connection: it is then dialling.
 */
import type { Socket } from 'node:net';
import { encodeNotify, type Notification } from '../wire/api-messages.ts';
import { ApiConnection } from './api-connection.ts';
import { ClientError } from './client-error.ts';
import type { ClientSettings } from './client-settings.ts';
import { dial } from './dial.ts';
import { Outbox } from './outbox.ts';
import type { VerdictChannel } from './received.ts';
import { dialAgain, isWorthRetrying, type ReconnectPolicy, type Retry } from './reconnect.ts';

/** Whoever owns a session. None of it may throw, or run code of the application before it returns. */
export interface SessionOwner {
  /** While this is false nothing is read; {@link Session.readOn} tells that it has become true. */
  readonly hasRoom: boolean;
  /** What a new connection must ask for. */
  readonly dataTypes: Iterable<number>;
  /** Takes a notification, whose `data` is only valid now. */
  onNotification(notification: Notification, channel: VerdictChannel): void;
  /** The kernel has the request for a data type. */
  onStanding(dataType: number): void;
  /** Nothing more will happen; `error` is undefined if all was sent before {@link Session.close} ended it. */
  onOver(error: ClientError | undefined): void;
  onLost(error: ClientError): void;
  onRetry(retry: Retry): void;
  onReconnected(attempts: number): void;
}

export class Session {
  readonly #settings: ClientSettings;
  readonly #owner: SessionOwner;
  readonly #outbox: Outbox;
  readonly #dialling = new AbortController();
  #connection: ApiConnection | undefined;
  #state: 'open' | 'closed' | 'lost' = 'open';
  /** Why there is no connection. */
  #error: ClientError | undefined;
  /** Types that were asked for on this connection, and whether the kernel has the request. */
  readonly #requests = new Map<number, boolean>();
  /** In milliseconds of `performance.now()`. */
  #connectedAt = 0;
  /** Attempts to reconnect since a connection has lasted. */
  #attempts = 0;

  constructor(socket: Socket, settings: ClientSettings, owner: SessionOwner) {
    this.#settings = settings;
    this.#owner = owner;
    this.#outbox = new Outbox(settings.bounds, () => this.readOn());
    this.#adopt(socket);
  }

  get isConnected(): boolean {
    return this.#connection !== undefined;
  }

  /** @throws ClientError `closed`, or what ended the session. */
  assertOpen(): void {
    if (this.#state !== 'open') throw this.#notOpen();
  }

  /** See {@link Outbox.announce}. */
  announce(frame: Uint8Array, signal: AbortSignal | undefined): Promise<void> {
    return this.#outbox.announce(frame, signal);
  }

  /** Asks for a data type, unless that was done on this connection; {@link SessionOwner.onStanding} follows. */
  request(dataType: number): void {
    if (this.#connection === undefined) return;
    const isStanding = this.#requests.get(dataType);
    if (isStanding) this.#owner.onStanding(dataType);
    if (isStanding !== undefined) return;
    this.#requests.set(dataType, false);
    this.#outbox.post(encodeNotify(dataType), () => {
      this.#requests.set(dataType, true);
      this.#owner.onStanding(dataType);
    });
  }

  readOn(): void {
    this.#connection?.readOn();
  }

  /** Sends what waits, if there is a connection, and ends; {@link SessionOwner.onOver} tells when. */
  close(): void {
    if (this.#state !== 'open') return;
    this.#state = 'closed';
    this.#dialling.abort();
    if (this.#connection !== undefined) this.#connection.close(this.#settings.bounds.closePatience);
    else this.#finish(this.#outbox.frames > 0 ? this.#error : undefined);
  }

  #adopt(socket: Socket): void {
    const owner = this.#owner;
    const channel: VerdictChannel = {
      get isOpen() {
        return connection.isOpen;
      },
      post: (frame) => this.#outbox.post(frame),
    };
    const connection = new ApiConnection(socket, this.#settings.target, this.#outbox, {
      get hasRoom() {
        return owner.hasRoom;
      },
      onNotification: (notification) => {
        // What was never asked for needs no answer.
        if (this.#requests.has(notification.dataType)) owner.onNotification(notification, channel);
      },
      onEnd: (error) => this.#onEnd(error),
    });
    this.#connection = connection;
    this.#connectedAt = performance.now();
    for (const dataType of owner.dataTypes) this.request(dataType);
    this.#outbox.attach(socket);
  }

  #onEnd(error: ClientError | undefined): void {
    const { reconnect } = this.#settings;
    this.#connection = undefined;
    this.#requests.clear();
    if (this.#state !== 'open' || reconnect === undefined || !isWorthRetrying(error)) {
      this.#finish(error);
      return;
    }
    this.#error = error;
    this.#outbox.detach(error);
    if (performance.now() - this.#connectedAt >= reconnect.maxDelay) this.#attempts = 0;
    this.#owner.onLost(error);
    void this.#redial(error, reconnect);
  }

  /** Never rejects. */
  async #redial(error: ClientError, policy: ReconnectPolicy): Promise<void> {
    const { signal } = this.#dialling;
    const { target, dialOptions } = this.#settings;
    let socket: Socket;
    try {
      [socket, this.#attempts] = await dialAgain({
        policy,
        made: this.#attempts,
        error,
        signal,
        dial: () => dial(target, { timeout: dialOptions.timeout, signal }),
        onRetry: (retry) => this.#owner.onRetry(retry),
      });
    } catch (reason) {
      if (!signal.aborted) this.#finish(reason as ClientError);
      return;
    }
    // Closed between the answer to our dial and now.
    if (signal.aborted) {
      socket.destroy();
      return;
    }
    this.#adopt(socket);
    this.#owner.onReconnected(this.#attempts);
  }

  #finish(error: ClientError | undefined): void {
    if (this.#state === 'open') this.#state = 'lost';
    this.#error = error;
    this.#outbox.finish(error ?? closedError());
    this.#owner.onOver(error);
  }

  #notOpen(): ClientError {
    return this.#state === 'lost' && this.#error !== undefined ? this.#error : closedError();
  }
}

function closedError(): ClientError {
  return new ClientError('closed', 'this client is closed: connect() anew');
}
