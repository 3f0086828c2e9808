import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { u64, u64FromHex, type U64 } from '../../../../src/basics/integers.ts';
import { OfferSearch } from '../../../../src/daemon/proof-of-work/offer-search.ts';
import type { Progress } from '../../../../src/daemon/proof-of-work/search.ts';
import { encodePeerMessage, joinOffer } from '../../../../src/wire/peer-messages.ts';
import { packetZeroBits, plus } from './oracle.ts';

const CHALLENGE = u64FromHex('bc7a300e74f6cbcb')!;
const SLICE = 2 ** 12;
const TEXT = new TextEncoder().encode('127.0.0.1:30002');

describe('the search for the nonce of an offer', () => {
  it('finds, from 0 on, the nonce that an existing node sent', () => {
    expect(search(CHALLENGE, TEXT, u64(0, 0))).toEqual(u64(0, 0x17361));
  });

  it('takes the nonce it starts with if that one fits', () => {
    expect(search(CHALLENGE, TEXT, u64(0, 0x17361))).toEqual(u64(0, 0x17361));
  });

  it('skips no nonce', () => {
    const start = u64(5, 0xffff_fff0);
    let before = 0;
    while (packetZeroBits(packet(CHALLENGE, plus(start, before), TEXT)) < 16) before++;
    expect(search(CHALLENGE, TEXT, start)).toEqual(plus(start, before));
  });

  it('goes on with 0 after the largest nonce', () => {
    const nonce = search(CHALLENGE, TEXT, u64(0xffff_ffff, 0xffff_ffff));
    expect(nonce.high).toBe(0);
    expect(packetZeroBits(packet(CHALLENGE, nonce, TEXT))).toBeGreaterThanOrEqual(16);
  });

  it.each([0, 35, 36, 43, 44, 45, 1000, 3500])('proves a text of %i bytes', (length) => {
    const text = new Uint8Array(length).fill(0x61);
    const nonce = search(CHALLENGE, text, u64(length, 0));
    expect(packetZeroBits(packet(CHALLENGE, nonce, text))).toBeGreaterThanOrEqual(16);
  });

  it('proves any challenge and text', () => {
    const half = fc.nat(0xffff_ffff);
    fc.assert(
      fc.property(half, half, fc.uint8Array({ maxLength: 200 }), (high, low, text) => {
        const nonce = search(u64(high, low), text, u64(low, high));
        const bits = packetZeroBits(packet(u64(high, low), nonce, text));
        expect(bits).toBeGreaterThanOrEqual(16);
      }),
      { numRuns: 10 },
    );
  });

  it('is done in slices of 2^12 hashes', () => {
    const offers = searchFrom(u64(0, 0), 2 ** 40);
    expect([offers.step().kind, offers.hashes]).toEqual(['searching', SLICE]);
  });
});

describe('the bound on hashes', () => {
  it('lets the last hash still find a nonce', () => {
    const offers = searchFrom(u64(0, 0x17361 - 9), 10);
    expect(offers.step()).toEqual({ kind: 'ended', nonce: u64(0, 0x17361) });
    expect(offers.hashes).toBe(10);
  });

  it('ends the search without a nonce one hash earlier', () => {
    const offers = searchFrom(u64(0, 0x17361 - 9), 9);
    expect(offers.step()).toEqual({ kind: 'ended', nonce: undefined });
    expect(offers.hashes).toBe(9);
  });

  it('may be a number of whole slices', () => {
    const offers = searchFrom(u64(0, 0), 2 * SLICE);
    expect([offers.step(), offers.step()]).toEqual([
      { kind: 'searching' },
      { kind: 'ended', nonce: undefined },
    ]);
  });
});

function searchFrom(start: U64, hashesMax: number): OfferSearch {
  return new OfferSearch({ challenge: CHALLENGE, text: TEXT, hashesMax, start });
}

function search(challenge: U64, text: Uint8Array, start: U64): U64 {
  const offers = new OfferSearch({ challenge, text, hashesMax: 2 ** 40, start });
  let progress: Progress = offers.step();
  while (progress.kind === 'searching') progress = offers.step();
  return progress.nonce!;
}

function packet(challenge: U64, nonce: U64, text: Uint8Array): Uint8Array {
  return encodePeerMessage(joinOffer({ challenge, nonce, text }));
}
