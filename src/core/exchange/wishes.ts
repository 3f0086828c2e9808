/**
 * Messages that peers have named and this node does not have: asked for one peer at a time, after a wait in
 * which a push may still come. The wait follows what was measured: under load everything is late, and asking
 * for what is on its way would make it later.
 *
 * What a 522 says may be a lie. So everybody's word counts for himself alone, whoever was first; who does not give
 * what he names is asked last (reliability.ts); and who fills the table makes room for the others.
 */
import type { MessageDigest } from '../../wire/digest.ts';
import type { HaveEntry } from '../../wire/extension-messages.ts';
import type { LinkId } from '../inputs.ts';
import type { Instant, Millis } from '../settings.ts';
import type { Reliability } from './reliability.ts';
import { concerns, hearOf, newWish, type Announcer, type Wish } from './wish.ts';

/** Wishes at once; beyond it those make room that the peer with the most has caused. A guess. */
export const WISHES_MAX = 8_192;
/** Wishes at once that one peer was the first to cause. A guess: more than a window of catching up needs. */
export const WISHES_PER_PEER_MAX = 2_048;
/** Peers remembered for one wish; beyond it the least reliable makes room. */
const ANNOUNCERS_MAX = 16;
/** Peers that are asked for one wish and do not answer; all there are, as half of them may be liars. */
const TRIES_MAX = ANNOUNCERS_MAX;
/** From this one on each is given twice the time of the one before: then it is not for liars that nothing comes. */
const PATIENT_FROM = 4;
const WAIT_MIN: Millis = 60;
const WAIT_MAX: Millis = 2_000;
/** After this a peer that was asked has broken its word, whatever the link is like. */
const PATIENCE: Millis = 10_000;
/** Without an answer for this long at least the next peer is asked. */
const ANSWER_MIN: Millis = 250;
const ANSWER_MAX: Millis = 4_000;

/** A wish that came true. */
export type Fulfilled = Pick<Wish, 'first' | 'farthest' | 'wasAsked' | 'age'>;

interface Due {
  readonly asks: ReadonlyMap<LinkId, readonly MessageDigest[]>;
  readonly broken: readonly LinkId[];
}

export class Wishes {
  readonly #wishes = new Map<MessageDigest, Wish>();
  /** Those that count to each peer's share, oldest first. */
  readonly #caused = new Map<LinkId, Set<MessageDigest>>();
  /** What messages that are wished for are like, by type and size, and how many say so. */
  readonly #claims = new Map<number, number>();
  readonly #reliability: Reliability;
  /** Which of them may be due first; never later than the truth. */
  #nextDue: Instant | undefined;
  /** How long pushes come after the first 522 of a peer that has given something: mean and deviation. */
  #lag: Millis = 20;
  #spread: Millis = 20;

  constructor(reliability: Reliability) {
    this.#reliability = reliability;
  }

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
    const dueAt = isPushLikely ? now + this.wait : now;
    const known = this.#wishes.get(entry.digest);
    if (known !== undefined) {
      this.#onNamedAgain(known, announcer, dueAt);
      return true;
    }
    if (!this.#hasRoom(link)) return false;
    const wish = newWish(announcer, dueAt);
    this.#wishes.set(entry.digest, wish);
    this.#causedBy(link).add(entry.digest);
    this.#count(announcer, 1);
    this.#setDue(wish, dueAt);
    this.#noteProven(wish, announcer, dueAt);
    return true;
  }

  /** The message has come, whoever sent it. */
  onArrived(digest: MessageDigest, now: Instant): Fulfilled | undefined {
    const wish = this.#wishes.get(digest);
    if (wish === undefined) return undefined;
    this.#delete(digest, wish);
    const { firstProven, wasAsked } = wish;
    if (!wasAsked && firstProven !== undefined) this.#learn(now - firstProven.at);
    return wish;
  }

