/**
 * The links: TCP connections to peers, in both directions, with TLS on them or without. Decodes what comes into inputs for the core and
 * carries out its effects; decides nothing.
 *
 * What always holds: links are numbered, and no number is used twice. Of a link that the core has hung up,
 * or that was reported as closed, nothing more is delivered, and what is sent on it goes nowhere.
 */
import type { Socket } from 'node:net';
import type { Input, LinkId, Secured } from '../../core/inputs.ts';
import type { Lane } from '../../core/lanes.ts';
import { canonicalHost, type Address } from '../../wire/address.ts';
import { MESSAGE_BYTES_MAX } from '../../wire/message-types.ts';
import { peerMessageReader, writePeerMessage, type PeerMessage } from '../../wire/peer-messages.ts';
import type { SocketBounds } from '../sockets/bounds.ts';
import { FramedSocket } from '../sockets/framed-socket.ts';
import type { Listener } from '../sockets/listener.ts';
import type { SendGear } from '../sockets/send-queue.ts';
import { SocketTable } from '../sockets/socket-table.ts';
import type { Traffic } from '../sockets/traffic.ts';
import type { HandshakeCrowds } from './admission.ts';
import { Dialler } from './dialler.ts';
import type { SecureChannel } from './secure-channel.ts';

export interface TransportOptions {
  /** Listens already; its connections are taken after {@link Transport.start}. */
  readonly listener: Listener;
  /** The address that `listener` listens on: dials leave from it where that is possible. */
  readonly listenAddress: Address;
  readonly gear: SendGear;
  readonly bounds: SocketBounds;
  readonly dialTicks: number;
  readonly traffic: Traffic;
  /** Makes TLS of every connection. Undefined: links are plain TCP. */
  readonly channel?: SecureChannel | undefined;
  /** Takes what happens on the links to the core; may carry out effects before it returns. */
  readonly give: (input: Input) => void;
  /** A link is over in the middle of a message: for the log. `size` is that of the whole message, if known. */
  readonly onCutOff: (link: LinkId, remote: Address, bytes: number, size?: number) => void;
  /** A peer took nothing for long while its queue was full, and the link was closed: for the log. */
  readonly onStuck: (link: LinkId, remote: Address) => void;
}

const NO_HANDSHAKES = { pending: 0, perHost: 0, perRange: 0, begun: 0, begunPerHost: 0 };

/** Between whom a connection stands, and the address that was dialled if it was. */
interface Ends {
  readonly local: Address;
  readonly remote: Address;
  readonly dialled: Address | undefined;
}

export class Transport {
  readonly #options: TransportOptions;
  readonly #table: SocketTable;
  readonly #dialler: Dialler;
  /** Every message is encoded here, once, and copied from here into the queues. */
  readonly #scratch = new Uint8Array(MESSAGE_BYTES_MAX);
  /** What was encoded last; kept because making a view costs as much as copying a small frame. */
  #frame = this.#scratch.subarray(0, 0);
  #lastLink: LinkId = 0;

