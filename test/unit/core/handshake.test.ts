import { describe, expect, it } from 'vitest';
import { u64 } from '../../../src/basics/integers.ts';
import type { LinkId } from '../../../src/core/inputs.ts';
import type { Settings } from '../../../src/core/settings.ts';
import type { Address } from '../../../src/wire/address.ts';
import type { PeerMessage } from '../../../src/wire/peer-messages.ts';
import { BAD_NONCE, Bench, GOOD_NONCE, OWN, address, events, hungUp, sentOn } from './support.ts';

const INFO: PeerMessage = { kind: 'peer-info', port: 6001 };
const CHALLENGE: PeerMessage = { kind: 'peer-challenge', challenge: u64(1, 2) };
const PROOF: PeerMessage = { kind: 'peer-verification', nonce: GOOD_NONCE };
const VALID: PeerMessage = { kind: 'peer-validation', valid: true };
const INVALID: PeerMessage = { kind: 'peer-validation', valid: false };
const DISCOVERY: PeerMessage = { kind: 'peer-discovery', challenge: undefined };
const OFFER: PeerMessage = { kind: 'peer-offer', body: new Uint8Array(0) };
const ANNOUNCE: PeerMessage = {
  kind: 'peer-announce',
  id: u64(0, 1),
  ttl: 0,
  dataType: 1,
  data: new Uint8Array(0),
};
const PEER = address('10.0.0.9:6001');

