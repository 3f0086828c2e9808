import { describe, expect, it } from 'vitest';
import { u64 } from '../../../src/basics/integers.ts';
import type { LinkId } from '../../../src/core/inputs.ts';
import { encodeOfferText } from '../../../src/wire/offer-text.ts';
import {
  Bench,
  GOOD_NONCE,
  OWN,
  address,
  dialled,
  events,
  hungUp,
  securedBy,
  sentOn,
} from './support.ts';

const LOWER = '1';
const OURS = '5';
const HIGHER = '9';
const PEER = address('10.0.9.9:6001');
const ELSEWHERE = address('10.0.8.8:6001');

function securedBench(proofOfWork: 'none' | 'connection' = 'none'): Bench {
  return new Bench({ proofOfWork, ownIdentity: securedBy(OURS).identity });
}

function from(bench: Bench, digit: string, channel = 1): LinkId {
  return bench.accept({ ...PEER, port: 40_000 + channel }, OWN, securedBy(digit, channel));
}

function to(bench: Bench, digit: string, where = PEER): LinkId {
  return bench.connect(where, undefined, securedBy(digit));
}

function open(bench: Bench, link: LinkId, isInbound: boolean): void {
  if (isInbound) bench.message(link, { kind: 'peer-info', port: PEER.port });
  else bench.message(link, { kind: 'peer-validation', valid: true });
}

describe('the challenge on a TLS link', () => {
  it('is that of the channel, not a random one', () => {
    const bench = securedBench('connection');
    const link = from(bench, HIGHER, 7);
    bench.take();
    bench.message(link, { kind: 'peer-info', port: PEER.port });
    expect(sentOn(bench.take(), link)).toEqual([{ kind: 'peer-challenge', challenge: u64(7, 0) }]);
  });

  it('is solved if it belongs to the channel and the round', () => {
    const bench = securedBench('connection');
    const link = to(bench, HIGHER);
    for (const round of [0, 1]) {
      bench.take();
      bench.message(link, { kind: 'peer-challenge', challenge: u64(1, round) });
      expect(bench.take().map(({ kind }) => kind)).toEqual(['solve']);
      bench.give({ kind: 'proof-found', link, nonce: GOOD_NONCE });
    }
  });

  it.each([
    ['of another channel', u64(2, 0)],
    ['of a later round', u64(1, 1)],
  ])('is not solved if it is one %s: the link ends', (_, challenge) => {
    const bench = securedBench('connection');
    const link = to(bench, HIGHER);
    bench.take();
    bench.message(link, { kind: 'peer-challenge', challenge });
    const effects = bench.take();
    expect(effects.some(({ kind }) => kind === 'solve')).toBe(false);
    expect(events(effects, 'handshake-failed').map(({ code }) => code)).toEqual([
      'channel-binding',
    ]);
  });
});

describe('two peers with keys that dial each other', () => {
  it.each([
    ['ours stays if our key is the lower one', HIGHER, 'ours'],
    ['theirs stays if their key is the lower one', LOWER, 'theirs'],
  ])('keep one link before either is open: %s', (_, peer, kept) => {
    const bench = securedBench('connection');
    const ours = to(bench, peer);
    const theirs = from(bench, peer);
    bench.take();
    bench.message(theirs, { kind: 'peer-info', port: 7_777 });
    expect(hungUp(bench.take())).toEqual([kept === 'ours' ? theirs : ours]);
  });

  it('do not lose the open link while the other one is not open yet', () => {
    const bench = securedBench();
    const theirs = from(bench, HIGHER);
    open(bench, theirs, true);
    const ours = to(bench, HIGHER);
    expect(hungUp(bench.take())).toEqual([]);
    open(bench, ours, false);
    expect(hungUp(bench.take())).toEqual([theirs]);
    expect(bench.openCount).toBe(1);
  });

  it('keep one link also if the other one has dialled several times, and only the last of these is open', () => {
    const bench = securedBench();
    const theirs = [1, 2, 3].map((channel) => from(bench, HIGHER, channel));
    open(bench, theirs[2]!, true);
    const ours = to(bench, HIGHER);
    open(bench, ours, false);
    expect(bench.openCount).toBe(1);
    expect(hungUp(bench.take())).toContain(theirs[2]);
  });

  it('are told apart by their keys, wherever they listen', () => {
    const bench = securedBench();
    open(bench, to(bench, LOWER), false);
    open(bench, from(bench, HIGHER), true);
    expect(bench.openCount).toBe(2);
  });
});

describe('a peer with a key that this node has a link to', () => {
  it('is not let in a second time', () => {
    const bench = securedBench();
    open(bench, from(bench, LOWER, 1), true);
    bench.take();
    const again = from(bench, LOWER, 2);
    const effects = bench.take();
    expect(hungUp(effects)).toEqual([again]);
    expect(events(effects, 'handshake-failed').map(({ code }) => code)).toEqual(['duplicate-link']);
  });

  it('gets in once when it dials twice at the same time', () => {
    const bench = securedBench('connection');
    const links = [from(bench, LOWER, 1), from(bench, LOWER, 2)];
    for (const link of links) {
      bench.message(link, { kind: 'peer-info', port: PEER.port });
      bench.message(link, { kind: 'peer-verification', nonce: GOOD_NONCE });
    }
    expect(bench.openCount).toBe(1);
    expect(hungUp(bench.take())).toEqual([links[1]]);
  });

  it('is left alone when it answers at another address, and is not dialled there again at once', () => {
    const bench = new Bench({
      ownIdentity: securedBy(OURS).identity,
      knownPeers: [PEER, ELSEWHERE],
    });
    bench.give({ kind: 'start' });
    open(bench, to(bench, HIGHER), false);
    bench.take();
    const other = to(bench, HIGHER, ELSEWHERE);
    const effects = bench.take();
    expect(hungUp(effects)).toEqual([other]);
    expect(dialled(effects)).toEqual([]);
  });
});

