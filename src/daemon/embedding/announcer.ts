/**
 * What the embedding program announces. It is held back like any client that announces faster than the links
 * carry: what comes while the node wants nothing waits in line here, in order, and nothing of it is dropped.
 */
import type { ClientId } from '../../core/inputs.ts';
import type { LocalClient, LocalClients } from './local-clients.ts';
import type { Letter, Mailbox } from './mailbox.ts';
import { NodeError, nodeClosed } from './node-error.ts';
import type { Spread } from './receipts.ts';

export interface AnnouncerBounds {
  /** Announcements and their bytes that wait in line; one more is refused with `too-many-pending`. */
  readonly waitingMax: number;
  readonly waitingBytesMax: number;
}

/** Those of the client library. */
export const ANNOUNCER_BOUNDS: AnnouncerBounds = {
  waitingMax: 65_536,
  waitingBytesMax: 64 * 1024 * 1024,
};

interface Announcement {
  readonly ttl: number;
  readonly dataType: number;
  readonly data: Uint8Array;
  /** Whether it is wanted to know who gets it. */
  readonly receipt?: true;
}

interface Waiting extends Announcement {
  readonly resolve: (spread: Spread | undefined) => void;
  readonly reject: (error: NodeError) => void;
}

export class Announcer implements LocalClient, Letter {
  readonly #clients: LocalClients;
  readonly #mailbox: Mailbox;
  readonly #bounds: AnnouncerBounds;
  readonly #client: ClientId;
  /** In order; a set, because its first element goes at no cost. */
  readonly #line = new Set<Waiting>();
  #waitingBytes = 0;
  #isPaused = false;
  #isClosed = false;
  /** The data that the core is being given at this moment. */
  #current: Uint8Array | undefined;
  /** What the core says of it meanwhile. */
  #spread: Spread | undefined;

  constructor(clients: LocalClients, mailbox: Mailbox, bounds = ANNOUNCER_BOUNDS) {
    this.#clients = clients;
    this.#mailbox = mailbox;
    this.#bounds = bounds;
    this.#client = clients.join(this);
  }

  /** What waits in line. */
  get waiting(): { readonly items: number; readonly bytes: number } {
    return { items: this.#line.size, bytes: this.#waitingBytes };
  }

  /** Whether `data`, of a notification that is being made, is this program's own announcement. */
  isOwn(data: Uint8Array): boolean {
    return data === this.#current;
  }

  /**
   * Resolves when the node has it, with what became of it if a receipt is wanted. Arguments are checked already. Not to be called in the middle of an
   * input, where the bytes would have to be copied.
   */
  announce(announcement: Announcement): Promise<Spread | undefined> {
    if (this.#isClosed) return Promise.reject(nodeClosed());
    if (!this.#isPaused && this.#line.size === 0) {
      return Promise.resolve(this.#give(announcement));
    }
    const { waitingMax, waitingBytesMax } = this.#bounds;
    if (this.#line.size >= waitingMax || this.#waitingBytes >= waitingBytesMax) {
      return Promise.reject(tooMany(this.#line.size));
    }
    return new Promise((resolve, reject) => {
      const data = announcement.data.slice();
      this.#waitingBytes += data.length;
      this.#line.add({ ...announcement, data, resolve, reject });
    });
  }

  pause(): void {
    this.#isPaused = true;
  }

  resume(): void {
    this.#isPaused = false;
    if (this.#line.size > 0) this.#mailbox.post(this);
  }

  /** Gives what waits in line, until the node wants nothing more. */
  deliver(): void {
    for (const waiting of this.#line) {
      if (this.#isPaused) return;
      this.#line.delete(waiting);
      this.#waitingBytes -= waiting.data.length;
      waiting.resolve(this.#give(waiting));
    }
  }

  /** The core has given an announcement to its links, in the middle of that input. */
  onSpread(spread: Spread): void {
    this.#spread = spread;
  }

  /** Refuses what waits in line. */
  close(): void {
    this.#isClosed = true;
    for (const waiting of this.#line) waiting.reject(nodeClosed());
    this.#line.clear();
    this.#waitingBytes = 0;
    this.#clients.leave(this.#client);
  }

  notify(): void {}

  onDropped(): void {}

  tick(): void {}

  #give({ ttl, dataType, data, receipt }: Announcement): Spread | undefined {
    this.#current = data;
    this.#spread = undefined;
    const wish = receipt === true ? { receipt } : {};
    try {
      this.#clients.give({ kind: 'announce', client: this.#client, ttl, dataType, data, ...wish });
      return this.#spread;
    } finally {
      this.#current = undefined;
    }
  }
}

function tooMany(waiting: number): NodeError {
  const message = `${waiting} announcements wait to be taken: await each announce() before the next`;
  return new NodeError('too-many-pending', message);
}
