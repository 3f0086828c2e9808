/**
 * Whether a peer gives what it names, as far as this node has seen. Anybody can name everything at once, and say
 * that pushes are welcome: who is believed would be asked first and be sent everything. What counts instead is what
 * a peer has sent.
 */
import type { LinkId } from '../inputs.ts';

/** What one message that a peer has sent makes good. */
const GIVEN = 1;
/** What one that it had named and did not give in time costs. A guess: late once in three times is poor. */
const FAILED = -2;
/** Who has been good for long is poor after two failures. */
const BEST = 2;
/** Who has failed for long is as good as unknown after so many messages. */
const WORST = -8;

export class Reliability {
  /** Of open links; a link that is not here is unknown, which is 0. */
  readonly #marks = new Map<LinkId, number>();

  /** The more, the better; below 0 it is poor. */
  of(link: LinkId): number {
    return this.#marks.get(link) ?? 0;
  }

  /** It has given more than it has failed to give. */
  hasProven(link: LinkId): boolean {
    return this.of(link) > 0;
  }

  isPoor(link: LinkId): boolean {
    return this.of(link) < 0;
  }

  /** It has sent a message, asked or not. */
  onGiven(link: LinkId): void {
    const mark = this.of(link);
    if (mark < BEST) this.#marks.set(link, mark + GIVEN);
  }

  /** It has not given in time what it had named. */
  onFailed(link: LinkId): void {
    this.#marks.set(link, Math.max(WORST, this.of(link) + FAILED));
  }

  forget(link: LinkId): void {
    this.#marks.delete(link);
  }
}
