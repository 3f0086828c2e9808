/**
 * One connection to a node: frames out, notifications in, both bounded.
 *
 * Reading stops, exactly at a message, while the owner has no room or while more frames than allowed wait
 * to be sent; what the node sends meanwhile stays in the sockets, and the node sees a slow reader. Frames
 * of one turn of the event loop leave in one write. The end is told once, with its reason; whatever waits
 * to be sent by then is refused with the same reason.
 */
import type { Socket } from 'node:net';
import { notificationReader, type Notification } from '../wire/api-messages.ts';
import { formatApiTarget, type ApiTarget } from './api-target.ts';
import { ClientError } from './client-error.ts';

/** Frames that wait for the kernel; a further announcement is refused, and no notification is read. */
const WAITING_FRAMES_MAX = 65_536;
/** Bytes that wait for the kernel; above it a further announcement is refused. */
const WAITING_BYTES_MAX = 64 * 1024 * 1024;
/** Milliseconds that a closing connection gets to send what waits and to see the node close as well. */
const CLOSE_PATIENCE = 2_000;

/** Whoever owns a connection. Neither method may throw. */
export interface ConnectionOwner {
  /** Takes a notification, whose `data` is only valid now. False: nothing more before {@link ApiConnection.readOn}. */
  onNotification(notification: Notification): boolean;
  /** The connection is over, once; `error` is undefined if {@link ApiConnection.close} went well. */
  onEnd(error: ClientError | undefined): void;
}

export interface ConnectionBounds {
  readonly waitingFramesMax: number;
  readonly waitingBytesMax: number;
  readonly closePatience: number;
}

export const DEFAULT_CONNECTION_BOUNDS: ConnectionBounds = {
  waitingFramesMax: WAITING_FRAMES_MAX,
  waitingBytesMax: WAITING_BYTES_MAX,
  closePatience: CLOSE_PATIENCE,
};

export class ApiConnection {
  readonly #socket: Socket;
  readonly #where: string;
  readonly #owner: ConnectionOwner;
  readonly #bounds: ConnectionBounds;
  readonly #reader = notificationReader();
  #state: 'open' | 'closing' | 'over' = 'open';
  /** Why the connection is over. */
  #error: ClientError | undefined;
  #waitingFrames = 0;
  #isCorked = false;
  #ownerHasRoom = true;

  constructor(
    socket: Socket,
    target: ApiTarget,
    owner: ConnectionOwner,
    bounds: ConnectionBounds = DEFAULT_CONNECTION_BOUNDS,
  ) {
    this.#socket = socket;
    this.#where = formatApiTarget(target);
    this.#owner = owner;
    this.#bounds = bounds;
    socket.on('data', (chunk) => this.#onData(chunk));
    socket.on('end', () => this.#onNodeClosed());
    socket.on('error', (error) => this.#end(this.#lost(error.message, error)));
    socket.on('close', () =>
      this.#end(this.#closedWell() ? undefined : this.#lost('cut before all was sent')),
    );
  }

  /** @throws ClientError, if the connection is over, with the reason. */
  assertOpen(): void {
    if (this.#state !== 'open') throw this.#notOpen();
  }

  /** @throws ClientError `too-many-pending` if as much as is allowed waits to be sent. */
  assertRoom(): void {
    const { waitingFramesMax, waitingBytesMax } = this.#bounds;
    if (this.#waitingFrames < waitingFramesMax && this.#socket.writableLength <= waitingBytesMax) {
      return;
    }
    const waiting = `${this.#waitingFrames} messages wait to be sent to ${this.#where}`;
    const advice = 'await each announce() before the next';
    throw new ClientError('too-many-pending', `${waiting}: ${advice}`);
  }

  /**
   * Resolves when the kernel has taken the frame. Rejects with `closed`, or what ended the connection. Whoever
   * sends without a bound of his own asks {@link assertRoom} before.
   */
  send(frame: Uint8Array): Promise<void> {
    if (this.#state !== 'open') return Promise.reject(this.#notOpen());
    return new Promise((resolve, reject) => {
      this.#write(frame, (error) => {
        if (error === undefined) resolve();
        else reject(this.#state === 'open' ? this.#lost(error.message, error) : this.#notOpen());
      });
    });
  }

  /**
   * The same for a verdict, which nobody waits for; after the end it goes nowhere. There are no more of them
   * than notifications, and those are not read while too many frames wait.
   */
  post(frame: Uint8Array): void {
    if (this.#state === 'open') this.#write(frame, () => {});
  }

  /** The owner has room again. */
  readOn(): void {
    this.#ownerHasRoom = true;
    if (this.#state === 'open') this.#deliver();
  }

  /** Sends what waits, says goodbye and lets the node do the same; cuts the connection after two seconds. */
  close(): void {
    if (this.#state !== 'open') return;
    this.#state = 'closing';
    this.#socket.end();
    // Reading on matters: closing a socket with unread bytes would reset it, and the node might lose ours.
    this.#socket.resume();
    const timer = setTimeout(() => this.#socket.destroy(), this.#bounds.closePatience);
    this.#socket.once('close', () => clearTimeout(timer));
  }

  /** Whether this side ended the connection, and everything it had to say is with the kernel. */
  #closedWell(): boolean {
    return this.#state === 'closing' && this.#socket.writableFinished;
  }

  #write(frame: Uint8Array, done: (error: Error | undefined) => void): void {
    this.#waitingFrames += 1;
    this.#corkForThisTurn();
    this.#socket.write(frame, (error) => {
      this.#waitingFrames -= 1;
      // A write that was under way when the socket was destroyed is reported without an error.
      done(error ?? (this.#socket.destroyed ? new Error('the socket is closed') : undefined));
      if (this.#waitingFrames === this.#bounds.waitingFramesMax - 1) this.#deliver();
    });
  }

  #corkForThisTurn(): void {
    if (this.#isCorked) return;
    this.#isCorked = true;
    this.#socket.cork();
    process.nextTick(() => {
      this.#isCorked = false;
      this.#socket.uncork();
    });
  }

  #onData(chunk: Uint8Array): void {
    if (this.#state !== 'open') return;
    this.#reader.push(chunk);
    this.#deliver();
  }

  /** Hands over messages until the chunk is used up or somebody has no room. */
  #deliver(): void {
    while (this.#state === 'open') {
      if (!this.#ownerHasRoom || this.#waitingFrames >= this.#bounds.waitingFramesMax) {
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
      this.#ownerHasRoom = this.#owner.onNotification(message);
    }
  }

  #onNodeClosed(): void {
    // While closing, this is the answer to our goodbye; what is left to send still goes out.
    if (this.#state === 'open') this.#end(this.#lost('the node closed the connection'));
  }

  #end(error: ClientError | undefined): void {
    if (this.#state === 'over') return;
    this.#state = 'over';
    this.#error = error;
    this.#socket.destroy();
    this.#owner.onEnd(error);
  }

  #notOpen(): ClientError {
    return this.#error ?? new ClientError('closed', 'this client is closed: connect() anew');
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
