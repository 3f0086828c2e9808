/**
 * A second decoder and encoder for all messages, written from docs/protocol.md and not from `src`, as small as
 * it can be: one table of sizes, arithmetic instead of shifts, and comparisons in place of results. What is
 * inside of 520 to 529 stands in extension.mjs.
 */
import { asWrittenExtended, extendedBodyOf, saysTheSameExtended } from './extension.mjs';
import { long, short, u16 } from './integers.mjs';

export { judgeBody } from './extension.mjs';

/** Who writes: the messages that may stand on one kind of connection. */
export const SENDERS = ['peer', 'client', 'node'];
const [PEER, CLIENT, NODE] = [0, 1, 2];

/** By type: who sends it, its smallest and its largest size, and the steps between them. */
const LIMITS = {
  500: [CLIENT, 8, 65_527, 1], // GOSSIP ANNOUNCE: 65,519 bytes of data fit into a 504
  501: [CLIENT, 8, 8, 1], // GOSSIP NOTIFY
  502: [NODE, 8, 65_535, 1], // GOSSIP NOTIFICATION
  503: [CLIENT, 8, 8, 1], // GOSSIP VALIDATION
  504: [PEER, 16, 65_535, 1], // PEER ANNOUNCE
  505: [PEER, 4, 12, 8], // PEER DISCOVERY: without or with a challenge
  506: [PEER, 4, 65_535, 1], // PEER OFFER
  507: [PEER, 8, 8, 1], // PEER INFO
  508: [PEER, 12, 12, 1], // PEER CHALLENGE
  509: [PEER, 12, 12, 1], // PEER VERIFICATION
  510: [PEER, 8, 8, 1], // PEER VALIDATION
  520: [PEER, 14, 65_535, 1], // PEER HELLO: later versions may append
  521: [PEER, 6, 2_054, 2], // PEER INTEREST: up to 1,024 types
  522: [PEER, 28, 12_292, 24], // PEER HAVE: 1 to 512 entries
  523: [PEER, 20, 8_196, 16], // PEER WANT: 1 to 512 digests
  524: [PEER, 20, 8_196, 16], // PEER DONT WANT
  525: [PEER, 20, 8_196, 16], // PEER GONE
  526: [PEER, 20, 8_196, 16], // PEER PUSH
  527: [PEER, 20, 65_535, 1], // PEER RECONCILE
  528: [PEER, 8, 8, 1], // PEER PING
  529: [PEER, 8, 8, 1], // PEER PONG
};

/** The code of the violation that a header is, or '' if it may stand there. */
export function judgeHeader(sender, size, type) {
  if (size < 4) return 'bad-size';
  const limits = LIMITS[type];
  if (limits === undefined) return 'unknown-type';
  const [writer, least, most, step] = limits;
  if (writer !== sender) return 'wrong-port';
  return size < least || size > most || (size - least) % step > 0 ? 'bad-size' : '';
}

/** Whether `message` is what the frame in `bytes` from `at` to `end` says. */
export function saysTheSame(message, bytes, at, end) {
  switch (u16(bytes, at + 2)) {
    case 500:
      return (
        message.kind === 'announce' &&
        message.ttl === bytes[at + 4] &&
        message.dataType === u16(bytes, at + 6) &&
        isAt(message.data, bytes, at + 8, end)
      );
    case 501:
      return message.kind === 'notify' && message.dataType === u16(bytes, at + 6);
    case 502:
      return (
        message.kind === 'notification' &&
        message.messageId === u16(bytes, at + 4) &&
        message.dataType === u16(bytes, at + 6) &&
        isAt(message.data, bytes, at + 8, end)
      );
    case 503:
      return (
        message.kind === 'validation' &&
        message.messageId === u16(bytes, at + 4) &&
        message.valid === (bytes[at + 7] % 2 === 1)
      );
    default:
      return saysTheSameToPeers(message, bytes, at, end);
  }
}

