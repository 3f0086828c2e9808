import { describe, expect, it } from 'vitest';
import { u64, type U64 } from '../../../src/basics/integers.ts';
import { encodeOfferText } from '../../../src/wire/offer-text.ts';
import { joinOffer, type PeerMessage } from '../../../src/wire/peer-messages.ts';
import { Bench, GOOD_NONCE, address, dialled, events, hungUp, sentOn } from './support.ts';

/** A bench with proof_of_work = discovery, an open link and the challenge of the 505 sent on it. */
function asked(): { bench: Bench; link: number; challenge: U64 } {
  const bench = new Bench({ proofOfWork: 'discovery' });
  bench.give({ kind: 'start' });
  const link = bench.openInbound();
  const [question] = sentOn(bench.take(), link);
  if (question?.kind !== 'peer-discovery' || question.challenge === undefined) {
    throw new Error('no 505 with a challenge was sent');
  }
  return { bench, link, challenge: question.challenge };
}

function proven(challenge: U64, nonce: U64, ...addresses: string[]): PeerMessage {
  return joinOffer({ challenge, nonce, text: encodeOfferText(addresses.map(address)) });
}

describe('asking with proof_of_work = discovery', () => {
  it('takes an offer that repeats the challenge and carries a proof', () => {
    const { bench, link, challenge } = asked();
    bench.message(link, proven(challenge, GOOD_NONCE, '10.0.2.1:6001'));
    expect(dialled(bench.take())).toEqual(['10.0.2.1:6001']);
  });

  it.each([
    ['wrong-offer-challenge', u64(9, 9), GOOD_NONCE],
    ['wrong-proof', undefined, u64(0, 1)],
  ])('closes the link with %s', (code, otherChallenge, nonce) => {
    const { bench, link, challenge } = asked();
    bench.message(link, proven(otherChallenge ?? challenge, nonce, '10.0.2.1:6001'));
    const effects = bench.take();
    expect(hungUp(effects)).toEqual([link]);
    expect(dialled(effects)).toEqual([]);
    expect(events(effects, 'link-lost')[0]).toMatchObject({ code });
  });

  it('closes the link when a challenge is answered twice', () => {
    const { bench, link, challenge } = asked();
    bench.message(link, proven(challenge, GOOD_NONCE));
    expect(hungUp(bench.take())).toEqual([]);
    bench.message(link, proven(challenge, GOOD_NONCE));
    expect(hungUp(bench.take())).toEqual([link]);
  });

  it('closes the link when the answer is older than 300 s', () => {
    const { bench, link, challenge } = asked();
    bench.advance(300_001);
    bench.take();
    bench.message(link, proven(challenge, GOOD_NONCE));
    expect(hungUp(bench.take())).toEqual([link]);
  });

  it('closes the link when challenge and nonce are missing', () => {
    const { bench, link } = asked();
    bench.message(link, { kind: 'peer-offer', body: new Uint8Array(15) });
    expect(hungUp(bench.take())).toEqual([link]);
  });

  it('takes an empty 506 as the one answer to its question', () => {
    const { bench, link } = asked();
    bench.message(link, { kind: 'peer-offer', body: new Uint8Array(0) });
    expect(hungUp(bench.take())).toEqual([]);
    bench.message(link, { kind: 'peer-offer', body: new Uint8Array(0) });
    expect(hungUp(bench.take())).toEqual([link]);
  });

  it('remembers a bounded number of questions', () => {
    const bench = new Bench({ proofOfWork: 'discovery', searchCooldown: 1_000 });
    bench.give({ kind: 'start' });
    const link = bench.openInbound();
    bench.advance(40_000);
    const challenges = sentOn(bench.take(), link).map((message) =>
      message.kind === 'peer-discovery' ? message.challenge! : u64(0, 0),
    );
    expect(challenges.length).toBeGreaterThan(30);
    bench.message(link, proven(challenges.at(-16)!, GOOD_NONCE));
    expect(hungUp(bench.take())).toEqual([]);
    bench.message(link, proven(challenges.at(-17)!, GOOD_NONCE));
    expect(hungUp(bench.take())).toEqual([link]);
  });
});

