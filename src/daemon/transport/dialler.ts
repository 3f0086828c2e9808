/**
 * Connects to peers. Every dial ends in exactly one of two ways: connected, or failed with a reason.
 *
 * Time-outs are counted in ticks, so a process that was stopped for a while does not give up dials whose
 * answers are waiting to be read.
 */
import { connect, type Socket } from 'node:net';
import {
  addressEquals,
  canonicalHost,
  isWildcard,
  scopeOf,
  type Address,
} from '../../wire/address.ts';
import { describeError } from '../sockets/framed-socket.ts';
import { KEEP_ALIVE_IDLE_MILLIS } from '../sockets/listener.ts';

export interface DiallerOptions {
  /** The address this node listens on; may be a wildcard. */
  readonly listenHost: string;
  /** A dial that takes longer has failed. */
  readonly ticksMax: number;
  /** A connection stands; `local` is our end of it. */
  readonly onConnected: (socket: Socket, local: Address, address: Address) => void;
  readonly onFailed: (address: Address, reason: string) => void;
}

interface Dial {
  readonly address: Address;
  readonly socket: Socket;
  ticks: number;
}

export class Dialler {
  readonly #options: DiallerOptions;
  readonly #dials = new Set<Dial>();
  #isStopped = false;

  constructor(options: DiallerOptions) {
    this.#options = options;
  }

  /** Connects to an address. The outcome is told later, never from within this call, and not after a stop. */
  dial(address: Address): void {
    if (this.#isStopped) return;
    const localAddress = sourceOf(this.#options.listenHost, address.host);
    const socket = connect({
      host: address.host,
      port: address.port,
      allowHalfOpen: true,
      noDelay: true,
      keepAlive: true,
      keepAliveInitialDelay: KEEP_ALIVE_IDLE_MILLIS,
      ...(localAddress === undefined ? {} : { localAddress }),
    });
    const dial: Dial = { address, socket, ticks: 0 };
    this.#dials.add(dial);
    // Stays for good: whatever happens to a socket that we gave up is nobody's business any more.
    socket.on('error', (error) => this.#fail(dial, describeError(error)));
    socket.once('connect', () => this.#onConnect(dial));
  }

  /** One interval of the housekeeping timer has passed. */
  tick(): void {
    const { ticksMax } = this.#options;
    for (const dial of this.#dials) {
      if (++dial.ticks > ticksMax) this.#fail(dial, `no connection within ${ticksMax} s`);
    }
  }

  /** Gives up all dials, without a word. */
  stop(): void {
    this.#isStopped = true;
    for (const dial of this.#dials) dial.socket.destroy();
    this.#dials.clear();
  }

  #onConnect(dial: Dial): void {
    const { address, socket } = dial;
    const local = localEnd(socket);
    // Dialling a free port of one's own machine may draw that very port as the source: TCP then connects
    // the socket to itself, and nobody else could listen there.
    if (local === undefined) this.#fail(dial, 'the connection was closed at once');
    else if (addressEquals(local, address)) this.#fail(dial, 'the socket was connected to itself');
    else if (this.#dials.delete(dial)) this.#options.onConnected(socket, local, address);
  }

  #fail(dial: Dial, reason: string): void {
    if (!this.#dials.delete(dial)) return;
    dial.socket.destroy();
    this.#options.onFailed(dial.address, reason);
  }
}

function localEnd(socket: Socket): Address | undefined {
  const { localAddress, localPort } = socket;
  const host = localAddress === undefined ? undefined : canonicalHost(localAddress);
  return host === undefined || localPort === undefined ? undefined : { host, port: localPort };
}

/**
 * The source address of a dial: the one listened on, so that others learn that address. Undefined leaves
 * the choice to the system: where it listens on all addresses, where the families differ, and from loopback
 * to elsewhere or back, which could not connect.
 */
export function sourceOf(listenHost: string, targetHost: string): string | undefined {
  if (isWildcard(listenHost)) return undefined;
  if (listenHost.includes(':') !== targetHost.includes(':')) return undefined;
  const isLocal = scopeOf(listenHost) === 'loopback';
  return isLocal === (scopeOf(targetHost) === 'loopback') ? listenHost : undefined;
}