function saysTheSameToPeers(message, bytes, at, end) {
  switch (u16(bytes, at + 2)) {
    case 504:
      return (
        message.kind === 'peer-announce' &&
        isLong(message.id, bytes, at + 4) &&
        message.ttl === bytes[at + 12] &&
        message.dataType === u16(bytes, at + 14) &&
        isAt(message.data, bytes, at + 16, end)
      );
    case 505:
      if (message.kind !== 'peer-discovery') return false;
      if (end - at === 4) return message.challenge === undefined;
      return message.challenge !== undefined && isLong(message.challenge, bytes, at + 4);
    case 506:
      return message.kind === 'peer-offer' && isAt(message.body, bytes, at + 4, end);
    case 507:
      return (
        message.kind === 'peer-info' &&
        message.port === u16(bytes, at + 6) &&
        showsTheSame(message, bytes, at)
      );
    case 508:
      return message.kind === 'peer-challenge' && isLong(message.challenge, bytes, at + 4);
    case 509:
      return message.kind === 'peer-verification' && isLong(message.nonce, bytes, at + 4);
    case 510:
      return (
        message.kind === 'peer-validation' &&
        message.valid === (bytes[at + 7] % 2 === 1) &&
        showsTheSame(message, bytes, at)
      );
    default:
      return saysTheSameExtended(message, bytes, at, end);
  }
}

/** Whether the bit for the extension is read as it stands, in a 507 or a 510. */
function showsTheSame({ isExtended = false }, bytes, at) {
  return isExtended === (bytes[at + 5] % 2 === 1);
}

/** The bytes of a message, reserved bits 0. */
export function writeOut(message) {
  const body = bodyOf(message);
  const size = 4 + body[1].length;
  return Uint8Array.from([size / 256, size % 256, body[0] / 256, body[0] % 256, ...body[1]]);
}

function bodyOf(m) {
  switch (m.kind) {
    case 'announce':
      return [500, [m.ttl, 0, ...short(m.dataType), ...m.data]];
    case 'notify':
      return [501, [0, 0, ...short(m.dataType)]];
    case 'notification':
      return [502, [...short(m.messageId), ...short(m.dataType), ...m.data]];
    case 'validation':
      return [503, [...short(m.messageId), 0, Number(m.valid)]];
    case 'peer-announce':
      return [504, [...long(m.id), m.ttl, 0, ...short(m.dataType), ...m.data]];
    case 'peer-discovery':
      return [505, m.challenge === undefined ? [] : long(m.challenge)];
    case 'peer-offer':
      return [506, [...m.body]];
    case 'peer-info':
      return [507, [0, Number(m.isExtended ?? false), ...short(m.port)]];
    case 'peer-challenge':
      return [508, long(m.challenge)];
    case 'peer-verification':
      return [509, long(m.nonce)];
    case 'peer-validation':
      return [510, [0, Number(m.isExtended ?? false), 0, Number(m.valid)]];
    default:
      return extendedBodyOf(m);
  }
}

/** Which bits of which bytes are reserved, by type: pairs of offset and mask. */
const RESERVED = {
  500: [[5, 0xff]],
  501: [[4, 0xff], [5, 0xff]],
  503: [[6, 0xff], [7, 0xfe]],
  504: [[13, 0xff]],
  507: [[4, 0xff], [5, 0xfe]],
  510: [[4, 0xff], [5, 0xfe], [6, 0xff], [7, 0xfe]],
}; // prettier-ignore

/** A frame that can be read, as its writer should have sent it: what readers ignore is 0 or left out. */
export function asWritten(frame) {
  const clean = frame.slice();
  for (const [offset, mask] of RESERVED[u16(frame, 2)] ?? []) clean[offset] &= ~mask;
  return asWrittenExtended(clean);
}

function isLong(value, bytes, at) {
  return (
    value.high === u16(bytes, at) * 65_536 + u16(bytes, at + 2) &&
    value.low === u16(bytes, at + 4) * 65_536 + u16(bytes, at + 6)
  );
}

function isAt(data, bytes, from, to) {
  if (data.length !== to - from) return false;
  for (let i = 0; i < data.length; i++) if (data[i] !== bytes[from + i]) return false;
  return true;
}
