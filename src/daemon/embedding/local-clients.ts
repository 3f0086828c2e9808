/**
 * The programs in the node's own process, as the core sees them: clients like any other, only without a
 * socket. Their numbers are negative, those of clients on sockets positive, so an effect finds its way by
 * the number alone.
 */
import type { ClientId, Input } from '../../core/inputs.ts';

/** Those who carry out what the core wants done for a client. None of them throws or waits. */
export interface ClientHands {
  notify(clients: readonly ClientId[], messageId: number, dataType: number, data: Uint8Array): void;
  drop(client: ClientId): void;
  pause(client: ClientId): void;
  resume(client: ClientId): void;
}

/** Called in the middle of an input: none of these may throw, wait, or run code of the embedding program. */
export interface LocalClient {
  /** `data` is valid only now. */
  notify(messageId: number, dataType: number, data: Uint8Array): void;
  /** The core refuses this client and has forgotten it. */
  onDropped(): void;
  /** Announce nothing more, or go on. */
  pause(): void;
  resume(): void;
  /** One interval of the housekeeping timer has passed. */
  tick(): void;
}

export class LocalClients {
  readonly give: (input: Input) => void;
  readonly #clients = new Map<ClientId, LocalClient>();
  #lastClient: ClientId = 0;

  constructor(give: (input: Input) => void) {
    this.give = give;
  }

  /** Bounded by the core's `clientsMax`; a client that is refused is dropped before this returns. */
  join(client: LocalClient): ClientId {
    const id = --this.#lastClient;
    this.#clients.set(id, client);
    this.give({ kind: 'client-joined', client: id });
    return id;
  }

  leave(id: ClientId): void {
    if (this.#clients.delete(id)) this.give({ kind: 'client-gone', client: id });
  }

  /** Notifies those of `clients` that are here; returns how many they are. */
  notify(
    clients: readonly ClientId[],
    messageId: number,
    dataType: number,
    data: Uint8Array,
  ): number {
    if (this.#clients.size === 0) return 0;
    let here = 0;
    for (const id of clients) {
      if (id > 0) continue;
      here++;
      this.#clients.get(id)?.notify(messageId, dataType, data);
    }
    return here;
  }

  drop(id: ClientId): void {
    const client = this.#clients.get(id);
    this.#clients.delete(id);
    client?.onDropped();
  }

  pause(id: ClientId): void {
    this.#clients.get(id)?.pause();
  }

  resume(id: ClientId): void {
    this.#clients.get(id)?.resume();
  }

  /** One interval of the housekeeping timer has passed. */
  tick(): void {
    for (const client of this.#clients.values()) client.tick();
  }
}

/** Sends each effect to the side its client is on. */
export class ClientDesk implements ClientHands {
  readonly #remote: ClientHands;
  readonly #local: LocalClients;

  constructor(remote: ClientHands, local: LocalClients) {
    this.#remote = remote;
    this.#local = local;
  }

  notify(
    clients: readonly ClientId[],
    messageId: number,
    dataType: number,
    data: Uint8Array,
  ): void {
    const here = this.#local.notify(clients, messageId, dataType, data);
    // The remote side encodes before it looks who is there.
    if (here < clients.length) this.#remote.notify(clients, messageId, dataType, data);
  }

  drop(client: ClientId): void {
    this.#sideOf(client).drop(client);
  }

  pause(client: ClientId): void {
    this.#sideOf(client).pause(client);
  }

  resume(client: ClientId): void {
    this.#sideOf(client).resume(client);
  }

  #sideOf(client: ClientId): Pick<ClientHands, 'drop' | 'pause' | 'resume'> {
    return client < 0 ? this.#local : this.#remote;
  }
}