  /** A peer does not have it, or gives it in vain. Whether that one was asked. */
  onGone(digest: MessageDigest, link: LinkId, now: Instant): boolean {
    const wish = this.#wishes.get(digest);
    if (wish === undefined || !wish.owing.some((other) => other.link === link)) return false;
    this.#drop(wish.owing, link);
    // Who says so at once takes nobody's turn.
    wish.tries--;
    if (wish.asked?.link !== link) return true;
    wish.asked = undefined;
    this.#setDue(wish, now);
    return true;
  }

  onLinkEnded(link: LinkId, now: Instant): void {
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
   * Whom to ask for what now, and who was asked for something and has not answered at all, once for each. Links may
   * end for that, and others be due then.
   */
  takeDue(now: Instant): Due {
    const asks = new Map<LinkId, MessageDigest[]>();
    const broken: LinkId[] = [];
    if (this.#nextDue === undefined || this.#nextDue > now) return { asks, broken };
    this.#nextDue = undefined;
    for (const [digest, wish] of this.#wishes) {
      if (wish.dueAt <= now) {
        this.#noteLate(wish);
        const next = wish.tries < TRIES_MAX ? this.#takeBest(wish.announcers) : undefined;
        if (next === undefined) {
          if (this.#mayStillCome(wish, now)) continue;
          for (const { link } of wish.owing) broken.push(link);
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
    return { asks, broken };
  }

  /** How long to wait for a push after the first 522. */
  get wait(): Millis {
    return Math.min(WAIT_MAX, Math.max(WAIT_MIN, Math.ceil(this.#lag + 4 * this.#spread)));
  }

  #onNamedAgain(wish: Wish, announcer: Announcer, dueAt: Instant): void {
    hearOf(wish, announcer);
    if (concerns(wish, announcer.link)) return;
    if (wish.announcers.length >= ANNOUNCERS_MAX) {
      const worst = wish.announcers.reduce((a, b) => (this.#isWorse(b, a) ? b : a));
      if (!this.#isWorse(worst, announcer)) return;
      this.#drop(wish.announcers, worst.link);
    }
    wish.announcers.push(announcer);
    this.#count(announcer, 1);
    if (wish.wasAsked && wish.asked === undefined) this.#setDue(wish, announcer.at);
    else this.#noteProven(wish, announcer, dueAt);
  }

  /**
   * The time in which a push may come counts from the first peer that has shown to give what it names: liars name
   * everything early, and would make the wait long for all. Nor does such a peer wait behind one that has not.
   */
  #noteProven(wish: Wish, announcer: Announcer, dueAt: Instant): void {
    if (wish.firstProven !== undefined || !this.#reliability.hasProven(announcer.link)) return;
    wish.firstProven = announcer;
    this.#setDue(wish, Math.min(wish.dueAt, dueAt));
  }

  #ask(wish: Wish, announcer: Announcer, now: Instant): void {
    wish.asked = announcer;
    wish.isLate = false;
    wish.wasAsked = true;
    wish.owing.push(announcer);
    wish.askedAt = now;
    wish.tries++;
    const doublings = Math.max(0, wish.tries - PATIENT_FROM);
    const time = this.#answerTime(announcer.entry.size) * 2 ** doublings;
    wish.dueAt = now + Math.min(time, ANSWER_MAX);
  }

  /** Of the most reliable the one that has named it first. */
  #takeBest(announcers: Announcer[]): Announcer | undefined {
    if (announcers.length === 0) return undefined;
    const best = announcers.reduce((a, b) => (this.#isWorse(a, b) ? b : a));
    announcers.splice(announcers.indexOf(best), 1);
    return best;
  }

  #isWorse(a: Announcer, than: Announcer): boolean {
    return this.#reliability.of(a.link) < this.#reliability.of(than.link);
  }

  #noteLate(wish: Wish): void {
    if (wish.asked === undefined || wish.isLate) return;
    wish.isLate = true;
    this.#reliability.onFailed(wish.asked.link);
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
    let [most, digests]: [LinkId, ReadonlySet<MessageDigest>] = [link, new Set()];
    for (const [other, caused] of this.#caused) {
      if (caused.size > digests.size) [most, digests] = [other, caused];
    }
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
