/**
 * A listening socket, TCP or Unix. Connections that come before {@link Listener.accept} wait, untouched:
 * a node opens its doors only when all of them could be opened.
 *
 * An error of one accept (no file descriptors, a connection that was reset in the queue) never ends the
 * listening; the system closes that one connection, and the next is tried.
 */
import { chmodSync, lstatSync, unlinkSync } from 'node:fs';
import { connect, createServer, type ListenOptions, type Server, type Socket } from 'node:net';
import { assert } from '../../basics/assert.ts';

/** After this silence the system probes whether the other host is still there; some minutes later it is gone. */
export const KEEP_ALIVE_IDLE_MILLIS = 60_000;

/** The longest path of a Unix socket, in bytes; Node cuts a longer one silently (Linux: `sun_path`). */
export const SOCKET_PATH_BYTES_MAX = 107;

export interface ListenerOptions {
  /** A connection could not be accepted. */
  readonly onTrouble: (error: Error) => void;
  /**
   * Bytes that a paused connection may still read. 1 stops it after what was read already, so that neither
   * FIN nor RST is noticed before everything in front of it was taken. Default: Node's own.
   */
  readonly readAheadBytes?: number;
}

export class Listener {
  readonly #server: Server;
  readonly #closed: Promise<void>;
  #take: ((socket: Socket) => void) | undefined;
  #waiting: Socket[] = [];

  private constructor(server: Server) {
    this.#server = server;
    this.#closed = new Promise((resolve) => server.once('close', resolve));
    server.on('connection', (socket) => this.#onConnection(socket));
  }

  /**
   * Listens on a literal address; port 0 takes a free one. Rejects with the system's error, whose `code`
   * says what is wrong (`EADDRINUSE`, `EADDRNOTAVAIL`, `EACCES`).
   */
  static tcp(host: string, port: number, options: ListenerOptions): Promise<Listener> {
    return listen({ host, port }, options, (server) => new Listener(server));
  }

  /**
   * Listens on a Unix socket that only this user's programs can connect to (mode 0600). A socket file that
   * nobody listens on is replaced, anything else that stands at `path` is left alone and gives
   * `EADDRINUSE`. Closing removes the file. Rejects like {@link tcp}; `ENAMETOOLONG` above
   * {@link SOCKET_PATH_BYTES_MAX}, `EACCES` also if the directory does not exist.
   */
  static async unix(path: string, options: ListenerOptions): Promise<Listener> {
    if (Buffer.byteLength(path) > SOCKET_PATH_BYTES_MAX) {
      const message = `the path of a Unix socket has at most ${SOCKET_PATH_BYTES_MAX} bytes`;
      throw Object.assign(new Error(message), { code: 'ENAMETOOLONG' });
    }
    const open = (): Promise<Listener> =>
      listen({ path }, options, (server) => {
        chmodSync(path, 0o600);
        return new Listener(server);
      });
    try {
      return await open();
    } catch (error) {
      if (!isCode(error, 'EADDRINUSE') || !(await isAbandoned(path))) throw error;
      unlinkSync(path);
      return open();
    }
  }

  /** The port that was really taken; 0 of a Unix socket. */
  get port(): number {
    const address = this.#server.address();
    return address === null || typeof address === 'string' ? 0 : address.port;
  }

  /** Hands over every connection from now on, and first those that came already. Call it once. */
  accept(take: (socket: Socket) => void): void {
    assert(this.#take === undefined, 'accept() was called twice');
    this.#take = take;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const socket of waiting) if (!socket.destroyed) take(socket);
  }

  /** Accepts nothing more, and ends what nobody has taken. Connections handed over are not touched. */
  stop(): void {
    if (this.#server.listening) this.#server.close();
    for (const socket of this.#waiting) socket.destroy();
    this.#waiting = [];
  }

  /** Resolves when the port or file is free and all connections are gone; call {@link stop} before. */
  closed(): Promise<void> {
    return this.#closed;
  }

  #onConnection(socket: Socket): void {
    // Whoever takes it listens for errors too; this is for the time until then.
    socket.on('error', () => {});
    if (this.#take === undefined) this.#waiting.push(socket);
    else this.#take(socket);
  }
}

function listen(
  where: ListenOptions,
  options: ListenerOptions,
  finish: (server: Server) => Listener,
): Promise<Listener> {
  const server = createServer({
    // What was read before a FIN is still handled, and what is queued still sent.
    allowHalfOpen: true,
    noDelay: true,
    keepAlive: true,
    keepAliveInitialDelay: KEEP_ALIVE_IDLE_MILLIS,
    ...(options.readAheadBytes === undefined ? {} : { highWaterMark: options.readAheadBytes }),
  });
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(where, () => {
      server.off('error', reject);
      server.on('error', options.onTrouble);
      resolve(finish(server));
    });
  });
}

/** Whether `path` is a socket file that nobody listens on any more. */
async function isAbandoned(path: string): Promise<boolean> {
  if (!lstatSync(path).isSocket()) return false;
  return new Promise((resolve) => {
    const probe = connect({ path });
    probe.once('connect', () => {
      probe.destroy();
      resolve(false);
    });
    probe.once('error', (error) => resolve(isCode(error, 'ECONNREFUSED')));
  });
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
