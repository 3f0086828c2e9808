import { describe, expect, it } from 'vitest';
import { u64 } from '../../../src/basics/integers.ts';
import { clientMessageReader, notificationReader } from '../../../src/wire/api-messages.ts';
import { encodePeerMessage, peerMessageReader } from '../../../src/wire/peer-messages.ts';
import { codeOf, concat, hex, isViolation, readAll, utf8 } from './frames.ts';

/** A 504, a 505 without challenge, a 507, a 506 and a 510, one behind the other. */
const STREAM = concat(
  hex('0014 01f8 0123456789abcdef 05 00 0539 64617461'),
  hex('0004 01f9'),
  hex('0008 01fb 0000 659a'),
  concat(hex('0013 01fa'), utf8('127.0.0.1:30002')),
  hex('0008 01fe 0000 0001'),
);
const MESSAGES = readAll(peerMessageReader(), STREAM);
const HEADERS_ONLY_OF_PEERS = [
  504, 505, 506, 507, 508, 509, 510, 520, 521, 522, 523, 524, 525, 526, 527, 528, 529,
];
const HEADERS_ONLY_OF_CLIENTS = [500, 501, 503];

describe('a stream of frames', () => {
  it('gives its messages in order when it comes in one chunk', () => {
    const kinds = MESSAGES.map((message) => message.kind);
    expect(kinds).toEqual([
      'peer-announce',
      'peer-discovery',
      'peer-info',
      'peer-offer',
      'peer-validation',
    ]);
  });

  it('gives the same messages wherever it is split', () => {
    for (let at = 0; at <= STREAM.length; at++) {
      const [left, right] = [STREAM.subarray(0, at), STREAM.subarray(at)];
      expect(readAll(peerMessageReader(), left, right), `split at ${at}`).toEqual(MESSAGES);
    }
  });

  it('gives the same messages wherever it is split twice', () => {
    for (let i = 0; i <= STREAM.length; i++) {
      for (let k = i; k <= STREAM.length; k++) {
        const chunks = [STREAM.subarray(0, i), STREAM.subarray(i, k), STREAM.subarray(k)];
        expect(readAll(peerMessageReader(), ...chunks), `split at ${i}, ${k}`).toEqual(MESSAGES);
      }
    }
  });

  it('gives the same messages byte by byte', () => {
    const single = [...STREAM].map((byte) => Uint8Array.of(byte));
    expect(readAll(peerMessageReader(), ...single)).toEqual(MESSAGES);
  });

  it('gives the same messages with empty chunks in between', () => {
    const none = new Uint8Array(0);
    const chunks = [none, STREAM.subarray(0, 2), none, STREAM.subarray(2, 30), none, none];
    expect(readAll(peerMessageReader(), ...chunks, STREAM.subarray(30), none)).toEqual(MESSAGES);
  });

  it('may hold thousands of frames in one chunk', () => {
    const chunk = concat(...Array<Uint8Array>(5_000).fill(hex('0008 01fb 0000 659a')));
    expect(readAll(peerMessageReader(), chunk)).toHaveLength(5_000);
  });

  it('may hold frames of the largest size', () => {
    const data = Uint8Array.from({ length: 65_519 }, (_, i) => i % 251);
    const message = { kind: 'peer-announce', id: u64(1, 2), ttl: 3, dataType: 4, data } as const;
    const frame = encodePeerMessage(message);
    const chunks = [frame.subarray(0, 40_000), concat(frame.subarray(40_000), frame)];
    expect(readAll(peerMessageReader(), ...chunks)).toEqual([message, message]);
  });
});

describe('an unfinished frame', () => {
  it('gives nothing', () => {
    expect(readAll(peerMessageReader(), STREAM.subarray(0, 19))).toEqual([]);
  });

  it('gives nothing when its header is all there is', () => {
    expect(readAll(peerMessageReader(), hex('ffff 01f8'))).toEqual([]);
  });

  it('counts as pending with the bytes that are there', () => {
    const reader = peerMessageReader();
    readAll(reader, STREAM.subarray(0, 3), STREAM.subarray(3, 11));
    expect(reader.pendingBytes).toBe(11);
  });

  it('is known by its type and size once its header is there, and not before', () => {
    const reader = peerMessageReader();
    readAll(reader, hex('ffff 01'));
    expect([reader.pendingType, reader.pendingSize]).toEqual([undefined, undefined]);
    readAll(reader, hex('f8'));
    expect([reader.pendingType, reader.pendingSize]).toEqual([504, 65_535]);
  });

  it('does not count as pending any more once it is complete', () => {
    const reader = peerMessageReader();
    readAll(reader, STREAM.subarray(0, 11), STREAM.subarray(11));
    expect(reader.pendingBytes).toBe(0);
  });

  it('does not count as pending any more once it turns out to be a violation', () => {
    const reader = peerMessageReader();
    readAll(reader, hex('00'), hex('0301f8'));
    expect(reader.pendingBytes).toBe(0);
  });

  it('is not disturbed when the chunks it came in are overwritten', () => {
    const reader = peerMessageReader();
    const chunk = Uint8Array.from(STREAM.subarray(0, 11));
    readAll(reader, chunk);
    chunk.fill(0xee);
    expect(readAll(reader, STREAM.subarray(11))).toEqual(MESSAGES);
  });
});

