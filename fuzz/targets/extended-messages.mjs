/** Messages 520 to 529 out of the numbers and the data of an input, most of them such as a frame can hold. */

const DIGEST_BYTES = 16;
const ENTRY_BYTES = 24;
/** Ranges of a 527, at most; their ends are spread evenly. */
const RANGES_MAX = 6;
const KEYS = 2 ** 32;

/** Makers of messages, as in messages.mjs. */
export const EXTENDED_KINDS = [
  ({ byte, short, long, data }) => {
    const numbers = { version: byte, historySeconds: short, features: long.high };
    return { kind: 'peer-hello', ...numbers, interest: interestFrom(byte, data) };
  },
  ({ byte, data }) => ({ kind: 'peer-interest', interest: interestFrom(byte, data) }),
  ({ data }) => ({ kind: 'peer-have', entries: pieces(data, ENTRY_BYTES).map(entryFrom) }),
  ({ data }) => ({ kind: 'peer-want', digests: digestsFrom(data) }),
  ({ data }) => ({ kind: 'peer-dont-want', digests: digestsFrom(data) }),
  ({ data }) => ({ kind: 'peer-gone', digests: digestsFrom(data) }),
  ({ data }) => ({ kind: 'peer-push', digests: digestsFrom(data) }),
  ({ byte, short, short2, long, data }) => {
    const numbers = { exchange: short, windowSeconds: short2 };
    return { kind: 'peer-reconcile', ...numbers, ranges: rangesFrom(byte, long, data) };
  },
  ({ long }) => ({ kind: 'peer-ping', token: long.low }),
  ({ long }) => ({ kind: 'peer-pong', token: long.low }),
];

/** Whether lists are as long as they may be, and sizes such as data can have. */
export function fitsExtended(message) {
  const { interest = [], digests = [''], entries = [{ size: 0 }], ranges = [] } = message;
  const rangeBytes = ranges.reduce((sum, { mode }) => sum + (mode === 'fingerprint' ? 16 : 8), 0);
  const listed = ranges.reduce((sum, range) => sum + (range.digests?.length ?? 0), 0);
  return (
    (interest === 'many' || interest.length <= 1_024) &&
    isFrom1To(512, digests.length) &&
    isFrom1To(512, entries.length) &&
    entries.every(({ size }) => size <= 65_519) &&
    12 + rangeBytes + 16 * listed <= 65_535
  );
}

function isFrom1To(most, count) {
  return count >= 1 && count <= most;
}

function interestFrom(byte, data) {
  return byte === 255 ? 'many' : pieces(data, 2).map((piece) => piece[0] * 256 + piece[1]);
}

function digestsFrom(data) {
  return pieces(data, DIGEST_BYTES).map(textOf);
}

function entryFrom(piece) {
  const view = new DataView(piece.buffer, piece.byteOffset, piece.length);
  return {
    digest: textOf(piece.subarray(0, DIGEST_BYTES)),
    dataType: view.getUint16(16),
    size: view.getUint16(18),
    ttl: piece[20],
    age: view.getUint16(22),
  };
}

/** Even ranges of the modes that the bits of `byte` say; digests go where they belong. */
function rangesFrom(byte, fingerprint, data) {
  const count = 1 + (byte % RANGES_MAX);
  const digests = [...new Set(digestsFrom(data))].toSorted();
  const width = Math.floor(KEYS / count);
  return Array.from({ length: count }, (_, i) => {
    const begin = i * width;
    const end = i === count - 1 ? KEYS : begin + width;
    switch ((byte >> i) % 4) {
      case 0:
        return { mode: 'done', end };
      case 1:
        return { mode: 'fingerprint', end, count: i * byte, fingerprint };
      default:
        return { mode: 'digests', end, digests: digests.filter((d) => isWithin(d, begin, end)) };
    }
  });
}

function isWithin(digest, begin, end) {
  const key = Buffer.from(digest.slice(0, 4), 'latin1').readUInt32BE(0);
  return key >= begin && key < end;
}

/** Whole pieces only; what is left over is dropped. */
function pieces(data, bytes) {
  const count = Math.floor(data.length / bytes);
  return Array.from({ length: count }, (_, i) => data.subarray(i * bytes, (i + 1) * bytes));
}

function textOf(bytes) {
  return Buffer.from(bytes).toString('latin1');
}
