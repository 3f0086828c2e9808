/** How long messages wait here for their verdicts, by data type. */
import type { Millis } from '../settings.ts';

/** How much one gate counts. A guess. */
const WEIGHT = 0.1;
/**
 * From this mean on verdicts are slow: copies from others arrive before the message may be named, so that nobody
 * knows who has it already. About what a message takes from one node to the next.
 */
const SLOW: Millis = 40;
/** Types remembered; beyond it the one that was met first is learnt anew. A guess. */
export const TYPES_MAX = 1_024;

export class GateTimes {
  readonly #means = new Map<number, { of: Millis }>();

  get size(): number {
    return this.#means.size;
  }

  /** A message of a type was accepted so long after it had come. */
  learn(dataType: number, time: Millis): void {
    const mean = this.#means.get(dataType);
    if (mean !== undefined) {
      mean.of += WEIGHT * (time - mean.of);
      return;
    }
    if (this.#means.size >= TYPES_MAX) {
      const [first] = this.#means.keys();
      this.#means.delete(first!);
    }
    this.#means.set(dataType, { of: time });
  }

  isSlow(dataType: number): boolean {
    return (this.#means.get(dataType)?.of ?? 0) >= SLOW;
  }
}
