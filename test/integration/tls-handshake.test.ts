/**
 * What strangers say on a TLS channel before their link is open, and afterwards: everything that is out of place or
 * wrong in the handshake, in both directions.
 */
import { describe, expect, it } from 'vitest';
import { u64, u64Equals } from '../../src/basics/integers.ts';
import type { PeerMessage } from '../../src/wire/peer-messages.ts';
import { encodeOfferText } from '../../src/wire/offer-text.ts';
import { until } from './support.ts';
import {
  endings,
  listenTls,
  nonceFor,
  openLinks,
  relayTo,
  startNode,
  stranger,
  TlsPeer,
} from './tls-support.ts';

const BITS = 8;
const WORK = { proofOfWork: 'connection', powDifficulty: BITS } as const;

const INFO: PeerMessage = { kind: 'peer-info', port: 0 };
const ANNOUNCE: PeerMessage = {
  kind: 'peer-announce',
  id: u64(0, 1),
  ttl: 0,
  dataType: 1337,
  data: Buffer.from('early'),
};
const DISCOVERY: PeerMessage = { kind: 'peer-discovery', challenge: undefined };
const OFFER: PeerMessage = {
  kind: 'peer-offer',
  body: encodeOfferText([{ host: '127.0.0.1', port: 6001 }]),
};
const CHALLENGE: PeerMessage = { kind: 'peer-challenge', challenge: u64(1, 2) };
const PROOF: PeerMessage = { kind: 'peer-verification', nonce: u64(0, 1) };
const VALID: PeerMessage = { kind: 'peer-validation', valid: true };

describe('before its link is open, a peer that has dialled', () => {
  it.each<[string, PeerMessage[]]>([
    ['an announcement', [ANNOUNCE]],
    ['a 505', [DISCOVERY]],
    ['a 506', [OFFER]],
    ['a 508', [CHALLENGE]],
    ['a 509', [PROOF]],
    ['a 510', [VALID]],
    ['an announcement behind its 507', [INFO, ANNOUNCE]],
    ['a 505 behind its 507', [INFO, DISCOVERY]],
    ['a 506 behind its 507', [INFO, OFFER]],
    ['a second 507', [INFO, INFO]],
    ['a 508 behind its 507', [INFO, CHALLENGE]],
    ['a 510 behind its 507', [INFO, VALID]],
  ])('is sent away for %s', async (_, messages) => {
    const node = await startNode({ config: WORK });
    const peer = await TlsPeer.dial(node);
    peer.say(...messages);
    await peer.gone();
    await until(() => endings(node).length > 0);
    expect(endings(node)).toEqual(['wrong-state']);
    expect(node.daemon.snapshot().core.intake.received).toBe(0);
  });

  it('is sent away when it has said nothing for info_timeout', async () => {
    const node = await startNode({ config: { ...WORK, limits: { info_timeout: 1 } } });
    const peer = await TlsPeer.dial(node);
    await peer.gone();
    expect(endings(node)).toEqual(['info-timeout']);
  });
});

describe('on an open link, a peer', () => {
  it.each<[string, PeerMessage]>([
    ['a 507', INFO],
    ['a 508', CHALLENGE],
    ['a 509', PROOF],
    ['a 510', VALID],
  ])('is sent away for %s', async (_, message) => {
    const node = await startNode();
    const peer = await TlsPeer.linkTo(node);
    peer.say(message);
    await peer.gone();
    await until(() => endings(node).length > 0);
    expect(endings(node)).toEqual(['wrong-state']);
  });
});

