/**
 * How long one connection may be read before everybody else has a turn. Left to itself the system reads 2 MiB
 * of a flood in one go, some 70,000 small messages, and all other connections and timers wait.
 */
import type { SocketBounds } from './bounds.ts';

/** The buffer that one read fills at most (libuv's): a read that fills it probably left something. */
export const READ_BYTES_MAX = 65_536;

export class TurnBudget {
  readonly #bounds: Pick<SocketBounds, 'readsPerTurn' | 'heldTurns'>;
  #fullReads = 0;
  #heldTurns = 0;

  constructor(bounds: Pick<SocketBounds, 'readsPerTurn' | 'heldTurns'>) {
    this.#bounds = bounds;
  }

  /** Counts a read; true if it is the others' turn now. */
  isSpentBy(bytes: number): boolean {
    this.#fullReads = bytes < READ_BYTES_MAX ? 0 : this.#fullReads + 1;
    if (this.#fullReads < this.#bounds.readsPerTurn) return false;
    this.#fullReads = 0;
    return true;
  }

  /**
   * Whether writes may be held back while the others have their turn. Not for ever: a client that never stops
   * sending is to be told something now and then too.
   */
  mayHold(): boolean {
    if (this.#heldTurns++ < this.#bounds.heldTurns) return true;
    this.#heldTurns = 0;
    return false;
  }

  /** There was less to read again. */
  onQuiet(): void {
    this.#heldTurns = 0;
  }
}
