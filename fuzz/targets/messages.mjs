/**
 * `messages`: any message is written as the second encoder writes it and read back as it was; any frame that
 * can be read is written again as it came, with its reserved bits 0; what does not fit is refused.
 *
 * Input: one byte for the kind, two for the length of data, ten for the fields, one for the number of edits,
 * three for each edit of the written frame (place and mask), and the data, repeated to its length.
 */
import { FuzzFailure, must } from '../failure.mjs';
import { asWritten, saysTheSame, writeOut } from '../second/frames.mjs';
import { EXTENDED_KINDS, fitsExtended } from './extended-messages.mjs';

const HEAD = 13;
const EDITS_MAX = 3;
const DATA_LENGTHS = [0, 1, 2, 7, 255, 256, 65_519, 65_520, 65_527, 65_528, 65_531, 65_532, 65_535];
/** The most data that a message of each kind has room for. */
const ROOM = {
  announce: 65_519,
  notification: 65_527,
  'peer-announce': 65_519,
  'peer-offer': 65_531,
};
/** Written in front of and behind a frame, and found there again. */
const GUARD = 0xa5;
const GUARD_BYTES = 8;

export function messagesTarget(code) {
  const scratch = new Uint8Array(2 * GUARD_BYTES + 65_535 + 16);
  return {
    name: 'messages',
    summary: 'messages written and read back, as they are and edited',
    shape: { bytesMax: 96, headBytes: HEAD },
    seeds: KINDS.map((_, kind) => seed(kind)),
    execute(input, features) {
      if (input.length < HEAD) return;
      const message = messageFrom(input);
      if (!fits(message)) return expectRefusal(code, message);
      const frame = encode(code, message);
      features.note(input[0] % KINDS.length);
      expectFrame(frame, writeOut(message));
      if (message.kind.startsWith('peer-')) expectWritten(code, message, frame, scratch);
      expectRead(code, message, frame);
      features.note(expectEdited(code, message, frame, input));
      if (message.kind === 'peer-offer') expectOffer(code, message);
    },
    describe(input) {
      if (input.length < HEAD) return ['nothing'];
      const message = messageFrom(input);
      return [`${message.kind}, made of ${dataFrom(input).length} bytes of data`];
    },
  };
}

const KINDS = [
  ({ byte, short, data }) => ({ kind: 'announce', ttl: byte, dataType: short, data }),
  ({ short }) => ({ kind: 'notify', dataType: short }),
  ({ short, short2, data }) => ({ kind: 'notification', messageId: short2, dataType: short, data }),
  ({ short, bit }) => ({ kind: 'validation', messageId: short, valid: bit }),
  ({ byte, short, long, data }) => {
    return { kind: 'peer-announce', id: long, ttl: byte, dataType: short, data };
  },
  ({ bit, long }) => ({ kind: 'peer-discovery', challenge: bit ? long : undefined }),
  ({ data }) => ({ kind: 'peer-offer', body: data }),
  ({ short, bit }) => ({ kind: 'peer-info', port: short, isExtended: bit }),
  ({ long }) => ({ kind: 'peer-challenge', challenge: long }),
  ({ long }) => ({ kind: 'peer-verification', nonce: long }),
  ({ byte, bit }) => ({ kind: 'peer-validation', valid: bit, isExtended: byte > 127 }),
  ...EXTENDED_KINDS,
];

function messageFrom(input) {
  const view = new DataView(input.buffer, input.byteOffset, input.length);
  return KINDS[input[0] % KINDS.length]({
    byte: input[3],
    bit: input[3] % 2 === 1,
    short: view.getUint16(4),
    short2: view.getUint16(6),
    long: { high: view.getUint32(4), low: view.getUint32(8) },
    data: dataFrom(input),
  });
}

function dataFrom(input) {
  const given = input.subarray(Math.min(input.length, HEAD + 3 * editsOf(input)));
  const length = input[1] < 128 ? given.length : DATA_LENGTHS[input[2] % DATA_LENGTHS.length];
  const data = new Uint8Array(length);
  if (given.length > 0) for (let at = 0; at < length; at += given.length) fill(data, given, at);
  return data;
}

function fill(data, piece, at) {
  data.set(piece.subarray(0, Math.min(piece.length, data.length - at)), at);
}

function editsOf(input) {
  return input[12] % (EDITS_MAX + 1);
}

