/**
 * Memory that a campaign's thread writes and the command reads: how many inputs there were, and the present
 * one. It costs a few nanoseconds an input, and is all that is left of an execution that never ends.
 */

const HEAD_BYTES = 16;
/** Longer than the longest input of any target. */
const INPUT_BYTES_MAX = 65_536;

export class Board {
  #counts;
  #lengths;
  #bytes;

  /** @param {SharedArrayBuffer} memory From {@link boardMemory}. */
  constructor(memory) {
    this.#counts = new Float64Array(memory, 0, 1);
    this.#lengths = new Uint32Array(memory, 8, 1);
    this.#bytes = new Uint8Array(memory, HEAD_BYTES);
  }

  put(input) {
    this.#counts[0]++;
    this.#lengths[0] = input.length;
    this.#bytes.set(input);
  }

  /** Inputs so far. */
  get count() {
    return this.#counts[0];
  }

  /** A copy of the present input; only when its execution is stuck is it sure to be whole. */
  get input() {
    return this.#bytes.slice(0, this.#lengths[0]);
  }
}

export function boardMemory() {
  return new SharedArrayBuffer(HEAD_BYTES + INPUT_BYTES_MAX);
}
