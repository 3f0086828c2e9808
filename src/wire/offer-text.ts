/**
 * The text of a 506: `host:port` entries with literal IP addresses, separated by commas, in UTF-8.
 */
import { formatAddress, parseAddress, type Address } from './address.ts';
import { violation, type Violation } from './violation.ts';

/** The address list of a 506 as bytes; empty for an empty list. */
export function encodeOfferText(addresses: readonly Address[]): Uint8Array {
  const text = addresses.map(formatAddress).join(',');
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

/**
 * The addresses in a 506. Entries that cannot be read, are names or have port 0 are left out; duplicates
 * stay. Bytes that are not UTF-8 are a violation.
 */
export function decodeOfferText(text: Uint8Array): Address[] | Violation {
  if (!isUtf8(text)) return violation('bad-utf8', 'the address list of a PEER OFFER is not UTF-8');
  const addresses: Address[] = [];
  let start = 0;
  for (let i = 0; i <= text.length; i++) {
    if (i < text.length && text[i] !== COMMA) continue;
    const address = parseEntry(text, start, i);
    if (address !== undefined && address.port !== 0) addresses.push(address);
    start = i + 1;
  }
  return addresses;
}

const COMMA = 0x2c;
/** `[` 45 characters of IPv6 `]:65535` is the longest entry that can be read. */
const ENTRY_BYTES_MAX = 53;

function parseEntry(text: Uint8Array, start: number, end: number): Address | undefined {
  if (end - start > ENTRY_BYTES_MAX) return undefined;
  let entry = '';
  // Latin-1 will do: only ASCII can be part of an address, all else stays unreadable.
  for (let i = start; i < end; i++) entry += String.fromCharCode(text[i]!);
  return parseAddress(entry);
}

/** Whether `bytes` is well-formed UTF-8: no overlong forms, no surrogates, nothing above U+10FFFF. */
export function isUtf8(bytes: Uint8Array): boolean {
  let i = 0;
  while (i < bytes.length) {
    const lead = bytes[i]!;
    const length = sequenceLength(lead);
    if (length === 0 || i + length > bytes.length) return false;
    for (let k = 1; k < length; k++) if ((bytes[i + k]! & 0xc0) !== 0x80) return false;
    if (length > 2 && !secondByteFits(lead, bytes[i + 1]!)) return false;
    i += length;
  }
  return true;
}

function sequenceLength(lead: number): number {
  if (lead < 0x80) return 1;
  if (lead >= 0xc2 && lead <= 0xdf) return 2;
  if (lead >= 0xe0 && lead <= 0xef) return 3;
  if (lead >= 0xf0 && lead <= 0xf4) return 4;
  return 0;
}

function secondByteFits(lead: number, second: number): boolean {
  if (lead === 0xe0) return second >= 0xa0;
  if (lead === 0xed) return second <= 0x9f;
  if (lead === 0xf0) return second >= 0x90;
  if (lead === 0xf4) return second <= 0x8f;
  return true;
}
