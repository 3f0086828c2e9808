import { describe, expect, it } from 'vitest';
import { u64 } from '../../../src/basics/integers.ts';
import { seededRandom } from '../../../src/basics/random.ts';
import { EventQueue } from '../../../src/sim/event-queue.ts';
import {
  hashesUntilFound,
  nonceFor,
  offerNonceFor,
  Prover,
  SimulatedProofs,
} from '../../../src/sim/proof-of-work.ts';
import { encodePeerMessage, joinOffer } from '../../../src/wire/peer-messages.ts';
import { runTo } from './support.ts';

const TEXT = Uint8Array.of(1, 2, 3);

function offer(challenge: ReturnType<typeof u64>, text = TEXT): Uint8Array {
  return encodePeerMessage(joinOffer({ challenge, nonce: offerNonceFor(challenge, TEXT), text }));
}

describe('simulated proofs', () => {
  it('accept the nonce that was found for a challenge at a difficulty, and no other', () => {
    const proofs = new SimulatedProofs();
    const challenge = u64(7, 8);
    expect(proofs.checkNonce(challenge, nonceFor(u64(7, 9), 24), 24)).toBe(false);
    expect(proofs.checkNonce(challenge, nonceFor(challenge, 23), 24)).toBe(false);
    expect(proofs.checkNonce(challenge, nonceFor(challenge, 24), 24)).toBe(true);
  });

  it('accept an offer as it was proven, not one with another text', () => {
    const proofs = new SimulatedProofs();
    expect(proofs.checkOffer(offer(u64(7, 8), Uint8Array.of(1, 2, 4)))).toBe(false);
    expect(proofs.checkOffer(offer(u64(7, 8)))).toBe(true);
  });

  it('fail the simulation when a challenge is used twice', () => {
    const proofs = new SimulatedProofs();
    const challenge = u64(7, 8);
    proofs.checkNonce(challenge, nonceFor(challenge, 24), 24);
    expect(() => proofs.checkNonce(challenge, nonceFor(challenge, 24), 24)).toThrow(
      'challenge 0000000700000008 was accepted twice',
    );
    proofs.checkOffer(offer(challenge));
    expect(() => proofs.checkOffer(offer(challenge))).toThrow('accepted twice');
  });
});

describe('the search for a nonce', () => {
  it.each([0, 1, 8, 24])('takes 2^%i hashes on average', (difficulty) => {
    const random = seededRandom(1);
    let sum = 0;
    for (let i = 0; i < 20_000; i++) sum += hashesUntilFound(difficulty, random);
    const mean = sum / 20_000 / 2 ** difficulty;
    expect(mean).toBeGreaterThan(0.97);
    expect(mean).toBeLessThan(1.03);
  });
});

/** A prover with one hash per millisecond, and what became of its jobs. */
function prover() {
  const events = new EventQueue();
  const worker = new Prover(events, seededRandom(5), 1_000);
  const log: string[] = [];
  const add = (
    name: string,
    link: number,
    purpose: 'connection' | 'offer' = 'connection',
    hashesMax = Number.POSITIVE_INFINITY,
  ): void => {
    const onDone = (isFound: boolean): void => {
      log.push(`${name} ${isFound ? 'found' : 'given up'}`);
    };
    worker.add({ link, purpose, difficulty: 10, hashesMax, onDone });
  };
  return { events, worker, log, add };
}

describe('the prover of a node', () => {
  it('takes its jobs one after the other', () => {
    const { events, worker, log, add } = prover();
    for (const [i, name] of ['a', 'b', 'c'].entries()) add(name, i);
    expect(worker.length).toBe(3);
    runTo(events, 1_000_000);
    expect(log).toEqual(['a found', 'b found', 'c found']);
    expect(worker.length).toBe(0);
  });

  it('gives up after the most hashes it may take', () => {
    const { events, log, add } = prover();
    add('a', 1, 'connection', 1);
    runTo(events, 1);
    expect(log).toEqual(['a given up']);
  });

  it('replaces an earlier job of the same link', () => {
    const { events, log, add } = prover();
    add('first', 1);
    add('second', 1);
    runTo(events, 1_000_000);
    expect(log).toEqual(['second found']);
  });

  it('drops all jobs of a link that is of no interest any more, and goes on', () => {
    const { events, worker, log, add } = prover();
    add('a', 1);
    add('b', 1, 'offer');
    add('c', 2);
    worker.cancel(1);
    runTo(events, 1_000_000);
    expect(log).toEqual(['c found']);
  });
});
