/**
 * One message that this node has seen, for as long as it may have to say something about it: while it waits
 * for its verdicts, and afterwards while it is kept for peers that missed it.
 */
import type { U64 } from '../../basics/integers.ts';
import type { MessageDigest } from '../../wire/digest.ts';
import type { Placed } from '../data-blocks.ts';
import type { LinkId } from '../inputs.ts';
import type { Instant } from '../settings.ts';

/** In place of a TTL. */
export const ENDS_HERE = -1;
/** In place of a place. */
export const NOWHERE = -1;

export interface Tracked extends Placed {
  /** A number of its own at this node. */
  readonly record: number;
  readonly id: U64;
  readonly dataType: number;
  /** The link that brought the first copy, or `OURSELVES`. */
  readonly owner: LinkId;
  /** When it came or was announced, and how old it was then, in seconds. */
  readonly seenAt: Instant;
  ageThen: number;
  /** Computed when it is first needed. */
  digest: MessageDigest | undefined;
  /** Where it stands among the messages at hand; {@link NOWHERE} if it is none of them. */
  place: number;
  /** The TTL of its best copy. */
  readonly ttl: number;
  /**
   * The link whose peer was first known to have it, and without a limit of hops; and the other such links. Mostly
   * there is one, the one that brought it, and a list for each message would cost more than that is worth.
   */
  holder: LinkId | undefined;
  holders: LinkId[] | undefined;
  /** Links on which it was sent or named, so that the peer knows that we have it. */
  told: LinkId[] | undefined;
  /** Links it was sent on unasked; those that turn out to have had it are taken out. */
  pushed: LinkId[] | undefined;
  /** Whether nothing more is learnt from what happens to those pushes. */
  isJudged: boolean;
  /** The TTL it is sent with, once it has been accepted; {@link ENDS_HERE} if it goes to nobody. */
  ttlOut: number;
  /** Whether it is kept, and its data with it. */
  isKept: boolean;
  /** How often it was given to links that asked for it. */
  served: Map<LinkId, number> | undefined;
}

export function isHolder({ holder, holders }: Tracked, link: LinkId): boolean {
  return holder === link || (holders !== undefined && holders.includes(link));
}

export function addHolder(message: Tracked, link: LinkId): void {
  if (message.holder === undefined) message.holder = link;
  else if (isHolder(message, link)) return;
  else if (message.holders === undefined) message.holders = [link];
  else message.holders.push(link);
}

export function holderCount({ holder, holders }: Tracked): number {
  return (holder === undefined ? 0 : 1) + (holders?.length ?? 0);
}

export function wasTold({ told }: Tracked, link: LinkId): boolean {
  return told !== undefined && told.includes(link);
}

export function addTold(message: Tracked, links: readonly LinkId[]): void {
  if (message.told === undefined) message.told = links.slice();
  else for (const link of links) if (!message.told.includes(link)) message.told.push(link);
}

/** Seconds since it was announced, as far as this node knows; at most 65,535. */
export function ageOf({ seenAt, ageThen }: Tracked, now: Instant): number {
  return Math.min(0xffff, ageThen + Math.floor(Math.max(0, now - seenAt) / 1_000));
}
