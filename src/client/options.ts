/**
 * Options as callers hand them in, who may write plain JavaScript: each is checked before anything is done,
 * and what is wrong is said with the name of the option, what was found and what is allowed.
 */
import { inspect } from 'node:util';
import { ClientError } from './client-error.ts';

/** The longest a timer of Node can run, in milliseconds: about 24.8 days. A longer one would fire at once. */
export const TIMER_MAX = 2_147_483_647;
/** Characters of a wrong value that an error shows. */
const SHOWN_MAX = 60;

/** A value as an error message shows it: on one line, cut. */
export function shown(value: unknown): string {
  const text = inspect(value, {
    depth: 0,
    breakLength: Number.POSITIVE_INFINITY,
    maxStringLength: 40,
  });
  return text.length > SHOWN_MAX ? `${text.slice(0, SHOWN_MAX)}…` : text;
}

export function isWholeNumber(value: unknown, min: number, max: number): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max;
}

/** @throws ClientError `bad-option` unless `options` is an object that has no other names than `names`. */
export function checkOptions(of: string, options: unknown, names: readonly string[]): void {
  if (typeof options !== 'object' || options === null) {
    throw badOption(`the options of ${of}`, 'an object', options);
  }
  const unknown = Object.keys(options).find((name) => !names.includes(name));
  if (unknown === undefined) return;
  const rule = `there is no option ${shown(unknown)} of ${of}; there are ${names.join(', ')}`;
  throw new ClientError('bad-option', rule);
}

/** @throws ClientError `bad-option` unless `value` is a whole number from `min` to `max`, or left out. */
export function checkWhole(name: string, value: unknown, min: number, max: number): void {
  if (value === undefined || isWholeNumber(value, min, max)) return;
  throw badOption(name, `a whole number from ${min} to ${max}`, value);
}

/** The same for milliseconds that need not be whole, and that {@link Infinity} makes endless. */
export function checkMillis(name: string, value: unknown): void {
  if (value === undefined || (typeof value === 'number' && value >= 1)) return;
  throw badOption(name, 'milliseconds from 1 (Infinity for no limit)', value);
}

/** @throws ClientError `bad-option` unless `value` is true, false or left out. */
export function checkBoolean(name: string, value: unknown): void {
  if (value === undefined || typeof value === 'boolean') return;
  throw badOption(name, 'true or false', value);
}

/** @throws ClientError `bad-option` unless `value` is an AbortSignal (of any realm), or left out. */
export function checkSignal(value: unknown): void {
  if (value === undefined) return;
  const isSignal = typeof value === 'object' && value !== null && 'aborted' in value;
  if (isSignal && 'addEventListener' in value) return;
  throw badOption('signal', 'an AbortSignal', value);
}

/** @throws ClientError `bad-option` unless `value` is a function, or left out. */
export function checkFunction(name: string, value: unknown): void {
  if (value === undefined || typeof value === 'function') return;
  throw badOption(name, 'a function', value);
}

export function badOption(name: string, allowed: string, found: unknown): ClientError {
  return new ClientError('bad-option', `${name} must be ${allowed}, not ${shown(found)}`);
}