describe('the dialled side with proof_of_work = connection', () => {
  it('challenges after the 507, judges the 509 and opens the link', () => {
    const bench = new Bench({ proofOfWork: 'connection' });
    const link = bench.accept();
    bench.message(link, INFO);
    expect(sentOn(bench.take(), link)).toMatchObject([{ kind: 'peer-challenge' }]);
    expect(bench.openCount).toBe(0);
    bench.message(link, PROOF);
    expect(sentOn(bench.take(), link)).toContainEqual(VALID);
    expect(bench.openCount).toBe(1);
  });

  it('answers a wrong nonce with V=0 and closes', () => {
    const bench = new Bench({ proofOfWork: 'connection' });
    const link = bench.accept();
    bench.message(link, INFO);
    bench.take();
    bench.message(link, { kind: 'peer-verification', nonce: BAD_NONCE });
    const effects = bench.take();
    expect(sentOn(effects, link)).toEqual([INVALID]);
    expect(hungUp(effects)).toEqual([link]);
    expect(events(effects, 'handshake-failed')[0]).toMatchObject({ code: 'wrong-proof' });
  });

  it('never gives the same challenge twice', () => {
    const bench = new Bench({ proofOfWork: 'connection' });
    const given = new Set<string>();
    for (let i = 0; i < 100; i++) {
      const link = bench.accept();
      bench.message(link, INFO);
      for (const m of sentOn(bench.take(), link)) given.add(JSON.stringify(m));
    }
    expect(given.size).toBe(100);
  });

  it('takes one 509 only: a second one closes the link, which is open by then', () => {
    const bench = new Bench({ proofOfWork: 'connection' });
    const link = bench.accept();
    bench.message(link, INFO);
    bench.message(link, PROOF);
    bench.take();
    bench.message(link, PROOF);
    expect(hungUp(bench.take())).toEqual([link]);
  });

  it('closes when no 507 comes within 5 s', () => {
    const bench = new Bench({ proofOfWork: 'connection' });
    const link = bench.accept();
    bench.advance(4_999);
    expect(hungUp(bench.take())).toEqual([]);
    bench.advance(1);
    const effects = bench.take();
    expect(hungUp(effects)).toEqual([link]);
    expect(events(effects, 'handshake-failed')[0]).toMatchObject({ code: 'info-timeout' });
  });

  it('closes when the 509 does not come within 300 s', () => {
    const bench = new Bench({ proofOfWork: 'connection' });
    const link = bench.accept();
    bench.message(link, INFO);
    bench.advance(299_999);
    expect(hungUp(bench.take())).toEqual([]);
    bench.advance(1);
    const effects = bench.take();
    expect(hungUp(effects)).toEqual([link]);
    expect(events(effects, 'handshake-failed')[0]).toMatchObject({ code: 'challenge-expired' });
  });

  it('refuses a 509 that is read after the time, even before the node has woken', () => {
    const bench = new Bench({ proofOfWork: 'connection' });
    const link = bench.accept();
    bench.message(link, INFO);
    bench.take();
    bench.now += 300_001;
    bench.message(link, PROOF);
    const effects = bench.take();
    expect(sentOn(effects, link)).toEqual([INVALID]);
    expect(events(effects, 'handshake-failed')[0]).toMatchObject({ code: 'challenge-expired' });
  });

  it('challenges all who wait together, within challenge_cooldown', () => {
    const bench = new Bench({ proofOfWork: 'connection', challengeCooldown: 10_000 });
    const first = bench.accept();
    bench.message(first, INFO);
    bench.advance(4_000);
    const second = bench.accept();
    bench.message(second, INFO);
    bench.advance(5_999);
    expect(bench.take().filter((effect) => effect.kind === 'send')).toEqual([]);
    bench.advance(1);
    const effects = bench.take();
    expect(sentOn(effects, first)).toMatchObject([{ kind: 'peer-challenge' }]);
    expect(sentOn(effects, second)).toMatchObject([{ kind: 'peer-challenge' }]);
  });

  it.each([
    ['504', ANNOUNCE],
    ['505', DISCOVERY],
    ['506', OFFER],
    ['508', CHALLENGE],
    ['509', PROOF],
    ['510', VALID],
  ])('closes on a %s before the 507', (_name, message) => {
    const bench = new Bench({ proofOfWork: 'connection' });
    const link = bench.accept();
    bench.take();
    bench.message(link, message);
    expect(hungUp(bench.take())).toEqual([link]);
  });

  it.each([
    ['504', ANNOUNCE],
    ['505', DISCOVERY],
    ['506', OFFER],
    ['507', INFO],
    ['508', CHALLENGE],
    ['510', VALID],
  ])('closes on a %s while it waits for the 509', (_name, message) => {
    const bench = new Bench({ proofOfWork: 'connection' });
    const link = bench.accept();
    bench.message(link, INFO);
    bench.take();
    bench.message(link, message);
    expect(hungUp(bench.take())).toEqual([link]);
  });

  it.each([504, 505, 506] as const)('closes on the header of a %i already', (messageType) => {
    const bench = new Bench({ proofOfWork: 'connection' });
    const link = bench.accept();
    bench.take();
    bench.give({ kind: 'message-begun', link, messageType });
    expect(hungUp(bench.take())).toEqual([link]);
  });

  it.each([507, 508, 509, 510] as const)('waits for the rest of a %i', (messageType) => {
    const bench = new Bench({ proofOfWork: 'connection' });
    const link = bench.accept();
    bench.take();
    bench.give({ kind: 'message-begun', link, messageType });
    expect(hungUp(bench.take())).toEqual([]);
  });

  it('says which setting of the peer would explain an early 505', () => {
    const bench = new Bench({ proofOfWork: 'connection' });
    const link = bench.accept();
    bench.message(link, INFO);
    bench.take();
    bench.message(link, { kind: 'peer-discovery', challenge: u64(1, 1) });
    const [failed] = events(bench.take(), 'handshake-failed');
    expect(failed?.reason).toContain('proof_of_work = "discovery"');
  });
});

