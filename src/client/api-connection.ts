/**
 * One connection to a node: notifications in, the frames of an outbox out, and its end.
 *
 * Reading stops, exactly at a message, while the owner has no room or while more frames than allowed wait
 * to be sent; what the node sends meanwhile stays in the sockets, and the node sees a slow reader. The end
 * is told once, with its reason.
 */
import type { Socket } from 'node:net';
import { notificationReader, type Notification } from '../wire/api-messages.ts';
import { formatApiTarget, type ApiTarget } from './api-target.ts';
import { ClientError } from './client-error.ts';
import type { Outbox } from './outbox.ts';

/** Whoever owns a connection. None of it may throw. */
export interface ConnectionOwner {
  /** While this is false nothing is read; {@link ApiConnection.readOn} tells that it has become true. */
  readonly hasRoom: boolean;
  /** Takes a notification, whose `data` is only valid now. */
  onNotification(notification: Notification): void;
  /** The connection is over, once; `error` is undefined if {@link ApiConnection.close} went well. */
  onEnd(error: ClientError | undefined): void;
}

export class ApiConnection {
  readonly #socket: Socket;
  readonly #outbox: Outbox;
  readonly #owner: ConnectionOwner;
  readonly #where: string;
  readonly #reader = notificationReader();
  #state: 'open' | 'closing' | 'over' = 'open';
  #willReadOn = false;

  /** Takes a connected socket. What the outbox sends there is the business of whoever attaches it. */
  constructor(socket: Socket, target: ApiTarget, outbox: Outbox, owner: ConnectionOwner) {
    this.#socket = socket;
    this.#outbox = outbox;
    this.#owner = owner;
    this.#where = formatApiTarget(target);
    socket.on('data', (chunk) => this.#onData(chunk));
    socket.on('end', () => this.#onNodeClosed());
    socket.on('error', (error) => this.#end(this.#lost(error.message, error)));
    socket.on('close', () =>
      this.#end(this.#closedWell() ? undefined : this.#lost('cut before all was sent')),
    );
  }

  /** Whether what is sent may still arrive. */
  get isOpen(): boolean {
    return this.#state === 'open';
  }

  /** The owner, or the outbox, has room again. Goes on in a later turn: the caller may be about to close. */
  readOn(): void {
    if (this.#willReadOn) return;
    this.#willReadOn = true;
    setImmediate(() => {
      this.#willReadOn = false;
      if (this.#state === 'open') this.#deliver();
    });
  }

  /**
   * Sends what waits, says goodbye and lets the node do the same; cuts the connection after `patience`
   * milliseconds. Nothing more is delivered.
   */
  close(patience: number): void {
    if (this.#state !== 'open') return;
    this.#state = 'closing';
    this.#outbox.whenEmpty(() => this.#socket.end());
    // Reading on matters: closing a socket with unread bytes would reset it, and the node might lose ours.
    this.#socket.resume();
    const timer = setTimeout(() => this.#socket.destroy(), patience);
    this.#socket.once('close', () => clearTimeout(timer));
  }

  /** Whether this side ended the connection, and everything it had to say is with the kernel. */
  #closedWell(): boolean {
    return this.#state === 'closing' && this.#socket.writableFinished;
  }

  #onData(chunk: Uint8Array): void {
    if (this.#state !== 'open') return;
    this.#reader.push(chunk);
    this.#deliver();
  }

  /** Hands over messages until the chunk is used up or somebody has no room. */
  #deliver(): void {
    while (this.#state === 'open') {
      if (!this.#owner.hasRoom || !this.#outbox.hasRoom) {
        this.#socket.pause();
        return;
      }
      const message = this.#reader.next();
      if (message === undefined) {
        this.#socket.resume();
        return;
      }
      if (message.kind === 'violation') {
        this.#end(this.#notAnApi(message.reason));
        return;
      }
      this.#owner.onNotification(message);
    }
  }

  #onNodeClosed(): void {
    // While closing, this is the answer to our goodbye; what is left to send still goes out.
    if (this.#state === 'open') this.#end(this.#lost('the node closed the connection'));
  }

  #end(error: ClientError | undefined): void {
    if (this.#state === 'over') return;
    this.#state = 'over';
    this.#socket.destroy();
    this.#owner.onEnd(error);
  }

  #lost(what: string, cause?: Error): ClientError {
    const hint =
      this.#socket.bytesRead === 0
        ? 'if its log says nothing, check that this is the api_address of a node'
        : 'its log says why';
    const message = `lost the connection to ${this.#where} (${what}): ${hint}`;
    return new ClientError('connection-lost', message, cause);
  }

  #notAnApi(reason: string): ClientError {
    const message = `what answers at ${this.#where} is not the API of a node (${reason})`;
    return new ClientError('not-an-api', `${message}: use its api_address`);
  }
}
