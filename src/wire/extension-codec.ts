/**
 * The messages 520 to 529 as bytes; extension-messages.ts says what they mean.
 *
 * Nothing is made for an entry before its bytes are known to be there, so a frame costs a small multiple of
 * its own size, whatever its counts say. What contradicts itself is a violation when it is read, and our own
 * defect, an assertion, when it is written.
 */
import { assert } from '../basics/assert.ts';
import { readU16, readU32, writeU16, writeU32 } from '../basics/integers.ts';
import { DIGEST_BYTES, readDigest, writeDigest, type MessageDigest } from './digest.ts';
import {
  DIGESTS_MAX,
  HAVE_BYTES,
  HAVES_MAX,
  HELLO_HEAD_BYTES,
  INTEREST_HEAD_BYTES,
  PING_BYTES,
  RECONCILE_HEAD_BYTES,
  type ExtensionMessage,
  type HaveEntry,
  type PeerHello,
  type PeerReconcile,
} from './extension-messages.ts';
import { interestSize, isInterest, readInterest, writeInterest } from './interest.ts';
import { DATA_BYTES_MAX, HEADER_BYTES, MessageType, writeHeader } from './message-types.ts';
import { rangesSize, readRanges, writeRanges } from './reconciliation.ts';
import { violation, type Violation } from './violation.ts';

/** Fields of 16 bits that mean "that or more" at their largest. */
const SECONDS_MAX = 0xffff;

/** Decodes a frame of one of these types, `bytes[start … end)`, whose size is one that its type may have. */
export function decodeExtension(
  type: MessageType,
  bytes: Uint8Array,
  start: number,
  end: number,
): ExtensionMessage | Violation {
  const body = start + HEADER_BYTES;
  switch (type) {
    case MessageType.peerHello:
      return readHello(bytes, body, end);
    case MessageType.peerInterest: {
      const interest = readInterest(bytes, body, end, false);
      return isInterest(interest) ? { kind: 'peer-interest', interest } : interest;
    }
    case MessageType.peerHave:
      return readHaves(bytes, body, end);
    case MessageType.peerWant:
      return { kind: 'peer-want', digests: readDigests(bytes, body, end) };
    case MessageType.peerDontWant:
      return { kind: 'peer-dont-want', digests: readDigests(bytes, body, end) };
    case MessageType.peerGone:
      return { kind: 'peer-gone', digests: readDigests(bytes, body, end) };
    case MessageType.peerPush:
      return { kind: 'peer-push', digests: readDigests(bytes, body, end) };
    case MessageType.peerReconcile:
      return readReconcile(bytes, body, end);
    case MessageType.peerPing:
      return { kind: 'peer-ping', token: readU32(bytes, body) };
    default:
      assert(type === MessageType.peerPong, `the reader let ${type} pass`);
      return { kind: 'peer-pong', token: readU32(bytes, body) };
  }
}

/** The size of a message on the wire, header included, in bytes. */
export function extensionSize(message: ExtensionMessage): number {
  switch (message.kind) {
    case 'peer-hello':
      return HELLO_HEAD_BYTES + interestSize(message.interest);
    case 'peer-interest':
      return INTEREST_HEAD_BYTES + interestSize(message.interest);
    case 'peer-have':
      return HEADER_BYTES + HAVE_BYTES * message.entries.length;
    case 'peer-want':
    case 'peer-dont-want':
    case 'peer-gone':
    case 'peer-push':
      return HEADER_BYTES + DIGEST_BYTES * message.digests.length;
    case 'peer-reconcile':
      return RECONCILE_HEAD_BYTES + rangesSize(message.ranges);
    case 'peer-ping':
    case 'peer-pong':
      return PING_BYTES;
  }
}

