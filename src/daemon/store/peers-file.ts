/**
 * The text of the file in which the peer book outlives the process: a line for each thing that is known, and a
 * checksum over all lines before. Whatever is not exactly that is damaged, and nothing of it is used.
 *
 *     hearsay peers 1
 *     secret 4711 42
 *     anchor 10.1.0.7:6001
 *     tried 10.1.0.7:6001 10.2.0.1 10.3.0.1
 *     new [2a02:8100::7]:6001 10.2.0.1
 *     sha256 …
 *
 * Behind an address stand the sites of those who told of it. There is no time in it, so no calendar can spoil it.
 */
import type { StoredPeer, StoredPeers } from '../../core/stored-state.ts';
import { formatAddress, parseAddress, type Address } from '../../wire/address.ts';
import { decodeLines, encodeLines } from './checked-lines.ts';

const HEAD = 'hearsay peers 1';
/** Twice what 4,096 addresses of IPv6 with four sources each take. */
export const PEERS_FILE_BYTES_MAX = 2 * 1024 * 1024;
/** Sources of one address that are read. */
const SOURCES_MAX = 4;
const NUMBER_END = 2 ** 32;

export function encodePeers({ secret, anchors, peers }: StoredPeers): Uint8Array {
  return encodeLines(HEAD, [
    `secret ${secret.join(' ')}`,
    ...anchors.map((address) => `anchor ${formatAddress(address)}`),
    ...peers.map(lineOf),
  ]);
}

/** What a file says, or in a few words what is wrong with it. */
export function decodePeers(bytes: Uint8Array): StoredPeers | string {
  const lines = decodeLines(HEAD, bytes, 'peer book');
  if (typeof lines === 'string') return lines;
  const read = { secret: undefined as StoredPeers['secret'] | undefined, anchors: [], peers: [] };
  for (const [index, line] of lines.entries()) {
    // The head is the first line.
    if (!readLine(line, read)) return `line ${index + 2} says nothing`;
  }
  const { secret, anchors, peers } = read;
  return secret === undefined ? 'it has no secret' : { secret, anchors, peers };
}

interface Read {
  secret: StoredPeers['secret'] | undefined;
  readonly anchors: Address[];
  readonly peers: StoredPeer[];
}

/** False if the line is none of those that are written. */
function readLine(line: string, read: Read): boolean {
  const [kind, ...words] = line.split(' ');
  if (kind === 'secret') {
    const [first, second] = words.map(Number);
    if (words.length !== 2 || !isSecret(first) || !isSecret(second)) return false;
    read.secret = [first, second];
    return true;
  }
  const address = parseAddress(words[0] ?? '');
  if (address === undefined || address.port === 0) return false;
  const sources = words.slice(1, 1 + SOURCES_MAX);
  if (kind === 'anchor') read.anchors.push(address);
  else if (kind === 'tried') read.peers.push({ address, isTried: true, sources });
  else if (kind === 'new') read.peers.push({ address, isTried: false, sources });
  else return false;
  return true;
}

function isSecret(number: number | undefined): number is number {
  return Number.isInteger(number) && number! >= 0 && number! < NUMBER_END;
}

function lineOf({ address, isTried, sources }: StoredPeer): string {
  return [isTried ? 'tried' : 'new', formatAddress(address), ...sources].join(' ');
}
