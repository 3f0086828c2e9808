/**
 * The bytes of the file in which a node's memory outlives its process: a head, what the core has to say, and a
 * checksum over both. Whatever is not exactly that is damaged, and nothing of it is used.
 *
 *     16  "hearsay state  1"      8  when it was written       4  bytes of records
 *      8  first start, or 0      16  the secret, two numbers   …  records
 *                                                             32  SHA-256 of all before
 *
 * All numbers are big-endian. Times are milliseconds since 1970 on the machine's calendar, because nothing else goes
 * on while no process is there; what a node is told of them are lengths of time.
 */
import { createHash } from 'node:crypto';
import type { Millis } from '../../core/settings.ts';
import type { LoadedState, StoredState } from '../../core/stored-state.ts';

const MAGIC = Buffer.from('hearsay state  1', 'latin1');
const [WRITTEN_AT, FIRST_START_AT, SECRET_AT, LENGTH_AT, RECORDS_AT] = [16, 24, 32, 48, 52];
const CHECKSUM_BYTES = 32;
/** A guess: a million records, the most that a node remembers, with room for 200 bytes each. */
export const STATE_FILE_BYTES_MAX = 256 * 1024 * 1024;

/** The file's bytes; `now` is the calendar's time. */
export function encodeState(state: StoredState, now: Millis): Uint8Array {
  const { secret, records, firstStartedAgoMs } = state;
  const file = Buffer.alloc(RECORDS_AT + records.length + CHECKSUM_BYTES);
  MAGIC.copy(file);
  file.writeDoubleBE(now, WRITTEN_AT);
  file.writeDoubleBE(firstStartedAgoMs === undefined ? 0 : now - firstStartedAgoMs, FIRST_START_AT);
  file.writeDoubleBE(secret[0], SECRET_AT);
  file.writeDoubleBE(secret[1], SECRET_AT + 8);
  file.writeUInt32BE(records.length, LENGTH_AT);
  file.set(records, RECORDS_AT);
  file.set(checksum(file.subarray(0, -CHECKSUM_BYTES)), RECORDS_AT + records.length);
  return file;
}

/**
 * What a file says, as it was when it was written, and how long ago that is: 0 if the calendar was set back since.
 * Or, in a few words, what is wrong with it.
 */
export function decodeState(bytes: Uint8Array, now: Millis): LoadedState | string {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  if (file.length < RECORDS_AT + CHECKSUM_BYTES) return 'it is too short';
  if (!file.subarray(0, MAGIC.length).equals(MAGIC)) return 'it is no state file of this version';
  if (file.length !== RECORDS_AT + file.readUInt32BE(LENGTH_AT) + CHECKSUM_BYTES) {
    return 'it is not as long as it says';
  }
  const body = file.subarray(0, -CHECKSUM_BYTES);
  if (!file.subarray(-CHECKSUM_BYTES).equals(checksum(body))) return 'its checksum is wrong';
  const [writtenAt, firstStart] = [WRITTEN_AT, FIRST_START_AT].map((at) => file.readDoubleBE(at));
  return {
    secret: [file.readDoubleBE(SECRET_AT), file.readDoubleBE(SECRET_AT + 8)],
    records: body.subarray(RECORDS_AT),
    firstStartedAgoMs: firstStart === 0 ? undefined : Math.max(0, writtenAt! - firstStart!),
    storedAgoMs: Math.max(0, now - writtenAt!),
  };
}

function checksum(bytes: Uint8Array): Buffer {
  return createHash('sha256').update(bytes).digest();
}
