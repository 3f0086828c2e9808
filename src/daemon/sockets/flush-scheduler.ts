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
  #turn = 0;
  #isScheduled = false;

  /** The number of this turn: another one as soon as the sockets that are readable now have been read. */
  get turn(): number {
    this.#schedule();
    return this.#turn;
  }

  /** Calls `queue.endTurn()` once this turn's inputs are handled. Mark a queue once a turn only. */
  mark(queue: EndOfTurn): void {
    this.#schedule();
    this.#marked.push(queue);
  }

  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    setImmediate(this.#endTurn);
  }

  readonly #endTurn = (): void => {
    this.#isScheduled = false;
    this.#turn++;
    const marked = this.#marked;
    // A queue may mark itself for the next turn from within endTurn().
    this.#marked = [];
    for (const queue of marked) queue.endTurn();
  };
}
