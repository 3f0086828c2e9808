/**
 * What an announcement may be, checked before anything is sent: a node closes the connection of whoever
 * sends more. Callers in plain JavaScript may hand in anything, so nothing here trusts a type.
 */
import { types } from 'node:util';
import { DATA_BYTES_MAX } from '../wire/message-types.ts';
import { ClientError } from './client-error.ts';
import { isWholeNumber, shown } from './options.ts';

/** The most data one announcement can carry: 65,519 bytes. */
export { DATA_BYTES_MAX };
/** Data types are 0 to this. */
export const DATA_TYPE_MAX = 65_535;
/** TTLs are 0 (no limit) to this. */
export const TTL_MAX = 255;

const ENCODER = new TextEncoder();

/** @throws ClientError `bad-type` unless `dataType` is a whole number, 0 … 65,535. */
export function checkDataType(dataType: unknown): asserts dataType is number {
  if (isWholeNumber(dataType, 0, DATA_TYPE_MAX)) return;
  const rule = `a data type is a whole number from 0 to ${DATA_TYPE_MAX}`;
  throw new ClientError('bad-type', `${rule}, not ${shown(dataType)}`);
}

/**
 * One data type or several, each once.
 *
 * @throws ClientError `bad-type` if there is none, or one that is none.
 */
export function checkDataTypes(dataTypes: unknown): readonly number[] {
  const types: ReadonlySet<unknown> = new Set(Array.isArray(dataTypes) ? dataTypes : [dataTypes]);
  if (types.size === 0) throw new ClientError('bad-type', 'name at least one data type');
  return Array.from(types, (dataType) => {
    checkDataType(dataType);
    return dataType;
  });
}

/** @throws ClientError `bad-ttl` unless `ttl` is a whole number, 0 … 255. */
export function checkTtl(ttl: unknown): asserts ttl is number {
  if (isWholeNumber(ttl, 0, TTL_MAX)) return;
  const rule = `a TTL is a whole number from 0 (no limit) to ${TTL_MAX}`;
  throw new ClientError('bad-ttl', `${rule}, not ${shown(ttl)}`);
}

/**
 * The bytes of `data`: a string as UTF-8, bytes as they are, not copied.
 *
 * @throws ClientError `bad-data` for anything else, `data-too-large` above `bytesMax`, which is the most that
 *   one announcement carries unless something of it is needed otherwise.
 */
export function checkData(data: unknown, bytesMax: number = DATA_BYTES_MAX): Uint8Array {
  if (typeof data === 'string') {
    // UTF-8 is never shorter: what is far too long is not even encoded.
    if (data.length > bytesMax) throw tooLarge(data.length, bytesMax, 'at least ');
    return checkData(ENCODER.encode(data), bytesMax);
  }
  // Not instanceof, which does not know the bytes of another realm, such as those of some test runners.
  if (!types.isUint8Array(data)) {
    const rule = 'data is a string or a Uint8Array (a Buffer is one)';
    throw new ClientError('bad-data', `${rule}, not ${shown(data)}`);
  }
  if (data.length > bytesMax) throw tooLarge(data.length, bytesMax);
  return data;
}

function tooLarge(size: number, bytesMax: number, atLeast = ''): ClientError {
  const message = `${atLeast}${size} bytes are too many for one announcement: at most ${bytesMax} fit`;
  return new ClientError('data-too-large', message);
}
