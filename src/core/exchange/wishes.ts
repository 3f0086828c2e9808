/**
 * Messages that peers have named and this node does not have: asked for one peer at a time, after a wait in
 * which a push may still come. The wait follows what was measured: under load everything is late, and asking
 * for what is on its way would make it later.
 */
import type { MessageDigest } from '../../wire/digest.ts';
import type { HaveEntry } from '../../wire/extension-messages.ts';
import type { LinkId } from '../inputs.ts';
import type { Instant, Millis } from '../settings.ts';

/** Wishes at once; a further one is ignored: it will be named again, or found by reconciliation. A guess. */
export const WISHES_MAX = 8_192;
/** Wishes at once that one peer was the first to cause. A guess: more than a window of catching up needs. */
export const WISHES_PER_PEER_MAX = 2_048;
/** Peers remembered for one wish. */
const ANNOUNCERS_MAX = 8;
/** Peers that are asked for one wish. */
const TRIES_MAX = 4;
const WAIT_MIN: Millis = 60;
const WAIT_MAX: Millis = 2_000;
/** After this a peer that was asked has broken its word, whatever the link is like. */
const PATIENCE: Millis = 10_000;
/** Without an answer for this long at least the next peer is asked. */
const ANSWER_MIN: Millis = 250;

interface Wish {
  readonly entry: HaveEntry;
  /** Peers that have it and were not asked yet, in the order in which they said so. */
  readonly announcers: { readonly link: LinkId; readonly at: Instant }[];
  readonly first: { readonly link: LinkId; readonly at: Instant };
  /** Who would send it with the largest TTL, if that is not what is asked for first. */
  farthest: { readonly link: LinkId; readonly ttl: number };
  /** The peer that was asked last and has not answered. */
  asked: LinkId | undefined;
  /** All that were asked and have neither answered nor gone. */
  owing: LinkId[];
  askedAt: Instant;
  tries: number;
  dueAt: Instant;
}

/** A wish that came true. */
export interface Fulfilled {
  readonly entry: HaveEntry;
  readonly first: { readonly link: LinkId; readonly at: Instant };
  readonly asked: LinkId | undefined;
  readonly farthest: { readonly link: LinkId; readonly ttl: number };
}

export class Wishes {
  readonly #wishes = new Map<MessageDigest, Wish>();
  /** How many of them each peer was the first to cause. */
  readonly #caused = new Map<LinkId, number>();
  /** Which of them may be due first; never later than the truth. */
  #nextDue: Instant | undefined;
  /** How long pushes come after the first 522 of the same message: mean and deviation. */
  #lag: Millis = 20;
  #spread: Millis = 20;

  get size(): number {
    return this.#wishes.size;
  }

  has(digest: MessageDigest): boolean {
    return this.#wishes.has(digest);
  }

  /** Whether a message like this may be wished for, so that its digest is worth computing. */
  mayConcern(dataType: number, size: number): boolean {
    for (const { entry } of this.#wishes.values()) {
      if (entry.dataType === dataType && entry.size === size) return true;
    }
    return false;
  }

