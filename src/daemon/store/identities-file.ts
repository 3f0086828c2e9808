/**
 * The text of the file that remembers whose key was found at which address:
 *
 *     hearsay identities 1
 *     10.1.0.7:6001 06e3fd8f…
 *     sha256 …
 */
import type { PeerIdentity } from '../../core/settings.ts';
import { parseAddress } from '../../wire/address.ts';
import { decodeLines, encodeLines } from './checked-lines.ts';

/** By address, `HOST:PORT`; those that were seen last stand last. */
export type StoredIdentities = ReadonlyMap<string, PeerIdentity>;

const HEAD = 'hearsay identities 1';
/** Twice what 4,096 addresses of IPv6 take. */
export const IDENTITIES_FILE_BYTES_MAX = 1024 * 1024;

export function encodeIdentities(identities: StoredIdentities): Uint8Array {
  return encodeLines(
    HEAD,
    [...identities].map((entry) => entry.join(' ')),
  );
}

/** What a file says, or in a few words what is wrong with it. */
export function decodeIdentities(bytes: Uint8Array): StoredIdentities | string {
  const lines = decodeLines(HEAD, bytes, 'list of identities');
  if (typeof lines === 'string') return lines;
  const read = new Map<string, PeerIdentity>();
  for (const [index, line] of lines.entries()) {
    const [address, identity, ...more] = line.split(' ');
    const isRight =
      parseAddress(address ?? '') !== undefined && /^[0-9a-f]{64}$/.test(identity ?? '');
    if (!isRight || more.length > 0) return `line ${index + 2} says nothing`;
    read.set(address!, identity!);
  }
  return read;
}
