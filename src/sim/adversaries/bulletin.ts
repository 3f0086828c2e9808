/**
 * What one adversary has to say to all of its group, and how the others come to hear it.
 *
 * A core is only asked for its deadline after it was given something, so the others cannot be called: they
 * look every {@link LOOK_EVERY} ms, which is shorter than nearly all ways through the network.
 */
import type { Instant, Millis } from '../../core/settings.ts';

/** Notices that can still be read; the oldest is forgotten, and who has not looked misses it. */
export const NOTICES_MAX = 1_024;
/** What the group knows a member acts on this much later, at most. */
export const LOOK_EVERY: Millis = 5;

export class Bulletin<Notice> {
  /** Those that are still known; the first of them has number `#forgotten`. */
  readonly #notices: Notice[] = [];
  #forgotten = 0;

  /** How many there have been: what a newcomer passes to {@link since}. */
  get count(): number {
    return this.#forgotten + this.#notices.length;
  }

  post(notice: Notice): void {
    this.#notices.push(notice);
    if (this.#notices.length <= NOTICES_MAX) return;
    this.#notices.shift();
    this.#forgotten++;
  }

  /** Those that came after the first `count`, as far as they are known. */
  since(count: number): readonly Notice[] {
    return this.#notices.slice(Math.max(0, count - this.#forgotten));
  }
}

/** One member's eyes on a bulletin, from the moment it is made. */
export class Watch<Notice> {
  readonly #bulletin: Bulletin<Notice>;
  #seen: number;
  #nextLook: Instant;

  constructor(bulletin: Bulletin<Notice>, now: Instant) {
    this.#bulletin = bulletin;
    this.#seen = bulletin.count;
    this.#nextLook = now + LOOK_EVERY;
  }

  get nextLook(): Instant {
    return this.#nextLook;
  }

  /** What is new. */
  look(now: Instant): readonly Notice[] {
    this.#nextLook = now + LOOK_EVERY;
    if (this.#seen === this.#bulletin.count) return [];
    const news = this.#bulletin.since(this.#seen);
    this.#seen = this.#bulletin.count;
    return news;
  }
}
