/**
 * The peer messages 504 to 510.
 *
 *     504 PEER ANNOUNCE       header, id 64, TTL 8, reserved 8, data type 16, data
 *     505 PEER DISCOVERY      header, challenge 64            — or the header alone
 *     506 PEER OFFER          header, challenge 64, nonce 64, data — or header and data alone
 *     507 PEER INFO           header, reserved 15, extended 1, p2p listening port 16
 *     508 PEER CHALLENGE      header, challenge 64
 *     509 PEER VERIFICATION   header, nonce 64
 *     510 PEER VALIDATION     header, reserved 15, extended 1, reserved 15, V 1
 *
 * Which form a 506 has is not written in it: it is read in the form of the 505 that asked for it, so its
 * body stays opaque here until {@link splitOffer} is told.
 */
import { assert } from '../basics/assert.ts';
import { readU16, readU64, writeU16, writeU64, type U64 } from '../basics/integers.ts';
import { decodeExtension, extensionSize, writeExtension } from './extension-codec.ts';
import { EXTENSION_KINDS, type ExtensionMessage } from './extension-messages.ts';
import { FrameReader } from './frame-reader.ts';
import {
  HEADER_BYTES,
  MESSAGE_BYTES_MAX,
  MessageType,
  PEER_ANNOUNCE_HEAD_BYTES,
  writeHeader,
} from './message-types.ts';
import { violation, type Violation } from './violation.ts';

/** 504: an announcement on its way through the overlay. */
export interface PeerAnnounce {
  readonly kind: 'peer-announce';
  readonly id: U64;
  /** Hops left, 1 … 255; 0 means no limit. */
  readonly ttl: number;
  readonly dataType: number;
  readonly data: Uint8Array;
}

/** 505: asks for addresses of other peers. */
export interface PeerDiscovery {
  readonly kind: 'peer-discovery';
  /** Present where the proof of work stands in discovery. */
  readonly challenge: U64 | undefined;
}

/** 506: answers a 505. */
export interface PeerOffer {
  readonly kind: 'peer-offer';
  /** Everything after the header; see {@link splitOffer}. */
  readonly body: Uint8Array;
}

/** 507, the first message of whoever dialled: "I listen on this port". */
export interface PeerInfo {
  readonly kind: 'peer-info';
  /** Whether the lowest reserved bit is set: the sender understands the messages from 520 on. */
  readonly isExtended?: boolean;
  /** 0 … 65,535; 0 says that nobody can connect to the sender. */
  readonly port: number;
}

/** 508: "find a nonce for this". */
export interface PeerChallenge {
  readonly kind: 'peer-challenge';
  readonly challenge: U64;
}

/** 509: "here it is". */
export interface PeerVerification {
  readonly kind: 'peer-verification';
  readonly nonce: U64;
}

/** 510: the link is open (V=1) or refused (V=0). */
export interface PeerValidation {
  readonly kind: 'peer-validation';
  /** As in {@link PeerInfo}: the lowest of the first 16 reserved bits. */
  readonly isExtended?: boolean;
  readonly valid: boolean;
}

export type PeerMessage =
  | PeerAnnounce
  | PeerDiscovery
  | PeerOffer
  | PeerInfo
  | PeerChallenge
  | PeerVerification
  | PeerValidation
  | ExtensionMessage;

/** Reads what a peer sends: 504 to 510, and 520 to 529. */
export function peerMessageReader(): FrameReader<PeerMessage> {
  return new FrameReader<PeerMessage>(
    { sender: 'a peer', direction: 'peer-to-peer' },
    decodePeerMessage,
  );
}

function decodePeerMessage(
  type: MessageType,
  bytes: Uint8Array,
  start: number,
  end: number,
): PeerMessage | Violation {
  const body = start + HEADER_BYTES;
  switch (type) {
    case MessageType.peerAnnounce:
      return {
        kind: 'peer-announce',
        id: readU64(bytes, body),
        ttl: bytes[start + 12]!,
        dataType: readU16(bytes, start + 14),
        data: bytes.subarray(start + PEER_ANNOUNCE_HEAD_BYTES, end),
      };
    case MessageType.peerDiscovery:
      return {
        kind: 'peer-discovery',
        challenge: end === body ? undefined : readU64(bytes, body),
      };
    case MessageType.peerOffer:
      return { kind: 'peer-offer', body: bytes.subarray(body, end) };
    case MessageType.peerInfo:
      return { kind: 'peer-info', ...extendedBit(bytes, body), port: readU16(bytes, start + 6) };
    case MessageType.peerChallenge:
      return { kind: 'peer-challenge', challenge: readU64(bytes, body) };
    case MessageType.peerVerification:
      return { kind: 'peer-verification', nonce: readU64(bytes, body) };
    case MessageType.peerValidation: {
      const valid = (bytes[start + 7]! & 1) === 1;
      return { kind: 'peer-validation', ...extendedBit(bytes, body), valid };
    }
    default:
      return decodeExtension(type, bytes, start, end);
  }
}

