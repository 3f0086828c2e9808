/**
 * One message that this node has seen, for as long as it has more to remember of it than its record: between
 * its notifications and its outcome, and afterwards while it is kept for peers that missed it.
 */
import type { U64 } from '../../basics/integers.ts';
import type { MessageDigest } from '../../wire/digest.ts';
import type { LinkId } from '../inputs.ts';
import type { Instant } from '../settings.ts';
import type { SeenRecord } from './seen-table.ts';

/** Where the data of several messages stands; see waiting-room.ts. */
export interface Block {
  readonly bytes: Uint8Array;
  used: number;
  /** Messages in it that still wait. */
  waiting: number;
}

export class TrackedMessage {
  readonly record: SeenRecord;
  readonly id: U64;
  readonly dataType: number;
  /** The link whose bytes these count as: the one that brought the first copy. */
  readonly owner: LinkId;
  /** TTL and sender of the best copy so far; this is the copy that will be forwarded. */
  ttl: number;
  sender: LinkId;
  readonly seenAt: Instant;
  // What is known of it between nodes of the extension; see exchange/tracked.ts.
  ageThen = 0;
  digest: MessageDigest | undefined = undefined;
  place = -1;
  holders: LinkId[] | undefined = undefined;
  told: LinkId[] | undefined = undefined;
  pushed: LinkId[] | undefined = undefined;
  isJudged = false;
  ttlOut = 0;
  kept: Uint8Array | undefined = undefined;
  served: Map<LinkId, number> | undefined = undefined;
  /** Whether it is in the room; once it is not, no outcome means anything. */
  isWaiting = false;
  block: Block | undefined = undefined;
  offset = 0;
  length = 0;
  previous: TrackedMessage | undefined = undefined;
  next: TrackedMessage | undefined = undefined;

  constructor(
    record: SeenRecord,
    message: { readonly id: U64; readonly dataType: number; readonly ttl: number },
    sender: LinkId,
    now: Instant,
  ) {
    this.record = record;
    this.id = message.id;
    this.dataType = message.dataType;
    this.owner = sender;
    this.ttl = message.ttl;
    this.sender = sender;
    this.seenAt = now;
  }

  /** The copy of the data; only while it waits, or right after it was let out. */
  get data(): Uint8Array {
    return this.block!.bytes.subarray(this.offset, this.offset + this.length);
  }
}