/** Writes a message of `size` bytes at `offset`, where there is room and every byte counts as undefined. */
export function writeExtension(
  message: ExtensionMessage,
  size: number,
  target: Uint8Array,
  offset: number,
): void {
  const body = offset + HEADER_BYTES;
  writeHeader(target, offset, size, TYPES[message.kind]);
  switch (message.kind) {
    case 'peer-hello':
      writeHello(message, target, body);
      break;
    case 'peer-interest':
      writeInterest(message.interest, target, body);
      break;
    case 'peer-have':
      assertFits(message.kind, message.entries.length, HAVES_MAX);
      message.entries.forEach((entry, i) => writeHave(entry, target, body + i * HAVE_BYTES));
      break;
    case 'peer-want':
    case 'peer-dont-want':
    case 'peer-gone':
    case 'peer-push':
      assertFits(message.kind, message.digests.length, DIGESTS_MAX);
      message.digests.forEach((digest, i) => writeDigest(digest, target, body + i * DIGEST_BYTES));
      break;
    case 'peer-reconcile':
      writeReconcile(message, target, body);
      break;
    case 'peer-ping':
    case 'peer-pong':
      writeU32(message.token, target, body);
      break;
  }
}

const TYPES: Readonly<Record<ExtensionMessage['kind'], MessageType>> = {
  'peer-hello': MessageType.peerHello,
  'peer-interest': MessageType.peerInterest,
  'peer-have': MessageType.peerHave,
  'peer-want': MessageType.peerWant,
  'peer-dont-want': MessageType.peerDontWant,
  'peer-gone': MessageType.peerGone,
  'peer-push': MessageType.peerPush,
  'peer-reconcile': MessageType.peerReconcile,
  'peer-ping': MessageType.peerPing,
  'peer-pong': MessageType.peerPong,
};

function assertFits(kind: string, count: number, max: number): void {
  assert(count >= 1 && count <= max, `a ${kind} with ${count} entries, 1 to ${max} are right`);
}

function readHello(bytes: Uint8Array, body: number, end: number): PeerHello | Violation {
  const interest = readInterest(bytes, body + 8, end, true);
  if (!isInterest(interest)) return interest;
  return {
    kind: 'peer-hello',
    version: bytes[body]!,
    historySeconds: readU16(bytes, body + 2),
    features: readU32(bytes, body + 4),
    interest,
  };
}

function writeHello(hello: PeerHello, target: Uint8Array, body: number): void {
  target[body] = hello.version;
  target[body + 1] = 0;
  writeU16(Math.min(hello.historySeconds, SECONDS_MAX), target, body + 2);
  writeU32(hello.features, target, body + 4);
  writeInterest(hello.interest, target, body + 8);
}

function readDigests(bytes: Uint8Array, from: number, end: number): MessageDigest[] {
  const digests: MessageDigest[] = [];
  for (let at = from; at < end; at += DIGEST_BYTES) digests.push(readDigest(bytes, at));
  return digests;
}

function readHaves(bytes: Uint8Array, from: number, end: number): ExtensionMessage | Violation {
  const entries: HaveEntry[] = [];
  for (let at = from; at < end; at += HAVE_BYTES) {
    const size = readU16(bytes, at + 18);
    if (size > DATA_BYTES_MAX) {
      return violation('bad-list', `a message of ${size} bytes, ${DATA_BYTES_MAX} is the most`);
    }
    entries.push({
      digest: readDigest(bytes, at),
      dataType: readU16(bytes, at + 16),
      size,
      ttl: bytes[at + 20]!,
      age: readU16(bytes, at + 22),
    });
  }
  return { kind: 'peer-have', entries };
}

function writeHave(entry: HaveEntry, target: Uint8Array, at: number): void {
  assert(entry.size <= DATA_BYTES_MAX, `a message of ${entry.size} bytes`);
  writeDigest(entry.digest, target, at);
  writeU16(entry.dataType, target, at + 16);
  writeU16(entry.size, target, at + 18);
  target[at + 20] = entry.ttl;
  target[at + 21] = 0;
  writeU16(Math.min(entry.age, SECONDS_MAX), target, at + 22);
}

function readReconcile(bytes: Uint8Array, body: number, end: number): PeerReconcile | Violation {
  const ranges = readRanges(bytes, body + 8, end, readU16(bytes, body + 6));
  if ('kind' in ranges) return ranges;
  return {
    kind: 'peer-reconcile',
    exchange: readU16(bytes, body),
    windowSeconds: readU16(bytes, body + 2),
    ranges,
  };
}

function writeReconcile(message: PeerReconcile, target: Uint8Array, body: number): void {
  writeU16(message.exchange, target, body);
  writeU16(Math.min(message.windowSeconds, SECONDS_MAX), target, body + 2);
  writeU16(0, target, body + 4);
  writeU16(message.ranges.length, target, body + 6);
  writeRanges(message.ranges, target, body + 8);
}
