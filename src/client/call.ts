/** One call of a validator, from its beginning until it settles, whether it is given up before or not. */
import type { Received } from './received.ts';
import type { ValidationContext } from './validator.ts';

export class Call implements ValidationContext {
  readonly received: Received;
  #timer: NodeJS.Timeout | undefined;
  #controller: AbortController | undefined;
  #reason: unknown;
  #isGivenUp = false;

  constructor(received: Received) {
    this.received = received;
  }

  get isGivenUp(): boolean {
    return this.#isGivenUp;
  }

  /** Made when somebody asks for it: most validators do not, and making one costs more than many of them. */
  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.#isGivenUp) this.#controller.abort(this.#reason);
    }
    return this.#controller.signal;
  }

  /** It does not keep the process alive: whatever the validator waits for does, or nothing needs to. */
  startTimer(delay: number, onTimeout: () => void): void {
    this.#timer = setTimeout(onTimeout, delay).unref();
  }

  stopTimer(): void {
    clearTimeout(this.#timer);
  }

  /** Fires the signal with `reason`. */
  giveUp(reason: unknown): void {
    this.stopTimer();
    this.#isGivenUp = true;
    this.#reason = reason;
    this.#controller?.abort(reason);
  }
}
