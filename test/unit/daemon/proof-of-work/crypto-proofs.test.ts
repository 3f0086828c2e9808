import { describe, expect, it } from 'vitest';
import { AssertionError } from '../../../../src/basics/assert.ts';
import { u64, u64FromHex, writeU32 } from '../../../../src/basics/integers.ts';
import { cryptoProofs } from '../../../../src/daemon/proof-of-work/crypto-proofs.ts';
import { challengeWith, firstNonce, packetZeroBits, zeroBits } from './oracle.ts';

describe('checking a nonce', () => {
  const challenge = u64(0xbc7a_300e, 0x74f6_cbcb);
  const { nonce } = firstNonce(challenge, u64(1, 1), 12);
  const bits = zeroBits(challenge, nonce);

  it('accepts as many zero bits as asked for', () => {
    expect(cryptoProofs.checkNonce(challenge, nonce, bits)).toBe(true);
  });

  it('accepts more zero bits than asked for', () => {
    expect(cryptoProofs.checkNonce(challenge, nonce, bits - 1)).toBe(true);
  });

  it('refuses one zero bit too few', () => {
    expect(cryptoProofs.checkNonce(challenge, nonce, bits + 1)).toBe(false);
  });

  it('refuses the nonce of another challenge', () => {
    expect(cryptoProofs.checkNonce(u64(1, 2), nonce, bits)).toBe(false);
  });

  it('accepts any nonce at difficulty 0', () => {
    const oneBit = challengeWith((c) => zeroBits(c, u64(0, 0)) === 0);
    expect(cryptoProofs.checkNonce(oneBit, u64(0, 0), 0)).toBe(true);
  });

  it.each([u64(0, 0), u64(0xffff_ffff, 0xffff_ffff)])('accepts $high, $low if it fits', (edge) => {
    const fitting = challengeWith((c) => zeroBits(c, edge) >= 8);
    expect(cryptoProofs.checkNonce(fitting, edge, 8)).toBe(true);
  });

  it('judges all of the 31 bits', () => {
    const solved = u64FromHex('bc7a300e74f6cbcb')!;
    expect(cryptoProofs.checkNonce(solved, u64FromHex('01234567b3bf5ef2')!, 31)).toBe(true);
  });

  it.each([-1, 32, 1.5])('calls difficulty %d our own defect', (difficulty) => {
    expect(() => cryptoProofs.checkNonce(challenge, nonce, difficulty)).toThrow(AssertionError);
  });
});

describe('checking an offer', () => {
  const packet = Buffer.from(
    '002301fabc7a300e74f6cbcb00000000000173613132372e302e302e313a3330303032',
    'hex',
  );

  it('accepts the packet that an existing node sent', () => {
    expect(cryptoProofs.checkOffer(packet)).toBe(true);
  });

  it.each([0, 2, 4, 19, 20, 34])(
    'refuses it with byte %i changed: all of it is hashed',
    (index) => {
      const forged = Uint8Array.from(packet);
      forged[index]! ^= 1;
      expect(cryptoProofs.checkOffer(forged)).toBe(false);
    },
  );

  it.each([8, 15])('refuses a packet with %i zero bits', (bits) => {
    const weak = Uint8Array.from(packet);
    for (let low = 0; packetZeroBits(weak) !== bits; low++) writeU32(low, weak, 16);
    expect(cryptoProofs.checkOffer(weak)).toBe(false);
  });
});
