/**
 * Message IDs at rest: their notifications timed out, and they are not used again for a while, so that a
 * late answer is not taken for the answer to something else. One entry serves all who did not answer one
 * notification: readers who never answer anything come by the hundred, with thousands of IDs each.
 */
import type { Instant } from '../settings.ts';
import type { Subscriber } from './subscriber.ts';

interface Rest {
  readonly messageId: number;
  readonly until: Instant;
  readonly debtors: readonly Subscriber[];
}

/** Entries that are over and may stay in the list before it is cut. */
const OVER_MAX = 1_024;

/** Bounded by the IDs that there are: an ID rests once on a connection at any time. */
export class RestingIds {
  /** In the order in which they become free. */
  #rests: Rest[] = [];
  #head = 0;

  /** The ID is taken for `debtors` until `until`. Calls come in the order of `until`. */
  add(messageId: number, until: Instant, debtors: readonly Subscriber[]): void {
    this.#rests.push({ messageId, until, debtors });
  }

  /** Frees what has rested long enough. */
  wake(now: Instant): void {
    for (; this.#head < this.#rests.length; this.#head++) {
      const { messageId, until, debtors } = this.#rests[this.#head]!;
      if (until > now) break;
      for (const subscriber of debtors) subscriber.free(messageId);
    }
    if (this.#head > OVER_MAX && this.#head * 2 > this.#rests.length) {
      this.#rests = this.#rests.slice(this.#head);
      this.#head = 0;
    }
  }
}
