/**
 * A rate with room for bursts: a bucket that holds so many tokens, is full at first and is filled evenly. It has no
 * clock: whoever uses it says what time it is, in milliseconds, never earlier than before.
 */

export interface Rate {
  /** Tokens that are put in per second, more than 0. */
  readonly perSecond: number;
  /** What it holds at most. */
  readonly burst: number;
}

export class TokenBucket {
  readonly #rate: Rate;
  #tokens: number;
  #filledAt: number;

  constructor(rate: Rate, now: number) {
    this.#rate = rate;
    this.#tokens = rate.burst;
    this.#filledAt = now;
  }

  /** Whether `amount` is in it. */
  has(now: number, amount = 1): boolean {
    this.#fill(now);
    return this.#tokens >= amount;
  }

  /** Takes `amount` out if it is there; false if it is not. */
  take(now: number, amount = 1): boolean {
    if (!this.has(now, amount)) return false;
    this.#tokens -= amount;
    return true;
  }

  /** From when on there will be one in it: `now` if there is one. */
  readyAt(now: number): number {
    this.#fill(now);
    return now + Math.max(0, Math.ceil(((1 - this.#tokens) * 1_000) / this.#rate.perSecond));
  }

  /** Takes one out even if it is not there, and says when the debt will be paid: `now` if there is none. */
  owe(now: number): number {
    this.#fill(now);
    this.#tokens--;
    if (this.#tokens >= 0) return now;
    return now + Math.ceil((-this.#tokens * 1_000) / this.#rate.perSecond);
  }

  /** How much of the burst is used for now, 0 … `burst`, and more while there is a debt. */
  taken(now: number): number {
    const { perSecond, burst } = this.#rate;
    const filled = ((now - this.#filledAt) * perSecond) / 1_000;
    return Math.ceil(burst - Math.min(burst, this.#tokens + filled));
  }

  #fill(now: number): void {
    const { perSecond, burst } = this.#rate;
    const more = ((now - this.#filledAt) * perSecond) / 1_000;
    this.#filledAt = now;
    this.#tokens = Math.min(burst, this.#tokens + more);
  }
}