describe('a proof of work', () => {
  it('of this very channel opens the link', async () => {
    const node = await startNode({ config: WORK });
    const peer = await TlsPeer.dial(node);
    peer.say(INFO);
    const { challenge } = await peer.hears('peer-challenge');
    expect(u64Equals(challenge, peer.challenge())).toBe(true);
    peer.say({ kind: 'peer-verification', nonce: nonceFor(challenge, BITS) });
    expect(await peer.hears('peer-validation')).toMatchObject({ valid: true });
  });

  it('that lacks one bit is refused with a 510, and is the only try', async () => {
    const node = await startNode({ config: WORK });
    const peer = await TlsPeer.dial(node);
    peer.say(INFO);
    const { challenge } = await peer.hears('peer-challenge');
    const bad = nonceFor(challenge, BITS - 1, { exactly: true });
    peer.say(
      { kind: 'peer-verification', nonce: bad },
      { kind: 'peer-verification', nonce: nonceFor(challenge, BITS) },
    );
    expect(await peer.hears('peer-validation')).toMatchObject({ valid: false });
    await peer.gone();
    expect(endings(node)).toEqual(['wrong-proof']);
  });

  it('is worth nothing on another channel', async () => {
    const node = await startNode({ config: { ...WORK, powDifficulty: 16 } });
    const [first, second] = [await TlsPeer.dial(node), await TlsPeer.dial(node)];
    for (const peer of [first, second]) peer.say(INFO);
    const { challenge } = await first.hears('peer-challenge');
    await second.hears('peer-challenge');
    second.say({ kind: 'peer-verification', nonce: nonceFor(challenge, 16) });
    expect(await second.hears('peer-validation')).toMatchObject({ valid: false });
    await second.gone();
    expect(endings(node)).toEqual(['wrong-proof']);
  });

  it('closes a link that is open already by its first one', async () => {
    const node = await startNode({ config: WORK });
    const peer = await TlsPeer.dial(node);
    peer.say(INFO);
    const { challenge } = await peer.hears('peer-challenge');
    const proof: PeerMessage = { kind: 'peer-verification', nonce: nonceFor(challenge, BITS) };
    peer.say(proof, proof);
    await peer.gone();
    await until(() => endings(node).length > 0);
    expect(endings(node)).toEqual(['wrong-state']);
  });

  it('is not waited for longer than challenge_timeout', async () => {
    const node = await startNode({ config: { ...WORK, limits: { challenge_timeout: 1 } } });
    const peer = await TlsPeer.dial(node);
    peer.say(INFO);
    await peer.hears('peer-challenge');
    await peer.gone();
    expect(endings(node)).toEqual(['challenge-expired']);
  });

  it.each([
    ['0', u64(0, 0)],
    ['2^64 − 1', u64(0xffff_ffff, 0xffff_ffff)],
  ])('may be any number: %s', async (_, nonce) => {
    const node = await startNode({ config: { ...WORK, powDifficulty: 0 } });
    const peer = await TlsPeer.dial(node);
    peer.say(INFO);
    await peer.hears('peer-challenge');
    peer.say({ kind: 'peer-verification', nonce });
    expect(await peer.hears('peer-validation')).toMatchObject({ valid: true });
  });
});

