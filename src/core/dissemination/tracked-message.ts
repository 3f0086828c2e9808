/**
 * One message that this node has seen, for as long as it has more to remember of it than its record: between
 * its notifications and its outcome, and afterwards while it is kept for peers that missed it.
 */
import type { U64 } from '../../basics/integers.ts';
import type { MessageDigest } from '../../wire/digest.ts';
import type { PeerAnnounce } from '../../wire/peer-messages.ts';
import type { Block } from '../data-blocks.ts';
import type { LinkId } from '../inputs.ts';
import type { Instant } from '../settings.ts';
import type { SeenRecord } from './seen-table.ts';

export class TrackedMessage {
  // First what is looked at once more when it is no longer kept: by then it has left the processor's caches, and these
  // come back together.
  readonly record: SeenRecord;
  readonly seenAt: Instant;
  place = -1;
  isKept = false;
  block: Block | undefined = undefined;
  digest: MessageDigest | undefined = undefined;
  readonly id: U64;
  readonly dataType: number;
  /** The link whose bytes these count as: the one that brought the first copy. */
  readonly owner: LinkId;
  /** TTL and sender of the best copy so far; this is the copy that will be forwarded. */
  ttl: number;
  sender: LinkId;
  /** Whether it is in the room; once it is not, no outcome means anything. */
  isWaiting = false;
  previous: TrackedMessage | undefined = undefined;
  next: TrackedMessage | undefined = undefined;
  // Where its data stands, with its block above; see data-blocks.ts.
  lent: Uint8Array | undefined;
  offset = 0;
  readonly length: number;
  // What is known of it between nodes of the extension, with what stands first; see exchange/tracked.ts.
  ttlOut = 0;
  ageThen = 0;
  holder: LinkId | undefined = undefined;
  holders: LinkId[] | undefined = undefined;
  told: LinkId[] | undefined = undefined;
  pushed: LinkId[] | undefined = undefined;
  isJudged = false;
  served: Map<LinkId, number> | undefined = undefined;

  constructor(
    record: SeenRecord,
    message: Pick<PeerAnnounce, 'id' | 'dataType' | 'ttl' | 'data'>,
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
    this.lent = message.data;
    this.length = message.data.length;
  }
}
