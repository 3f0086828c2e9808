/**
 * The text of the file in which bans outlive the process:
 *
 *     hearsay bans 1
 *     identity 06e3fd8f… 86400000 ordered "banned by the program"
 *     host 10.1.0.7 599000 earned "its standing is too bad; last: malformed"
 *     sha256 …
 *
 * The number is what is left of the ban, in milliseconds: only time in which the node runs counts, so no calendar can
 * end a ban or make it last. While the node is away nobody gets in anyway. The reason is a JSON text in ASCII.
 */
import type { Whom } from '../../core/inputs.ts';
import type { StoredBan } from '../../core/stored-state.ts';
import { canonicalHost } from '../../wire/address.ts';
import { decodeLines, encodeLines } from './checked-lines.ts';

const HEAD = 'hearsay bans 1';
/** Ten thousand bans, the most that can be set, with reasons of 200 characters that take six bytes each. */
export const BANS_FILE_BYTES_MAX = 16 * 1024 * 1024;
/** A year, as for every time that is set. */
const MILLIS_MAX = 31_536_000_000;
const LINE = /^(identity|host) (\S+) (\d{1,11}) (ordered|earned) (".*")$/;

export function encodeBans(bans: readonly StoredBan[]): Uint8Array {
  return encodeLines(HEAD, bans.map(lineOf));
}

/** What a file says, or in a few words what is wrong with it. */
export function decodeBans(bytes: Uint8Array): readonly StoredBan[] | string {
  const lines = decodeLines(HEAD, bytes, 'list of bans');
  if (typeof lines === 'string') return lines;
  const bans: StoredBan[] = [];
  for (const [index, line] of lines.entries()) {
    const ban = readLine(line);
    if (ban === undefined) return `line ${index + 2} says nothing`;
    bans.push(ban);
  }
  return bans;
}

function lineOf({ whom, forMillis, isOrdered, reason }: StoredBan): string {
  const who = 'identity' in whom ? `identity ${whom.identity}` : `host ${whom.host}`;
  return `${who} ${Math.ceil(forMillis)} ${isOrdered ? 'ordered' : 'earned'} ${quoted(reason)}`;
}

/** On one line and in ASCII, whatever is in it. */
function quoted(text: string): string {
  return JSON.stringify(text).replaceAll(
    /[^\x20-\x7e]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

function readLine(line: string): StoredBan | undefined {
  const [, kind, who, left, why, text] = LINE.exec(line) ?? [];
  const whom = kind === 'identity' ? readIdentity(who!) : readHost(who ?? '');
  const forMillis = Number(left);
  const reason = unquoted(text ?? '');
  if (whom === undefined || reason === undefined) return undefined;
  if (!(forMillis >= 1 && forMillis <= MILLIS_MAX)) return undefined;
  return { whom, forMillis, reason, isOrdered: why === 'ordered' };
}

function readIdentity(text: string): Whom | undefined {
  return /^[0-9a-f]{64}$/.test(text) ? { identity: text } : undefined;
}

function readHost(text: string): Whom | undefined {
  return canonicalHost(text) === text ? { host: text } : undefined;
}

function unquoted(text: string): string | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'string' ? value : undefined;
  } catch {
    return undefined;
  }
}
