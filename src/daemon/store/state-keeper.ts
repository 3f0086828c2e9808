/**
 * Keeps what is stored close behind what a node knows: some seconds after it has changed, and at the end. One write
 * at a time; one that fails is tried again. Each failure is told of: `onTrouble` is to be {@link seldom}.
 */
import type { Millis } from '../../core/settings.ts';
import type { KeptFile, Trouble } from './kept-file.ts';

/** A guess: what is lost when the machine stops is seen again, at worst, and a disk should rest. */
export const STORE_EVERY: Millis = 5_000;
/** The peer book changes all the time, and one that is a little older is as good. A guess. */
export const STORE_PEERS_EVERY: Millis = 30_000;

/** What is kept. */
export interface StateSource<Saved> {
  /** Another number whenever there may be something new; asked often. */
  readonly revision: () => number;
  /** All that is to be stored; asked only when something is new. */
  readonly store: () => Saved;
}

export class StateKeeper<Saved> {
  readonly #file: Pick<KeptFile<Saved, object>, 'path' | 'save'>;
  readonly #source: StateSource<Saved>;
  readonly #onTrouble: Trouble;
  readonly #timer: NodeJS.Timeout;
  /** The revision that was stored last; undefined: none. */
  #stored: number | undefined;
  #writing: Promise<void> | undefined;

  /** Begins at once. `every`: default {@link STORE_EVERY}. */
  constructor(options: {
    readonly file: Pick<KeptFile<Saved, object>, 'path' | 'save'>;
    readonly source: StateSource<Saved>;
    readonly onTrouble: Trouble;
    readonly every?: Millis;
  }) {
    this.#file = options.file;
    this.#source = options.source;
    this.#onTrouble = options.onTrouble;
    this.#timer = setInterval(() => this.#storeIfNew(), options.every ?? STORE_EVERY);
    this.#storeIfNew();
  }

  /** Stores what is new for the last time. To be called when the node does nothing any more. Never rejects. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#writing;
    this.#storeIfNew();
    await this.#writing;
  }

  #storeIfNew(): void {
    if (this.#writing !== undefined) return;
    const revision = this.#source.revision();
    if (revision === this.#stored) return;
    this.#writing = this.#write(revision).finally(() => (this.#writing = undefined));
  }

  async #write(revision: number): Promise<void> {
    try {
      await this.#file.save(this.#source.store());
      this.#stored = revision;
    } catch (error) {
      this.#onTrouble('what this node is to remember cannot be stored; it is tried again', {
        path: this.#file.path,
        reason: String(error),
      });
    }
  }
}
