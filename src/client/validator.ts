/**
 * What an application writes to judge data: a function that returns a verdict, and how it is to be run.
 */
import { ClientError } from './client-error.ts';
import {
  checkFunction,
  checkMillis,
  checkOptions,
  checkSignal,
  checkWhole,
  shown,
  TIMER_MAX,
} from './options.ts';
import type { Received, Verdict } from './received.ts';

/** What a validator says: a {@link Verdict}, true for 'accept', or false for 'reject'. */
export type ValidatorAnswer = Verdict | boolean;

/** What is judged: the parts of a {@link Received} that a validator may look at. */
export type Judged = Pick<Received, 'data' | 'dataType' | 'messageId'>;

/** What a validator may want to know beside the data. */
export interface ValidationContext {
  /** Fires when the call is given up because it has taken longer than `timeout`. */
  readonly signal: AbortSignal;
}

/** Judges data; see `client.serve()`. */
export type Validator = (
  received: Judged,
  context: ValidationContext,
) => ValidatorAnswer | PromiseLike<ValidatorAnswer>;

export interface ServeOptions {
  /** Calls of an asynchronous validator that are under way together, 1 … 65,536. Default 64 (a guess). */
  readonly concurrency?: number | undefined;
  /**
   * Milliseconds until a call is given up, from 1, Infinity for never. Default 30,000: half of the time that a
   * node waits by default.
   */
  readonly timeout?: number | undefined;
  /**
   * Is told what the validator threw or rejected with, or a ClientError `bad-verdict` or `validator-timeout`.
   * Without it the first failure of a service is a warning of the process, and the others are only counted.
   */
  readonly onError?: ((error: unknown, judged: Judged) => void) | undefined;
  /** Ends the service. */
  readonly signal?: AbortSignal | undefined;
}

export interface ServeSettings {
  readonly validator: Validator;
  readonly concurrency: number;
  readonly timeout: number;
  readonly onError: ServeOptions['onError'];
}

const CONCURRENCY = 64;
const CONCURRENCY_MAX = 65_536;
const TIMEOUT = 30_000;

/** @throws ClientError `bad-validator` or `bad-option`. */
export function readServeSettings(validator: Validator, options: ServeOptions): ServeSettings {
  if (typeof validator !== 'function') {
    const rule = 'a validator is a function that returns a verdict';
    throw new ClientError('bad-validator', `${rule}, not ${shown(validator)}`);
  }
  checkOptions('serve()', options, ['concurrency', 'timeout', 'onError', 'signal']);
  const { concurrency = CONCURRENCY, timeout = TIMEOUT, onError, signal } = options;
  checkWhole('concurrency', concurrency, 1, CONCURRENCY_MAX);
  checkMillis('timeout', timeout);
  checkFunction('onError', onError);
  checkSignal(signal);
  return { validator, concurrency, timeout: Math.min(timeout, TIMER_MAX), onError };
}

const VERDICTS: ReadonlyMap<unknown, Verdict> = new Map<unknown, Verdict>([
  ['accept', 'accept'],
  ['reject', 'reject'],
  ['ignore', 'ignore'],
  [true, 'accept'],
  [false, 'reject'],
]);

/** @throws ClientError `bad-verdict` unless `answer` is a {@link ValidatorAnswer}. */
export function readVerdict(answer: unknown): Verdict {
  const verdict = VERDICTS.get(answer);
  if (verdict !== undefined) return verdict;
  const rule = "a validator returns 'accept', 'reject', 'ignore', true or false";
  throw new ClientError('bad-verdict', `${rule}, not ${shown(answer)}`);
}
