/**
 * Messages that peers have named and this node does not have: asked for one peer at a time, after a wait in
 * which a push may still come. The wait follows what was measured: under load everything is late, and asking
 * for what is on its way would make it later.
 *
 * What a 522 says beside the digest may be a lie. So everybody's word counts for himself alone, whoever was
 * first; who let others wait is asked last; and who fills the table makes room for the others.
 */
import type { MessageDigest } from '../../wire/digest.ts';
import type { HaveEntry } from '../../wire/extension-messages.ts';
import type { LinkId } from '../inputs.ts';
import type { Instant, Millis } from '../settings.ts';
import { concerns, hearOf, newWish, type Announcer, type Wish } from './wish.ts';

/** Wishes at once; beyond it those make room that the peer with the most has caused. A guess. */
export const WISHES_MAX = 8_192;
/** Wishes at once that one peer was the first to cause. A guess: more than a window of catching up needs. */
export const WISHES_PER_PEER_MAX = 2_048;
/** Peers remembered for one wish; beyond it one that let others wait makes room. */
const ANNOUNCERS_MAX = 8;
/** Peers that are asked for one wish and do not answer. */
const TRIES_MAX = 4;
const WAIT_MIN: Millis = 60;
const WAIT_MAX: Millis = 2_000;
/** After this a peer that was asked has broken its word, whatever the link is like. */
const PATIENCE: Millis = 10_000;
/** Without an answer for this long at least the next peer is asked. */
const ANSWER_MIN: Millis = 250;

/** A wish that came true. */
export type Fulfilled = Pick<Wish, 'first' | 'farthest' | 'wasAsked' | 'age'>;

