/**
 * The messages 520 to 529 in the second decoder and encoder, written from docs/protocol.md and not from `src`:
 * which bodies contradict themselves, whether a message is what a frame says, and how it is written.
 */
import { long, short, u16, u32 } from './integers.mjs';

const LISTS = { 523: 'peer-want', 524: 'peer-dont-want', 525: 'peer-gone', 526: 'peer-push' };
const TOKENS = { 528: 'peer-ping', 529: 'peer-pong' };

/** The code of the violation that the body of a whole frame is, or ''. Its header may stand there. */
export function judgeBody(bytes, at, end) {
  switch (u16(bytes, at + 2)) {
    case 520:
      return judgeTypes(bytes, at + 12, end, true);
    case 521:
      return judgeTypes(bytes, at + 4, end, false);
    case 522:
      for (let entry = at + 4; entry < end; entry += 24) {
        if (u16(bytes, entry + 18) > 65_519) return 'bad-list';
      }
      return '';
    case 527:
      return judgeRanges(bytes, at, end);
    default:
      return '';
  }
}

function judgeTypes(bytes, at, end, mayGoOn) {
  const count = u16(bytes, at);
  const right = at + 2 + (count === 65_535 ? 0 : 2 * count);
  if (count !== 65_535 && count > 1_024) return 'bad-list';
  return right === end || (mayGoOn && right < end) ? '' : 'bad-list';
}

function judgeRanges(bytes, at, end) {
  const count = u16(bytes, at + 10);
  if (count < 1 || count > 1_024) return 'bad-list';
  let begin = 0;
  let place = at + 12;
  for (let left = count; left > 0; left--) {
    if (end - place < 8 || bytes[place + 4] > 2) return 'bad-list';
    const next = place + rangeBytes(bytes, place);
    if (next > end) return 'bad-list';
    const limit = left === 1 ? 4_294_967_296 : u32(bytes, place);
    if (left === 1 ? u32(bytes, place) !== 0 : limit <= begin) return 'bad-list';
    if (bytes[place + 4] === 2 && !areInOrder(bytes, place + 8, next, begin, limit)) {
      return 'bad-list';
    }
    begin = limit;
    place = next;
  }
  return place === end ? '' : 'bad-list';
}

function rangeBytes(bytes, at) {
  return 8 + [0, 8, 16 * u16(bytes, at + 6)][bytes[at + 4]];
}

function areInOrder(bytes, from, to, begin, limit) {
  for (let at = from; at < to; at += 16) {
    const key = u32(bytes, at);
    if (key < begin || key >= limit) return false;
    if (at > from && Buffer.compare(view(bytes, at - 16), view(bytes, at)) >= 0) return false;
  }
  return true;
}

function view(bytes, at) {
  return bytes.subarray(at, at + 16);
}

/** Whether `message` is what the frame in `bytes` from `at` to `end` says. */
export function saysTheSameExtended(message, bytes, at, end) {
  const type = u16(bytes, at + 2);
  if (type in LISTS) {
    return message.kind === LISTS[type] && areDigests(message.digests, bytes, at + 4, end);
  }
  if (type in TOKENS) return message.kind === TOKENS[type] && message.token === u32(bytes, at + 4);
  switch (type) {
    case 520:
      return (
        message.kind === 'peer-hello' &&
        message.version === bytes[at + 4] &&
        message.historySeconds === u16(bytes, at + 6) &&
        message.features === u32(bytes, at + 8) &&
        areTypes(message.interest, bytes, at + 12)
      );
    case 521:
      return message.kind === 'peer-interest' && areTypes(message.interest, bytes, at + 4);
    case 522:
      return (
        message.kind === 'peer-have' &&
        message.entries.length === (end - at - 4) / 24 &&
        message.entries.every((entry, i) => isEntry(entry, bytes, at + 4 + 24 * i))
      );
    default:
      return (
        message.kind === 'peer-reconcile' &&
        message.exchange === u16(bytes, at + 4) &&
        message.windowSeconds === u16(bytes, at + 6) &&
        areRanges(message.ranges, bytes, at + 10)
      );
  }
}

function areTypes(interest, bytes, at) {
  const count = u16(bytes, at);
  if (count === 65_535) return interest === 'many';
  return (
    interest.length === count && interest.every((type, i) => type === u16(bytes, at + 2 + 2 * i))
  );
}

