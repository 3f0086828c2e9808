/**
 * How fast proofs of work are found, in million hashes per second of CPU time, best of several runs: the
 * rate of a busy machine says little, the best one and the ratios are steady.
 *
 *     npm run build && node bench/proof-of-work.mjs
 */
import { createHash, hash } from 'node:crypto';
import { u64 } from '../dist/basics/integers.js';
import { NonceSearch } from '../dist/daemon/proof-of-work/nonce-search.js';
import { OfferSearch } from '../dist/daemon/proof-of-work/offer-search.js';

const RUNS = 6;
const CHALLENGE = u64(0xbc7a_300e, 0x74f6_cbcb);

const byCreateHash = rate(2 ** 17, (hashes) => {
  const message = Buffer.alloc(16);
  for (let i = 0; i < hashes; i++) {
    message.writeUInt32BE(i, 12);
    createHash('sha256').update(message).digest().readUInt32BE(0);
  }
  return hashes;
});
const byOneShotHash = rate(2 ** 18, (hashes) => {
  const message = Buffer.alloc(16);
  for (let i = 0; i < hashes; i++) {
    message.writeUInt32BE(i, 12);
    hash('sha256', message, 'hex').startsWith('000000');
  }
  return hashes;
});
const byKernel = rate(2 ** 21, (hashes) => {
  const search = new NonceSearch({
    challenge: CHALLENGE,
    difficulty: 31,
    hashesMax: hashes,
    spending: { hashes: 0 },
    start: u64(1, 0),
  });
  while (search.step().kind === 'searching');
  return hashes;
});

print('nonce: createHash', byCreateHash);
print('nonce: one-shot hash', byOneShotHash);
print('nonce: NonceSearch', byKernel);
for (const bytes of [20, 1000, 3500]) {
  print(`offer of ${bytes} bytes: OfferSearch`, offerRate(bytes));
}

/** Whole searches, each from 0 with another challenge, so that the nonce found counts the hashes. */
function offerRate(textBytes) {
  const text = new Uint8Array(textBytes).fill(0x61);
  let challenges = 0;
  return rate(2 ** 17, (hashesMin) => {
    let hashes = 0;
    while (hashes < hashesMin) {
      const challenge = u64(textBytes, challenges++);
      const search = new OfferSearch({ challenge, text, start: u64(0, 0) });
      let progress = search.step();
      while (progress.kind === 'searching') progress = search.step();
      hashes += progress.nonce.low + 1;
    }
    return hashes;
  });
}

/** Million hashes per second of CPU time; `work` does about as many as it is told and returns the number. */
function rate(hashes, work) {
  let best = 0;
  for (let run = 0; run < RUNS; run++) {
    const before = process.cpuUsage();
    const done = work(hashes);
    const { user, system } = process.cpuUsage(before);
    best = Math.max(best, done / (user + system));
  }
  return best;
}

function print(name, megahashes) {
  const ratio = (megahashes / byCreateHash).toFixed(1);
  console.log(`${name.padEnd(34)}${megahashes.toFixed(2).padStart(7)} MH/s${ratio.padStart(7)} ×`);
}
