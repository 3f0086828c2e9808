/**
 * What must hold of the wire room for all bytes and all messages. A failure prints its seed.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { u64 } from '../../src/basics/integers.ts';
import {
  clientMessageReader,
  encodeAnnounce,
  encodeNotification,
  encodeNotify,
  encodeValidation,
  notificationReader,
  type ClientMessage,
  type Notification,
} from '../../src/wire/api-messages.ts';
import { digestKey } from '../../src/wire/digest.ts';
import type { ExtensionMessage, HaveEntry, Interest } from '../../src/wire/extension-messages.ts';
import type { FrameReader } from '../../src/wire/frame-reader.ts';
import { decodeOfferText } from '../../src/wire/offer-text.ts';
import {
  encodePeerMessage,
  joinOffer,
  peerMessageReader,
  splitOffer,
  type PeerMessage,
} from '../../src/wire/peer-messages.ts';
import type { Violation } from '../../src/wire/violation.ts';
import { KEY_SPACE, type Range } from '../../src/wire/reconciliation.ts';
import { isViolation, readAll } from '../unit/wire/frames.ts';

const u16 = fc.nat(0xffff);
const u64s = fc
  .tuple(fc.nat(0xffff_ffff), fc.nat(0xffff_ffff))
  .map(([high, low]) => u64(high, low));
const data = fc.uint8Array({ maxLength: 300 });

const u32 = fc.nat(0xffff_ffff);
const digests = fc
  .uint8Array({ minLength: 16, maxLength: 16 })
  .map((bytes) => String.fromCharCode(...bytes));
const digestLists = fc.array(digests, { minLength: 1, maxLength: 20 });
const interests: fc.Arbitrary<Interest> = fc.oneof(
  fc.constant('many' as const),
  fc.array(u16, { maxLength: 20 }),
);
const entries: fc.Arbitrary<HaveEntry> = fc.record({
  digest: digests,
  dataType: u16,
  size: fc.nat(65_519),
  ttl: fc.nat(255),
  age: u16,
});
/** Sorted digests cut at any places, each part said in any mode. */
const ranges: fc.Arbitrary<readonly Range[]> = fc
  .tuple(
    fc.uniqueArray(digests, { maxLength: 20 }),
    fc.uniqueArray(fc.integer({ min: 1, max: 2 ** 32 - 1 }), { maxLength: 8 }),
    fc.array(fc.constantFrom('done', 'fingerprint', 'digests'), { minLength: 9, maxLength: 9 }),
    fc.record({ count: u16, fingerprint: u64s }),
  )
  .map(([listed, places, modes, sum]) => {
    const ends = [...places.toSorted((a, b) => a - b), KEY_SPACE];
    return ends.map((end, i): Range => {
      if (modes[i] === 'done') return { mode: 'done', end };
      if (modes[i] === 'fingerprint') return { mode: 'fingerprint', end, ...sum };
      const begin = ends[i - 1] ?? 0;
      const inside = listed.filter((one) => digestKey(one) >= begin && digestKey(one) < end);
      return { mode: 'digests', end, digests: inside.toSorted() };
    });
  });
const extensionMessages: fc.Arbitrary<ExtensionMessage> = fc.oneof(
  fc.record({
    kind: fc.constant('peer-hello' as const),
    version: fc.nat(255),
    historySeconds: u16,
    features: u32,
    interest: interests,
  }),
  fc.record({ kind: fc.constant('peer-interest' as const), interest: interests }),
  fc.record({
    kind: fc.constant('peer-have' as const),
    entries: fc.array(entries, { minLength: 1, maxLength: 20 }),
  }),
  fc.record({
    kind: fc.constantFrom('peer-want', 'peer-dont-want', 'peer-gone', 'peer-push'),
    digests: digestLists,
  }),
  fc.record({
    kind: fc.constant('peer-reconcile' as const),
    exchange: u16,
    windowSeconds: u16,
    ranges,
  }),
  fc.record({ kind: fc.constantFrom('peer-ping', 'peer-pong'), token: u32 }),
);

