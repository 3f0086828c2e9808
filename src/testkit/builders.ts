/** Messages and bytes for tests, with everything chosen that a test does not care about. */
import { encodeOfferText } from '../wire/offer-text.ts';
import { parseAddress, type Address } from '../wire/address.ts';
import type { PeerAnnounce, PeerOffer } from '../wire/peer-messages.ts';
import { proveOffer, randomU64 } from './proofs.ts';
import type { U64 } from '../basics/integers.ts';

/** The data type of whatever does not name one. */
export const TEST_DATA_TYPE = 1337;

export interface AnnouncementParts {
  /** Default: random, so every announcement is a new one. */
  readonly id?: U64;
  /** Hops, 0 … 255. Default 0, no limit. */
  readonly ttl?: number;
  /** Default {@link TEST_DATA_TYPE}. */
  readonly dataType?: number;
  /** A string as UTF-8. Default `hello`. */
  readonly data?: Uint8Array | string;
}

/** A 504. */
export function peerAnnounce(parts: AnnouncementParts = {}): PeerAnnounce {
  const { id = randomU64(), ttl = 0, dataType = TEST_DATA_TYPE, data = 'hello' } = parts;
  return { kind: 'peer-announce', id, ttl, dataType, data: asBytes(data) };
}

/**
 * A 506 that answers a 505 with `addresses`, each `HOST:PORT` with a literal IP address or taken apart; with the
 * 505's challenge the proof is found, which takes a moment.
 *
 * @throws TypeError for text that is no such address.
 */
export function peerOffer(addresses: readonly (Address | string)[], challenge?: U64): PeerOffer {
  const text = encodeOfferText(addresses.map(asAddress));
  return challenge === undefined ? { kind: 'peer-offer', body: text } : proveOffer(challenge, text);
}

/** Any frame, right or wrong: header and body, with a `size` of its own if that is to be wrong. */
export function rawFrame(type: number, body: Uint8Array | string = '', size?: number): Uint8Array {
  const bytes = asBytes(body);
  const frame = Buffer.alloc(4 + bytes.length);
  frame.writeUInt16BE(size ?? frame.length, 0);
  frame.writeUInt16BE(type, 2);
  frame.set(bytes, 4);
  return frame;
}

/**
 * Bytes as the protocol's documents write them: `bytes('00 08 01 f5 00 00 05 39')`. Blanks do not count.
 *
 * @throws TypeError unless these are pairs of hexadecimal digits.
 */
export function bytes(hex: string): Uint8Array {
  const digits = hex.replace(/\s/g, '');
  if (!/^([0-9a-f]{2})*$/i.test(digits)) throw new TypeError(`not hexadecimal bytes: ${hex}`);
  return Buffer.from(digits, 'hex');
}

/** The UTF-8 text of data that was received. */
export function text(data: Uint8Array): string {
  return new TextDecoder().decode(data);
}

function asAddress(address: Address | string): Address {
  const read = typeof address === 'string' ? parseAddress(address) : address;
  if (read === undefined)
    throw new TypeError(`not HOST:PORT with an IP address: ${String(address)}`);
  return read;
}

function asBytes(data: Uint8Array | string): Uint8Array {
  return typeof data === 'string' ? new TextEncoder().encode(data) : data;
}
