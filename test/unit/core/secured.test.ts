import { describe, expect, it } from 'vitest';
import { u64 } from '../../../src/basics/integers.ts';
import type { LinkId } from '../../../src/core/inputs.ts';
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
      ({ host, port }, identity) =>
        host === PEER.host && port === PEER.port && identity !== securedBy(LOWER).identity,
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
