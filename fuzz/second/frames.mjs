/**
 * A second decoder and encoder for messages 500 to 510, written from docs/protocol.md and not from `src`, as
 * small as it can be: one table of sizes, arithmetic instead of shifts, and comparisons in place of results.
 */

/** Who writes: the messages that may stand on one kind of connection. */
export const SENDERS = ['peer', 'client', 'node'];
const [PEER, CLIENT, NODE] = [0, 1, 2];

/** By type − 500: who sends it, its smallest and its largest size, and whether sizes in between are wrong. */
const LIMITS = [
  [CLIENT, 8, 65_527, false], // 500 GOSSIP ANNOUNCE: 65,519 bytes of data fit into a 504
  [CLIENT, 8, 8, false], // 501 GOSSIP NOTIFY
  [NODE, 8, 65_535, false], // 502 GOSSIP NOTIFICATION
  [CLIENT, 8, 8, false], // 503 GOSSIP VALIDATION
  [PEER, 16, 65_535, false], // 504 PEER ANNOUNCE
  [PEER, 4, 12, true], // 505 PEER DISCOVERY: without or with a challenge
  [PEER, 4, 65_535, false], // 506 PEER OFFER
  [PEER, 8, 8, false], // 507 PEER INFO
  [PEER, 12, 12, false], // 508 PEER CHALLENGE
  [PEER, 12, 12, false], // 509 PEER VERIFICATION
  [PEER, 8, 8, false], // 510 PEER VALIDATION
];

/** The code of the violation that a header is, or '' if it may stand there. */
export function judgeHeader(sender, size, type) {
  if (size < 4) return 'bad-size';
  if (type < 500 || type > 510) return 'unknown-type';
  const [writer, least, most, onlyEnds] = LIMITS[type - 500];
  if (writer !== sender) return 'wrong-port';
  if (size < least || size > most) return 'bad-size';
  return onlyEnds && size !== least && size !== most ? 'bad-size' : '';
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
      return message.kind === 'peer-info' && message.port === u16(bytes, at + 6);
    case 508:
      return message.kind === 'peer-challenge' && isLong(message.challenge, bytes, at + 4);
    case 509:
      return message.kind === 'peer-verification' && isLong(message.nonce, bytes, at + 4);
    default:
      return message.kind === 'peer-validation' && message.valid === (bytes[at + 7] % 2 === 1);
  }
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
      return [507, [0, 0, ...short(m.port)]];
    case 'peer-challenge':
      return [508, long(m.challenge)];
    case 'peer-verification':
      return [509, long(m.nonce)];
    default:
      return [510, [0, 0, 0, Number(m.valid)]];
  }
}

/** Which bits of which bytes are reserved, by type − 500: pairs of offset and mask. */
const RESERVED = [
  [[5, 0xff]],
  [[4, 0xff], [5, 0xff]],
  [],
  [[6, 0xff], [7, 0xfe]],
  [[13, 0xff]],
  [],
  [],
  [[4, 0xff], [5, 0xff]],
  [],
  [],
  [[4, 0xff], [5, 0xff], [6, 0xff], [7, 0xfe]],
]; // prettier-ignore

/** The frame with its reserved bits as a writer has to send them. */
export function withoutReserved(frame) {
  const clean = frame.slice();
  for (const [offset, mask] of RESERVED[u16(frame, 2) - 500]) clean[offset] &= ~mask;
  return clean;
}

function u16(bytes, at) {
  return bytes[at] * 256 + bytes[at + 1];
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

function short(value) {
  return [Math.floor(value / 256), value % 256];
}

function long({ high, low }) {
  return [high, low].flatMap((half) => [
    ...short(Math.floor(half / 65_536)),
    ...short(half % 65_536),
  ]);
}
