import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { AssertionError } from '../../../src/basics/assert.ts';
import { u64 } from '../../../src/basics/integers.ts';
import { decodeOfferText } from '../../../src/wire/offer-text.ts';
import {
  encodePeerMessage,
  joinOffer,
  OFFER_CHALLENGE_OFFSET,
  OFFER_NONCE_OFFSET,
  peerMessageReader,
  peerMessageSize,
  splitOffer,
  writePeerMessage,
  type PeerMessage,
  type PeerOffer,
} from '../../../src/wire/peer-messages.ts';
import { concat, hex, readAll, utf8 } from './frames.ts';

const CHALLENGE = u64(0xbc7a_300e, 0x74f6_cbcb);
const ADDRESS = utf8('127.0.0.1:30002');
const PROVEN_BODY = concat(hex('bc7a300e74f6cbcb 0000000000017361'), ADDRESS);

const EXAMPLES: [name: string, bytes: Uint8Array, message: PeerMessage][] = [
  [
    'ANNOUNCE (504)',
    concat(hex('0018 01f8 0123456789abcdef 04 00 0539'), utf8('deadbeef')),
    {
      kind: 'peer-announce',
      id: u64(0x0123_4567, 0x89ab_cdef),
      ttl: 4,
      dataType: 1337,
      data: utf8('deadbeef'),
    },
  ],
  [
    'ANNOUNCE (504) without data and with every bit set',
    hex('0010 01f8 ffffffffffffffff ff 00 ffff'),
    {
      kind: 'peer-announce',
      id: u64(0xffff_ffff, 0xffff_ffff),
      ttl: 255,
      dataType: 65_535,
      data: new Uint8Array(0),
    },
  ],
  [
    'DISCOVERY (505) with a challenge',
    hex('00 0c 01 f9 bc7a300e74f6cbcb'),
    { kind: 'peer-discovery', challenge: CHALLENGE },
  ],
  [
    'DISCOVERY (505) without a challenge',
    hex('00 04 01 f9'),
    { kind: 'peer-discovery', challenge: undefined },
  ],
  [
    'DISCOVERY (505) with the challenge 0',
    hex('00 0c 01 f9 0000000000000000'),
    { kind: 'peer-discovery', challenge: u64(0, 0) },
  ],
  [
    'OFFER (506) with challenge and nonce',
    concat(hex('00 23 01 fa'), PROVEN_BODY),
    { kind: 'peer-offer', body: PROVEN_BODY },
  ],
  [
    'OFFER (506) without challenge and nonce',
    concat(hex('00 13 01 fa'), ADDRESS),
    { kind: 'peer-offer', body: ADDRESS },
  ],
  ['OFFER (506) without anything', hex('00 04 01 fa'), { kind: 'peer-offer', body: hex('') }],
  ['INFO (507)', hex('00 08 01 fb 0000 659a'), { kind: 'peer-info', port: 26_010 }],
  ['INFO (507) with port 0', hex('00 08 01 fb 0000 0000'), { kind: 'peer-info', port: 0 }],
  [
    'CHALLENGE (508)',
    hex('00 0c 01 fc bc7a300e74f6cbcb'),
    { kind: 'peer-challenge', challenge: CHALLENGE },
  ],
  [
    'VERIFICATION (509)',
    hex('00 0c 01 fd 8000000000017361'),
    { kind: 'peer-verification', nonce: u64(0x8000_0000, 0x17361) },
  ],
  [
    'VALIDATION (510), valid',
    hex('00 08 01 fe 0000 0001'),
    { kind: 'peer-validation', valid: true },
  ],
  [
    'INFO (507) of a node that speaks the extension',
    hex('00 08 01 fb 0001 659a'),
    { kind: 'peer-info', isExtended: true, port: 26_010 },
  ],
  [
    'VALIDATION (510), valid, of a node that speaks the extension',
    hex('00 08 01 fe 0001 0001'),
    { kind: 'peer-validation', isExtended: true, valid: true },
  ],
  [
    'VALIDATION (510), invalid',
    hex('00 08 01 fe 0000 0000'),
    { kind: 'peer-validation', valid: false },
  ],
];

