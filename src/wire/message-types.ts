/**
 * Every message type, its number and the sizes it may have. One table serves the decoder (which checks a
 * header before it waits for the body), the encoders and docs/protocol.md.
 *
 * All messages share a header of four bytes: `size` (16 bits, the whole message including the header) and
 * `type` (16 bits), both unsigned in network byte order.
 */

import { writeU16 } from '../basics/integers.ts';
import { DIGEST_BYTES } from './digest.ts';
import {
  DIGESTS_MAX,
  HAVE_BYTES,
  HAVES_MAX,
  HELLO_HEAD_BYTES,
  INTEREST_HEAD_BYTES,
  PING_BYTES,
  RECONCILE_HEAD_BYTES,
  TYPE_BYTES,
  TYPES_MAX,
} from './extension-messages.ts';
import { RANGE_BYTES } from './reconciliation.ts';

/** Bytes in the header that starts every message. */
export const HEADER_BYTES = 4;
/** The largest message: `size` has 16 bits. */
export const MESSAGE_BYTES_MAX = 65_535;
/** Bytes in a 500 before its data: header, TTL, reserved, data type. */
export const ANNOUNCE_HEAD_BYTES = 8;
/** Bytes in a 504 before its data: header, id, TTL, reserved, data type. */
export const PEER_ANNOUNCE_HEAD_BYTES = 16;
/** The most data one announcement can carry, so that it fits into a 504 everywhere: 65,519 bytes. */
export const DATA_BYTES_MAX = MESSAGE_BYTES_MAX - PEER_ANNOUNCE_HEAD_BYTES;

export const MessageType = {
  announce: 500,
  notify: 501,
  notification: 502,
  validation: 503,
  peerAnnounce: 504,
  peerDiscovery: 505,
  peerOffer: 506,
  peerInfo: 507,
  peerChallenge: 508,
  peerVerification: 509,
  peerValidation: 510,
  peerHello: 520,
  peerInterest: 521,
  peerHave: 522,
  peerWant: 523,
  peerDontWant: 524,
  peerGone: 525,
  peerPush: 526,
  peerReconcile: 527,
  peerPing: 528,
  peerPong: 529,
} as const;

export type MessageType = (typeof MessageType)[keyof typeof MessageType];

/** Who may send a message of a type to whom. */
export type Direction = 'client-to-node' | 'node-to-client' | 'peer-to-peer';

export interface MessageShape {
  readonly type: MessageType;
  /** The name the protocol gives it, as it stands in logs and docs. */
  readonly name: string;
  readonly direction: Direction;
  /** Allowed values of `size`: exactly these, or any from the first to the last if `open`. */
  readonly sizes: readonly number[];
  /** True if sizes between the smallest and the largest are allowed. */
  readonly open: boolean;
  /** Of an open shape: any size is the smallest one plus a multiple of this. Otherwise 1. */
  readonly step: number;
}

function exact(
  type: MessageType,
  name: string,
  direction: Direction,
  ...sizes: number[]
): MessageShape {
  return { type, name, direction, sizes, open: false, step: 1 };
}

function range(
  type: MessageType,
  name: string,
  direction: Direction,
  min: number,
  max: number,
): MessageShape {
  return { type, name, direction, sizes: [min, max], open: true, step: 1 };
}

/** Between peers, `min` bytes and any number of steps up to `max`. */
function list(
  type: MessageType,
  name: string,
  min: number,
  max: number,
  step: number,
): MessageShape {
  return { type, name, direction: 'peer-to-peer', sizes: [min, max], open: true, step };
}

/** Between peers, a header and 1 to `countMax` entries. */
function entries(
  type: MessageType,
  name: string,
  entryBytes: number,
  countMax: number,
): MessageShape {
  const [min, max] = [HEADER_BYTES + entryBytes, HEADER_BYTES + countMax * entryBytes];
  return list(type, name, min, max, entryBytes);
}

export const MESSAGE_SHAPES: readonly MessageShape[] = [
  range(
    MessageType.announce,
    'GOSSIP ANNOUNCE',
    'client-to-node',
    ANNOUNCE_HEAD_BYTES,
    ANNOUNCE_HEAD_BYTES + DATA_BYTES_MAX,
  ),
  exact(MessageType.notify, 'GOSSIP NOTIFY', 'client-to-node', 8),
  range(
    MessageType.notification,
    'GOSSIP NOTIFICATION',
    'node-to-client',
    ANNOUNCE_HEAD_BYTES,
    MESSAGE_BYTES_MAX,
  ),
  exact(MessageType.validation, 'GOSSIP VALIDATION', 'client-to-node', 8),
  range(
    MessageType.peerAnnounce,
    'PEER ANNOUNCE',
    'peer-to-peer',
    PEER_ANNOUNCE_HEAD_BYTES,
    MESSAGE_BYTES_MAX,
  ),
  exact(MessageType.peerDiscovery, 'PEER DISCOVERY', 'peer-to-peer', 4, 12),
  range(MessageType.peerOffer, 'PEER OFFER', 'peer-to-peer', HEADER_BYTES, MESSAGE_BYTES_MAX),
  exact(MessageType.peerInfo, 'PEER INFO', 'peer-to-peer', 8),
  exact(MessageType.peerChallenge, 'PEER CHALLENGE', 'peer-to-peer', 12),
  exact(MessageType.peerVerification, 'PEER VERIFICATION', 'peer-to-peer', 12),
  exact(MessageType.peerValidation, 'PEER VALIDATION', 'peer-to-peer', 8),
  range(MessageType.peerHello, 'PEER HELLO', 'peer-to-peer', HELLO_HEAD_BYTES, MESSAGE_BYTES_MAX),
  list(
    MessageType.peerInterest,
    'PEER INTEREST',
    INTEREST_HEAD_BYTES,
    INTEREST_HEAD_BYTES + TYPES_MAX * TYPE_BYTES,
    TYPE_BYTES,
  ),
  entries(MessageType.peerHave, 'PEER HAVE', HAVE_BYTES, HAVES_MAX),
  entries(MessageType.peerWant, 'PEER WANT', DIGEST_BYTES, DIGESTS_MAX),
  entries(MessageType.peerDontWant, 'PEER DONT WANT', DIGEST_BYTES, DIGESTS_MAX),
  entries(MessageType.peerGone, 'PEER GONE', DIGEST_BYTES, DIGESTS_MAX),
  entries(MessageType.peerPush, 'PEER PUSH', DIGEST_BYTES, DIGESTS_MAX),
  range(
    MessageType.peerReconcile,
    'PEER RECONCILE',
    'peer-to-peer',
    RECONCILE_HEAD_BYTES + RANGE_BYTES,
    MESSAGE_BYTES_MAX,
  ),
  exact(MessageType.peerPing, 'PEER PING', 'peer-to-peer', PING_BYTES),
  exact(MessageType.peerPong, 'PEER PONG', 'peer-to-peer', PING_BYTES),
];

/** Writes the four header bytes at `offset` of `target`. */
export function writeHeader(
  target: Uint8Array,
  offset: number,
  size: number,
  type: MessageType,
): void {
  writeU16(size, target, offset);
  writeU16(type, target, offset + 2);
}
