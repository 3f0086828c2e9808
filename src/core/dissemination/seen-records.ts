/**
 * Seen records as bytes, for the next life of the node:
 *
 *     version 8, then for each record, oldest first:
 *     key 128, age in milliseconds 32, best TTL rank 16, outcome 8, reserved 8
 *
 * Integers in network byte order. What cannot be read is left out: a node that has forgotten is better than one
 * that does not start.
 */
import { readU16, readU32, writeU16, writeU32 } from '../../basics/integers.ts';
import type { Instant, Millis } from '../settings.ts';
import type { MessageKey } from './message-key.ts';
import type { SeenOutcome, SeenTable } from './seen-table.ts';

const VERSION = 1;
const RECORD_BYTES = 24;
const OUTCOMES: readonly SeenOutcome[] = ['own', 'waiting', 'accepted', 'stopped'];

interface SeenEntry {
  readonly key: MessageKey;
  readonly at: Instant;
  readonly rank: number;
  readonly outcome: SeenOutcome;
}

/** `count`: of the entries. */
export function encodeRecords(
  entries: Iterable<SeenEntry>,
  count: number,
  now: Instant,
): Uint8Array {
  const bytes = new Uint8Array(1 + count * RECORD_BYTES);
  bytes[0] = VERSION;
  let at = 1;
  for (const { key, at: seenAt, rank, outcome } of entries) {
    writeU32(key.idHigh >>> 0, bytes, at);
    writeU32(key.idLow >>> 0, bytes, at + 4);
    writeU32(key.hashHigh >>> 0, bytes, at + 8);
    writeU32(key.hashLow >>> 0, bytes, at + 12);
    writeU32(Math.min(0xffff_ffff, Math.max(0, Math.floor(now - seenAt))), bytes, at + 16);
    writeU16(rank, bytes, at + 20);
    bytes[at + 22] = OUTCOMES.indexOf(outcome);
    at += RECORD_BYTES;
  }
  return bytes;
}

/** Puts what is still within the window into an empty table. `older`: by how much all ages have grown. */
export function restoreRecords(
  bytes: Uint8Array,
  table: SeenTable<unknown>,
  options: { readonly now: Instant; readonly older: Millis; readonly window: Millis },
): void {
  if (bytes[0] !== VERSION) return;
  const { now, older, window } = options;
  for (let at = 1; at + RECORD_BYTES <= bytes.length; at += RECORD_BYTES) {
    const age = readU32(bytes, at + 16) + older;
    const outcome = OUTCOMES[bytes[at + 22]!];
    if (age >= window || outcome === undefined) continue;
    const key = {
      idHigh: readU32(bytes, at) | 0,
      idLow: readU32(bytes, at + 4) | 0,
      hashHigh: readU32(bytes, at + 8) | 0,
      hashLow: readU32(bytes, at + 12) | 0,
    };
    // Nobody is told of it again, and it is not passed on again: its data and its verdicts are gone.
    const known = outcome === 'own' ? outcome : 'stopped';
    if (table.find(key, now - age) === undefined) {
      table.add(key, readU16(bytes, at + 20), known, now - age);
    }
  }
}
