/**
 * The connections of one kind (links, or clients) by number, and those that are on their way out: closed by
 * us, but with something left to send. What is on its way out is bounded too.
 */
import type { SocketBounds } from './bounds.ts';
import type { FramedSocket } from './framed-socket.ts';
import type { TcpBacklogReader } from './tcp-backlog.ts';

/** What the table needs of a connection; see {@link FramedSocket} for the meaning. */
export type TabledSocket = Pick<
  FramedSocket<{ readonly kind: string }>,
  | 'send'
  | 'withdraw'
  | 'pause'
  | 'resume'
  | 'tick'
  | 'judgeQueue'
  | 'close'
  | 'destroy'
  | 'onClosed'
  | 'queuedBytes'
  | 'isBehind'
>;

export class SocketTable {
  readonly #bounds: SocketBounds;
  readonly #backlogs: TcpBacklogReader;
  readonly #sockets = new Map<number, TabledSocket>();
  /** In the order in which they began to close. */
  readonly #closing = new Set<TabledSocket>();
  #whenAllClosed: (() => void) | undefined;

  constructor(options: { readonly bounds: SocketBounds; readonly backlogs: TcpBacklogReader }) {
    this.#bounds = options.bounds;
    this.#backlogs = options.backlogs;
  }

  get size(): number {
    return this.#sockets.size;
  }

  get closingCount(): number {
    return this.#closing.size;
  }

  /** Bytes that wait to be sent, all sockets together. */
  get queuedBytes(): number {
    let bytes = 0;
    for (const socket of this.#sockets.values()) bytes += socket.queuedBytes;
    for (const socket of this.#closing) bytes += socket.queuedBytes;
    return bytes;
  }

  /** The same of the socket with most. */
  get longestQueueBytes(): number {
    let bytes = 0;
    for (const socket of this.#sockets.values()) bytes = Math.max(bytes, socket.queuedBytes);
    return bytes;
  }

  add(id: number, socket: TabledSocket): void {
    this.#sockets.set(id, socket);
  }

  find(id: number): TabledSocket | undefined {
    return this.#sockets.get(id);
  }

  /** One interval of the housekeeping timer has passed. */
  tick(): void {
    const behind: TabledSocket[] = [];
    for (const socket of this.#sockets.values()) {
      socket.tick();
      if (socket.isBehind) behind.push(socket);
    }
    if (behind.length === 0) return;
    this.#backlogs.read((backlog) => {
      for (const socket of behind) socket.judgeQueue(backlog);
    });
  }

  /** Forgets a socket, which closes after what is queued on it (`dropsQueue`: at once). */
  close(id: number, options: { readonly dropsQueue: boolean } = { dropsQueue: false }): void {
    const socket = this.#sockets.get(id);
    if (socket === undefined) return;
    this.#sockets.delete(id);
    this.#closing.add(socket);
    socket.close(options);
    socket.onClosed(() => {
      this.#closing.delete(socket);
      this.#announceAllClosed();
    });
    if (this.#closing.size > this.#bounds.closingMax)
      this.#closing.values().next().value?.destroy();
  }

  closeAll(): void {
    for (const id of this.#sockets.keys()) this.close(id);
  }

  /** Ends everything now, also what is closing. */
  destroyAll(): void {
    this.closeAll();
    for (const socket of this.#closing) socket.destroy();
  }

  /** Calls `whenAllClosed` once no socket is left; at once if there is none. */
  onAllClosed(whenAllClosed: () => void): void {
    this.#whenAllClosed = whenAllClosed;
    this.#announceAllClosed();
  }

  #announceAllClosed(): void {
    if (this.#sockets.size > 0 || this.#closing.size > 0) return;
    this.#whenAllClosed?.();
  }
}