describe('a peer that was dialled', () => {
  async function dialled(config: object = {}) {
    const { address, peers } = await listenTls();
    const node = await startNode({ config: { ...WORK, knownPeers: [address], ...config } });
    await until(() => peers.length > 0);
    const peer = peers[0]!;
    await peer.hears('peer-info');
    return { node, peer, peers };
  }

  it('may open the link without asking for work, once', async () => {
    const { node, peer } = await dialled();
    peer.say(VALID);
    await until(() => openLinks(node) === 1);
    peer.say(VALID);
    await peer.gone();
    await until(() => endings(node).length > 0);
    expect(endings(node)).toEqual(['wrong-state']);
  });

  it.each<[string, PeerMessage]>([
    ['a 509', PROOF],
    ['a 507', INFO],
    ['an announcement', ANNOUNCE],
    ['a 506', OFFER],
  ])('is sent away for %s instead', async (_, message) => {
    const { node, peer } = await dialled();
    peer.say(message);
    await peer.gone();
    await until(() => endings(node).length > 0);
    expect(endings(node)[0]).toBe('wrong-state');
  });

  it('is solved what its channel asks, in each round, up to 16 of them', async () => {
    const { node, peer } = await dialled({ powDifficulty: 1 });
    for (let round = 0; round < 16; round++) {
      peer.say({ kind: 'peer-challenge', challenge: peer.challenge(round) });
      await peer.hears('peer-verification', round);
    }
    peer.say(CHALLENGE);
    await peer.gone();
    await until(() => endings(node).length > 0);
    expect(endings(node)[0]).toBe('too-many-challenges');
  });

  it('is not solved what belongs to another channel', async () => {
    const { node, peer } = await dialled();
    peer.say({ kind: 'peer-challenge', challenge: peer.challenge(1) });
    await peer.gone();
    await until(() => endings(node).length > 0);
    expect(endings(node)[0]).toBe('channel-binding');
    expect(peer.messages.map(({ kind }) => kind)).toEqual(['peer-info']);
  });

  it('cannot have the node solve what it was asked by that node itself', async () => {
    const { node, peer } = await dialled();
    const visitor = await TlsPeer.dial(node);
    visitor.say(INFO);
    peer.say(await visitor.hears('peer-challenge'));
    await peer.gone();
    await until(() => endings(node).length > 0);
    expect(endings(node)[0]).toBe('channel-binding');
  });

  it('is given up when it does not answer the proof, and dialled again', async () => {
    const { node, peer, peers } = await dialled({ limits: { answer_timeout: 1 } });
    peer.say({ kind: 'peer-challenge', challenge: peer.challenge() });
    await peer.hears('peer-verification');
    await peer.gone();
    expect(endings(node)[0]).toBe('handshake-timeout');
    await until(() => peers.length > 1);
  });

  it('is dialled again after a pause, and a longer one, if it takes the work and closes', async () => {
    const { peers } = await dialled();
    const at: number[] = [];
    for (let turn = 0; turn < 3; turn++) {
      await until(() => peers.length > turn);
      at.push(performance.now());
      const peer = peers[turn]!;
      peer.say({ kind: 'peer-challenge', challenge: peer.challenge() });
      await peer.hears('peer-verification');
      peer.channel.destroy();
    }
    // 1 s and 2 s, each 20 % more or less; a busy machine only makes them longer.
    expect(at[1]! - at[0]!).toBeGreaterThan(700);
    expect(at[2]! - at[1]!).toBeGreaterThan(1_500);
  });
});

describe('one key', () => {
  it('has one link: a second one is refused, and the first stays', async () => {
    const node = await startNode();
    const who = stranger();
    await TlsPeer.linkTo(node, 0, who);
    const second = await TlsPeer.dial(node, who);
    await second.gone();
    await until(() => endings(node).length > 0);
    expect([endings(node), openLinks(node)]).toEqual([['duplicate-link'], 1]);
  });

  it('that is the own one is sent away, by whatever address the node has reached itself', async () => {
    const free = await startNode();
    const { p2pAddress } = free.daemon;
    await free.daemon.close();
    const { address, taken } = await relayTo(free);
    const node = await startNode({ config: { p2pAddress, knownPeers: [address] } });
    await until(() => endings(node).length > 0);
    expect(endings(node)).toContain('self');
    expect([openLinks(node), taken.length]).toEqual([0, 1]);
  });
});

describe('two nodes that know each other', () => {
  it('have one link, whoever dials', async () => {
    const first = await startNode();
    const { p2pAddress } = first.daemon;
    await first.daemon.close();
    const second = await startNode({ config: { ...WORK, knownPeers: [p2pAddress] } });
    const again = await startNode({
      config: { ...WORK, p2pAddress, knownPeers: [second.daemon.p2pAddress] },
    });
    await until(() => openLinks(second) === 1 && openLinks(again) === 1);
  });
});
