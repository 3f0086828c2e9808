/**
 * The application interface: local programs that announce, subscribe and answer. Decodes what they say
 * into inputs for the core and carries out its effects; decides nothing.
 *
 * What always holds: clients are numbered, and no number is used twice. An announcement counts from the
 * moment its bytes are in, whatever the client does next: it is read before the client's end is noticed,
 * also when the client was paused in between. Of a client that the core has dropped nothing more is
 * delivered.
 */
import type { Socket } from 'node:net';
import type { ClientId, Input } from '../../core/inputs.ts';
import { canonicalHost, formatAddress } from '../../wire/address.ts';
import {
  clientMessageReader,
  writeNotification,
  type ClientMessage,
} from '../../wire/api-messages.ts';
import { MESSAGE_BYTES_MAX } from '../../wire/message-types.ts';
import type { Violation } from '../../wire/violation.ts';
import type { SocketBounds } from '../sockets/bounds.ts';
import { FramedSocket } from '../sockets/framed-socket.ts';
import type { Listener } from '../sockets/listener.ts';
import type { SendGear } from '../sockets/send-queue.ts';
import { SocketTable } from '../sockets/socket-table.ts';
import type { Traffic } from '../sockets/traffic.ts';

/** What happens to clients apart from the protocol: for the log. `from` is where the client connected from. */
export interface ApiEvents {
  /** A client sent something that is no message of a client's; it is closed. */
  readonly onMalformed: (client: ClientId, from: string, violation: Violation) => void;
  /** A client is gone in the middle of a message; `size` is that of the whole message, if known. */
  readonly onCutOff: (client: ClientId, from: string, bytes: number, size?: number) => void;
  /** A client does not keep up: from now on it misses notifications. */
  readonly onQueueFull: (client: ClientId, from: string) => void;
  /** A client took nothing for long while its queue was full; it is dropped. */
  readonly onStuck: (client: ClientId, from: string) => void;
}

export interface ApiOptions {
  /**
   * Listens already, with `readAheadBytes: 1`; its connections are taken after {@link Api.start}. Undefined: no
   * program can connect.
   */
  readonly listener: Listener | undefined;
  readonly gear: SendGear;
  readonly bounds: SocketBounds;
  readonly traffic: Traffic;
  /** Takes what clients say to the core; may carry out effects before it returns. */
  readonly give: (input: Input) => void;
  readonly events: ApiEvents;
}

export class Api {
  readonly #options: ApiOptions;
  readonly #table: SocketTable;
  /** Every notification is encoded here, once, and copied from here into the queues. */
  readonly #scratch = new Uint8Array(MESSAGE_BYTES_MAX);
  /** What was encoded last; kept because making a view costs as much as copying a small frame. */
  #frame = this.#scratch.subarray(0, 0);
  #lastClient: ClientId = 0;

  constructor(options: ApiOptions) {
    this.#options = options;
    this.#table = new SocketTable({ bounds: options.bounds, backlogs: options.gear.backlogs });
  }

  /** The clients, also those that are still closing. */
  get table(): SocketTable {
    return this.#table;
  }

  start(): void {
    this.#options.listener?.accept((socket) => this.#welcome(socket));
  }

  /** Queues a 502 for each of `clients`; `data` is copied before this returns. */
  notify(
    clients: readonly ClientId[],
    messageId: number,
    dataType: number,
    data: Uint8Array,
  ): void {
    const end = writeNotification(this.#scratch, 0, messageId, dataType, data);
    if (this.#frame.length !== end) this.#frame = this.#scratch.subarray(0, end);
    const { queueBytesMax } = this.#options.bounds;
    for (const client of clients) this.#table.find(client)?.send(this.#frame, queueBytesMax);
  }

  /** Closes a client's connection after what is queued for it. */
  drop(client: ClientId): void {
    this.#table.close(client);
  }

  pause(client: ClientId): void {
    this.#table.find(client)?.pause();
  }

  resume(client: ClientId): void {
    this.#table.find(client)?.resume();
  }

  /** One interval of the housekeeping timer has passed. */
  tick(): void {
    this.#table.tick();
  }

  /** Accepts nothing more. */
  stop(): void {
    this.#options.listener?.stop();
  }

  /** Resolves when nothing is left: the port or socket file is free and all clients are gone. */
  async closed(): Promise<void> {
    await this.#options.listener?.closed();
    await new Promise<void>((resolve) => this.#table.onAllClosed(resolve));
  }

  #welcome(socket: Socket): void {
    const { gear, bounds, traffic, give } = this.#options;
    const client = ++this.#lastClient;
    const from = describeOrigin(socket);
    let wasFull = false;
    const framed = new FramedSocket<ClientMessage>({
      socket,
      reader: clientMessageReader(),
      gear,
      bounds,
      traffic,
      holdsWritesWhilePaused: true,
      events: {
        onMessage: (message) => this.#onMessage(client, message),
        onViolation: (violation) => this.#onViolation(client, from, violation),
        onCutOff: (bytes, size) => this.#options.events.onCutOff(client, from, bytes, size),
        onGone: () => this.#onGone(client),
        onStuck: () => this.#onStuck(client, from),
        onQueue: (queue) => {
          if (queue.level === 'full' && !wasFull) this.#options.events.onQueueFull(client, from);
          wasFull = queue.level === 'full';
          give({ kind: 'client-queue', client, queue });
        },
      },
    });
    this.#table.add(client, framed);
    give({ kind: 'client-joined', client });
  }

  #onMessage(client: ClientId, message: ClientMessage): void {
    const { give } = this.#options;
    switch (message.kind) {
      case 'announce': {
        const { ttl, dataType, data } = message;
        give({ kind: 'announce', client, ttl, dataType, data });
        return;
      }
      case 'notify':
        give({ kind: 'subscribe', client, dataType: message.dataType });
        return;
      case 'validation':
        give({ kind: 'verdict', client, messageId: message.messageId, valid: message.valid });
    }
  }

  #onViolation(client: ClientId, from: string, violation: Violation): void {
    this.#options.events.onMalformed(client, from, violation);
    this.#table.close(client, { dropsQueue: true });
    this.#options.give({ kind: 'client-gone', client });
  }

  #onGone(client: ClientId): void {
    this.#table.close(client);
    this.#options.give({ kind: 'client-gone', client });
  }

  #onStuck(client: ClientId, from: string): void {
    this.#options.events.onStuck(client, from);
    this.#table.find(client)?.destroy();
    this.#table.close(client);
    this.#options.give({ kind: 'client-gone', client });
  }
}

/** The address a client connected from, or that it came through the socket file. */
function describeOrigin(socket: Socket): string {
  const { remoteAddress, remotePort, localAddress } = socket;
  const host = remoteAddress === undefined ? undefined : canonicalHost(remoteAddress);
  if (host !== undefined && remotePort !== undefined) {
    return formatAddress({ host, port: remotePort });
  }
  return localAddress === undefined ? 'the unix socket' : 'an address that is gone already';
}
