/**
 * How many lines may be logged. Strangers can cause some kinds of lines as often as they like; they must
 * not be able to fill a disk with them, nor to bury the lines that matter.
 */

export class LineBudget {
  readonly #max: number;
  #lines = 0;
  #suppressed = 0;

  /** `max`: lines in one interval of the housekeeping timer. */
  constructor(max: number) {
    this.#max = max;
  }

  /** Lines that were written in this interval. */
  get lines(): number {
    return this.#lines;
  }

  /** Whether one more line may be written; counts it either way. */
  allows(): boolean {
    if (this.#lines < this.#max) {
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
