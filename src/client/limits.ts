/**
 * What an announcement may be, checked before anything is sent: a node closes the connection of whoever
 * sends more.
 */
import { DATA_BYTES_MAX } from '../wire/message-types.ts';
import { ClientError } from './client-error.ts';

/** The most data one announcement can carry: 65,519 bytes. */
export { DATA_BYTES_MAX };
/** Data types are 0 to this. */
export const DATA_TYPE_MAX = 65_535;
/** TTLs are 0 (no limit) to this. */
export const TTL_MAX = 255;

/** @throws ClientError `bad-type` unless `dataType` is a whole number, 0 … 65,535. */
export function checkDataType(dataType: number): void {
  if (isIntegerUpTo(DATA_TYPE_MAX, dataType)) return;
  const message = `a data type is a whole number from 0 to ${DATA_TYPE_MAX}, not ${dataType}`;
  throw new ClientError('bad-type', message);
}

/** @throws ClientError `bad-ttl` unless `ttl` is a whole number, 0 … 255. */
export function checkTtl(ttl: number): void {
  if (isIntegerUpTo(TTL_MAX, ttl)) return;
  const message = `a TTL is a whole number from 0 (no limit) to ${TTL_MAX}, not ${ttl}`;
  throw new ClientError('bad-ttl', message);
}

/** @throws ClientError `data-too-large` above 65,519 bytes. */
export function checkData(data: Uint8Array): void {
  if (data.length <= DATA_BYTES_MAX) return;
  const message = `${data.length} bytes are too many for one announcement: at most ${DATA_BYTES_MAX} fit`;
  throw new ClientError('data-too-large', message);
}

function isIntegerUpTo(max: number, value: number): boolean {
  return Number.isInteger(value) && value >= 0 && value <= max;
}