describe('the dialling side', () => {
  it('sends its 507 first, solves, sends the 509 and opens with V=1', () => {
    const bench = new Bench({ proofOfWork: 'connection', advertisedPort: 7777 });
    const link = bench.connect(PEER);
    expect(sentOn(bench.take(), link)).toEqual([{ kind: 'peer-info', port: 7777 }]);
    bench.message(link, CHALLENGE);
    expect(bench.take()).toEqual([
      {
        kind: 'solve',
        link,
        challenge: u64(1, 2),
        difficulty: 24,
        hashesMax: 64 * 2 ** 24,
      },
    ]);
    bench.give({ kind: 'proof-found', link, nonce: GOOD_NONCE });
    expect(sentOn(bench.take(), link)).toEqual([PROOF]);
    expect(bench.openCount).toBe(0);
    bench.message(link, VALID);
    expect(bench.openCount).toBe(1);
  });

  it('opens with V=1 although it was not challenged', () => {
    const bench = new Bench({ proofOfWork: 'connection' });
    const link = bench.connect(PEER);
    bench.message(link, VALID);
    expect(bench.states()).toEqual(['open']);
    expect(hungUp(bench.take())).not.toContain(link);
  });

  it('solves a challenge with proof_of_work = none too', () => {
    const bench = new Bench({ proofOfWork: 'none' });
    const link = bench.connect(PEER);
    bench.take();
    bench.message(link, CHALLENGE);
    expect(bench.take()).toMatchObject([{ kind: 'solve' }]);
  });

  it('stops solving when V=1 comes meanwhile', () => {
    const bench = new Bench({ proofOfWork: 'connection' });
    const link = bench.connect(PEER);
    bench.message(link, CHALLENGE);
    bench.take();
    bench.message(link, VALID);
    expect(bench.take()).toContainEqual({ kind: 'cancel-proofs', link });
    bench.give({ kind: 'proof-found', link, nonce: GOOD_NONCE });
    expect(sentOn(bench.take(), link)).toEqual([]);
  });

  it('gives up on V=0', () => {
    const bench = new Bench({ proofOfWork: 'connection' });
    const link = bench.connect(PEER);
    bench.take();
    bench.message(link, INVALID);
    const effects = bench.take();
    expect(hungUp(effects)).toEqual([link]);
    expect(events(effects, 'handshake-failed')[0]).toMatchObject({ code: 'refused-by-peer' });
  });

  it('replaces its work when challenged again, up to 16 times', () => {
    const bench = new Bench({ proofOfWork: 'connection' });
    const link = bench.connect(PEER);
    for (let i = 1; i <= 16; i++) {
      bench.take();
      bench.message(link, { kind: 'peer-challenge', challenge: u64(0, i) });
      expect(bench.take()).toMatchObject([{ kind: 'solve', challenge: u64(0, i) }]);
    }
    bench.message(link, { kind: 'peer-challenge', challenge: u64(0, 17) });
    const effects = bench.take();
    expect(hungUp(effects)).toEqual([link]);
    expect(effects).toContainEqual({ kind: 'cancel-proofs', link });
    expect(events(effects, 'handshake-failed')[0]).toMatchObject({ code: 'too-many-challenges' });
  });

  it('waits 330 s for a challenge, and 330 s anew after each 509', () => {
    const bench = new Bench({ proofOfWork: 'connection', searchCooldown: 10_000_000 });
    const link = bench.connect(PEER);
    bench.take();
    bench.advance(329_999);
    bench.message(link, CHALLENGE);
    bench.give({ kind: 'proof-found', link, nonce: GOOD_NONCE });
    bench.advance(329_999);
    expect(hungUp(bench.take())).toEqual([]);
    bench.advance(1);
    const effects = bench.take();
    expect(hungUp(effects)).toEqual([link]);
    expect(events(effects, 'handshake-failed')[0]).toMatchObject({ code: 'handshake-timeout' });
  });

  it('cancels its work when the link goes', () => {
    const bench = new Bench({ proofOfWork: 'connection' });
    const link = bench.connect(PEER);
    bench.message(link, CHALLENGE);
    bench.take();
    bench.give({ kind: 'link-closed', link, reason: 'reset' });
    expect(bench.take()).toContainEqual({ kind: 'cancel-proofs', link });
  });

  it('gives up when the hashes it may spend are used up', () => {
    const bench = new Bench({ proofOfWork: 'connection' });
    const link = bench.connect(PEER);
    bench.message(link, CHALLENGE);
    bench.take();
    bench.give({ kind: 'proof-found', link, nonce: undefined });
    expect(hungUp(bench.take())).toEqual([link]);
  });

  it.each([
    ['504', ANNOUNCE],
    ['505', DISCOVERY],
    ['506', OFFER],
    ['507', INFO],
    ['509', PROOF],
  ])('closes on a %s before the link is open', (_name, message) => {
    const bench = new Bench({ proofOfWork: 'connection' });
    const link = bench.connect(PEER);
    bench.take();
    bench.message(link, message);
    expect(hungUp(bench.take())).toEqual([link]);
  });
});

describe('proof_of_work = none', () => {
  it('lets the dialled side say V=1 at once', () => {
    const bench = new Bench({ proofOfWork: 'none' });
    const link = bench.accept();
    bench.message(link, INFO);
    expect(sentOn(bench.take(), link)[0]).toEqual(VALID);
    expect(bench.openCount).toBe(1);
  });
});