describe.each(EXAMPLES)('%s', (_name, bytes, message) => {
  it('is written as the protocol shows it', () => {
    expect(encodePeerMessage(message)).toEqual(bytes);
  });

  it('is read as the protocol shows it', () => {
    expect(readAll(peerMessageReader(), bytes)).toEqual([message]);
  });

  it('has its size announced', () => {
    expect(peerMessageSize(message)).toBe(bytes.length);
  });

  it('is written into a used buffer between what is there already', () => {
    const batch = new Uint8Array(bytes.length + 4).fill(0xee);
    const end = writePeerMessage(message, batch, 2);
    expect(end).toBe(bytes.length + 2);
    expect(batch).toEqual(concat(hex('eeee'), bytes, hex('eeee')));
  });
});

describe('reserved bits', () => {
  it.each([
    ['504', '0010 01f8 0123456789abcdef 04 ff 0539', '0010 01f8 0123456789abcdef 04 00 0539'],
    ['507', '0008 01fb fffe 659a', '0008 01fb 0000 659a'],
    ['507 with E', '0008 01fb ffff 659a', '0008 01fb 0001 659a'],
    ['510 with V=1', '0008 01fe fffe ffff', '0008 01fe 0000 0001'],
    ['510 with V=0', '0008 01fe fffe fffe', '0008 01fe 0000 0000'],
    ['510 with E and V=1', '0008 01fe ffff ffff', '0008 01fe 0001 0001'],
  ])('are ignored in %s', (_type, set, clear) => {
    const read = (digits: string) => readAll(peerMessageReader(), hex(digits));
    expect(read(set)).toEqual(read(clear));
  });
});

describe('the largest messages', () => {
  it('are 65,535 bytes', () => {
    const message = { kind: 'peer-offer', body: new Uint8Array(65_531) } as const;
    expect(readAll(peerMessageReader(), encodePeerMessage(message))).toEqual([message]);
  });

  it.each<PeerMessage>([
    { kind: 'peer-offer', body: new Uint8Array(65_532) },
    { kind: 'peer-announce', id: u64(1, 2), ttl: 1, dataType: 1, data: new Uint8Array(65_520) },
  ])('are not exceeded by a $kind: that is our own defect', (message) => {
    expect(() => encodePeerMessage(message)).toThrow(AssertionError);
  });
});

describe('an OFFER that answers a 505 with a challenge', () => {
  const packet = concat(hex('00 23 01 fa'), PROVEN_BODY);
  const [offer] = readAll(peerMessageReader(), packet) as [PeerOffer];

  it('is taken apart into challenge, nonce and text', () => {
    const expected = { challenge: CHALLENGE, nonce: u64(0, 0x17361), text: ADDRESS };
    expect(splitOffer(offer)).toEqual(expected);
  });

  it('offers the address of its text', () => {
    const { text } = splitOffer(offer) as { text: Uint8Array };
    expect(decodeOfferText(text)).toEqual([{ host: '127.0.0.1', port: 30_002 }]);
  });

  it('has 16 zero bits at the start of SHA-256 over the whole packet', () => {
    const digest = createHash('sha256').update(packet).digest();
    expect(digest.readUInt16BE(0)).toBe(0);
  });

  it('is put together again from its parts', () => {
    const nonce = u64(0, 0x17361);
    expect(joinOffer({ challenge: CHALLENGE, nonce, text: ADDRESS })).toEqual(offer);
  });

  it('has challenge and nonce where their offsets say', () => {
    const parts = { challenge: u64(0x0101_0101, 0x0101_0101), nonce: u64(0, 0), text: ADDRESS };
    const bytes = encodePeerMessage(joinOffer(parts));
    expect([OFFER_CHALLENGE_OFFSET, OFFER_NONCE_OFFSET]).toEqual([
      bytes.indexOf(1, 4),
      bytes.lastIndexOf(1, 19) + 1,
    ]);
  });

  it('may be without text', () => {
    const body = hex('bc7a300e74f6cbcb 0000000000017361');
    expect(splitOffer({ kind: 'peer-offer', body })).toMatchObject({ text: hex('') });
  });

  it.each([0, 1, 8, 15])('is a bad size with %i bytes after the header', (length) => {
    const body = new Uint8Array(length);
    expect(splitOffer({ kind: 'peer-offer', body })).toMatchObject({ code: 'bad-size' });
  });
});
