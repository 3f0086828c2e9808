/**
 * Ctrl-C while something long goes on: the first asks it to come to an end with what it has, the second ends
 * the process at once.
 */

export class Interruption {
  #exitCode: 130 | 143 | undefined;
  readonly #onInterrupt = (): void => this.#note(130);
  readonly #onTerminate = (): void => this.#note(143);

  constructor() {
    process.on('SIGINT', this.#onInterrupt).on('SIGTERM', this.#onTerminate);
  }

  /** 130 after SIGINT, 143 after SIGTERM; undefined as long as nobody asked. */
  get exitCode(): 130 | 143 | undefined {
    return this.#exitCode;
  }

  get isAsked(): boolean {
    return this.#exitCode !== undefined;
  }

  /** Gives the signals back: from now on they end the process, as they do by default. */
  stopListening(): void {
    process.off('SIGINT', this.#onInterrupt).off('SIGTERM', this.#onTerminate);
  }

  #note(exitCode: 130 | 143): void {
    if (this.isAsked) process.exit(exitCode);
    this.#exitCode = exitCode;
  }
}