export class Wishes {
  readonly #wishes = new Map<MessageDigest, Wish>();
  /** Those that count to each peer's share, oldest first. */
  readonly #caused = new Map<LinkId, Set<MessageDigest>>();
  /** What messages that are wished for are like, by type and size, and how many say so. */
  readonly #claims = new Map<number, number>();
  /** How often each link has not given what it had named in time, since it last did. */
  readonly #failures = new Map<LinkId, number>();
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
    return this.#claims.has(claim(dataType, size));
  }

  /** A peer has named something that this node lacks. False if there is no room for it. */
  onNamed(entry: HaveEntry, link: LinkId, isPushLikely: boolean, now: Instant): boolean {
    const announcer = { link, at: now, entry };
    const known = this.#wishes.get(entry.digest);
    if (known !== undefined) {
      this.#onNamedAgain(known, announcer, now);
      return true;
    }
    if (!this.#hasRoom(link)) return false;
    const dueAt = isPushLikely ? now + this.wait : now;
    const wish = newWish(announcer, dueAt);
    this.#wishes.set(entry.digest, wish);
    this.#causedBy(link).add(entry.digest);
    this.#count(announcer, 1);
    this.#setDue(wish, dueAt);
    return true;
  }

  /** The message has come, whoever sent it. */
  onArrived(digest: MessageDigest, now: Instant, sender?: LinkId): Fulfilled | undefined {
    const wish = this.#wishes.get(digest);
    if (wish === undefined) return undefined;
    this.#delete(digest, wish);
    if (!wish.wasAsked) this.#learn(now - wish.first.at);
    const isAnswer = wish.owing.some(({ link }) => link === sender);
    if (isAnswer) this.#failures.delete(sender!);
    return wish;
  }

  /** The peer that was asked does not have it. */
  onGone(digest: MessageDigest, link: LinkId, now: Instant): void {
    const wish = this.#wishes.get(digest);
    if (wish === undefined || !wish.owing.some((other) => other.link === link)) return;
    this.#drop(wish.owing, link);
    this.#onFailed(link);
    // Who says so at once takes nobody's turn.
    wish.tries--;
    if (wish.asked?.link !== link) return;
    wish.asked = undefined;
    this.#setDue(wish, now);
  }

  onLinkEnded(link: LinkId, now: Instant): void {
    this.#failures.delete(link);
    for (const wish of this.#wishes.values()) {
      this.#drop(wish.announcers, link);
      this.#drop(wish.owing, link);
      if (wish.asked?.link !== link) continue;
      wish.asked = undefined;
      this.#setDue(wish, now);
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
        this.#noteLate(wish);
        const next = wish.tries < TRIES_MAX ? this.#takeBest(wish.announcers) : undefined;
        if (next === undefined) {
          if (this.#mayStillCome(wish, now)) continue;
          for (const { link } of wish.owing) onBroken(link);
          this.#delete(digest, wish);
          continue;
        }
        this.#ask(wish, next, now);
        const digests = asks.get(next.link);
        if (digests === undefined) asks.set(next.link, [digest]);
        else digests.push(digest);
      }
      if (this.#nextDue === undefined || wish.dueAt < this.#nextDue) this.#nextDue = wish.dueAt;
    }
    return asks;
  }

  /** How long to wait for a push after the first 522. */
  get wait(): Millis {
    return Math.min(WAIT_MAX, Math.max(WAIT_MIN, Math.ceil(this.#lag + 4 * this.#spread)));
  }

  #onNamedAgain(wish: Wish, announcer: Announcer, now: Instant): void {
    hearOf(wish, announcer);
    if (concerns(wish, announcer.link)) return;
    if (wish.announcers.length >= ANNOUNCERS_MAX) {
      const worst = wish.announcers.reduce((a, b) => (this.#isWorse(b, a) ? b : a));
      if (!this.#isWorse(worst, announcer)) return;
      this.#drop(wish.announcers, worst.link);
    }
    wish.announcers.push(announcer);
    this.#count(announcer, 1);
    if (wish.asked === undefined && wish.wasAsked) this.#setDue(wish, now);
  }

  #ask(wish: Wish, announcer: Announcer, now: Instant): void {
    wish.asked = announcer;
    wish.isLate = false;
    wish.wasAsked = true;
    wish.owing.push(announcer);
    wish.askedAt = now;
    wish.tries++;
    wish.dueAt = now + this.#answerTime(announcer.entry.size);
  }

  /** Of those that have failed least the one that has waited longest. */
  #takeBest(announcers: Announcer[]): Announcer | undefined {
    if (announcers.length === 0) return undefined;
    const best = announcers.reduce((a, b) => (this.#isWorse(a, b) ? b : a));
    announcers.splice(announcers.indexOf(best), 1);
    return best;
  }

  #isWorse(a: Announcer, than: Announcer): boolean {
    return (this.#failures.get(a.link) ?? 0) > (this.#failures.get(than.link) ?? 0);
  }

  #noteLate(wish: Wish): void {
    if (wish.asked === undefined || wish.isLate) return;
    wish.isLate = true;
    this.#onFailed(wish.asked.link);
  }

  #onFailed(link: LinkId): void {
    this.#failures.set(link, (this.#failures.get(link) ?? 0) + 1);
  }

  /** Nobody is left to be asked, but somebody who was may still answer. */
  #mayStillCome(wish: Wish, now: Instant): boolean {
    const until = wish.askedAt + PATIENCE;
    if (wish.owing.length === 0 || until <= now) return false;
    this.#setDue(wish, until);
    return true;
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

  /** Whether `link` may cause one more; whoever has caused most gives way to who has caused less. */
  #hasRoom(link: LinkId): boolean {
    const own = this.#caused.get(link)?.size ?? 0;
    if (own >= WISHES_PER_PEER_MAX) return false;
    if (this.#wishes.size < WISHES_MAX) return true;
    const [most, digests] = [...this.#caused].reduce((a, b) => (b[1].size > a[1].size ? b : a));
    return digests.size > own + 1 && this.#makeRoom(most, digests);
  }

  /** Gives up the oldest wish that nobody but `most` has caused; others have caused those they name as well. */
  #makeRoom(most: LinkId, digests: ReadonlySet<MessageDigest>): boolean {
    for (const digest of digests) {
      const wish = this.#wishes.get(digest)!;
      const other = wish.announcers.find(({ link }) => link !== most)?.link;
      if (other === undefined) {
        this.#delete(digest, wish);
        return true;
      }
      this.#uncause(digest, wish);
      wish.cause = other;
      this.#causedBy(other).add(digest);
    }
    return false;
  }

  #causedBy(link: LinkId): Set<MessageDigest> {
    let digests = this.#caused.get(link);
    if (digests === undefined) this.#caused.set(link, (digests = new Set()));
    return digests;
  }

  #uncause(digest: MessageDigest, { cause }: Wish): void {
    const digests = this.#caused.get(cause)!;
    digests.delete(digest);
    if (digests.size === 0) this.#caused.delete(cause);
  }

  #delete(digest: MessageDigest, wish: Wish): void {
    this.#wishes.delete(digest);
    this.#uncause(digest, wish);
    for (const announcer of wish.announcers) this.#count(announcer, -1);
    for (const announcer of wish.owing) this.#count(announcer, -1);
  }

  /** Takes a link out of a list of those that were or will be asked. */
  #drop(announcers: Announcer[], link: LinkId): void {
    const place = announcers.findIndex((announcer) => announcer.link === link);
    if (place < 0) return;
    const [announcer] = announcers.splice(place, 1);
    this.#count(announcer!, -1);
  }

  #count({ entry }: Announcer, change: 1 | -1): void {
    const key = claim(entry.dataType, entry.size);
    const count = (this.#claims.get(key) ?? 0) + change;
    if (count === 0) this.#claims.delete(key);
    else this.#claims.set(key, count);
  }

  #setDue(wish: Wish, at: Instant): void {
    wish.dueAt = at;
    if (this.#nextDue === undefined || at < this.#nextDue) this.#nextDue = at;
  }
}

function claim(dataType: number, size: number): number {
  return dataType * 0x1_0000 + size;
}
