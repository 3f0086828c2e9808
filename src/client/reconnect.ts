/**
 * Dialling again and again: with delays that double, up to a maximum, and jitter, so that a crowd of clients
 * does not come back in step when their node restarts.
 */
import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { ClientError } from './client-error.ts';
import {
  badOption,
  checkBoolean,
  checkOptions,
  checkWhole,
  isWholeNumber,
  TIMER_MAX,
} from './options.ts';

export interface ReconnectOptions {
  /** Milliseconds before the first attempt, from 1; doubles with each in a row. Default 250 (a guess). */
  readonly minDelay?: number | undefined;
  /** The most milliseconds between two attempts, from `minDelay`. Default 10,000 (a guess), or `minDelay`. */
  readonly maxDelay?: number | undefined;
  /** Attempts in a row until the client gives up, from 1. Default Infinity. */
  readonly attempts?: number | undefined;
  /** Whether `connect()` itself tries again, instead of failing when nobody listens yet. Default false. */
  readonly fromStart?: boolean | undefined;
}

/** One attempt that is going to be made. */
export interface Retry {
  /** Its number in this row, from 1. */
  readonly attempt: number;
  /** Milliseconds until it is made. */
  readonly delay: number;
  /** What made it necessary. */
  readonly error: ClientError;
}

export type ReconnectPolicy = {
  readonly [K in keyof ReconnectOptions]-?: NonNullable<ReconnectOptions[K]>;
};

const MIN_DELAY = 250;
const MAX_DELAY = 10_000;

/**
 * The policy that the option `reconnect` asks for; undefined for none.
 *
 * @throws ClientError `bad-option`.
 */
export function readReconnect(
  value: boolean | ReconnectOptions | undefined,
): ReconnectPolicy | undefined {
  if (value === undefined || value === false) return undefined;
  if (value !== true && (typeof value !== 'object' || value === null || Array.isArray(value))) {
    throw badOption('reconnect', 'true, false or an object', value);
  }
  const options = value === true ? {} : value;
  checkOptions('reconnect', options, ['minDelay', 'maxDelay', 'attempts', 'fromStart']);
  const { minDelay = MIN_DELAY, attempts = Number.POSITIVE_INFINITY, fromStart = false } = options;
  checkWhole('reconnect.minDelay', minDelay, 1, TIMER_MAX);
  const { maxDelay = Math.max(minDelay, MAX_DELAY) } = options;
  checkWhole('reconnect.maxDelay', maxDelay, minDelay, TIMER_MAX);
  checkBoolean('reconnect.fromStart', fromStart);
  const isCount = isWholeNumber(attempts, 1, Number.MAX_SAFE_INTEGER);
  if (attempts !== Number.POSITIVE_INFINITY && !isCount) {
    throw badOption('reconnect.attempts', 'a whole number from 1, or Infinity', attempts);
  }
  return { minDelay, maxDelay, attempts, fromStart };
}

/**
 * Milliseconds before an attempt, counted from 1: `minDelay` doubled with each, at most `maxDelay`, of which
 * chance takes away up to a half. `random` is uniform, 0 ≤ x < 1.
 */
export function retryDelay(
  attempt: number,
  { minDelay, maxDelay }: ReconnectPolicy,
  random: () => number,
): number {
  const whole = Math.min(maxDelay, minDelay * 2 ** (attempt - 1));
  return Math.max(1, Math.round(whole * (1 - random() / 2)));
}

/** Whether the same address may be a node the next time. */
export function isWorthRetrying(error: unknown): error is ClientError {
  return error instanceof ClientError && RETRIED.has(error.code);
}

const RETRIED: ReadonlySet<string> = new Set([
  'connection-refused',
  'connection-timeout',
  'connection-failed',
  'connection-lost',
]);

export interface RowOfAttempts {
  readonly policy: ReconnectPolicy;
  /** Attempts of this row that were made before, from 0. */
  readonly made: number;
  /** What made the first necessary. */
  readonly error: ClientError;
  readonly signal: AbortSignal | undefined;
  readonly dial: () => Promise<Socket>;
  readonly onRetry: (retry: Retry) => void;
}

/**
 * Dials until somebody answers; gives the socket and the number of attempts in the row. Rejects with the last
 * error after `policy.attempts`, with an error that is not worth retrying, or with what the signal says.
 */
export async function dialAgain(row: RowOfAttempts): Promise<[Socket, attempts: number]> {
  const { policy, signal } = row;
  let { error } = row;
  for (let attempt = row.made + 1; attempt <= policy.attempts; attempt++) {
    const delay = retryDelay(attempt, policy, Math.random);
    row.onRetry({ attempt, delay, error });
    await sleep(delay, undefined, { signal }).catch(() => signal?.throwIfAborted());
    try {
      return [await row.dial(), attempt];
    } catch (reason) {
      if (!isWorthRetrying(reason)) throw reason;
      error = reason;
    }
  }
  throw error;
}