  constructor(options: TransportOptions) {
    this.#options = options;
    const { bounds, gear, give } = options;
    this.#table = new SocketTable({ bounds, backlogs: gear.backlogs });
    this.#dialler = new Dialler({
      listenHost: options.listenAddress.host,
      ticksMax: options.dialTicks,
      onConnected: (socket, local, address) => this.#onConnected(socket, local, address),
      onFailed: (address, reason) => give({ kind: 'dial-failed', address, reason }),
    });
  }

  /** The links, also those that are still closing. */
  get table(): SocketTable {
    return this.#table;
  }

  /** Inbound connections whose handshake is not complete, all and of whoever has most; none in plain. */
  get handshakes(): HandshakeCrowds & { readonly pending: number } {
    const { channel } = this.#options;
    if (channel === undefined) return NO_HANDSHAKES;
    return { ...channel.crowds, pending: channel.pendingCount };
  }

  start(): void {
    this.#options.listener.accept((socket) => this.#admit(socket));
  }

  /** Queues a message on each of `links`; it is encoded before this returns. `tag`: for {@link withdraw}. */
  send(links: readonly LinkId[], message: PeerMessage, lane: Lane, tag?: number): void {
    const { queueBytesMax, relayedBytesMax } = this.#options.bounds;
    const isOthers = lane === 'forward' || lane === 'reply';
    const bytesMax = isOthers ? relayedBytesMax : queueBytesMax;
    const end = writePeerMessage(message, this.#scratch, 0);
    if (this.#frame.length !== end) this.#frame = this.#scratch.subarray(0, end);
    for (const link of links) this.#table.find(link)?.send(this.#frame, bytesMax, lane, tag);
  }

  /** Takes back what was sent with a tag on each of `links`, where no write has begun with it. */
  withdraw(links: readonly LinkId[], tag: number): void {
    for (const link of links) this.#table.find(link)?.withdraw(tag);
  }

  dial(address: Address): void {
    this.#dialler.dial(address);
  }

  hangUp(link: LinkId): void {
    this.#table.close(link);
  }

  pause(link: LinkId): void {
    this.#table.find(link)?.pause();
  }

  resume(link: LinkId): void {
    this.#table.find(link)?.resume();
  }

  /** One interval of the housekeeping timer has passed. */
  tick(): void {
    this.#table.tick();
    this.#dialler.tick();
    this.#options.channel?.tick();
  }

  /** Accepts nothing more and gives up all dials. */
  stop(): void {
    this.#options.listener.stop();
    this.#dialler.stop();
    this.#options.channel?.stop();
  }

  /** Resolves when nothing is left: the port is free and all links are gone. */
  async closed(): Promise<void> {
    await this.#options.listener.closed();
    await new Promise<void>((resolve) => this.#table.onAllClosed(resolve));
  }

  #admit(socket: Socket): void {
    const remote = endpoint(socket.remoteAddress, socket.remotePort);
    const local = endpoint(socket.localAddress, socket.localPort);
    // Gone before it was taken: there is nobody to talk to.
    if (remote === undefined || local === undefined) {
      socket.destroy();
      return;
    }
    const { channel } = this.#options;
    const ends: Ends = { local, remote, dialled: undefined };
    if (channel === undefined) this.#open(socket, ends);
    else {
      const onReady = (secure: Socket, secured: Secured): void => this.#open(secure, ends, secured);
      channel.receive(socket, remote, { onReady, onFailed: () => {} });
    }
  }

  #onConnected(socket: Socket, local: Address, address: Address): void {
    const { channel, give } = this.#options;
    const ends: Ends = { local, remote: address, dialled: address };
    if (channel === undefined) this.#open(socket, ends);
    else {
      channel.initiate(socket, address, {
        onReady: (secure, secured) => this.#open(secure, ends, secured),
        onFailed: ({ code, reason }) =>
          give({ kind: 'dial-failed', address, reason: `${code}: ${reason}` }),
      });
    }
  }

  #open(socket: Socket, { local, remote, dialled }: Ends, secured?: Secured): void {
    const { gear, bounds, traffic, give } = this.#options;
    const link = ++this.#lastLink;
    const framed = new FramedSocket<PeerMessage>({
      socket,
      reader: peerMessageReader(),
      gear,
      bounds,
      traffic,
      holdsWritesWhilePaused: false,
      events: {
        onMessage: (message) => give({ kind: 'message', link, message }),
        onMessageBegun: (messageType) => give({ kind: 'message-begun', link, messageType }),
        onViolation: (violation) => give({ kind: 'garbage', link, violation }),
        onQueue: (queue) => give({ kind: 'link-queue', link, queue }),
        onCutOff: (bytes, size) => this.#options.onCutOff(link, remote, bytes, size),
        onGone: (reason) => {
          this.#table.close(link);
          give({ kind: 'link-closed', link, reason });
        },
        onStuck: () => this.#dropStuck(link, remote),
      },
    });
    this.#table.add(link, framed);
    give({ kind: 'link-opened', link, dialled, remote, local, secured });
  }

  #dropStuck(link: LinkId, remote: Address): void {
    const { stuckTicks } = this.#options.bounds;
    this.#options.onStuck(link, remote);
    const reason = `slow-peer: it took hardly anything for ${stuckTicks} s while its queue was full`;
    this.#table.find(link)?.destroy();
    this.#table.close(link);
    this.#options.give({ kind: 'link-closed', link, reason });
  }
}

/** One end of a connection; undefined once the connection is gone. */
export function endpoint(host: string | undefined, port: number | undefined): Address | undefined {
  const canonical = host === undefined ? undefined : canonicalHost(host);
  return canonical === undefined || port === undefined ? undefined : { host: canonical, port };
}