const peerMessages: fc.Arbitrary<PeerMessage> = fc.oneof(
  fc.record({
    kind: fc.constant('peer-announce' as const),
    id: u64s,
    ttl: fc.nat(255),
    dataType: u16,
    data,
  }),
  fc.record({
    kind: fc.constant('peer-discovery' as const),
    challenge: fc.option(u64s, { nil: undefined }),
  }),
  fc.record({ kind: fc.constant('peer-offer' as const), body: data }),
  fc.record(
    { kind: fc.constant('peer-info' as const), port: u16, isExtended: fc.constant(true as const) },
    { requiredKeys: ['kind', 'port'] },
  ),
  fc.record({ kind: fc.constant('peer-challenge' as const), challenge: u64s }),
  fc.record({ kind: fc.constant('peer-verification' as const), nonce: u64s }),
  fc.record(
    {
      kind: fc.constant('peer-validation' as const),
      valid: fc.boolean(),
      isExtended: fc.constant(true as const),
    },
    { requiredKeys: ['kind', 'valid'] },
  ),
  extensionMessages,
);
const clientMessages: fc.Arbitrary<ClientMessage> = fc.oneof(
  fc.record({ kind: fc.constant('announce' as const), ttl: fc.nat(255), dataType: u16, data }),
  fc.record({ kind: fc.constant('notify' as const), dataType: u16 }),
  fc.record({ kind: fc.constant('validation' as const), messageId: u16, valid: fc.boolean() }),
);
const notifications: fc.Arbitrary<Notification> = fc.record({
  kind: fc.constant('notification' as const),
  messageId: u16,
  dataType: u16,
  data,
});
/** Where a stream is cut, as fractions of its length. */
const cuts = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 12 });

describe('any messages in a row, cut anywhere', () => {
  it('are read as they were written, from a peer', () => {
    fc.assert(
      fc.property(fc.array(peerMessages), cuts, (messages, at) => {
        const chunks = cut(messages.map(encodePeerMessage), at);
        expect(readAll(peerMessageReader(), ...chunks)).toEqual(messages);
      }),
    );
  });

  it('are read as they were written, from a client', () => {
    fc.assert(
      fc.property(fc.array(clientMessages), cuts, (messages, at) => {
        const chunks = cut(messages.map(encodeClientMessage), at);
        expect(readAll(clientMessageReader(), ...chunks)).toEqual(messages);
      }),
    );
  });

  it('are read as they were written, from a node', () => {
    fc.assert(
      fc.property(fc.array(notifications), cuts, (messages, at) => {
        const frames = messages.map((m) => encodeNotification(m.messageId, m.dataType, m.data));
        expect(readAll(notificationReader(), ...cut(frames, at))).toEqual(messages);
      }),
    );
  });
});

