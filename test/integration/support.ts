/**
 * Real sockets for tests of the daemon: nodes on free ports, and raw connections that speak, or garble, the
 * protocol byte by byte. Waiting is always for something to happen, never for time to pass.
 */
import { connect, createServer, type Server, type Socket } from 'node:net';
import { pino } from 'pino';
import { onTestFinished } from 'vitest';
import type { NodeEvent } from '../../src/core/events.ts';
import { defaultConfig, type Config } from '../../src/daemon/config/config.ts';
import { startDaemon, type Daemon } from '../../src/daemon/daemon.ts';
import { DAEMON_BOUNDS, type DaemonBounds } from '../../src/daemon/sockets/bounds.ts';
import type { Address } from '../../src/wire/address.ts';
import { notificationReader, type Notification } from '../../src/wire/api-messages.ts';
import type { FrameReader } from '../../src/wire/frame-reader.ts';
import {
  encodePeerMessage,
  peerMessageReader,
  type PeerMessage,
} from '../../src/wire/peer-messages.ts';
import type { Violation } from '../../src/wire/violation.ts';

/** A daemon of a test, with what it logged and told. */
export interface TestNode {
  readonly daemon: Daemon;
  readonly lines: Record<string, unknown>[];
  readonly events: NodeEvent[];
}

export interface TestNodeOptions {
  readonly config?: Partial<Config>;
  readonly bounds?: Partial<DaemonBounds>;
}

/** Starts a node on free ports without proof of work; it is closed when the test is over. */
export async function startNode(options: TestNodeOptions = {}): Promise<TestNode> {
  const lines: Record<string, unknown>[] = [];
  const events: NodeEvent[] = [];
  const log = pino({ level: 'debug' }, { write: (line: string) => lines.push(JSON.parse(line)) });
  const config: Config = {
    ...defaultConfig(),
    p2pAddress: { host: '127.0.0.1', port: 0 },
    apiAddress: { kind: 'tcp', host: '127.0.0.1', port: 0 },
    proofOfWork: 'none',
    ...options.config,
  };
  const bounds = { ...DAEMON_BOUNDS, ...options.bounds };
  const onEvent = (event: NodeEvent): number => events.push(event);
  const daemon = await startDaemon({ config, log, bounds, onEvent });
  onTestFinished(() => daemon.close());
  return { daemon, lines, events };
}

/** One end of a connection that remembers what came, read by read. */
export class RawConnection {
  readonly socket: Socket;
  readonly reads: Buffer[] = [];
  hasEnded = false;
  isClosed = false;
  error: NodeJS.ErrnoException | undefined;

  constructor(socket: Socket) {
    this.socket = socket;
    socket.on('data', (chunk) => this.reads.push(chunk));
    socket.on('end', () => (this.hasEnded = true));
    socket.on('error', (error) => (this.error = error));
    socket.on('close', () => (this.isClosed = true));
    onTestFinished(() => void socket.destroy());
  }

  static open(where: { host: string; port: number } | { path: string }): Promise<RawConnection> {
    const socket = connect({ ...where, allowHalfOpen: true });
    const connection = new RawConnection(socket);
    return new Promise((resolve, reject) => {
      socket.once('connect', () => resolve(connection));
      socket.once('error', reject);
    });
  }

  get bytes(): Buffer {
    return Buffer.concat(this.reads);
  }

  send(...frames: Uint8Array[]): void {
    this.socket.write(Buffer.concat(frames));
  }
}

/** A connection to a node's application interface. */
export class RawClient extends RawConnection {
  static async join({ daemon }: TestNode): Promise<RawClient> {
    const { apiAddress: api } = daemon;
    const where = api.kind === 'tcp' ? { host: api.host, port: api.port } : { path: api.path };
    const { socket } = await RawConnection.open(where);
    return new RawClient(socket);
  }

  get notifications(): Notification[] {
    return decodeAll(notificationReader(), this.bytes);
  }
}

/** A connection to a node's peer port, or from a node. */
export class RawPeer extends RawConnection {
  /** Dials a node and introduces itself with `port`; resolves when the link is open. */
  static async link({ daemon }: TestNode, port = 0): Promise<RawPeer> {
    const { socket } = await RawConnection.open(daemon.p2pAddress);
    const peer = new RawPeer(socket);
    peer.say({ kind: 'peer-info', port });
    await until(() => peer.messages.some((message) => message.kind === 'peer-validation'));
    return peer;
  }

  get messages(): PeerMessage[] {
    return decodeAll(peerMessageReader(), this.bytes);
  }

  say(...messages: PeerMessage[]): void {
    this.send(...messages.map(encodePeerMessage));
  }
}

/** A server on a free port that collects the connections made to it. */
export async function listenRaw(): Promise<{ address: Address; peers: RawPeer[]; server: Server }> {
  const peers: RawPeer[] = [];
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    peers.push(new RawPeer(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return { address: { host: '127.0.0.1', port: address.port }, peers, server };
}

/** Resolves once `isTrue()`; the test's own time limit ends it otherwise. */
export async function until(isTrue: () => boolean): Promise<void> {
  while (!isTrue()) await new Promise((resolve) => setTimeout(resolve, 2));
}

/** Lets the event loop of this process, and so the daemons in it, do everything that is due now. */
export async function turns(count = 3): Promise<void> {
  for (let i = 0; i < count; i++) await new Promise((resolve) => setImmediate(resolve));
}

function decodeAll<M extends { readonly kind: string }>(
  reader: FrameReader<M>,
  bytes: Uint8Array,
): M[] {
  const messages: M[] = [];
  reader.push(bytes);
  for (let next = reader.next(); next !== undefined; next = reader.next()) {
    if (isViolation(next)) throw new Error(next.reason);
    messages.push(next);
  }
  return messages;
}

function isViolation(message: { readonly kind: string }): message is Violation {
  return message.kind === 'violation';
}