function extendedBit(bytes: Uint8Array, reserved: number): { readonly isExtended?: true } {
  return (bytes[reserved + 1]! & 1) === 1 ? { isExtended: true } : {};
}

/** The size of a message on the wire, header included, in bytes. */
export function peerMessageSize(message: PeerMessage): number {
  switch (message.kind) {
    case 'peer-announce':
      return PEER_ANNOUNCE_HEAD_BYTES + message.data.length;
    case 'peer-discovery':
      return message.challenge === undefined ? 4 : 12;
    case 'peer-offer':
      return HEADER_BYTES + message.body.length;
    case 'peer-challenge':
    case 'peer-verification':
      return 12;
    case 'peer-info':
    case 'peer-validation':
      return 8;
    default:
      return extensionSize(message);
  }
}

/** Writes a message at `offset` of `target`, which has room for it; returns the offset behind it. */
export function writePeerMessage(message: PeerMessage, target: Uint8Array, offset: number): number {
  const size = peerMessageSize(message);
  assert(size <= MESSAGE_BYTES_MAX, `a ${message.kind} of ${size} bytes`);
  const body = offset + HEADER_BYTES;
  switch (message.kind) {
    case 'peer-announce':
      writeHeader(target, offset, size, MessageType.peerAnnounce);
      writeU64(message.id, target, body);
      target[offset + 12] = message.ttl;
      target[offset + 13] = 0;
      writeU16(message.dataType, target, offset + 14);
      target.set(message.data, offset + PEER_ANNOUNCE_HEAD_BYTES);
      break;
    case 'peer-discovery':
      writeHeader(target, offset, size, MessageType.peerDiscovery);
      if (message.challenge !== undefined) writeU64(message.challenge, target, body);
      break;
    case 'peer-offer':
      writeHeader(target, offset, size, MessageType.peerOffer);
      target.set(message.body, body);
      break;
    case 'peer-info':
      writeHeader(target, offset, size, MessageType.peerInfo);
      writeU16(message.isExtended === true ? 1 : 0, target, body);
      writeU16(message.port, target, offset + 6);
      break;
    case 'peer-challenge':
      writeHeader(target, offset, size, MessageType.peerChallenge);
      writeU64(message.challenge, target, body);
      break;
    case 'peer-verification':
      writeHeader(target, offset, size, MessageType.peerVerification);
      writeU64(message.nonce, target, body);
      break;
    case 'peer-validation':
      writeHeader(target, offset, size, MessageType.peerValidation);
      writeU16(message.isExtended === true ? 1 : 0, target, body);
      writeU16(message.valid ? 1 : 0, target, offset + 6);
      break;
    default:
      writeExtension(message, size, target, offset);
  }
  return offset + size;
}

/** A message as bytes of its own. */
export function encodePeerMessage(message: PeerMessage): Uint8Array {
  const frame = new Uint8Array(peerMessageSize(message));
  writePeerMessage(message, frame, 0);
  return frame;
}

/** Where challenge and nonce stand in a 506 that carries them, counted from the start of the packet. */
export const OFFER_CHALLENGE_OFFSET = 4;
export const OFFER_NONCE_OFFSET = 12;
/** Bytes of challenge and nonce together, at the start of the body. */
const OFFER_PROOF_BYTES = 16;

/** The body of a 506 that answers a 505 with a challenge. The whole packet is what gets hashed. */
export interface ProvenOffer {
  readonly challenge: U64;
  readonly nonce: U64;
  /** The address list as text, see address.ts. */
  readonly text: Uint8Array;
}

/** Takes a 506 apart that answers a 505 with a challenge; a violation if challenge and nonce do not fit in. */
export function splitOffer(offer: PeerOffer): ProvenOffer | Violation {
  const body = offer.body;
  if (body.length < OFFER_PROOF_BYTES) {
    const reason =
      `a PEER OFFER with ${body.length} bytes after the header answers a PEER DISCOVERY with a ` +
      `challenge; challenge and nonce need ${OFFER_PROOF_BYTES}`;
    return violation('bad-size', reason);
  }
  return {
    challenge: readU64(body, 0),
    nonce: readU64(body, 8),
    text: body.subarray(OFFER_PROOF_BYTES),
  };
}

/** Puts a 506 together that answers a 505 with a challenge. */
export function joinOffer(offer: ProvenOffer): PeerOffer {
  const body = new Uint8Array(OFFER_PROOF_BYTES + offer.text.length);
  writeU64(offer.challenge, body, 0);
  writeU64(offer.nonce, body, 8);
  body.set(offer.text, OFFER_PROOF_BYTES);
  return { kind: 'peer-offer', body };
}

const EXTENDED: ReadonlySet<string> = new Set(EXTENSION_KINDS);

/** Whether only nodes that speak the extension understand it. */
export function isExtension(message: PeerMessage): message is ExtensionMessage {
  return EXTENDED.has(message.kind);
}
