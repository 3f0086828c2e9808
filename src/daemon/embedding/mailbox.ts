/**
 * Where everything waits that is meant for the code of the embedding program: it is delivered when the node
 * has finished what it is doing, so that program never runs in the middle of an input, may call the node back
 * as it likes, and may throw.
 *
 * What waits is bounded by what one turn of the event loop brings: notifications by the backlog of their
 * subscription, events and log lines by the bytes of one read.
 */

export interface Letter {
  /** Runs code of the embedding program, which may throw. */
  deliver(): void;
}

export class Mailbox {
  #letters: Letter[] = [];
  #isDelivering = false;

  /** Delivers after everything that was posted before. Never at once. */
  post(letter: Letter): void {
    this.#letters.push(letter);
    if (this.#letters.length > 1) return;
    // What a delivery brings about waits for a turn, so that a program that calls itself does not stop
    // everything else.
    if (this.#isDelivering) setImmediate(this.#deliverAll);
    else queueMicrotask(this.#deliverAll);
  }

  readonly #deliverAll = (): void => {
    const letters = this.#letters;
    this.#letters = [];
    this.#isDelivering = true;
    for (const letter of letters) {
      try {
        letter.deliver();
      } catch (error) {
        rethrow(error);
      }
    }
    this.#isDelivering = false;
  };
}

/** As an exception that nobody has caught, and without harm to whoever comes next. */
function rethrow(error: unknown): void {
  queueMicrotask(() => {
    throw error;
  });
}