describe('proof_of_work = discovery', () => {
  it('opens with the 507 on both sides', () => {
    const bench = new Bench({ proofOfWork: 'discovery' });
    const inbound = bench.accept();
    bench.message(inbound, INFO);
    const outbound = bench.connect(PEER);
    expect(bench.states()).toEqual(['open', 'open']);
    expect(sentOn(bench.take(), outbound)[0]).toEqual({ kind: 'peer-info', port: OWN.port });
  });

  it.each([
    ['508', CHALLENGE],
    ['509', PROOF],
    ['510', VALID],
  ])('closes on a %s and names the likely difference in settings', (_name, message) => {
    const bench = new Bench({ proofOfWork: 'discovery' });
    const link = bench.connect(PEER);
    bench.take();
    bench.message(link, message);
    const effects = bench.take();
    expect(hungUp(effects)).toEqual([link]);
    expect(events(effects, 'link-lost')[0]?.reason).toContain('proof_of_work = "connection"');
  });
});

describe('an open link', () => {
  it.each([
    ['507', INFO],
    ['508', CHALLENGE],
    ['509', PROOF],
    ['510', VALID],
  ])('closes on a %s', (_name, message) => {
    const bench = new Bench();
    const link = bench.openInbound();
    bench.take();
    bench.message(link, message);
    const effects = bench.take();
    expect(hungUp(effects)).toEqual([link]);
    expect(events(effects, 'link-lost')[0]).toMatchObject({ code: 'wrong-state' });
  });

  it('is gone after garbage, with the reason in the event', () => {
    const bench = new Bench();
    const link = bench.openInbound();
    bench.take();
    bench.give({
      kind: 'garbage',
      link,
      violation: { kind: 'violation', code: 'bad-size', reason: 'size 3' },
    });
    expect(events(bench.take(), 'link-lost')[0]).toMatchObject({
      code: 'bad-size',
      reason: 'size 3',
    });
    expect(bench.openCount).toBe(0);
  });
});

describe('links that are not open yet', () => {
  /** Somebody on this machine. */
  const local = (index: number): Address => address(`127.0.0.1:${40_000 + index}`);

  /** A node with as many links from outside on their way as it lets wait. */
  function crowded(overrides: Partial<Settings> = {}): { bench: Bench; waiting: LinkId[] } {
    const bench = new Bench(overrides, { pendingLinksMax: 16 });
    const waiting = Array.from({ length: 14 }, (_, i) => bench.accept(local(i)));
    expect(hungUp(bench.take())).toEqual([]);
    return { bench, waiting };
  }

  it('are bounded, with room kept for those that the node dials itself', () => {
    const { bench } = crowded();
    for (let i = 0; i < 26; i++) bench.accept(local(100 + i));
    expect(hungUp(bench.take())).toHaveLength(26);
    expect(bench.node.snapshot().sizes.pendingLinks.size).toBe(14);
    bench.connect(PEER);
    expect(hungUp(bench.take())).toEqual([]);
    expect(bench.states()).toHaveLength(15);
  });

  it('go at the bound if they have said nothing for longest, and let a newcomer in', () => {
    const { bench, waiting } = crowded();
    const newcomer = bench.accept();
    const effects = bench.take();
    expect(hungUp(effects)).toEqual([waiting[0]]);
    expect(events(effects, 'handshake-failed')).toMatchObject([{ code: 'too-many-pending' }]);
    bench.message(newcomer, INFO);
    expect(sentOn(bench.take(), newcomer)).toContainEqual(VALID);
  });

  it('stay at the bound if they have said who they are: the newcomer goes', () => {
    const { bench, waiting } = crowded({ proofOfWork: 'connection' });
    for (const link of waiting) bench.message(link, INFO);
    bench.take();
    const newcomer = bench.accept();
    const effects = bench.take();
    expect(hungUp(effects)).toEqual([newcomer]);
    expect(events(effects, 'handshake-failed')).toMatchObject([{ code: 'too-many-pending' }]);
  });

  it('go at the bound if they have been at work for longest, once that was long enough', () => {
    const { bench, waiting } = crowded({ proofOfWork: 'connection' });
    for (const link of waiting) bench.message(link, INFO);
    bench.advance(40_000);
    bench.take();
    bench.accept();
    expect(hungUp(bench.take())).toEqual([waiting[0]]);
  });

  it('go at the bound for one that the node dialled', () => {
    const { bench, waiting } = crowded({ proofOfWork: 'connection' });
    const dials = [1, 2].map((i) => bench.connect(address(`10.0.1.${i}:6001`)));
    expect(hungUp(bench.take())).toEqual([]);
    const third = bench.connect(PEER);
    const effects = bench.take();
    expect(hungUp(effects)).toEqual([waiting[0]]);
    expect(sentOn(effects, third)).toEqual([INFO]);
    expect(bench.states()).toHaveLength(13 + dials.length + 1);
  });
});

