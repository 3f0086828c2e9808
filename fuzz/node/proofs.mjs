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
  digest,
};

/** A name for a message that is as good as unique here: four small hashes, as 16 characters of one byte. */
function digest({ high, low }, dataType, data) {
  const words = [0, 1, 2, 3].map((seed) => {
    let hash = Math.imul(seed + 1, 0x9e37_79b1) ^ dataType;
    for (const word of [high, low, data.length]) hash = Math.imul(hash ^ word, 0x0100_0193);
    for (let i = 0; i < data.length; i += 1 + (i >> 6)) {
      hash = Math.imul(hash ^ data[i], 0x0100_0193);
    }
    return (hash ^ (hash >>> 15)) >>> 0;
  });
  const bytes = words.flatMap((word) => [24, 16, 8, 0].map((shift) => (word >>> shift) & 255));
  return String.fromCharCode(...bytes);
}

/** The nonce that solves a challenge. */
export function nonceFor({ high, low }) {
  return { high, low: (low ^ MARK) >>> 0 };
}

/** The nonce that makes a 506 a right one; `isRight` false: one that does not. */
export function offerNonce(isRight = true) {
  return { high: 0, low: isRight ? MARK : 0 };
}
