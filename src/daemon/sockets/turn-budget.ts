/**
 * How long one connection may be read before everybody else has a turn. Left to itself the system reads 2 MiB
 * of a flood in one go, some 70,000 small messages, and all other connections and timers wait.
 */
import type { SocketBounds } from './bounds.ts';

/** The buffer that one read of the system fills at most (libuv's). TLS hands it on in records of 16 KiB at most. */
export const READ_BYTES_MAX = 65_536;

/**
 * What a read counts for at least. TLS hands on each record by itself, and one may hold a single byte: a thousand
 * reads of a few bytes keep the others waiting for as long as some full ones. A guess.
 */
export const READ_BYTES_MIN = 256;

export class TurnBudget {
  readonly #bounds: Pick<SocketBounds, 'readsPerTurn' | 'heldTurns'>;
  #turn = 0;
  #bytes = 0;
  #heldTurns = 0;

  constructor(bounds: Pick<SocketBounds, 'readsPerTurn' | 'heldTurns'>) {
    this.#bounds = bounds;
  }

  /** Counts what was read in a turn, which has a number of its own; true if it is the others' turn now. */
  isSpentBy(bytes: number, turn: number): boolean {
    if (turn !== this.#turn) this.#bytes = 0;
    this.#turn = turn;
    this.#bytes += Math.max(bytes, READ_BYTES_MIN);
    if (this.#bytes < this.#bounds.readsPerTurn * READ_BYTES_MAX) return false;
    this.#bytes = 0;
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