function isEntry(entry, bytes, at) {
  return (
    isDigest(entry.digest, bytes, at) &&
    entry.dataType === u16(bytes, at + 16) &&
    entry.size === u16(bytes, at + 18) &&
    entry.ttl === bytes[at + 20] &&
    entry.age === u16(bytes, at + 22)
  );
}

function areRanges(ranges, bytes, at) {
  if (ranges.length !== u16(bytes, at)) return false;
  let place = at + 2;
  return ranges.every((range) => {
    const here = place;
    place += rangeBytes(bytes, here);
    if (range.end !== (u32(bytes, here) || 4_294_967_296)) return false;
    switch (bytes[here + 4]) {
      case 0:
        return range.mode === 'done';
      case 1:
        return (
          range.mode === 'fingerprint' &&
          range.count === u16(bytes, here + 6) &&
          range.fingerprint.high === u32(bytes, here + 8) &&
          range.fingerprint.low === u32(bytes, here + 12)
        );
      default:
        return range.mode === 'digests' && areDigests(range.digests, bytes, here + 8, place);
    }
  });
}

function areDigests(digests, bytes, from, to) {
  return (
    digests.length === (to - from) / 16 &&
    digests.every((digest, i) => isDigest(digest, bytes, from + 16 * i))
  );
}

function isDigest(digest, bytes, at) {
  return digest === Buffer.from(view(bytes, at)).toString('latin1');
}

/** Type and body of a message, reserved bits 0. */
export function extendedBodyOf(m) {
  switch (m.kind) {
    case 'peer-hello': {
      const head = [m.version, 0, ...short(m.historySeconds), ...word(m.features)];
      return [520, [...head, ...typesOf(m.interest)]];
    }
    case 'peer-interest':
      return [521, typesOf(m.interest)];
    case 'peer-have':
      return [522, m.entries.flatMap(entryOf)];
    case 'peer-reconcile': {
      const head = [...short(m.exchange), ...short(m.windowSeconds), 0, 0];
      return [527, [...head, ...short(m.ranges.length), ...m.ranges.flatMap(rangeOf)]];
    }
    default:
      return m.digests === undefined
        ? [typeOf(TOKENS, m.kind), word(m.token)]
        : [typeOf(LISTS, m.kind), m.digests.flatMap(bytesOf)];
  }
}

function typeOf(kinds, kind) {
  return Number(Object.keys(kinds).find((type) => kinds[type] === kind));
}

function typesOf(interest) {
  return interest === 'many' ? [255, 255] : [...short(interest.length), ...interest.flatMap(short)];
}

function entryOf({ digest, dataType, size, ttl, age }) {
  return [...bytesOf(digest), ...short(dataType), ...short(size), ttl, 0, ...short(age)];
}

function rangeOf(range) {
  const end = word(range.end === 4_294_967_296 ? 0 : range.end);
  switch (range.mode) {
    case 'done':
      return [...end, 0, 0, 0, 0];
    case 'fingerprint':
      return [...end, 1, 0, ...short(range.count), ...long(range.fingerprint)];
    default:
      return [...end, 2, 0, ...short(range.digests.length), ...range.digests.flatMap(bytesOf)];
  }
}

function bytesOf(digest) {
  return [...Buffer.from(digest, 'latin1')];
}

function word(value) {
  return long({ high: 0, low: value }).slice(4);
}

/** Sets what readers of a frame ignore to what writers send: in place, except that a 520 loses its trailing bytes. */
export function asWrittenExtended(frame) {
  switch (u16(frame, 2)) {
    case 520: {
      const count = u16(frame, 12);
      const cut = frame.subarray(0, 14 + (count === 65_535 ? 0 : 2 * count));
      cut.set([...short(cut.length)]);
      cut[5] = 0;
      return cut;
    }
    case 522:
      for (let entry = 4; entry < frame.length; entry += 24) frame[entry + 21] = 0;
      return frame;
    case 527:
      frame.fill(0, 8, 10);
      for (let at = 12; at < frame.length; at += rangeBytes(frame, at)) {
        frame[at + 5] = 0;
        if (frame[at + 4] === 0) frame.fill(0, at + 6, at + 8);
      }
      return frame;
    default:
      return frame;
  }
}