describe("a peer that shows this node's own key", () => {
  it('is hung up on, and its address is not dialled again', () => {
    const bench = new Bench({ ownIdentity: securedBy(OURS).identity, knownPeers: [PEER] });
    bench.give({ kind: 'start' });
    bench.take();
    const link = to(bench, OURS);
    bench.advance(600_000);
    const effects = bench.take();
    expect(hungUp(effects)).toEqual([link]);
    expect(events(effects, 'handshake-failed').map(({ code }) => code)).toEqual(['self']);
    expect(dialled(effects)).toEqual([]);
  });
});

describe('a peer that says it listens where the operator expects another key', () => {
  function pinnedBench(): Bench {
    return new Bench(
      { ownIdentity: securedBy(OURS).identity, knownPeers: [PEER] },
      {},
      1,
      undefined,
      ({ host, port }) =>
        host === PEER.host && port === PEER.port ? [securedBy(LOWER).identity] : [],
    );
  }

  it('is not believed, and the operator is told; its link stays', () => {
    const bench = pinnedBench();
    bench.take();
    const link = from(bench, HIGHER);
    open(bench, link, true);
    const effects = bench.take();
    expect(events(effects, 'claim-ignored')).toEqual([
      { kind: 'claim-ignored', link, address: PEER, identity: securedBy(HIGHER).identity },
    ]);
    expect(bench.node.snapshot().links).toMatchObject([{ state: 'open', listening: undefined }]);
  });

  it('does not keep the node from dialling there', () => {
    const bench = pinnedBench();
    open(bench, from(bench, HIGHER), true);
    bench.take();
    bench.give({ kind: 'start' });
    expect(dialled(bench.take())).toEqual(['10.0.9.9:6001']);
  });

  it('is believed if it has the key', () => {
    const bench = pinnedBench();
    open(bench, from(bench, LOWER), true);
    expect(events(bench.take(), 'claim-ignored')).toEqual([]);
    expect(bench.node.snapshot().links).toMatchObject([{ listening: PEER }]);
  });
});

describe('an offer of many addresses at which one and the same peer answers', () => {
  const BUSY = address('10.7.0.1:6001');
  const MANY = Array.from({ length: 64 }, (_, i) => address(`10.${50 + i}.0.1:6001`));

  /** A node that is short of links and was offered {@link MANY}; whoever it dials there has one key. */
  function offered(): Bench {
    const bench = new Bench({ ownIdentity: securedBy(OURS).identity, knownPeers: [PEER] });
    bench.give({ kind: 'start' });
    const teller = to(bench, HIGHER);
    open(bench, teller, false);
    bench.message(teller, { kind: 'peer-offer', body: encodeOfferText(MANY) });
    return bench;
  }

  /** Answers all dials with one key until there are no more of them; says how many there were. */
  function answerAll(bench: Bench): number {
    let count = 0;
    for (let next = dialled(bench.take()); next.length > 0; next = dialled(bench.take())) {
      for (const text of next) {
        count++;
        open(bench, to(bench, LOWER, address(text)), false);
      }
    }
    return count;
  }

  it('is followed for a few, and not for a while then', () => {
    const bench = offered();
    // One link of it, three that show that it has many addresses, and what was under way.
    const dials = answerAll(bench);
    expect(dials).toBeGreaterThan(3);
    expect(dials).toBeLessThanOrEqual(1 + 3 + 4);
    bench.advance(500_000);
    expect(answerAll(bench)).toBe(0);
    bench.advance(200_000);
    expect(answerAll(bench)).toBeGreaterThan(0);
  });

  it('does not keep the node from addresses that others told of', () => {
    const bench = offered();
    answerAll(bench);
    const honest = to(bench, '7', BUSY);
    open(bench, honest, false);
    bench.message(honest, {
      kind: 'peer-offer',
      body: encodeOfferText([address('10.9.1.1:6001'), MANY[0]!]),
    });
    expect(dialled(bench.take())).toContain('10.9.1.1:6001');
  });
});

describe('peers that dial this node while it dials them', () => {
  it('are no sign that their addresses are all one', () => {
    const bench = new Bench({
      ownIdentity: securedBy(OURS).identity,
      knownPeers: [PEER],
      minConnections: 8,
    });
    bench.give({ kind: 'start' });
    const teller = to(bench, HIGHER);
    open(bench, teller, false);
    bench.take();
    const peers = Array.from({ length: 20 }, (_, i) => address(`10.${50 + i}.0.1:6001`));
    bench.message(teller, { kind: 'peer-offer', body: encodeOfferText(peers) });
    const theirs = dialled(bench.take()).map((text, i) => {
      const link = bench.accept({ ...address(text), port: 40_000 }, OWN, securedBy(`2${i}`));
      bench.message(link, { kind: 'peer-info', port: 6001 });
      to(bench, `2${i}`, address(text));
      return link;
    });
    expect(events(bench.take(), 'handshake-failed').length).toBeGreaterThan(3);
    for (const link of theirs) bench.give({ kind: 'link-closed', link, reason: 'it went away' });
    expect(dialled(bench.take()).length).toBeGreaterThan(0);
  });
});
