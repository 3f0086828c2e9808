/**
 * A wire between two nodes that remembers all that went over it, in order, and that can be cut and mended. The node
 * that dials is given the proxy's address as if it were the other's.
 */
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';
import { peerMessageReader, type PeerMessage } from '../../src/wire/peer-messages.ts';

/** The one who dialled, and the one who was dialled. */
export type Side = '>' | '<';

/** One connection over the wire. */
export class Conversation {
  /** What each read brought, in the order of both sides together. */
  readonly reads: { readonly by: Side; readonly bytes: Buffer }[] = [];

  bytes(by: Side): Buffer {
    return Buffer.concat(this.reads.filter((read) => read.by === by).map(({ bytes }) => bytes));
  }

  /** The whole messages that one side has sent so far. */
  said(by: Side): PeerMessage[] {
    const reader = peerMessageReader();
    reader.push(this.bytes(by));
    const messages: PeerMessage[] = [];
    for (let message = reader.next(); message !== undefined; message = reader.next()) {
      if (message.kind === 'violation') throw new Error(message.reason);
      messages.push(message);
    }
    return messages;
  }
}

export class RecordingProxy {
  /** `HOST:PORT`, for the dialling node's `knownPeers`. */
  readonly address: string;
  readonly conversations: Conversation[] = [];
  /** Connections that were turned away while the wire was cut. */
  refused = 0;
  readonly #server: Server;
  readonly #target: Promise<string>;
  readonly #sockets = new Set<Socket>();
  #isCut = false;

  private constructor(server: Server, target: Promise<string>) {
    this.#server = server;
    this.#target = target;
    // Proof of the cast: it listens on TCP.
    this.address = `127.0.0.1:${(server.address() as AddressInfo).port}`;
    server.on('connection', (socket) => void this.#onConnection(socket));
  }

  /** A wire to `target`, `HOST:PORT`; those who dial before that is known wait. It ends with the test. */
  static async open(target: string | Promise<string>): Promise<RecordingProxy> {
    const server = createServer({ noDelay: true });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const proxy = new RecordingProxy(server, Promise.resolve(target));
    onTestFinished(() => proxy.#close());
    return proxy;
  }

  /** Breaks what is connected, and whatever is tried until {@link mend}. */
  cut(): void {
    this.#isCut = true;
    for (const socket of this.#sockets) socket.destroy();
  }

  mend(): void {
    this.#isCut = false;
  }

  async #onConnection(dialler: Socket): Promise<void> {
    this.#keep(dialler);
    const [host, port] = (await this.#target).split(':');
    if (this.#isCut) {
      this.refused++;
      dialler.destroy();
      return;
    }
    const dialled = connect({ host: host!, port: Number(port), noDelay: true });
    this.#keep(dialled);
    const conversation = new Conversation();
    this.conversations.push(conversation);
    pass('>', dialler, dialled, conversation);
    pass('<', dialled, dialler, conversation);
  }

  #keep(socket: Socket): void {
    this.#sockets.add(socket);
    // What broke shows as the end of the connection.
    socket.on('error', () => {}).on('close', () => this.#sockets.delete(socket));
  }

  async #close(): Promise<void> {
    this.cut();
    this.#server.close();
    await once(this.#server, 'close');
  }
}

function pass(by: Side, from: Socket, to: Socket, { reads }: Conversation): void {
  from.on('data', (bytes) => {
    reads.push({ by, bytes });
    to.write(bytes);
  });
  from.on('end', () => to.end()).on('close', () => to.destroy());
}