/** Whether a message is one that a frame can hold. */
function fits(message) {
  const room = ROOM[message.kind];
  return room === undefined ? fitsExtended(message) : (message.data ?? message.body).length <= room;
}

function encode(code, m) {
  switch (m.kind) {
    case 'announce':
      return code.encodeAnnounce(m.ttl, m.dataType, m.data);
    case 'notify':
      return code.encodeNotify(m.dataType);
    case 'notification':
      return code.encodeNotification(m.messageId, m.dataType, m.data);
    case 'validation':
      return code.encodeValidation(m.messageId, m.valid);
    default:
      return code.encodePeerMessage(m);
  }
}

function newReader(code, message) {
  if (message.kind.startsWith('peer-')) return code.peerMessageReader();
  return message.kind === 'notification' ? code.notificationReader() : code.clientMessageReader();
}

/** What does not fit into a frame is our own mistake, and stopped before a byte of it is written. */
function expectRefusal(code, message) {
  try {
    encode(code, message);
  } catch (error) {
    if (error.name === 'AssertionError') return;
    throw error;
  }
  throw new FuzzFailure('oversize', `a ${message.kind} that no frame can hold was written`);
}

function expectFrame(frame, expected) {
  const isEqual = Buffer.compare(frame, expected) === 0;
  must(isEqual, 'other-bytes', () => `${hex(frame)} was written; ${hex(expected)} is right`);
}

/** In the middle of a larger buffer it is the same bytes, and nothing around them is touched. */
function expectWritten(code, message, frame, scratch) {
  const end = GUARD_BYTES + frame.length;
  scratch.fill(GUARD, 0, end + GUARD_BYTES);
  const returned = code.writePeerMessage(message, scratch, GUARD_BYTES);
  const size = code.peerMessageSize(message);
  must(returned === end && size === frame.length, 'wrong-size', () => {
    return `size ${size}, end ${returned}; ${frame.length} and ${end} are right`;
  });
  expectFrame(scratch.subarray(GUARD_BYTES, end), frame);
  const around = [...scratch.subarray(0, GUARD_BYTES), ...scratch.subarray(end, end + GUARD_BYTES)];
  must(
    around.every((byte) => byte === GUARD),
    'outside',
    () => 'bytes beside the frame were written',
  );
}

function expectRead(code, message, frame) {
  const reader = newReader(code, message);
  reader.push(frame);
  const read = reader.next();
  must(read !== undefined && saysTheSame(read, frame, 0, frame.length), 'other-message', () => {
    return `${hex(frame)} was read as ${read?.kind}`;
  });
  must(reader.next() === undefined, 'left-over', () => 'one frame gave more than one message');
}

/** Whatever an edited frame is read as is written again as it stands there. */
function expectEdited(code, message, frame, input) {
  const edits = editsOf(input);
  const edited = frame.slice();
  for (let at = HEAD; at + 2 < input.length && at < HEAD + 3 * edits; at += 3) {
    const place = (input[at] * 256 + input[at + 1]) % edited.length;
    edited[place] ^= input[at + 2];
  }
  const reader = newReader(code, message);
  reader.push(edited);
  const read = reader.next();
  if (read === undefined) return 11;
  if (read.kind === 'violation') return 12 + (read.code.charCodeAt(0) % 8);
  const again = encode(code, read);
  expectFrame(again, asWritten(edited.subarray(0, edited[0] * 256 + edited[1])));
  return 20 + (again.length % 8);
}

/** Challenge and nonce are taken off a 506 and put back without a difference. */
function expectOffer(code, offer) {
  const split = code.splitOffer(offer);
  if (offer.body.length < 16) {
    must(
      split.kind === 'violation',
      'short-offer',
      () => 'an offer of less than 16 bytes was split',
    );
    return;
  }
  expectFrame(code.joinOffer(split).body, offer.body);
}

function hex(bytes) {
  const shown = Buffer.from(bytes.subarray(0, 40)).toString('hex');
  return bytes.length > 40 ? `${shown}… (${bytes.length} bytes)` : shown;
}

function seed(kind) {
  return Uint8Array.of(kind, 0, 0, 5, 1, 2, 3, 4, 5, 6, 7, 8, 1, 0, 5, 255, 0x64, 0x61, 0x74, 0x61);
}
