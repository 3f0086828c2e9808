/**
 * Messages that wait for their verdicts. Bounded in number and bytes; at the bound the link with the most
 * bytes in here loses its oldest message first, so that a flood pushes out nobody's messages but its own.
 */
import type { U64 } from '../../basics/integers.ts';
import type { LinkId } from '../inputs.ts';
import type { SeenRecord } from './seen-table.ts';

/** One message between its notifications and its outcome. */
export interface WaitingMessage {
  readonly record: SeenRecord;
  readonly id: U64;
  readonly dataType: number;
  /** A copy: the bytes it arrived in are long gone when the verdict comes. */
  readonly data: Uint8Array;
  /** The link whose bytes these count as: the one that brought the first copy. */
  readonly owner: LinkId;
  /** TTL and sender of the best copy so far; this is the copy that will be forwarded. */
  ttl: number;
  sender: LinkId;
}

interface Share {
  bytes: number;
  readonly messages: Set<WaitingMessage>;
}

/** What a waiting message costs beside its data: a guess at the objects around it. */
const OVERHEAD_BYTES = 256;

export class WaitingRoom {
  readonly #bytesMax: number;
  readonly #messagesMax: number;
  readonly #byRecord = new Map<SeenRecord, WaitingMessage>();
  readonly #shares = new Map<LinkId, Share>();
  #bytes = 0;

  constructor(options: { readonly bytesMax: number; readonly messagesMax: number }) {
    this.#bytesMax = options.bytesMax;
    this.#messagesMax = options.messagesMax;
  }

  get bytes(): number {
    return this.#bytes;
  }

  get size(): number {
    return this.#byRecord.size;
  }

  find(record: SeenRecord): WaitingMessage | undefined {
    return this.#byRecord.get(record);
  }

  /** Takes a message in and returns those that had to make room, perhaps the message itself. */
  admit(message: WaitingMessage): readonly WaitingMessage[] {
    this.#byRecord.set(message.record, message);
    let share = this.#shares.get(message.owner);
    if (share === undefined) {
      share = { bytes: 0, messages: new Set() };
      this.#shares.set(message.owner, share);
    }
    share.messages.add(message);
    share.bytes += cost(message);
    this.#bytes += cost(message);
    const evicted: WaitingMessage[] = [];
    while (this.#bytes > this.#bytesMax || this.#byRecord.size > this.#messagesMax) {
      const victim = this.#oldestOfNoisiest();
      this.remove(victim);
      evicted.push(victim);
    }
    return evicted;
  }

  remove(message: WaitingMessage): void {
    if (!this.#byRecord.delete(message.record)) return;
    const share = this.#shares.get(message.owner)!;
    share.messages.delete(message);
    share.bytes -= cost(message);
    this.#bytes -= cost(message);
    if (share.messages.size === 0) this.#shares.delete(message.owner);
  }

  #oldestOfNoisiest(): WaitingMessage {
    let noisiest: Share | undefined;
    for (const share of this.#shares.values()) {
      if (noisiest === undefined || share.bytes > noisiest.bytes) noisiest = share;
    }
    const [oldest] = noisiest!.messages;
    return oldest!;
  }
}

function cost(message: WaitingMessage): number {
  return message.data.length + OVERHEAD_BYTES;
}