describe('a header', () => {
  it.each([0, 1, 2, 3])('with size %i is a bad size, whatever its type', (size) => {
    const codes = [0, 500, 504, 505, 65_535].map((type) =>
      codeOf(peerMessageReader(), header(size, type)),
    );
    expect(new Set(codes)).toEqual(new Set(['bad-size']));
  });

  it.each([
    [504, 4],
    [504, 15],
    [505, 5],
    [505, 11],
    [505, 13],
    [505, 65_535],
    [507, 4],
    [507, 7],
    [507, 9],
    [507, 65_535],
    [508, 4],
    [508, 11],
    [508, 13],
    [509, 4],
    [509, 11],
    [509, 13],
    [510, 4],
    [510, 7],
    [510, 9],
    [520, 13],
    [521, 4],
    [521, 7],
    [521, 2_056],
    [522, 4],
    [522, 27],
    [522, 29],
    [522, 12_316],
    [523, 4],
    [523, 21],
    [523, 8_212],
    [524, 4],
    [524, 8_197],
    [525, 19],
    [525, 8_212],
    [526, 37],
    [526, 8_212],
    [527, 19],
    [528, 7],
    [528, 9],
    [529, 12],
  ])('of type %i and size %i from a peer is a bad size before its body comes', (type, size) => {
    expect(codeOf(peerMessageReader(), header(size, type))).toBe('bad-size');
  });

  it.each([
    [500, 4],
    [500, 7],
    [500, 65_528],
    [500, 65_535],
    [501, 4],
    [501, 7],
    [501, 9],
    [503, 4],
    [503, 7],
    [503, 9],
    [503, 65_535],
  ])('of type %i and size %i from a client is a bad size before its body comes', (type, size) => {
    expect(codeOf(clientMessageReader(), header(size, type))).toBe('bad-size');
  });

  it.each([4, 7])('of type 502 and size %i from a node is a bad size', (size) => {
    expect(codeOf(notificationReader(), header(size, 502))).toBe('bad-size');
  });

  it.each([
    [504, 16],
    [504, 65_535],
    [505, 4],
    [505, 12],
    [506, 4],
    [506, 5],
    [506, 65_535],
    [507, 8],
    [508, 12],
    [509, 12],
    [510, 8],
    [520, 14],
    [520, 65_535],
    [521, 6],
    [521, 2_054],
    [522, 28],
    [522, 12_292],
    [523, 20],
    [523, 8_196],
    [524, 36],
    [525, 8_196],
    [526, 20],
    [527, 20],
    [527, 65_535],
    [528, 8],
    [529, 8],
  ])('of type %i and size %i from a peer is right', (type, size) => {
    expect(codeOf(peerMessageReader(), header(size, type))).toBeUndefined();
  });

  it.each([
    [500, 8],
    [500, 65_527],
    [501, 8],
    [503, 8],
  ])('of type %i and size %i from a client is right', (type, size) => {
    expect(codeOf(clientMessageReader(), header(size, type))).toBeUndefined();
  });

  it.each([0, 256, 499, 511, 519, 530, 65_535])('with the type %i is an unknown type', (type) => {
    const codes = [peerMessageReader(), clientMessageReader(), notificationReader()].map((reader) =>
      codeOf<object>(reader, header(8, type)),
    );
    expect(codes).toEqual(['unknown-type', 'unknown-type', 'unknown-type']);
  });

  it.each([500, 501, 502, 503])('of type %i is at the wrong port among peers', (type) => {
    expect(codeOf(peerMessageReader(), header(8, type))).toBe('wrong-port');
  });

  it.each([502, ...HEADERS_ONLY_OF_PEERS])(
    'of type %i is at the wrong port from a client',
    (type) => {
      expect(codeOf(clientMessageReader(), header(8, type))).toBe('wrong-port');
    },
  );

  it.each([...HEADERS_ONLY_OF_CLIENTS, ...HEADERS_ONLY_OF_PEERS])(
    'of type %i is at the wrong port from a node to its client',
    (type) => {
      expect(codeOf(notificationReader(), header(8, type))).toBe('wrong-port');
    },
  );

  it('is judged with its fourth byte and not before', () => {
    const reader = peerMessageReader();
    expect(readAll(reader, hex('0009'), hex('01'))).toEqual([]);
    expect(codeOf(reader, hex('fb'))).toBe('bad-size');
  });

  it.each([
    ['bad-size', '0009 01fb', 'size 9 for PEER INFO, 8 is right'],
    ['bad-size', '0005 01f9', 'size 5 for PEER DISCOVERY, 4 or 12 is right'],
    ['bad-size', '000f 01f8', 'size 15 for PEER ANNOUNCE, 16 to 65535 is right'],
    ['bad-size', '0003 01f8', 'size 3 in a header, at least 4 is possible'],
    ['bad-size', '001d 020a', 'size 29 for PEER HAVE, 28 to 12292 in steps of 24 is right'],
    ['unknown-type', '0008 01ff', 'message type 511 (size 8) does not exist'],
    ['wrong-port', '0008 01f5', 'GOSSIP NOTIFY (501) is not a message that a peer sends'],
  ])('that is a %s (%s) says what was wrong', (code, bytes, reason) => {
    const [result] = readAll(peerMessageReader(), hex(bytes));
    expect(result).toEqual({ kind: 'violation', code, reason });
  });
});