describe('answering a 505 with a challenge', () => {
  /** A node on loopback, where answers are limited least, and a peer of it that has others. */
  function withNeighbours(): { bench: Bench; asker: number; join(): number } {
    const own = address('127.0.0.1:6001');
    const bench = new Bench({ minConnections: 1, degree: 1, listenAddress: own });
    let port = 7_000;
    const join = (): number => bench.openInbound(port, address(`127.0.0.1:${40_000 + port++}`));
    const [asker] = [join(), join(), join()];
    bench.take();
    return { bench, asker, join };
  }

  it('asks for a proof over the whole packet and sends the offer when it is found', () => {
    const { bench, asker } = withNeighbours();
    bench.message(asker, { kind: 'peer-discovery', challenge: u64(5, 6) });
    const [effect] = bench.take();
    expect(effect).toMatchObject({ kind: 'prove-offer', link: asker, challenge: u64(5, 6) });
    const body = new Uint8Array(30);
    bench.give({ kind: 'offer-proven', link: asker, body });
    expect(sentOn(bench.take(), asker)).toEqual([{ kind: 'peer-offer', body }]);
  });

  it('has 8 proofs at work at once; 8 more 505s of a link wait, the rest stays unanswered', () => {
    const { bench, asker } = withNeighbours();
    const question: PeerMessage = { kind: 'peer-discovery', challenge: u64(5, 6) };
    for (let i = 0; i < 20; i++) bench.message(asker, question);
    expect(bench.take().filter((effect) => effect.kind === 'prove-offer')).toHaveLength(8);
    let proofs = 0;
    for (let i = 0; i < 20; i++) {
      bench.give({ kind: 'offer-proven', link: asker, body: new Uint8Array(30) });
      proofs += bench.take().filter((effect) => effect.kind === 'prove-offer').length;
    }
    expect(proofs).toBe(8);
  });

  it('takes the links in turn, so that a flood on one does not starve another', () => {
    const { bench, asker, join } = withNeighbours();
    const quiet = join();
    const question: PeerMessage = { kind: 'peer-discovery', challenge: u64(5, 6) };
    for (let i = 0; i < 16; i++) bench.message(asker, question);
    bench.take();
    bench.message(quiet, question);
    const served: number[] = [];
    for (let i = 0; i < 3; i++) {
      bench.give({ kind: 'offer-proven', link: asker, body: new Uint8Array(30) });
      for (const e of bench.take()) if (e.kind === 'prove-offer') served.push(e.link);
    }
    expect(served).toContain(quiet);
  });

  /** How many of a thousand 505s of a peer are answered. */
  function answers(bench: Bench, asker: number): number {
    bench.take();
    for (let i = 0; i < 1_000; i++) {
      bench.message(asker, { kind: 'peer-discovery', challenge: undefined });
    }
    return sentOn(bench.take(), asker).length;
  }

  it('answers a flood of 505s over loopback 16 times, and then once a second', () => {
    const { bench, asker } = withNeighbours();
    expect(answers(bench, asker)).toBe(16);
    bench.advance(3_000);
    expect(answers(bench, asker)).toBe(3);
  });

  it('answers a flood of 505s from elsewhere once every 30 seconds', () => {
    const bench = new Bench({ minConnections: 1, degree: 1 });
    const [asker] = bench.openLinks(3);
    expect(answers(bench, asker!)).toBe(1);
    bench.advance(29_000);
    expect(answers(bench, asker!)).toBe(0);
    bench.advance(2_000);
    expect(answers(bench, asker!)).toBe(1);
  });

  it('counts no answer for a 505 when there is nobody to tell of', () => {
    const bench = new Bench({ minConnections: 1, degree: 1 });
    const asker = bench.openInbound();
    expect(answers(bench, asker)).toBe(0);
    bench.openInbound();
    expect(answers(bench, asker)).toBe(1);
  });

  it('stops the work when the asker is gone', () => {
    const { bench, asker } = withNeighbours();
    bench.message(asker, { kind: 'peer-discovery', challenge: u64(5, 6) });
    bench.take();
    bench.give({ kind: 'link-closed', link: asker, reason: 'gone' });
    expect(bench.take()).toContainEqual({ kind: 'cancel-proofs', link: asker });
    expect(bench.node.snapshot().sizes.offerProofs.size).toBe(0);
  });
});
