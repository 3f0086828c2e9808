/**
 * When something is due that a role does so many times a second.
 */
import type { Random } from '../../basics/random.ts';
import type { Instant, Millis } from '../../core/settings.ts';

/** Done in one step at most; what is due beyond it is left out, as after a stall. */
export const BURST_MAX = 64;

export class Beat {
  readonly #interval: Millis;
  #next: Instant;

  /** `rate`: per second; 0 is never. */
  constructor(rate: number, now: Instant, random: Random) {
    this.#interval = 1_000 / rate;
    // Those of a group do not act together.
    this.#next = rate > 0 ? now + this.#interval * random.fraction() : Infinity;
  }

  get next(): Instant {
    return this.#next;
  }

  /** How often it is due now. */
  take(now: Instant): number {
    if (this.#next > now) return 0;
    const due = 1 + Math.floor((now - this.#next) / this.#interval);
    this.#next += due * this.#interval;
    return Math.min(due, BURST_MAX);
  }
}
