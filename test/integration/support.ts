/**
 * Real sockets for tests of the daemon: nodes on free ports, below the surface that the testkit shows, and its
 * scripted connections under the names that these tests gave them.
 */
import { createServer, type Server, type Socket } from 'node:net';
import { pino } from 'pino';
import { onTestFinished } from 'vitest';
import type { NodeEvent } from '../../src/core/events.ts';
import { defaultConfig, type Config } from '../../src/daemon/config/config.ts';
import { startDaemon, type Daemon } from '../../src/daemon/daemon.ts';
import { DAEMON_BOUNDS, type DaemonBounds } from '../../src/daemon/sockets/bounds.ts';
import { openSocket } from '../../src/testkit/open-socket.ts';
import { ScriptedConnection } from '../../src/testkit/scripted-connection.ts';
import { until } from '../../src/testkit/waiting.ts';
import type { Address } from '../../src/wire/address.ts';
import { notificationReader, type Notification } from '../../src/wire/api-messages.ts';
import type { FrameReader } from '../../src/wire/frame-reader.ts';
import {
  encodePeerMessage,
  peerMessageReader,
  type PeerMessage,
} from '../../src/wire/peer-messages.ts';

export { turns, until } from '../../src/testkit/waiting.ts';

/** A daemon of a test, with what it logged and told. */
export interface TestNode {
  readonly daemon: Daemon;
  readonly lines: Record<string, unknown>[];
  readonly events: NodeEvent[];
}

export interface TestNodeOptions {
  readonly config?: Partial<Config>;
  readonly bounds?: Partial<DaemonBounds>;
  readonly hasApi?: boolean;
}

/** Starts a node on free ports, in plain and without proof of work; it is closed when the test is over. */
export async function startNode(options: TestNodeOptions = {}): Promise<TestNode> {
  const lines: Record<string, unknown>[] = [];
  const events: NodeEvent[] = [];
  const log = pino({ level: 'debug' }, { write: (line: string) => lines.push(JSON.parse(line)) });
  const config: Config = {
    ...defaultConfig(),
    p2pAddress: { host: '127.0.0.1', port: 0 },
    apiAddress: { kind: 'tcp', host: '127.0.0.1', port: 0 },
    proofOfWork: 'none',
    transport: 'plain',
    ...options.config,
  };
  const bounds = { ...DAEMON_BOUNDS, ...options.bounds };
  const onEvent = (event: NodeEvent): number => events.push(event);
  const { hasApi = true } = options;
  const daemon = await startDaemon({ config, log, bounds, onEvent, hasApi });
  onTestFinished(() => daemon.close());
  return { daemon, lines, events };
}

/** Half open at the end, so that a test sees each direction end by itself; cut when the test is over. */
const RAW = { allowHalfOpen: true, cleanUp: onTestFinished } as const;

export class RawConnection<
  Said extends { readonly kind: string },
> extends ScriptedConnection<Said> {
  constructor(socket: Socket, reader: FrameReader<Said>) {
    super(socket, reader, RAW);
  }

  /** Connects, and says nothing. What comes may be read by somebody else as well. */
  static async open(
    where: { host: string; port: number } | { path: string },
  ): Promise<RawConnection<PeerMessage>> {
    const socket = await openSocket('path' in where ? `unix:${where.path}` : where, RAW);
    return new RawConnection(socket, peerMessageReader());
  }
}

/** A connection to a node's application interface. */
export class RawClient extends RawConnection<Notification> {
  constructor(socket: Socket) {
    super(socket, notificationReader());
  }

  static async join({ daemon }: TestNode): Promise<RawClient> {
    const api = daemon.apiAddress!;
    const where = api.kind === 'tcp' ? { host: api.host, port: api.port } : { path: api.path };
    const { socket } = await RawConnection.open(where);
    return new RawClient(socket);
  }

  get notifications(): readonly Notification[] {
    return this.received;
  }
}

/** A connection to a node's peer port, or from a node. */
export class RawPeer extends RawConnection<PeerMessage> {
  constructor(socket: Socket) {
    super(socket, peerMessageReader());
  }

  /** Dials a node and introduces itself with `port`; resolves when the link is open. */
  static async link({ daemon }: TestNode, port = 0): Promise<RawPeer> {
    const { socket } = await RawConnection.open(daemon.p2pAddress);
    const peer = new RawPeer(socket);
    peer.say({ kind: 'peer-info', port });
    await until(() => peer.messages.some((message) => message.kind === 'peer-validation'));
    return peer;
  }

  get messages(): readonly PeerMessage[] {
    return this.received;
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
