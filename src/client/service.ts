/**
 * A validator at work: a subscription whose items are answered by a function of the application.
 *
 * Whatever the function does, the node gets no wrong answer and nobody else is held up for long. One that fails
 * is not the sender's fault, so the message is ignored, neither accepted nor refused. A call that takes too
 * long is given up, but its place stays taken until it settles after all: so at most `concurrency` calls hang,
 * and once all of them do, messages are ignored unseen until one comes back.
 */
import { Call } from './call.ts';
import { ClientError } from './client-error.ts';
import { shown } from './options.ts';
import type { Received, Verdict } from './received.ts';
import type { Subscription } from './subscription.ts';
import { readVerdict, type ServeSettings, type ValidatorAnswer } from './validator.ts';

/** How often a service has answered what, so far. */
export interface ServiceCounts {
  readonly accepted: number;
  readonly rejected: number;
  readonly ignored: number;
  /** Calls that threw, gave no verdict or were given up; they are among the ignored. */
  readonly failed: number;
}

/** A validator at work. */
export interface Service {
  /** Each once, in the order in which they were asked for. */
  readonly dataTypes: readonly number[];
  /** As {@link Subscription.ready}. */
  readonly ready: Promise<void>;
  /**
   * Resolves when it is over and no call is under way but those given up. Never rejects: undefined after
   * `close()`, otherwise what ended it, such as a lost connection or the reason of the signal.
   */
  readonly closed: Promise<unknown>;
  /** A copy of this moment. */
  readonly counts: ServiceCounts;
  /** Asks for no more; calls that are under way are still answered. Again: the same call. */
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

export class ValidationService implements Service {
  readonly dataTypes: readonly number[];
  readonly ready: Promise<void>;
  readonly closed: Promise<unknown>;
  readonly #subscription: Subscription;
  readonly #settings: ServeSettings;
  readonly #counts = { accepted: 0, rejected: 0, ignored: 0, failed: 0 };
  /** Those that have not settled, given up or not. */
  readonly #calls = new Set<Call>();
  #givenUp = 0;
  /** Wakes {@link #change} when one of the two has changed. */
  #onChange: (() => void) | undefined;
  #hasWarned = false;

  constructor(subscription: Subscription, settings: ServeSettings) {
    this.#subscription = subscription;
    this.#settings = settings;
    this.dataTypes = subscription.dataTypes;
    this.ready = subscription.ready;
    this.closed = this.#run();
  }

  get counts(): ServiceCounts {
    return { ...this.#counts };
  }

  async close(): Promise<void> {
    this.#subscription.close();
    await this.closed;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /** No verdict can be sent any more: nobody is waited for. */
  abandon(): void {
    for (const call of this.#calls) {
      if (call.isGivenUp) continue;
      this.#answer(call.received, 'ignore');
      this.#giveUp(call, new ClientError('closed', 'the connection is over: no verdict is needed'));
    }
  }

  /** Gives what ended the service. */
  async #run(): Promise<unknown> {
    const { concurrency } = this.#settings;
    let reason: unknown;
    try {
      for await (const received of this.#subscription) {
        while (this.#calls.size >= concurrency && this.#givenUp < concurrency) await this.#change();
        if (this.#calls.size < concurrency) this.#judge(received);
        else this.#answer(received, 'ignore');
      }
    } catch (error) {
      reason = error;
    }
    while (this.#calls.size > this.#givenUp) await this.#change();
    return reason;
  }

  #change(): Promise<void> {
    return new Promise((resolve) => (this.#onChange = resolve));
  }

  #judge(received: Received): void {
    const call = new Call(received);
    try {
      const answer = this.#settings.validator(received, call);
      if (isPromiseLike(answer)) void this.#settle(call, answer);
      else this.#answer(received, readVerdict(answer));
    } catch (error) {
      this.#fail(received, error);
    }
  }

  /** Never rejects. */
  async #settle(call: Call, answer: PromiseLike<ValidatorAnswer>): Promise<void> {
    const { timeout } = this.#settings;
    this.#calls.add(call);
    call.startTimer(timeout, () => this.#onTimeout(call));
    try {
      const verdict = await answer;
      if (!call.isGivenUp) this.#answer(call.received, readVerdict(verdict));
    } catch (error) {
      if (!call.isGivenUp) this.#fail(call.received, error);
    }
    call.stopTimer();
    this.#calls.delete(call);
    if (call.isGivenUp) this.#givenUp -= 1;
    this.#onChange?.();
  }

  #onTimeout(call: Call): void {
    const took = `a validator did not settle within ${this.#settings.timeout} ms`;
    const error = new ClientError('validator-timeout', `${took}: its message is ignored`);
    this.#fail(call.received, error);
    this.#giveUp(call, error);
  }

  #giveUp(call: Call, reason: ClientError): void {
    this.#givenUp += 1;
    call.giveUp(reason);
    this.#onChange?.();
  }

  #answer(received: Received, verdict: Verdict): void {
    this.#counts[COUNTS[verdict]] += 1;
    received[verdict]();
  }

  #fail(received: Received, error: unknown): void {
    this.#answer(received, 'ignore');
    this.#counts.failed += 1;
    const { onError } = this.#settings;
    if (onError === undefined) {
      this.#warn(error, received);
      return;
    }
    try {
      onError(error, received);
    } catch (cause) {
      this.#warn(cause, received);
    }
  }

  #warn(error: unknown, { dataType }: Received): void {
    if (this.#hasWarned) return;
    this.#hasWarned = true;
    const what = error instanceof Error ? (error.stack ?? error.message) : shown(error);
    const message = `the validator of data type ${dataType} failed, the message is ignored: ${what}`;
    process.emitWarning(message, { type: 'HearsayWarning', code: 'HEARSAY_VALIDATOR' });
  }
}

const COUNTS = { accept: 'accepted', reject: 'rejected', ignore: 'ignored' } as const;

function isPromiseLike(value: unknown): value is PromiseLike<ValidatorAnswer> {
  return typeof value === 'object' && value !== null && 'then' in value;
}
