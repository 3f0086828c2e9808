/**
 * What an announcement and a subscription may be, checked before the core sees them. Callers in plain
 * JavaScript may hand in anything, so nothing here trusts a type.
 */
import { inspect, types } from 'node:util';
import { closestMatch } from 'leven';
import type { Millis } from '../../core/settings.ts';
import { DATA_BYTES_MAX } from '../../wire/message-types.ts';
import { NodeError } from './node-error.ts';

const DATA_TYPE_MAX = 65_535;
const TTL_MAX = 255;
const SHOWN_CHARACTERS_MAX = 80;

/** `value` as messages show it: on one line, and short. */
export function shown(value: unknown): string {
  const text = inspect(value, { depth: 0, breakLength: Number.POSITIVE_INFINITY });
  const line = text.replace(/\s+/g, ' ');
  return line.length > SHOWN_CHARACTERS_MAX ? `${line.slice(0, SHOWN_CHARACTERS_MAX)}…` : line;
}

/** @throws NodeError `bad-type` unless `dataType` is a whole number, 0 … 65,535. */
export function checkDataType(dataType: unknown): asserts dataType is number {
  if (isWholeUpTo(DATA_TYPE_MAX, dataType)) return;
  const rule = `a data type is a whole number from 0 to ${DATA_TYPE_MAX}`;
  throw new NodeError('bad-type', `${rule}, not ${shown(dataType)}`);
}

/**
 * One data type or several, each once.
 *
 * @throws NodeError `bad-type` if there is none, or one that is none.
 */
export function checkDataTypes(dataTypes: unknown): readonly number[] {
  const given: ReadonlySet<unknown> = new Set(Array.isArray(dataTypes) ? dataTypes : [dataTypes]);
  if (given.size === 0) throw new NodeError('bad-type', 'name at least one data type');
  return Array.from(given, (dataType) => {
    checkDataType(dataType);
    return dataType;
  });
}

/** @throws NodeError `bad-ttl` unless `ttl` is a whole number, 0 … 255. */
export function checkTtl(ttl: unknown): asserts ttl is number {
  if (isWholeUpTo(TTL_MAX, ttl)) return;
  const rule = `a TTL is a whole number from 0 (no limit) to ${TTL_MAX}`;
  throw new NodeError('bad-ttl', `${rule}, not ${shown(ttl)}`);
}

/**
 * The bytes of `data`: a string as UTF-8, bytes as they are, not copied.
 *
 * @throws NodeError `bad-data` for anything else, `data-too-large` above 65,519 bytes.
 */
export function checkData(data: unknown): Uint8Array {
  // A string never has more UTF-16 units than UTF-8 bytes: what is far too long is not even encoded.
  if (typeof data === 'string' && data.length <= DATA_BYTES_MAX) return checkData(encode(data));
  if (typeof data === 'string') throw tooLarge(`at least ${data.length}`);
  // Not instanceof, which does not know the bytes of another realm, such as those of some test runners.
  if (!types.isUint8Array(data)) {
    const rule = 'data is a string or a Uint8Array (a Buffer is one)';
    throw new NodeError('bad-data', `${rule}, not ${shown(data)}`);
  }
  if (data.length > DATA_BYTES_MAX) throw tooLarge(String(data.length));
  return data;
}

/** @throws NodeError `bad-option` unless `options` is an object that has no other names than `names`. */
export function checkOptions(of: string, options: unknown, names: readonly string[]): void {
  if (typeof options !== 'object' || options === null) {
    throw new NodeError('bad-option', `the options of ${of} are an object, not ${shown(options)}`);
  }
  const unknown = Object.keys(options).find((name) => !names.includes(name));
  if (unknown === undefined) return;
  const nearest = closestMatch(unknown.slice(0, 64), [...names]) ?? '';
  const rule = `there is no option ${shown(unknown)} of ${of}; the nearest is ${nearest}`;
  throw new NodeError('bad-option', rule);
}

/** @throws NodeError `bad-option` unless `value` is true, false or left out. */
export function checkBoolean(name: string, value: unknown): void {
  if (value !== undefined && typeof value !== 'boolean')
    throw badOption(name, value, 'true or false');
}

/** A year, as for the seconds of the configuration. */
export const MILLIS_MAX: Millis = 31_536_000_000;

/** @throws NodeError `bad-option` unless `value` is in whole milliseconds within the bounds, `max` included. */
export function checkMillis(
  name: string,
  value: unknown,
  { min, max = MILLIS_MAX }: { readonly min: Millis; readonly max?: Millis },
): Millis {
  const isRight = typeof value === 'number' && Number.isInteger(value);
  if (isRight && value >= min && value <= max) return value;
  const year = max === MILLIS_MAX ? ' (a year)' : '';
  throw badOption(name, value, `whole milliseconds, ${min} to ${max}${year}`);
}

/** @throws NodeError `bad-option` unless `value` is an AbortSignal (of any realm), or left out. */
export function checkSignal(value: unknown): void {
  if (value === undefined) return;
  const isSignal = typeof value === 'object' && value !== null && 'throwIfAborted' in value;
  if (!isSignal) throw badOption('signal', value, 'an AbortSignal');
}

export function badOption(name: string, value: unknown, allowed: string): NodeError {
  return new NodeError('bad-option', `${name} ${shown(value)}: allowed: ${allowed}`);
}

const ENCODER = new TextEncoder();

function encode(text: string): Uint8Array {
  return ENCODER.encode(text);
}

function tooLarge(size: string): NodeError {
  const message = `${size} bytes are too many for one announcement: at most ${DATA_BYTES_MAX} fit`;
  return new NodeError('data-too-large', message);
}

function isWholeUpTo(max: number, value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= max;
}