  /** A peer has named something that this node lacks. False if there is no room for it. */
  onNamed(entry: HaveEntry, link: LinkId, isPushLikely: boolean, now: Instant): boolean {
    const known = this.#wishes.get(entry.digest);
    if (known !== undefined) {
      if (isFarther(entry.ttl, known.farthest.ttl)) known.farthest = { link, ttl: entry.ttl };
      if (known.announcers.length >= ANNOUNCERS_MAX || known.asked === link) return true;
      known.announcers.push({ link, at: now });
      if (known.asked === undefined && known.tries > 0) this.#setDue(known, now);
      return true;
    }
    const caused = this.#caused.get(link) ?? 0;
    if (this.#wishes.size >= WISHES_MAX || caused >= WISHES_PER_PEER_MAX) return false;
    this.#caused.set(link, caused + 1);
    const first = { link, at: now };
    const dueAt = isPushLikely ? now + this.wait : now;
    const farthest = { link, ttl: entry.ttl };
    const announcers = [first];
    const wish: Wish = {
      entry,
      announcers,
      first,
      farthest,
      asked: undefined,
      owing: [],
      askedAt: now,
      tries: 0,
      dueAt,
    };
    this.#wishes.set(entry.digest, wish);
    this.#setDue(wish, dueAt);
    return true;
  }

  /** The message has come, whoever sent it. */
  onArrived(digest: MessageDigest, now: Instant): Fulfilled | undefined {
    const wish = this.#wishes.get(digest);
    if (wish === undefined) return undefined;
    this.#delete(digest, wish);
    if (wish.asked === undefined) this.#learn(now - wish.first.at);
    return wish;
  }

  /** The peer that was asked does not have it. */
  onGone(digest: MessageDigest, link: LinkId, now: Instant): void {
    const wish = this.#wishes.get(digest);
    if (wish === undefined || !wish.owing.includes(link)) return;
    wish.owing = wish.owing.filter((other) => other !== link);
    if (wish.asked !== link) return;
    wish.asked = undefined;
    this.#setDue(wish, now);
  }

  onLinkEnded(link: LinkId, now: Instant): void {
    for (const wish of this.#wishes.values()) {
      const kept = wish.announcers.filter((announcer) => announcer.link !== link);
      wish.announcers.splice(0, wish.announcers.length, ...kept);
      wish.owing = wish.owing.filter((other) => other !== link);
      if (wish.asked === link) {
        wish.asked = undefined;
        this.#setDue(wish, now);
      }
    }
  }

  nextDeadline(): Instant | undefined {
    return this.#nextDue;
  }

  /**
   * Whom to ask for what now. `onBroken` hears of peers that were asked and have not answered at all.
   */
  takeDue(now: Instant, onBroken: (link: LinkId) => void): Map<LinkId, MessageDigest[]> {
    const asks = new Map<LinkId, MessageDigest[]>();
    if (this.#nextDue === undefined || this.#nextDue > now) return asks;
    this.#nextDue = undefined;
    for (const [digest, wish] of this.#wishes) {
      if (wish.dueAt <= now) {
        const next = wish.tries < TRIES_MAX ? wish.announcers.shift() : undefined;
        if (next === undefined) {
          if (this.#mayStillCome(wish, now)) continue;
          for (const link of wish.owing) onBroken(link);
          this.#delete(digest, wish);
          continue;
        }
        wish.asked = next.link;
        wish.owing.push(next.link);
        wish.askedAt = now;
        wish.tries++;
        wish.dueAt = now + this.#answerTime(wish.entry.size);
        const digests = asks.get(next.link);
        if (digests === undefined) asks.set(next.link, [digest]);
        else digests.push(digest);
      }
      if (this.#nextDue === undefined || wish.dueAt < this.#nextDue) this.#nextDue = wish.dueAt;
    }
    return asks;
  }

  /** Nobody is left to be asked, but somebody who was may still answer. */
  #mayStillCome(wish: Wish, now: Instant): boolean {
    const until = wish.askedAt + PATIENCE;
    if (wish.owing.length === 0 || until <= now) return false;
    wish.dueAt = until;
    if (this.#nextDue === undefined || until < this.#nextDue) this.#nextDue = until;
    return true;
  }

  /** How long to wait for a push after the first 522. */
  get wait(): Millis {
    return Math.min(WAIT_MAX, Math.max(WAIT_MIN, Math.ceil(this.#lag + 4 * this.#spread)));
  }

  /** How long to wait for an answer: longer under load, and for large messages. */
  #answerTime(size: number): Millis {
    return Math.max(ANSWER_MIN, 2 * this.wait) + Math.ceil(size / 256);
  }

  /** As TCP estimates its round trips (RFC 6298, section 2). */
  #learn(lag: Millis): void {
    this.#spread += 0.05 * (Math.abs(lag - this.#lag) - this.#spread);
    this.#lag += 0.05 * (lag - this.#lag);
  }

  #delete(digest: MessageDigest, { first }: Wish): void {
    this.#wishes.delete(digest);
    const caused = this.#caused.get(first.link)! - 1;
    if (caused === 0) this.#caused.delete(first.link);
    else this.#caused.set(first.link, caused);
  }

  #setDue(wish: Wish, at: Instant): void {
    wish.dueAt = at;
    if (this.#nextDue === undefined || at < this.#nextDue) this.#nextDue = at;
  }
}

/** 0 is without limit. */
function isFarther(ttl: number, than: number): boolean {
  return than !== 0 && (ttl === 0 || ttl > than);
}
