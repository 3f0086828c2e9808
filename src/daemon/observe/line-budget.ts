/**
 * How many lines may be logged. Strangers can cause some kinds of lines as often as they like; they must
 * not be able to fill a disk with them, nor to bury the lines that matter.
 */

/** Lines in one interval of the housekeeping timer, a second. */
export const LINES_PER_TICK_MAX = 100;

export class LineBudget {
  #lines = 0;
  #suppressed = 0;

  /** Whether one more line may be written; counts it either way. */
  allows(): boolean {
    if (this.#lines < LINES_PER_TICK_MAX) {
      this.#lines++;
      return true;
    }
    this.#suppressed++;
    return false;
  }

  /** An interval is over. Returns how many lines were held back in it. */
  tick(): number {
    const suppressed = this.#suppressed;
    this.#suppressed = 0;
    // The line that tells about them counts as well.
    this.#lines = suppressed > 0 ? 1 : 0;
    return suppressed;
  }
}
