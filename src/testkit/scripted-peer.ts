/**
 * A peer of a node that says what a test wants, on connections in both directions. It can open a link in the
 * way of each setting of `proofOfWork`, as initiator and as receiver; everything after that is the test's.
 */
import { AssertionError } from 'node:assert';
import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import type { ProofOfWork } from '../core/settings.ts';
import { formatAddress } from '../wire/address.ts';
import { encodePeerMessage, peerMessageReader, type PeerMessage } from '../wire/peer-messages.ts';
import type { CleanUp } from './clean-up.ts';
import { findNonce, isNonce, randomU64 } from './proofs.ts';
import { openSocket, type Target } from './open-socket.ts';
import { ScriptedConnection, type ScriptedConnectionOptions } from './scripted-connection.ts';

export interface HandshakeOptions {
  /** As the node is set. Default `none`. */
  readonly proofOfWork?: ProofOfWork | undefined;
  /** Bits, with `connection`: as the node is set, 0 … 20. Default 8. */
  readonly powDifficulty?: number | undefined;
  /** Whether this peer says that it speaks 520 to 529; it is the test that speaks. Default false. */
  readonly isExtended?: boolean | undefined;
}

export interface InitiatorOptions extends HandshakeOptions {
  /** Where this peer says it listens (507). Default 0: nobody can connect to it. */
  readonly port?: number | undefined;
}

/** Easy enough not to be noticed. */
const DIFFICULTY = 8;

/** A connection to or from a node's peer port. */
export class ScriptedPeer extends ScriptedConnection<PeerMessage> {
  /** Takes a connected socket; tests use {@link dial}, {@link link} or a {@link PeerListener}. */
  constructor(socket: Socket, options?: ScriptedConnectionOptions) {
    super(socket, peerMessageReader(), options);
  }

  /** Connects to a node's peer port, and says nothing. */
  static async dial(target: Target, options?: ScriptedConnectionOptions): Promise<ScriptedPeer> {
    return new ScriptedPeer(await openSocket(target, options), options);
  }

  /** Connects to a node's peer port and opens the link. */
  static async link(
    target: Target,
    options: InitiatorOptions & ScriptedConnectionOptions = {},
  ): Promise<ScriptedPeer> {
    const peer = await ScriptedPeer.dial(target, options);
    await peer.handshakeAsInitiator(options);
    return peer;
  }

  /** Sends messages, all in one write. */
  say(...messages: readonly PeerMessage[]): void {
    this.send(...messages.map(encodePeerMessage));
  }

  /**
   * Opens the link as the one who has dialled: says its port and proves its work, if it is asked to. With
   * `discovery` the link is open for the node as soon as it reads that; nothing comes back.
   */
  async handshakeAsInitiator(options: InitiatorOptions = {}): Promise<void> {
    const { port = 0, proofOfWork = 'none', powDifficulty = DIFFICULTY } = options;
    this.say({ kind: 'peer-info', port, isExtended: options.isExtended === true });
    if (proofOfWork === 'discovery') return;
    if (proofOfWork === 'connection') {
      const { challenge } = await this.expect('peer-challenge');
      this.say({ kind: 'peer-verification', nonce: findNonce(challenge, powDifficulty) });
    }
    const { valid } = await this.expect('peer-validation');
    if (!valid) throw refused('the node refused the link (510 with V=0)');
  }

  /** Opens the link as the one who was dialled; resolves with the port that the node says it listens on. */
  async handshakeAsReceiver(options: HandshakeOptions = {}): Promise<{ readonly port: number }> {
    const { proofOfWork = 'none', powDifficulty = DIFFICULTY } = options;
    const { port } = await this.expect('peer-info');
    if (proofOfWork === 'discovery') return { port };
    if (proofOfWork === 'connection') await this.#challenge(powDifficulty);
    this.say({ kind: 'peer-validation', valid: true, isExtended: options.isExtended === true });
    return { port };
  }

  async #challenge(difficulty: number): Promise<void> {
    const challenge = randomU64();
    this.say({ kind: 'peer-challenge', challenge });
    const { nonce } = await this.expect('peer-verification');
    if (!isNonce(challenge, nonce, difficulty)) {
      throw refused(`the node's nonce does not prove ${difficulty} bits of work`);
    }
  }
}

export interface PeerListenerOptions {
  /** Default 127.0.0.1. */
  readonly host?: string | undefined;
  /** Default 0, a free one. */
  readonly port?: number | undefined;
  /** As of a {@link ScriptedConnection}. Default false. */
  readonly allowHalfOpen?: boolean | undefined;
  /** Closes the listener and its connections when the test is over. Default: you do. */
  readonly cleanUp?: CleanUp | undefined;
}

/** A port that nodes can dial. */
export class PeerListener {
  /** `HOST:PORT`, for the node's `knownPeers` or an offer. */
  readonly address: string;
  readonly #server: Server;
  readonly #peers: ScriptedPeer[] = [];
  #accepted = 0;

  private constructor(server: Server) {
    this.#server = server;
    // Proof of the cast: it listens on TCP.
    const { address: host, port } = server.address() as AddressInfo;
    this.address = formatAddress({ host, port });
    server.prependListener('connection', (socket) => this.#peers.push(new ScriptedPeer(socket)));
  }

  static async listen(options: PeerListenerOptions = {}): Promise<PeerListener> {
    const { host = '127.0.0.1', port = 0, allowHalfOpen = false, cleanUp } = options;
    const server = createServer({ allowHalfOpen, noDelay: true });
    server.listen(port, host);
    await once(server, 'listening');
    const listener = new PeerListener(server);
    cleanUp?.(() => listener.close());
    return listener;
  }

  /** All connections so far, accepted or not. */
  get peers(): readonly ScriptedPeer[] {
    return this.#peers;
  }

  /** The next connection, in the order in which they came. */
  async accept(): Promise<ScriptedPeer> {
    while (this.#accepted === this.#peers.length) await once(this.#server, 'connection');
    return this.#peers[this.#accepted++]!;
  }

  /** Stops listening, cuts all connections, and resolves when they are gone. */
  async close(): Promise<void> {
    const isClosed = new Promise((resolve) => this.#server.close(resolve));
    await Promise.all(this.#peers.map((peer) => peer.close()));
    await isClosed;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}

function refused(message: string): AssertionError {
  return new AssertionError({ message });
}
