/**
 * Makes TLS channels of TCP connections, in both directions. A channel is handed over when it is known who is at
 * its other end, and nobody has read a byte of it before; all else ends here, with a word for the log.
 *
 * What always holds:
 * - A connection that is not a channel in time is destroyed, whatever TLS thinks of it: Node's own time-out tells
 *   of such a connection but leaves it open.
 * - No work is begun for a connection before {@link Admission} has agreed, and none for one that stays silent.
 * - No session is resumed and no other version or mode is tried.
 */
import { constants } from 'node:crypto';
import type { Socket } from 'node:net';
import {
  connect,
  createSecureContext,
  createServer,
  type SecureContext,
  type Server,
  type TLSSocket,
} from 'node:tls';
import type { Secured } from '../../core/inputs.ts';
import type { PeerIdentity } from '../../core/settings.ts';
import type { Address } from '../../wire/address.ts';
import type { HandshakeBounds } from '../sockets/bounds.ts';
import { Admission, type HandshakeCrowds, type Pending } from './admission.ts';
import {
  checkPeer,
  protocolOf,
  securedBy,
  type CertificateReader,
  type Counterpart,
  type Refusal,
} from './peer-check.ts';
import { explainFailure, judgeFirstBytes, PROTOCOL_VERSION_ALERT } from './tls-failures.ts';
import { WireWatch } from './wire-watch.ts';

export interface SecureChannelOptions {
  /** PEM, both. */
  readonly privateKey: string;
  readonly certificate: string;
  readonly network: string;
  readonly bounds: HandshakeBounds;
  readonly readCertificate: CertificateReader;
  /** Why a peer that has shown its identity is not wanted, if so. */
  readonly judge: (identity: PeerIdentity, counterpart: Counterpart) => Refusal | undefined;
  /** A connection came to nothing: for the log. */
  readonly onRefused: (refusal: Refusal, counterpart: Counterpart) => void;
}

/** What becomes of a connection. */
export interface ChannelOutcome {
  readonly onReady: (socket: TLSSocket, secured: Secured) => void;
  /** Nothing: it is destroyed. */
  readonly onFailed: (refusal: Refusal) => void;
}

/** A connection that is not a channel yet. */
interface Handshake extends ChannelOutcome {
  readonly raw: Socket;
  readonly counterpart: Counterpart;
  /** Of inbound ones. */
  pending: Pending | undefined;
  /** What it is known by while TLS works on it as a server; a socket that is closed does not tell any more. */
  ends: string | undefined;
  ticks: number;
}

/** RSA keys are allowed, so their signatures are too; in TLS 1.3 these are PSS. */
const SIGNATURES = 'ed25519:rsa_pss_rsae_sha256:rsa_pss_rsae_sha384:rsa_pss_rsae_sha512';

const PROTOCOL = {
  minVersion: 'TLSv1.3',
  maxVersion: 'TLSv1.3',
  sigalgs: SIGNATURES,
  ecdhCurve: 'X25519',
  secureOptions: constants.SSL_OP_NO_TICKET,
  /** No authority means anything here; Node's own list of them takes time and memory. */
  ca: [] as string[],
} as const;

export class SecureChannel {
  readonly #options: SecureChannelOptions;
  readonly #admission: Admission;
  readonly #server: Server;
  readonly #context: SecureContext;
  readonly #handshakes = new Set<Handshake>();
  readonly #watch = new WireWatch();
  /** Those that TLS works on as a server, by the two ends of their connection. */
  readonly #served = new Map<string, Handshake>();

