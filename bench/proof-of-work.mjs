/**
 * How fast proofs of work are found: million hashes per second of CPU time, beside `createHash`. Runs are
 * interleaved; what is printed are medians, and the medians of the ratios within each run: on a busy machine
 * the rates say little, the ratios are steady. After that, what it means for the thread that serves links
 * when 64 of them want a proof at once.
 *
 *     npm run build && node bench/proof-of-work.mjs [--runs 7]
 */
import { createHash, hash } from 'node:crypto';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { parseArgs } from 'node:util';
import { u64 } from '../dist/basics/integers.js';
import { createKernel } from '../dist/daemon/proof-of-work/kernel.js';
import { NonceSearch } from '../dist/daemon/proof-of-work/nonce-search.js';
import { OfferSearch } from '../dist/daemon/proof-of-work/offer-search.js';
import { ProofSolver } from '../dist/daemon/proof-of-work/solver.js';

const CHALLENGE = u64(0xbc7a_300e, 0x74f6_cbcb);
const { values } = parseArgs({ options: { runs: { type: 'string', default: '7' } } });

/** Each does about as many hashes as it is told and returns their number. */
const CONTESTANTS = {
  'nonce: createHash': [2 ** 17, byCreateHash],
  'nonce: one-shot hash': [2 ** 18, byOneShotHash],
  'nonce: JavaScript': [2 ** 20, nonceSearch(createKernel('js'))],
  'nonce: WebAssembly SIMD': [2 ** 20, nonceSearch(createKernel('simd'))],
  'offer of 20 bytes': [2 ** 17, offerSearch(20)],
  'offer of 1000 bytes': [2 ** 17, offerSearch(1000)],
  'offer of 3500 bytes': [2 ** 16, offerSearch(3500)],
};

measureRates(Number(values.runs));
await measureLoop(64, 2 ** 18);

function measureRates(runs) {
  const rates = Object.keys(CONTESTANTS).map(() => []);
  // The first run is for the compilers; WebAssembly is compiled again when it has run for a while.
  for (let run = -1; run < runs; run++) {
    for (const [i, [hashes, work]] of Object.values(CONTESTANTS).entries()) {
      if (run < 0) for (let extra = 0; extra < 3; extra++) work(hashes);
      else rates[i].push(rate(hashes, work));
    }
  }
  for (const [i, name] of Object.keys(CONTESTANTS).entries()) {
    const ratio = median(rates[i].map((each, run) => each / rates[0][run]));
    const megahashes = median(rates[i]).toFixed(2).padStart(7);
    console.log(`${name.padEnd(26)}${megahashes} MH/s${ratio.toFixed(1).padStart(7)} ×`);
  }
}

/** So many links at once, each with a job that takes exactly so many hashes. */
async function measureLoop(links, hashesMax) {
  const delay = monitorEventLoopDelay({ resolution: 1 });
  let answers = 0;
  await new Promise((resolve) => {
    const solver = new ProofSolver({
      onNonce: () => ++answers === links && void solver.close().then(resolve),
      onOffer() {},
      onTrouble: console.error,
    });
    delay.enable();
    for (let link = 1; link <= links; link++) {
      solver.solve({ link, challenge: u64(1, link), difficulty: 31, hashesMax });
    }
    // The threads do not keep a process alive.
    const keepAlive = setInterval(() => answers === links && clearInterval(keepAlive), 100);
  });
  delay.disable();
  const [p50, p99, max] = [50, 99, 100].map((p) => (delay.percentile(p) / 1e6 - 1).toFixed(1));
  console.log(
    `${links} links × ${hashesMax} hashes: the event loop was late by ${p50} ms (p50), ` +
      `${p99} ms (p99), ${max} ms at most`,
  );
}

function byCreateHash(hashes) {
  const message = Buffer.alloc(16);
  for (let i = 0; i < hashes; i++) {
    message.writeUInt32BE(i, 12);
    createHash('sha256').update(message).digest().readUInt32BE(0);
  }
  return hashes;
}

function byOneShotHash(hashes) {
  const message = Buffer.alloc(16);
  for (let i = 0; i < hashes; i++) {
    message.writeUInt32BE(i, 12);
    hash('sha256', message, 'hex').startsWith('000000');
  }
  return hashes;
}

function nonceSearch(kernel) {
  return (hashesMax) => {
    const start = u64(1, 0);
    const search = new NonceSearch({
      kernel,
      challenge: CHALLENGE,
      difficulty: 31,
      hashesMax,
      start,
    });
    while (search.step().kind === 'searching');
    return search.hashes;
  };
}

/** Whole searches, each with another challenge. */
function offerSearch(textBytes) {
  const text = new Uint8Array(textBytes).fill(0x61);
  let challenges = 0;
  return (hashesMin) => {
    let hashes = 0;
    while (hashes < hashesMin) {
      const challenge = u64(textBytes, challenges++);
      const search = new OfferSearch({ challenge, text, hashesMax: 2 ** 40, start: u64(0, 0) });
      while (search.step().kind === 'searching');
      hashes += search.hashes;
    }
    return hashes;
  };
}

/** Million hashes per second of CPU time. */
function rate(hashes, work) {
  const before = process.cpuUsage();
  const done = work(hashes);
  const { user, system } = process.cpuUsage(before);
  return done / (user + system);
}

function median(numbers) {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)];
}
