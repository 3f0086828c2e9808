/**
 * When which host was last dialled on strangers' word. Somebody could offer the address of a third party to all
 * nodes of a network; none of them dials it more than once a minute, whatever it is offered and forgets in
 * between.
 */
import type { Instant, Millis } from '../settings.ts';

/** Hosts remembered. With so many in one minute no stranger's word is followed. A guess: four times the dials there can be. */
export const HOSTS_MAX = 8_192;

export class RecentDials {
  readonly #pause: Millis;
  /** When each host was dialled, the latest last. */
  readonly #dialledAt = new Map<string, Instant>();

  /** `pause`: between two dials to one host. */
  constructor(pause: Millis) {
    this.#pause = pause;
  }

  /** Notes a dial to `host`. */
  note(host: string, now: Instant): void {
    this.#dialledAt.delete(host);
    this.#dialledAt.set(host, now);
  }

  /** From when on `host` may be dialled. */
  freeFrom(host: string, now: Instant): Instant {
    this.#forgetOld(now);
    const dialledAt = this.#dialledAt.get(host);
    if (dialledAt !== undefined) return dialledAt + this.#pause;
    if (this.#dialledAt.size < HOSTS_MAX) return now;
    const [oldest] = this.#dialledAt.values();
    return oldest! + this.#pause;
  }

  #forgetOld(now: Instant): void {
    for (const [host, at] of this.#dialledAt) {
      if (now - at < this.#pause) return;
      this.#dialledAt.delete(host);
    }
  }
}
