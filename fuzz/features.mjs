/**
 * What a campaign has seen the code do, as a set of small numbers: an input that shows something new is worth
 * mutating further. Targets fold whatever they observe into a number; that two things may share one costs a
 * little curiosity and nothing else.
 */

const PLACES = 1 << 16;

export class Features {
  #seen = new Uint8Array(PLACES);
  /** Numbers noted so far, each once. */
  count = 0;
  /** Whether the present execution has shown something new. */
  isNew = false;

  /** @param {number} feature Any integer. */
  note(feature) {
    const place = (Math.imul(feature, 0x9e37_79b1) >>> 16) % PLACES;
    if (this.#seen[place] !== 0) return;
    this.#seen[place] = 1;
    this.count++;
    this.isNew = true;
  }
}
