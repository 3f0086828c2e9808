/**
 * The application interface: messages 500 to 503 between a local program and its node.
 *
 *     500 ANNOUNCE       size 16, type 16, TTL 8, reserved 8, data type 16, data
 *     501 NOTIFY         size 16, type 16, reserved 16, data type 16
 *     502 NOTIFICATION   size 16, type 16, message ID 16, data type 16, data
 *     503 VALIDATION     size 16, type 16, message ID 16, reserved 15, V 1
 *
 * Reserved bits are written as 0 and ignored when read.
 */
import { assert } from '../basics/assert.ts';
import { readU16, writeU16 } from '../basics/integers.ts';
import { FrameReader } from './frame-reader.ts';
import {
  ANNOUNCE_HEAD_BYTES,
  DATA_BYTES_MAX,
  MESSAGE_BYTES_MAX,
  MessageType,
  writeHeader,
} from './message-types.ts';

/** 500, client → node: spread `data`. */
export interface Announce {
  readonly kind: 'announce';
  /** Hops the data may travel, 0 … 255; 0 means no limit. */
  readonly ttl: number;
  /** 0 … 65,535. */
  readonly dataType: number;
  /** 0 … 65,519 bytes. */
  readonly data: Uint8Array;
}

/** 501, client → node: notify this connection of `dataType` from now on. */
export interface Notify {
  readonly kind: 'notify';
  readonly dataType: number;
}

/** 502, node → client: this data arrived; answer with a 503 that repeats `messageId`. */
export interface Notification {
  readonly kind: 'notification';
  /** Chosen by the node, 1 … 65,535; has nothing to do with the 64-bit id between peers. */
  readonly messageId: number;
  readonly dataType: number;
  readonly data: Uint8Array;
}

/** 503, client → node: the verdict on one notification. */
export interface Validation {
  readonly kind: 'validation';
  readonly messageId: number;
  /** V: true if the data is well-formed and may travel on. */
  readonly valid: boolean;
}

export type ClientMessage = Announce | Notify | Validation;

/** Reads what a client sends: 500, 501, 503. */
export function clientMessageReader(): FrameReader<ClientMessage> {
  return new FrameReader<ClientMessage>(
    { sender: 'a client', direction: 'client-to-node' },
    decodeClientMessage,
  );
}

/** Reads what a node sends to a client: 502. */
export function notificationReader(): FrameReader<Notification> {
  return new FrameReader<Notification>(
    { sender: 'a node', direction: 'node-to-client' },
    (_type, bytes, start, end) => ({
      kind: 'notification',
      messageId: readU16(bytes, start + 4),
      dataType: readU16(bytes, start + 6),
      data: bytes.subarray(start + ANNOUNCE_HEAD_BYTES, end),
    }),
  );
}

function decodeClientMessage(
  type: MessageType,
  bytes: Uint8Array,
  start: number,
  end: number,
): ClientMessage {
  switch (type) {
    case MessageType.announce:
      return {
        kind: 'announce',
        ttl: bytes[start + 4]!,
        dataType: readU16(bytes, start + 6),
        data: bytes.subarray(start + ANNOUNCE_HEAD_BYTES, end),
      };
    case MessageType.notify:
      return { kind: 'notify', dataType: readU16(bytes, start + 6) };
    default:
      assert(type === MessageType.validation, `the reader let ${type} pass`);
      return {
        kind: 'validation',
        messageId: readU16(bytes, start + 4),
        valid: (bytes[start + 7]! & 1) === 1,
      };
  }
}

/** Bytes that {@link writeNotification} needs for `data`. */
export function notificationSize(data: Uint8Array): number {
  return ANNOUNCE_HEAD_BYTES + data.length;
}

/** Writes a 502 at `offset` of `target`; returns the offset behind it. */
export function writeNotification(
  target: Uint8Array,
  offset: number,
  messageId: number,
  dataType: number,
  data: Uint8Array,
): number {
  const size = notificationSize(data);
  assert(size <= MESSAGE_BYTES_MAX, `a notification of ${size} bytes`);
  writeHeader(target, offset, size, MessageType.notification);
  writeU16(messageId, target, offset + 4);
  writeU16(dataType, target, offset + 6);
  target.set(data, offset + ANNOUNCE_HEAD_BYTES);
  return offset + size;
}

/** A 502 of its own. */
export function encodeNotification(
  messageId: number,
  dataType: number,
  data: Uint8Array,
): Uint8Array {
  const frame = new Uint8Array(notificationSize(data));
  writeNotification(frame, 0, messageId, dataType, data);
  return frame;
}

/** A 500. `data` may hold at most {@link DATA_BYTES_MAX} bytes: callers check and refuse before. */
export function encodeAnnounce(ttl: number, dataType: number, data: Uint8Array): Uint8Array {
  assert(data.length <= DATA_BYTES_MAX, `an announcement of ${data.length} bytes`);
  const frame = new Uint8Array(ANNOUNCE_HEAD_BYTES + data.length);
  writeHeader(frame, 0, frame.length, MessageType.announce);
  frame[4] = ttl;
  writeU16(dataType, frame, 6);
  frame.set(data, ANNOUNCE_HEAD_BYTES);
  return frame;
}

/** A 501. */
export function encodeNotify(dataType: number): Uint8Array {
  const frame = new Uint8Array(8);
  writeHeader(frame, 0, 8, MessageType.notify);
  writeU16(dataType, frame, 6);
  return frame;
}

/** A 503. */
export function encodeValidation(messageId: number, valid: boolean): Uint8Array {
  const frame = new Uint8Array(8);
  writeHeader(frame, 0, 8, MessageType.validation);
  writeU16(messageId, frame, 4);
  frame[7] = valid ? 1 : 0;
  return frame;
}
