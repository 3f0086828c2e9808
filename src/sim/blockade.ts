/**
 * A network path that lets nothing through. TCP notices nothing at first: what is sent waits and arrives
 * once the path is free again. Links that stay blocked for too long break.
 */
/** An end of a link that can be held up, and broken. */
export interface Holdable {
  hold(): void;
  release(): void;
  breakDown(reason: string): void;
}

/** What keeps messages from one group of nodes to another. */
export class Blockade {
  readonly #from: ReadonlySet<number>;
  readonly #to: ReadonlySet<number>;
  readonly #held: readonly Holdable[];
  readonly #onLifted: (blockade: Blockade) => void;
  #isLifted = false;

  constructor(
    from: ReadonlySet<number>,
    to: ReadonlySet<number>,
    held: readonly Holdable[],
    onLifted: (blockade: Blockade) => void,
  ) {
    this.#from = from;
    this.#to = to;
    this.#held = held;
    this.#onLifted = onLifted;
    for (const end of held) end.hold();
  }

  stops(from: number, to: number): boolean {
    return this.#from.has(from) && this.#to.has(to);
  }

  /** Ends it: what was held up arrives now. */
  lift(): void {
    if (this.#isLifted) return;
    this.#isLifted = true;
    for (const end of this.#held) end.release();
    this.#onLifted(this);
  }

  /** The links it holds have been silent for too long. */
  breakLinks(): void {
    if (this.#isLifted) return;
    for (const end of this.#held) end.breakDown('timed out');
  }
}
