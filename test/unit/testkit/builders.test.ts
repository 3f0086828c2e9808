import { describe, expect, it } from 'vitest';
import {
  bytes,
  findNonce,
  isNonce,
  peerAnnounce,
  peerOffer,
  proveOffer,
  randomU64,
  rawFrame,
  TEST_DATA_TYPE,
  text,
} from '../../../src/testkit/index.ts';
import {
  decodeOfferText,
  encodePeerMessage,
  splitOffer,
  u64,
  u64Equals,
} from '../../../src/wire/index.ts';
import { cryptoProofs } from '../../../src/daemon/proof-of-work/crypto-proofs.ts';

describe('an announcement that is built', () => {
  it('is a new one each time', () => {
    expect(u64Equals(peerAnnounce().id, peerAnnounce().id)).toBe(false);
  });

  it('chooses what the test does not care about', () => {
    const { ttl, dataType, data } = peerAnnounce();
    expect({ ttl, dataType, text: text(data) }).toEqual({
      ttl: 0,
      dataType: TEST_DATA_TYPE,
      text: 'hello',
    });
  });

  it('is what the test wants otherwise', () => {
    const parts = { id: u64(1, 2), ttl: 3, dataType: 4, data: Uint8Array.of(5) };
    expect(peerAnnounce(parts)).toEqual({ kind: 'peer-announce', ...parts });
  });
});

describe('an offer that is built', () => {
  const ADDRESSES = [{ host: '127.0.0.1', port: 30_002 }];

  it('is the addresses alone without a challenge', () => {
    expect(decodeOfferText(peerOffer(ADDRESSES).body)).toEqual(ADDRESSES);
  });

  it('takes addresses as text, such as that of a listener', () => {
    expect(peerOffer(['127.0.0.1:30002'])).toEqual(peerOffer(ADDRESSES));
  });

  it('takes no text that is no address', () => {
    expect(() => peerOffer(['localhost'])).toThrow(TypeError);
  });

  it('proves its work with one', () => {
    const challenge = randomU64();
    const offer = peerOffer(ADDRESSES, challenge);
    expect(splitOffer(offer)).toMatchObject({ challenge });
    expect(cryptoProofs.checkOffer(encodePeerMessage(offer))).toBe(true);
  });
});

describe('a proof that is found', () => {
  it('proves as many bits as were asked for', () => {
    const challenge = randomU64();
    expect(isNonce(challenge, findNonce(challenge, 10), 10)).toBe(true);
  });

  it('is not looked for where that would take long', () => {
    expect(() => findNonce(randomU64(), 21)).toThrow(RangeError);
  });

  it('of an offer keeps its text', () => {
    const offer = splitOffer(proveOffer(u64(0, 0), Uint8Array.of(0x31)));
    expect(offer).toMatchObject({ text: Uint8Array.of(0x31) });
  });
});

describe('bytes', () => {
  it('are read as the documents write them', () => {
    expect([...bytes('00 08 01 F5\n0000 0539')]).toEqual([0, 8, 1, 0xf5, 0, 0, 5, 0x39]);
  });

  it.each([['0'], ['0 0 0'], ['xx'], ['0x00']])('are not read from %j', (hex) => {
    expect(() => bytes(hex)).toThrow(TypeError);
  });
});

describe('a raw frame', () => {
  it('has the size that it has', () => {
    expect([...rawFrame(501, 'ab')]).toEqual([0, 6, 1, 0xf5, 0x61, 0x62]);
  });

  it('or the one that the test wants', () => {
    expect([...rawFrame(501, '', 3)]).toEqual([0, 3, 1, 0xf5]);
  });
});