describe('a link to oneself', () => {
  it('is recognised by its endpoints and closed on both sides, whichever is reported first', () => {
    for (const inboundFirst of [true, false]) {
      const bench = new Bench({ bootstrapper: { host: '10.0.0.3', port: 6001 } });
      bench.give({ kind: 'start' });
      bench.take();
      const near = address('10.0.0.1:50000');
      const far = address('10.0.0.3:6001');
      if (inboundFirst) bench.accept(near, far);
      bench.connect(far, near);
      if (!inboundFirst) bench.accept(near, far);
      expect(hungUp(bench.take())).toHaveLength(2);
      bench.advance(600_000);
      expect(bench.take().filter((effect) => effect.kind === 'dial')).toEqual([]);
    }
  });

  it("is recognised by one's own challenge and not dialled again", () => {
    const bench = new Bench({
      proofOfWork: 'connection',
      bootstrapper: { host: '10.0.0.3', port: 6001 },
    });
    bench.give({ kind: 'start' });
    const inbound = bench.accept(address('10.0.0.77:1234'));
    bench.message(inbound, INFO);
    const [given] = sentOn(bench.take(), inbound);
    const outbound = bench.connect(address('10.0.0.3:6001'));
    bench.take();
    bench.message(outbound, given!);
    const effects = bench.take();
    expect(hungUp(effects)).toEqual([outbound]);
    expect(events(effects, 'handshake-failed')[0]).toMatchObject({ code: 'self' });
    bench.advance(600_000);
    expect(bench.take().filter((effect) => effect.kind === 'dial')).toEqual([]);
  });
});

describe("a peer that claims this node's own listening address", () => {
  it('is taken for this node and not let in', () => {
    const bench = new Bench();
    const link = bench.accept(address('10.0.0.1:45000'));
    bench.take();
    bench.message(link, { kind: 'peer-info', port: OWN.port });
    const effects = bench.take();
    expect(hungUp(effects)).toEqual([link]);
    expect(events(effects, 'handshake-failed')[0]).toMatchObject({ code: 'self' });
  });
});

describe('two peers that dial each other', () => {
  // This node listens on 10.0.0.1:6001, which is lower than 10.0.0.9:6001 and higher than 10.0.0.0:6001.
  const HIGHER = address('10.0.0.9:6001');
  const LOWER = address('10.0.0.0:6001');

  it('keep the link dialled by the lower address: ours, seen from the lower side', () => {
    const bench = new Bench();
    const ours = bench.connect(HIGHER);
    const theirs = bench.accept(address('10.0.0.9:41000'));
    bench.take();
    bench.message(theirs, INFO);
    expect(hungUp(bench.take())).toEqual([theirs]);
    bench.message(ours, VALID);
    expect(bench.states()).toEqual(['open']);
  });

  it('keep the link dialled by the lower address: theirs, seen from the higher side', () => {
    const bench = new Bench();
    const ours = bench.connect(LOWER);
    const theirs = bench.accept(address('10.0.0.0:41000'));
    bench.take();
    bench.message(theirs, INFO);
    expect(hungUp(bench.take())).toEqual([ours]);
    expect(bench.states()).toEqual(['open']);
  });

  it('never close an open link for one that is not open yet', () => {
    const bench = new Bench({ proofOfWork: 'connection' });
    const ours = bench.connect(LOWER);
    bench.message(ours, VALID);
    const theirs = bench.accept(address('10.0.0.0:41000'));
    bench.take();
    bench.message(theirs, INFO);
    expect(hungUp(bench.take())).toEqual([]);
    bench.message(theirs, PROOF);
    expect(hungUp(bench.take())).toEqual([ours]);
    expect(bench.openCount).toBe(1);
  });

  it('keep two inbound links that claim the same listening address', () => {
    const bench = new Bench();
    bench.openInbound(6001, address('10.0.0.9:41000'));
    bench.openInbound(6001, address('10.0.0.9:41001'));
    expect(bench.openCount).toBe(2);
  });
});

