/**
 * Ends a turn of the event loop for all send queues together: whatever was queued while sockets were being
 * read leaves in one write per socket afterwards. One `setImmediate` serves all; it runs as soon as the
 * readable sockets have been read, so it adds no measurable delay, where a timer would add a millisecond.
 */

/** Something that wants to know that the turn in which it marked itself is over. */
export interface EndOfTurn {
  endTurn(): void;
}

export class FlushScheduler {
  #marked: EndOfTurn[] = [];

  /** Calls `queue.endTurn()` once this turn's inputs are handled. Mark a queue once a turn only. */
  mark(queue: EndOfTurn): void {
    if (this.#marked.length === 0) setImmediate(this.#endTurn);
    this.#marked.push(queue);
  }

  readonly #endTurn = (): void => {
    const marked = this.#marked;
    // A queue may mark itself for the next turn from within endTurn().
    this.#marked = [];
    for (const queue of marked) queue.endTurn();
  };
}
