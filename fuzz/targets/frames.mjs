/**
 * `frames`: any bytes, cut anywhere, through the frame readers of all three senders, beside the second
 * decoder. Both must agree on every message, on every violation, and on the moment of each: a message comes
 * with its last byte, a bad header is judged with its fourth, a bad body with its last.
 *
 * Input: one byte for the sender, one for the pattern of cuts, and the stream.
 */
import { FuzzFailure } from '../failure.mjs';
import { judgeBody, judgeHeader, saysTheSame, SENDERS } from '../second/frames.mjs';

const HEAD = 2;
const BYTES_MAX = 512;
/** The first patterns of cuts that make two pieces, and many. */
const TWO_PIECES = 112;
const MANY_PIECES = 224;
/** Chunks of a pattern with many are shorter than this, by its number. */
const CHUNK_BYTES_MAX = [3, 5, 9, 17, 33, 64, 128, 256];

export function framesTarget(code) {
  const newReaders = [code.peerMessageReader, code.clientMessageReader, code.notificationReader];
  return {
    name: 'frames',
    summary: 'frame readers beside a second decoder, cut anywhere',
    shape: { bytesMax: BYTES_MAX, headBytes: HEAD, freshAt: 1, hasFrames: true },
    seeds: seeds(),
    isTiny: true,
    execute(input, features) {
      if (input.length < HEAD) return;
      const sender = input[0] % SENDERS.length;
      features.note(compare(newReaders[sender](), sender, input));
    },
    describe(input) {
      if (input.length < HEAD) return ['nothing'];
      return [`from a ${SENDERS[input[0] % SENDERS.length]}, in chunks of ${chunks(input)} bytes`];
    },
  };
}

/** Reads the stream with both decoders side by side; returns what came out, folded into one number. */
function compare(reader, sender, input) {
  const pattern = input[1];
  let seen = sender + 1;
  let at = HEAD;
  for (let chunk = 0, pushed = HEAD; pushed < input.length; chunk++) {
    const end = chunkEnd(pattern, chunk, pushed, input.length);
    reader.push(input.subarray(pushed, end));
    pushed = end;
    for (;;) {
      const result = reader.next();
      const expected = expectedAt(input, at, pushed, sender);
      if (expected === '') {
        if (result !== undefined) fail('too-early', input, at, result, 'more bytes are needed');
        break;
      }
      if (expected !== 'message') return expectViolation(reader, result, expected, input, at, seen);
      const size = input[at] * 256 + input[at + 1];
      if (result === undefined || !saysTheSame(result, input, at, at + size)) {
        fail('other-message', input, at, result, 'the second decoder reads a message');
      }
      seen = (seen * 16 + input[at + 3]) & 0xfff;
      at += size;
    }
    if (reader.pendingBytes !== pushed - at) {
      fail('pending', input, at, reader.pendingBytes, `${pushed - at} bytes are pending`);
    }
  }
  return seen * 8 + Math.min(input.length - at, 4);
}

/** What must come next when `pushed` bytes are in: '' nothing yet, `message`, or the code of a violation. */
function expectedAt(input, at, pushed, sender) {
  if (pushed - at < 4) return '';
  const size = input[at] * 256 + input[at + 1];
  const wrong = judgeHeader(sender, size, input[at + 2] * 256 + input[at + 3]);
  if (wrong !== '') return wrong;
  if (at + size > pushed) return '';
  return judgeBody(input, at, at + size) || 'message';
}

/** Once it has come, a violation comes for ever, whatever is read, and nothing is kept. */
function expectViolation(reader, result, code, input, at, seen) {
  if (result?.kind !== 'violation' || result.code !== code || result.reason === '') {
    fail('other-violation', input, at, result, `the second decoder finds ${code}`);
  }
  reader.push(input);
  const again = reader.next();
  if (again !== result) fail('violation-forgotten', input, at, again, 'the violation stands');
  if (reader.pendingBytes !== 0) fail('pending', input, at, 'bytes are kept', 'nothing is');
  return seen * 8 + 5 + (code.charCodeAt(0) % 3);
}

function fail(rule, input, at, result, expected) {
  const found = typeof result === 'object' ? `${result.kind} ${result.code ?? ''}` : `${result}`;
  throw new FuzzFailure(rule, `at byte ${at - HEAD} of the stream: ${found.trim()}; ${expected}`);
}

function chunks(input) {
  const lengths = [];
  for (let at = HEAD; at < input.length && lengths.length < 64;) {
    const end = chunkEnd(input[1], lengths.length, at, input.length);
    lengths.push(end - at);
    at = end;
  }
  return lengths.join(' ');
}

/**
 * Where the chunk that begins at `start` ends. Of the 256 patterns some make one piece, as many two, and the
 * rest many, some of them empty; 255 is byte by byte.
 */
function chunkEnd(pattern, chunk, start, length) {
  if (pattern < TWO_PIECES) return length;
  if (pattern < MANY_PIECES) {
    return chunk === 0 ? start + ((pattern - TWO_PIECES) % (length - start + 1)) : length;
  }
  if (pattern === 255) return start + 1;
  const scrambled = Math.imul(chunk * 256 + pattern, 0x9e37_79b1) >>> 20;
  const most = CHUNK_BYTES_MAX[pattern % CHUNK_BYTES_MAX.length];
  return start + Math.min(scrambled % most, length - start);
}

const DIGEST = 'c5e1a0b2d3f405162738495a6b7c8d9e';

/** One of each message with its sender, in one piece; the corpus has the streams that once made trouble. */
function seeds() {
  return [
    '01 00 001001f4 04000539 6465616462656566 000801f5 00000539 000801f7 c81f0001',
    '02 00 001001f6 c81f0539 6465616462656566 000801f6 00010000',
    '00 00 001401f8 0123456789abcdef 05000539 64617461 000401f9 000c01f9 bc7a300e74f6cbcb',
    '00 e1 001301fa 3132372e302e302e313a3330303032 000801fb0000659a 000801fe00000001',
    '00 ff 000c01fc 0102030405060708 000c01fd 1112131415161718 000801fe 00000000',
    '00 00 000801fb0001659a 000801fe00010001 00120208 0100012c00000001 0002 0539 0007 00060209 ffff',
    `00 e7 001c020a ${DIGEST} 0539 0008 04 00 0003 0014020b ${DIGEST} 0014020c ${DIGEST}`,
    `00 ff 0014020d ${DIGEST} 0014020e ${DIGEST} 00080210 01020304 00080211 01020304`,
    `00 f0 0044020f 0007012c0000 0003 40000000 00 00 0000 80000000 01 00 0011 0123456789abcdef ` +
      `00000000 02 00 0001 ${DIGEST}`,
  ].map((hex) => Uint8Array.from(Buffer.from(hex.replaceAll(' ', ''), 'hex')));
}