describe('a full node', () => {
  it('closes a newcomer before any work is asked of it, if nobody has been given an OFFER', () => {
    const bench = new Bench({ proofOfWork: 'connection', maxConnections: 4, minConnections: 4 });
    for (let i = 0; i < 4; i++) {
      const link = bench.accept();
      bench.message(link, INFO);
      bench.message(link, PROOF);
    }
    bench.take();
    const newcomer = bench.accept();
    bench.message(newcomer, INFO);
    const effects = bench.take();
    expect(sentOn(effects, newcomer)).toEqual([]);
    expect(hungUp(effects)).toEqual([newcomer]);
    expect(events(effects, 'handshake-failed')[0]).toMatchObject({ code: 'full' });
  });

  it('makes room when the newcomer opens, by the youngest inbound link that was given an OFFER', () => {
    const bench = new Bench({ proofOfWork: 'connection', maxConnections: 4, minConnections: 4 });
    const links = Array.from({ length: 4 }, () => {
      bench.advance(1);
      const link = bench.accept();
      bench.message(link, INFO);
      bench.message(link, PROOF);
      return link;
    });
    bench.message(links[0]!, DISCOVERY);
    bench.message(links[2]!, DISCOVERY);
    bench.take();
    const newcomer = bench.accept();
    bench.message(newcomer, INFO);
    expect(hungUp(bench.take())).toEqual([]);
    bench.message(newcomer, PROOF);
    const effects = bench.take();
    expect(hungUp(effects)).toEqual([links[2]]);
    expect(events(effects, 'link-lost')[0]).toMatchObject({ code: 'made-room' });
    expect(bench.openCount).toBe(4);
  });

  it('lets a peer that made room before make room again, when nobody else can', () => {
    const bench = new Bench({ maxConnections: 2, minConnections: 2, degree: 2 });
    const early = bench.openInbound(6001, address('10.0.0.50:1000'));
    bench.openInbound(6001, address('10.0.0.51:1000'));
    bench.message(early, DISCOVERY);
    bench.openInbound(6001, address('10.0.0.52:1000'));
    bench.take();
    bench.give({ kind: 'link-closed', link: early + 1, reason: 'gone' });
    const back = bench.openInbound(6001, address('10.0.0.50:1001'));
    bench.take();
    const newcomer = bench.openInbound(6001, address('10.0.0.53:1000'));
    expect(hungUp(bench.take())).toEqual([back]);
    expect(newcomer).toBeGreaterThan(back);
  });

  it('closes nobody for a newcomer that turns out to be a second link to a peer it has', () => {
    const bench = new Bench({ maxConnections: 4, minConnections: 4 });
    // The peer is lower than this node, so the link it dialled stays, in the place of the one we dialled.
    const lower = address('10.0.0.0:6001');
    const ours = bench.connect(lower);
    bench.message(ours, VALID);
    for (const link of bench.openLinks(3)) bench.message(link, DISCOVERY);
    bench.take();
    const theirs = bench.accept(address('10.0.0.0:41000'));
    bench.message(theirs, INFO);
    expect(hungUp(bench.take())).toEqual([ours]);
    expect(bench.openCount).toBe(4);
  });

  it('lets a link that it dialled push nobody out', () => {
    const bench = new Bench({ maxConnections: 4, minConnections: 4 });
    for (const link of bench.openLinks(3)) bench.message(link, DISCOVERY);
    const [first, second] = [bench.connect(PEER), bench.connect(address('10.9.9.9:6001'))];
    bench.message(first, VALID);
    bench.take();
    bench.message(second, VALID);
    expect(hungUp(bench.take())).toEqual([second]);
    expect(bench.openCount).toBe(4);
  });
});

describe('a node that is shutting down', () => {
  it('takes no further links and dials nobody, but keeps those it has', () => {
    const bench = new Bench({ bootstrapper: { host: '10.0.0.3', port: 6001 } });
    const open = bench.openInbound();
    bench.give({ kind: 'shut-down' });
    bench.take();
    const late = bench.accept();
    bench.advance(600_000);
    const effects = bench.take();
    expect(hungUp(effects)).toEqual([late]);
    expect(effects.filter((effect) => effect.kind === 'dial')).toEqual([]);
    bench.hear(open);
    expect(bench.openCount).toBe(1);
  });
});
