/**
 * Proofs of work that take no work: a nonce is right if it is made of the challenge in a certain way. What a
 * node does with right and wrong ones is the same as with real ones.
 */

const MARK = 0x2a;
/** Where the last byte of the nonce stands in a 506. */
const OFFER_NONCE_END = 19;

export const cheapProofs = {
  checkNonce: (challenge, nonce) => nonce.low === nonceFor(challenge).low,
  checkOffer: (packet) => packet[OFFER_NONCE_END] === MARK,
  digest: () => '0123456789abcdef',
};

/** The nonce that solves a challenge. */
export function nonceFor({ high, low }) {
  return { high, low: (low ^ MARK) >>> 0 };
}

/** The nonce that makes a 506 a right one; `isRight` false: one that does not. */
export function offerNonce(isRight = true) {
  return { high: 0, low: isRight ? MARK : 0 };
}