describe('somebody who speaks another protocol', () => {
  const validFrame = hex('0008 01fb 0000 659a');
  const openings: [name: string, bytes: Uint8Array][] = [
    ['an HTTP GET', utf8('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n')],
    ['an HTTP POST with a frame in it', concat(utf8('POST / HTTP/1.1\r\n\r\n'), validFrame)],
    ['an HTTP/2 preface', utf8('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n')],
    ['a TLS 1.3 ClientHello', hex('16 03 01 02 00 01 00 01 fc 03 03')],
    ['a short TLS ClientHello', hex('16 03 01 00 c5 01 00 00 c1 03 03')],
    ['an SSH banner', utf8('SSH-2.0-OpenSSH_9.2p1\r\n')],
    ['a PROXY header', utf8('PROXY TCP4 127.0.0.1 127.0.0.1 1 2\r\n')],
    ['an SMTP greeting', utf8('EHLO localhost\r\n')],
    ['a line feed too many', utf8('\r\n\r\n')],
  ];

  it.each(openings)('is found out by the first four bytes: %s to the peers', (_name, bytes) => {
    expect(codeOf(peerMessageReader(), bytes.subarray(0, 4))).toBe('unknown-type');
  });

  it.each(openings)('is found out by the first four bytes: %s to the API', (_name, bytes) => {
    expect(codeOf(clientMessageReader(), bytes.subarray(0, 4))).toBe('unknown-type');
  });

  it('is told apart: TLS between nodes is a matter of settings', () => {
    const hello = hex('16 03 01 02');
    expect(readAll(peerMessageReader(), hello)).toMatchObject([
      { reason: expect.stringMatching(/the peer is set to transport = tls, this node to plain$/) },
    ]);
    expect(readAll(clientMessageReader(), hello)).toMatchObject([
      { reason: expect.stringMatching(/bytes of TLS, which is not spoken here$/) },
    ]);
  });

  it.each(openings)('gets no frame through: %s', (_name, bytes) => {
    const results = readAll(peerMessageReader(), concat(bytes, validFrame));
    expect(results.map((result) => result.kind)).toEqual(['violation']);
  });
});

describe('garbage behind valid frames', () => {
  const garbage = hex('0000 0000');

  it('comes out after all of them', () => {
    const results = readAll(peerMessageReader(), concat(STREAM, garbage, STREAM));
    expect(results.slice(0, -1)).toEqual(MESSAGES);
    expect(isViolation(results.at(-1))).toBe(true);
  });

  it('comes out after all of them wherever the stream is split', () => {
    const bytes = concat(STREAM, garbage);
    for (let at = 0; at <= bytes.length; at++) {
      const results = readAll(peerMessageReader(), bytes.subarray(0, at), bytes.subarray(at));
      expect(
        results.map((result) => result.kind),
        `split at ${at}`,
      ).toEqual([...MESSAGES.map((message) => message.kind), 'violation']);
    }
  });

  it('ends the stream for ever where a whole frame contradicts itself, too', () => {
    const reader = peerMessageReader();
    const [first] = readAll(reader, hex('0006 0209 0001'), STREAM);
    expect(first).toMatchObject({ kind: 'violation', code: 'bad-list' });
    expect([readAll(reader, STREAM), reader.pendingBytes]).toEqual([[first], 0]);
  });

  it('ends the stream for ever: nothing is skipped', () => {
    const reader = peerMessageReader();
    const [first] = readAll(reader, garbage);
    expect(readAll(reader, STREAM)).toEqual([first]);
    expect(reader.next()).toEqual(first);
  });
});

function header(size: number, type: number): Uint8Array {
  return Uint8Array.of(size >>> 8, size, type >>> 8, type);
}