  constructor(options: SecureChannelOptions) {
    this.#options = options;
    this.#admission = new Admission(options.bounds);
    const identity = { key: options.privateKey, cert: options.certificate };
    // Made once: a context costs more than a handshake.
    this.#context = createSecureContext({ ...PROTOCOL, ...identity });
    // Listens nowhere; it is handed connections that have shown themselves to be TLS.
    this.#server = createServer({
      ...PROTOCOL,
      ...identity,
      requestCert: true,
      rejectUnauthorized: false,
      ALPNProtocols: [protocolOf(options.network)],
    });
    this.#server.on('secureConnection', (socket) => this.#onServed(socket));
    this.#server.on('tlsClientError', (error, socket) => this.#onServerError(error, socket));
  }

  /** Inbound connections that are not channels yet. */
  get pendingCount(): number {
    return this.#admission.pendingCount;
  }

  get crowds(): HandshakeCrowds {
    return this.#admission.crowds;
  }

  /** Those that TLS works on as a server; never more than {@link pendingCount}. */
  get servedCount(): number {
    return this.#served.size;
  }

  /** Takes a connection that somebody made to this node. */
  receive(raw: Socket, remote: Address, outcome: ChannelOutcome): void {
    const counterpart: Counterpart = { direction: 'inbound', remote };
    const handshake = newHandshake(raw, counterpart, outcome);
    const giveWay = (): void => this.#fail(handshake, LIMIT);
    handshake.pending = this.#admission.enter(remote, giveWay);
    if (handshake.pending === undefined) {
      raw.destroy();
      this.#options.onRefused(LIMIT, counterpart);
      return;
    }
    this.#begin(handshake);
    raw.once('end', () => raw.destroy());
    raw.once('data', (chunk) => this.#onFirstBytes(handshake, chunk));
  }

  /** Takes a connection that this node made to `address`. */
  initiate(raw: Socket, address: Address, outcome: ChannelOutcome): void {
    const counterpart: Counterpart = { direction: 'outbound', remote: address };
    const handshake = newHandshake(raw, counterpart, outcome);
    this.#begin(handshake);
    const socket = connect({
      socket: raw,
      secureContext: this.#context,
      rejectUnauthorized: false,
      ALPNProtocols: [protocolOf(this.#options.network)],
    });
    const onError = (error: Error): void => this.#fail(handshake, this.#explain(error, handshake));
    socket.once('error', onError);
    socket.once('secureConnect', () => {
      this.#finish(handshake, socket);
      socket.off('error', onError);
    });
  }

  /** One interval of the housekeeping timer has passed. */
  tick(): void {
    this.#admission.tick();
    this.#watch.tick();
    const { ticks } = this.#options.bounds;
    for (const handshake of this.#handshakes) {
      if (++handshake.ticks <= ticks) continue;
      const reason = `the TLS handshake was not complete within ${ticks} s`;
      this.#fail(handshake, { code: 'tls-timeout', reason });
    }
  }

  /** Gives up all that are not channels yet, without a word. */
  stop(): void {
    for (const handshake of this.#handshakes) {
      this.#forget(handshake);
      handshake.raw.destroy();
    }
  }

  #begin(handshake: Handshake): void {
    this.#handshakes.add(handshake);
    handshake.raw.once('close', () => {
      // TLS tells of its own errors first, and then closes the connection.
      const reason = 'the connection was closed during the TLS handshake';
      this.#fail(handshake, { code: 'tls-failed', reason });
    });
  }

  #onFirstBytes(handshake: Handshake, chunk: Buffer): void {
    const { raw } = handshake;
    raw.removeAllListeners('end');
    raw.pause();
    if (!this.#handshakes.has(handshake)) return;
    const wrong = judgeFirstBytes(chunk);
    if (wrong !== undefined) {
      this.#forget(handshake);
      this.#refuse(handshake, wrong);
      // In TLS's own words, by which the other side can tell whom it has reached.
      raw.end(PROTOCOL_VERSION_ALERT, () => raw.destroy());
      return;
    }
    if (!this.#admission.mayBegin(handshake.pending!)) {
      this.#fail(handshake, LIMIT);
      return;
    }
    raw.unshift(chunk);
    handshake.ends = endsOf(raw);
    this.#served.set(handshake.ends, handshake);
    this.#server.emit('connection', raw);
  }

  #onServed(socket: TLSSocket): void {
    const handshake = this.#served.get(endsOf(socket));
    if (handshake === undefined) socket.destroy();
    else this.#finish(handshake, socket);
  }

  #onServerError(error: Error, socket: TLSSocket): void {
    const handshake = this.#served.get(endsOf(socket));
    if (handshake !== undefined) this.#fail(handshake, this.#explain(error, handshake));
    socket.destroy();
  }

  #explain(error: Error, { raw, counterpart }: Handshake): Refusal {
    return explainFailure(error, {
      direction: counterpart.direction,
      network: this.#options.network,
      hasAnswered: raw.bytesRead > 0,
    });
  }

  #finish(handshake: Handshake, socket: TLSSocket): void {
    if (!this.#forget(handshake)) {
      socket.destroy();
      return;
    }
    const found = this.#identify(handshake, socket);
    if (typeof found === 'string') {
      this.#watch.add(handshake.raw, socket);
      handshake.onReady(socket, securedBy(socket, found));
      return;
    }
    socket.on('error', () => {});
    socket.destroy();
    this.#refuse(handshake, found);
  }

  #identify({ counterpart }: Handshake, socket: TLSSocket): PeerIdentity | Refusal {
    const { network, readCertificate, judge } = this.#options;
    const found = checkPeer(socket, network, readCertificate);
    return typeof found === 'string' ? (judge(found, counterpart) ?? found) : found;
  }

  #fail(handshake: Handshake, refusal: Refusal): void {
    if (!this.#forget(handshake)) return;
    handshake.raw.destroy();
    this.#refuse(handshake, refusal);
  }

  #refuse(handshake: Handshake, refusal: Refusal): void {
    this.#options.onRefused(refusal, handshake.counterpart);
    handshake.onFailed(refusal);
  }

  /** False if it was over already. */
  #forget(handshake: Handshake): boolean {
    if (!this.#handshakes.delete(handshake)) return false;
    if (handshake.pending !== undefined) this.#admission.leave(handshake.pending);
    if (handshake.ends !== undefined) this.#served.delete(handshake.ends);
    return true;
  }
}

const LIMIT: Refusal = {
  code: 'handshake-limit',
  reason: 'too many handshakes for now, of all or of this address and its neighbours',
};

function newHandshake(raw: Socket, counterpart: Counterpart, outcome: ChannelOutcome): Handshake {
  return { ...outcome, raw, counterpart, pending: undefined, ends: undefined, ticks: 0 };
}

/** What tells a connection from all others that stand at the same time. */
function endsOf({ localAddress, localPort, remoteAddress, remotePort }: Socket): string {
  return `${localAddress} ${localPort} ${remoteAddress} ${remotePort}`;
}
