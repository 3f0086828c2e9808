/**
 * A node that does what a test says: it listens, and hands over each connection as bytes in and bytes out.
 * It shares no code with the client library, so a mistake in both cannot hide.
 */
import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';

export class ScriptedNode {
  readonly address: string;
  readonly #server: Server;
  readonly #sessions = new Set<ScriptedSession>();
  readonly #unaccepted: ScriptedSession[] = [];

  constructor(server: Server) {
    this.#server = server;
    const where = server.address() as AddressInfo | string;
    this.address = typeof where === 'string' ? `unix:${where}` : `127.0.0.1:${where.port}`;
    server.on('connection', (socket) => {
      const session = new ScriptedSession(socket);
      this.#sessions.add(session);
      this.#unaccepted.push(session);
    });
  }

  /** Listens on a free port of 127.0.0.1, or on the unix socket `path`. */
  static async listen(path?: string): Promise<ScriptedNode> {
    const server = createServer({ allowHalfOpen: true, noDelay: true });
    if (path === undefined) server.listen(0, '127.0.0.1');
    else server.listen(path);
    await once(server, 'listening');
    return new ScriptedNode(server);
  }

  /** The next connection, in the order in which they came. */
  async accept(): Promise<ScriptedSession> {
    while (this.#unaccepted.length === 0) await once(this.#server, 'connection');
    return this.#unaccepted.shift()!;
  }

  /** Breaks all connections. */
  close(): void {
    this.#server.close();
    for (const { socket } of this.#sessions) socket.destroy();
  }
}

export class ScriptedSession {
  readonly socket: Socket;
  /** Resolves with all bytes that were not read, when the client has said goodbye. */
  readonly goodbye: Promise<Buffer>;
  #bytes = Buffer.alloc(0);

  constructor(socket: Socket) {
    this.socket = socket;
    socket.on('error', () => {});
    socket.on('data', (chunk) => (this.#bytes = Buffer.concat([this.#bytes, chunk])));
    this.goodbye = once(socket, 'end').then(() => this.#bytes);
  }

  /** The next `count` bytes as hexadecimal digits. */
  async read(count: number): Promise<string> {
    while (this.#bytes.length < count) await once(this.socket, 'data');
    const taken = this.#bytes.subarray(0, count);
    this.#bytes = this.#bytes.subarray(count);
    return taken.toString('hex');
  }

  /** Sends bytes given as hexadecimal digits; blanks are for the reader. */
  send(hex: string): void {
    this.socket.write(Buffer.from(hex.replaceAll(' ', ''), 'hex'));
  }

  /** Says goodbye. */
  end(): void {
    this.socket.end();
  }

  /** Breaks the connection. */
  reset(): void {
    this.socket.resetAndDestroy();
  }
}

/** A 502 as hexadecimal digits. */
export function notification(messageId: number, dataType: number, data: string): string {
  const body = Buffer.from(data);
  const head = Buffer.alloc(8);
  head.writeUInt16BE(8 + body.length, 0);
  head.writeUInt16BE(502, 2);
  head.writeUInt16BE(messageId, 4);
  head.writeUInt16BE(dataType, 6);
  return Buffer.concat([head, body]).toString('hex');
}

/** Lets everything happen that can happen without waiting for anybody. */
export async function turns(count = 20): Promise<void> {
  for (let i = 0; i < count; i++) await new Promise((resolve) => setImmediate(resolve));
}