describe('any bytes', () => {
  const readers: [name: string, create: () => FrameReader<object>][] = [
    ['from a peer', peerMessageReader],
    ['from a client', clientMessageReader],
    ['from a node', notificationReader],
  ];
  /** Mostly headers that could be right, so that readers get beyond the first. */
  const nearlyFrames = fc
    .array(
      fc.tuple(
        fc.oneof(fc.nat(24), fc.constantFrom(28, 36, 52, 76), u16),
        fc.oneof(fc.integer({ min: 499, max: 511 }), fc.integer({ min: 519, max: 530 }), u16),
        fc.uint8Array({ maxLength: 24 }),
      ),
    )
    .map((frames) =>
      frames.map(([size, type, body]) =>
        Uint8Array.of(size >>> 8, size, type >>> 8, type, ...body),
      ),
    );
  /** Bodies for the messages with lists: sizes that are right, and mostly small numbers in front. */
  const bodies = fc.tuple(
    fc.constantFrom(520, 521, 522, 523, 526, 527),
    fc
      .tuple(
        fc.array(fc.oneof(fc.constantFrom(0, 0, 0, 1, 2, 3, 255), fc.nat(255)), { maxLength: 32 }),
        fc.uint8Array({ maxLength: 80 }),
      )
      .map(([head, rest]) => Uint8Array.of(...head, ...rest)),
  );
  const anything = fc.oneof(
    fc.uint8Array({ maxLength: 2_000 }).map((bytes) => [bytes]),
    nearlyFrames,
  );

  it.each(readers)('%s are read to their end without an exception', (_name, create) => {
    fc.assert(
      fc.property(anything, cuts, (parts, at) => {
        const chunks = cut(parts, at);
        // A message takes at least four bytes; whatever gives more goes round in circles.
        const resultsMax = chunks.reduce((sum, chunk) => sum + chunk.length, 0) / 4 + 1;
        expect(readAtMost(create(), chunks, resultsMax + 1)).toBeLessThanOrEqual(resultsMax);
      }),
      { numRuns: 500 },
    );
  });

  it.each(readers)('%s give the same, cut or in one piece', (_name, create) => {
    fc.assert(
      fc.property(anything, cuts, (parts, at) => {
        const whole = readAll(create(), ...cut(parts, []));
        expect(readAll(create(), ...cut(parts, at))).toEqual(whole);
      }),
      { numRuns: 500 },
    );
  });

  it('are read as messages that can be written, and are the same when read again', () => {
    fc.assert(
      fc.property(bodies, ([type, body]) => {
        const size = body.length + 4;
        const frame = Uint8Array.of(size >>> 8, size, type >>> 8, type, ...body);
        const messages = readAll(peerMessageReader(), frame).filter((read) => !isViolation(read));
        const again = messages.map((message) => encodePeerMessage(message as PeerMessage));
        expect(readAll(peerMessageReader(), ...again)).toEqual(messages);
      }),
      { numRuns: 1_000 },
    );
  });

  it('are never more entries than there are bytes for, whatever their counts say', () => {
    fc.assert(
      fc.property(bodies, ([type, body]) => {
        const size = body.length + 4;
        const frame = Uint8Array.of(size >>> 8, size, type >>> 8, type, ...body);
        const listed = readAll(peerMessageReader(), frame).map(entriesOf);
        expect(Math.max(0, ...listed)).toBeLessThanOrEqual(body.length / 2);
      }),
      { numRuns: 1_000 },
    );
  });

  it('are at most one unfinished frame in memory', () => {
    fc.assert(
      fc.property(anything, cuts, (parts, at) => {
        const reader = peerMessageReader();
        readAll(reader, ...cut(parts, at));
        expect(reader.pendingBytes).toBeLessThan(65_535);
      }),
    );
  });

  it('are addresses or a violation as the text of an offer', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 500 }), (bytes) => {
        const offered = decodeOfferText(bytes);
        expect(Array.isArray(offered) || isViolation(offered)).toBe(true);
      }),
    );
  });
});

describe('any offer with challenge and nonce', () => {
  it('is taken apart as it was put together', () => {
    fc.assert(
      fc.property(u64s, u64s, data, (challenge, nonce, text) => {
        const offer = { challenge, nonce, text };
        expect(splitOffer(joinOffer(offer))).toEqual(offer);
      }),
    );
  });
});

function encodeClientMessage(message: ClientMessage): Uint8Array {
  switch (message.kind) {
    case 'announce':
      return encodeAnnounce(message.ttl, message.dataType, message.data);
    case 'notify':
      return encodeNotify(message.dataType);
    case 'validation':
      return encodeValidation(message.messageId, message.valid);
  }
}

/** How many entries a message lists, of all kinds together. */
function entriesOf(message: PeerMessage | Violation): number {
  switch (message.kind) {
    case 'peer-hello':
    case 'peer-interest':
      return message.interest === 'many' ? 0 : message.interest.length;
    case 'peer-have':
      return message.entries.length;
    case 'peer-want':
    case 'peer-push':
      return message.digests.length;
    case 'peer-reconcile':
      return message.ranges.reduce(
        (sum, range) => sum + 1 + (range.mode === 'digests' ? range.digests.length : 0),
        0,
      );
    default:
      return 0;
  }
}

/** The parts as one stream, cut at these fractions of its length. */
function cut(parts: readonly Uint8Array[], at: readonly number[]): Uint8Array[] {
  const stream = Uint8Array.from(parts.flatMap((part) => [...part]));
  const places = at
    .map((fraction) => Math.round(fraction * stream.length))
    .toSorted((a, b) => a - b);
  return [0, ...places].map((start, i) => stream.subarray(start, places[i] ?? stream.length));
}

/** How many results come out before the end or a violation, counted up to `resultsMax`. */
function readAtMost(
  reader: FrameReader<object>,
  chunks: readonly Uint8Array[],
  resultsMax: number,
): number {
  let results = 0;
  for (const chunk of chunks) {
    reader.push(chunk);
    for (let result = reader.next(); result !== undefined; result = reader.next()) {
      results++;
      if (isViolation(result) || results >= resultsMax) return results;
    }
  }
  return results;
}
