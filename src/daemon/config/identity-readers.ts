/** The values that name keys: identities, and pins. */
import type { PeerIdentity, PeerName } from '../../core/settings.ts';
import { formatAddress } from '../../wire/address.ts';
import { NONE, peerName, type Reader } from './readers.ts';
import { problem, value, type Reading } from './reading.ts';

/** Whose keys may be at an address. */
export interface ConfiguredPin {
  readonly peer: PeerName;
  /** At least one. */
  readonly identities: readonly PeerIdentity[];
}

/** A guess: more than anybody writes by hand. */
const ENTRIES_MAX = 1000;
/** While a key is changed there are two. A guess. */
const IDENTITIES_PER_PIN_MAX = 8;

/** Identities separated by commas. */
export const identities: Reader<readonly PeerIdentity[]> = {
  allowed: `up to ${ENTRIES_MAX} of 64 hexadecimal digits, separated by commas; or ${NONE}`,
  read(text) {
    const read = readList(text, readIdentity);
    return read.kind === 'value' ? value([...new Set(read.value)]) : read;
  },
};

/** Pins separated by commas, no two for the same address. */
export const pins: Reader<readonly ConfiguredPin[]> = {
  allowed:
    `up to ${ENTRIES_MAX} of HOST:PORT=IDENTITY, separated by commas, or with up to ` +
    `${IDENTITIES_PER_PIN_MAX} identities of 64 hexadecimal digits, separated by slashes; or ${NONE}`,
  read(text, base) {
    const read = readList(text, (entry) => readPin(entry, base));
    if (read.kind === 'problem') return read;
    const seen = new Set<string>();
    for (const [index, { peer }] of read.value.entries()) {
      const address = formatAddress(peer);
      if (seen.has(address)) {
        return problem(`entry ${index + 1}: ${address} has a pin already; write IDENTITY/IDENTITY`);
      }
      seen.add(address);
    }
    return read;
  },
};

function readList<Value>(
  text: string,
  readEntry: (entry: string) => Reading<Value>,
): Reading<readonly Value[]> {
  if (text === NONE) return value([]);
  const entries = text.split(',');
  if (entries.length > ENTRIES_MAX) return problem(`${entries.length} entries are too many`);
  const values: Value[] = [];
  for (const [index, entry] of entries.entries()) {
    const reading = readEntry(entry.trim());
    if (reading.kind === 'problem') return problem(`entry ${index + 1}: ${reading.problem}`);
    values.push(reading.value);
  }
  return value(values);
}

function readPin(entry: string, base: string): Reading<ConfiguredPin> {
  const split = entry.indexOf('=');
  if (split < 0) return problem('not HOST:PORT=IDENTITY');
  const peer = peerName.read(entry.slice(0, split).trim(), base);
  if (peer.kind === 'problem') return peer;
  const written = entry.slice(split + 1).split('/');
  if (written.length > IDENTITIES_PER_PIN_MAX) return problem('too many identities');
  const expected: PeerIdentity[] = [];
  for (const text of written) {
    const reading = readIdentity(text.trim());
    if (reading.kind === 'problem') return reading;
    expected.push(reading.value);
  }
  return value({ peer: peer.value, identities: expected });
}

function readIdentity(text: string): Reading<PeerIdentity> {
  if (/^[0-9a-f]{64}$/i.test(text)) return value(text.toLowerCase());
  if (/^[0-9a-f]{16}$/i.test(text)) {
    return problem('the short form of an identity, which proves nothing; give all 64 digits');
  }
  return problem('not an identity of 64 hexadecimal digits');
}
