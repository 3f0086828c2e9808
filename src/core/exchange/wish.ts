/**
 * One message that peers have named and this node does not have: who says so, who was asked, when the next is due.
 */
import type { HaveEntry } from '../../wire/extension-messages.ts';
import type { LinkId } from '../inputs.ts';
import type { Instant } from '../settings.ts';

/** A peer that has named a message, with what it said of it: only the digest is sure to be true. */
export interface Announcer {
  readonly link: LinkId;
  readonly at: Instant;
  readonly entry: HaveEntry;
}

export interface Wish {
  readonly first: Announcer;
  /** The first of those that had given something before. */
  firstProven: Announcer | undefined;
  /** Whose share of all wishes it counts to. */
  cause: LinkId;
  /** Those that were not asked yet, in the order in which they said so. */
  announcers: Announcer[];
  /** All that were asked and have neither answered nor gone. */
  owing: Announcer[];
  /** The one that was asked last and has not answered. */
  asked: Announcer | undefined;
  /** Whether that one has been given all the time it may have. */
  isLate: boolean;
  wasAsked: boolean;
  /** Who would send it with the largest TTL. */
  farthest: Announcer;
  /** The smallest that anybody says, in seconds: whoever could make a message old could stop it. */
  age: number;
  askedAt: Instant;
  tries: number;
  dueAt: Instant;
}

export function newWish(first: Announcer, dueAt: Instant): Wish {
  return {
    first,
    firstProven: undefined,
    cause: first.link,
    announcers: [first],
    owing: [],
    asked: undefined,
    isLate: false,
    wasAsked: false,
    farthest: first,
    age: first.entry.age,
    askedAt: first.at,
    tries: 0,
    dueAt,
  };
}

/** A further peer says something of the same message. */
export function hearOf(wish: Wish, announcer: Announcer): void {
  const { ttl, age } = announcer.entry;
  if (age < wish.age) wish.age = age;
  const best = wish.farthest.entry.ttl;
  // 0 is without limit.
  if (best !== 0 && (ttl === 0 || ttl > best)) wish.farthest = announcer;
}

/** Whether a peer is asked right now, or will be. */
export function concerns({ asked, announcers }: Wish, link: LinkId): boolean {
  return asked?.link === link || announcers.some((announcer) => announcer.link === link);
}
