import { describe, expect, it } from 'vitest';
import type { PeerMessage } from '../../../src/wire/peer-messages.ts';
import { encodeOfferText } from '../../../src/wire/offer-text.ts';
import { Bench, address, dialled, events, hungUp, sentOn } from './support.ts';

const VALID: PeerMessage = { kind: 'peer-validation', valid: true };
const DISCOVERY: PeerMessage = { kind: 'peer-discovery', challenge: undefined };

function peer(host: string, port = 6001): { host: string; port: number } {
  return { host, port };
}

function offer(...addresses: string[]): PeerMessage {
  return { kind: 'peer-offer', body: encodeOfferText(addresses.map(address)) };
}

function fail(bench: Bench, text: string): void {
  bench.give({ kind: 'dial-failed', address: address(text), reason: 'refused' });
}

describe('at the start', () => {
  it('all known peers are dialled, more than min_connections of them too', () => {
    const knownPeers = Array.from({ length: 10 }, (_, i) => peer(`10.0.1.${i + 1}`));
    const bench = new Bench({ knownPeers, bootstrapper: peer('10.0.9.9') });
    bench.give({ kind: 'start' });
    expect(dialled(bench.take())).toHaveLength(10);
  });

  it('known peers are dialled up to max_connections', () => {
    const knownPeers = Array.from({ length: 50 }, (_, i) => peer(`10.0.1.${i + 1}`));
    const bench = new Bench({ knownPeers, maxConnections: 8 });
    bench.give({ kind: 'start' });
    expect(dialled(bench.take())).toHaveLength(8);
  });

  it('the bootstrapper is dialled if there are no known peers', () => {
    const bench = new Bench({ bootstrapper: peer('10.0.9.9') });
    bench.give({ kind: 'start' });
    expect(dialled(bench.take())).toEqual(['10.0.9.9:6001']);
  });

  it('the bootstrapper is dialled once no known peer has answered, not before', () => {
    const bench = new Bench({
      knownPeers: [peer('10.0.1.1'), peer('10.0.1.2')],
      bootstrapper: peer('10.0.9.9'),
    });
    bench.give({ kind: 'start' });
    fail(bench, '10.0.1.1:6001');
    expect(dialled(bench.take())).not.toContain('10.0.9.9:6001');
    fail(bench, '10.0.1.2:6001');
    expect(dialled(bench.take())).toContain('10.0.9.9:6001');
  });

  it('the bootstrapper is not dialled while a known peer has answered', () => {
    const bench = new Bench({ knownPeers: [peer('10.0.1.1')], bootstrapper: peer('10.0.9.9') });
    bench.give({ kind: 'start' });
    const link = bench.connect(address('10.0.1.1:6001'));
    bench.message(link, VALID);
    bench.advance(600_000);
    expect(dialled(bench.take())).not.toContain('10.0.9.9:6001');
  });

  it('the bootstrapper is dialled at the next round if no link is open by then', () => {
    const bench = new Bench({ knownPeers: [peer('10.0.1.1')], bootstrapper: peer('10.0.9.9') });
    bench.give({ kind: 'start' });
    bench.connect(address('10.0.1.1:6001'));
    bench.advance(59_999);
    expect(dialled(bench.take())).not.toContain('10.0.9.9:6001');
    bench.advance(1);
    expect(dialled(bench.take())).toContain('10.0.9.9:6001');
  });

  it('the bootstrapper is dialled at the next round although silent peers take up all places', () => {
    const bench = new Bench({
      minConnections: 2,
      maxConnections: 2,
      degree: 2,
      proofOfWork: 'connection',
      knownPeers: [peer('10.0.1.1'), peer('10.0.1.2')],
      bootstrapper: peer('10.0.9.9'),
    });
    bench.give({ kind: 'start' });
    bench.connect(address('10.0.1.1:6001'));
    bench.connect(address('10.0.1.2:6001'));
    bench.take();
    bench.advance(60_000);
    expect(dialled(bench.take())).toContain('10.0.9.9:6001');
  });

  it('names are looked up, and all their addresses are peers', () => {
    const name = peer('seeds.example');
    const bench = new Bench({ knownPeers: [name] });
    bench.give({ kind: 'start' });
    expect(bench.take()).toEqual([{ kind: 'resolve', name }]);
    const addresses = [address('10.0.1.1:6001'), address('10.0.1.2:6001')];
    bench.give({ kind: 'resolved', name, addresses });
    expect(dialled(bench.take()).sort()).toEqual(['10.0.1.1:6001', '10.0.1.2:6001']);
  });

  it('of a name with very many addresses 32 random ones are used', () => {
    const name = peer('seeds.example');
    const bench = new Bench({ knownPeers: [name], maxConnections: 100 });
    bench.give({ kind: 'start' });
    bench.take();
    const addresses = Array.from({ length: 500 }, (_, i) =>
      address(`10.1.${i >> 8}.${i & 255}:6001`),
    );
    bench.give({ kind: 'resolved', name, addresses });
    expect(new Set(dialled(bench.take())).size).toBe(32);
  });

  it('a name that cannot be looked up is tried again at each round, and no error', () => {
    const name = peer('seeds.example');
    const bench = new Bench({ bootstrapper: name });
    bench.give({ kind: 'start' });
    bench.give({ kind: 'resolved', name, addresses: [] });
    expect(events(bench.take(), 'name-unresolved')).toHaveLength(1);
    bench.advance(60_000);
    expect(bench.take()).toContainEqual({ kind: 'resolve', name });
    bench.give({ kind: 'resolved', name, addresses: [address('10.0.9.9:6001')] });
    expect(dialled(bench.take())).toEqual(['10.0.9.9:6001']);
  });

  it('a bootstrapper that is this very node is left alone', () => {
    const bench = new Bench({ bootstrapper: peer('10.0.0.1'), knownPeers: [peer('10.0.0.1')] });
    bench.give({ kind: 'start' });
    bench.advance(3_600_000);
    expect(dialled(bench.take())).toEqual([]);
  });

  it('a node on all addresses knows its loopback ones for its own', () => {
    const bench = new Bench({
      listenAddress: address('0.0.0.0:6001'),
      bootstrapper: peer('127.0.0.1'),
    });
    bench.give({ kind: 'start' });
    bench.advance(600_000);
    expect(dialled(bench.take())).toEqual([]);
  });
});

describe('a node that finds nobody', () => {
  it('tries again with back-off: 1 s doubling to 60 s, with jitter, for ever', () => {
    const bench = new Bench({ bootstrapper: peer('10.0.9.9') });
    bench.give({ kind: 'start' });
    const pauses: number[] = [];
    for (let i = 0; i < 12; i++) {
      const failedAt = bench.now;
      bench.take();
      fail(bench, '10.0.9.9:6001');
      while (dialled(bench.effects).length === 0) bench.advance(10);
      pauses.push(bench.now - failedAt);
    }
    for (const [i, pause] of pauses.entries()) {
      const nominal = Math.min(1_000 * 2 ** i, 60_000);
      expect(pause).toBeGreaterThanOrEqual(nominal * 0.8 - 10);
      expect(pause).toBeLessThanOrEqual(nominal * 1.2 + 10);
    }
  });

  it('says once that it is isolated, and once that it no longer is', () => {
    const bench = new Bench();
    bench.give({ kind: 'start' });
    bench.advance(300_000);
    expect(events(bench.take(), 'isolated')).toHaveLength(1);
    bench.openInbound();
    bench.openInbound();
    expect(events(bench.take(), 'connected')).toHaveLength(1);
  });
});

describe('asking for addresses', () => {
  it('happens on a link at once when it opens, while there are too few, itself counted', () => {
    const bench = new Bench({ minConnections: 4 });
    bench.give({ kind: 'start' });
    const asked = bench.openLinks(6).map((link) => sentOn(bench.effects, link).length);
    // Each gets its 510; the first three also a 505.
    expect(asked).toEqual([2, 2, 2, 1, 1, 1]);
  });

  it('happens on every open link each search_cooldown while there are too few', () => {
    const bench = new Bench({ minConnections: 4, searchCooldown: 60_000 });
    bench.give({ kind: 'start' });
    const links = bench.openLinks(2);
    bench.take();
    bench.advance(59_999);
    expect(bench.take().filter((effect) => effect.kind === 'send')).toEqual([]);
    bench.advance(1);
    const effects = bench.take();
    for (const link of links) expect(sentOn(effects, link)).toEqual([DISCOVERY]);
    bench.openLinks(2);
    bench.take();
    bench.advance(600_000);
    expect(bench.take().filter((effect) => effect.kind === 'send')).toEqual([]);
  });
});

describe('an offer', () => {
  it('is dialled in random order until min_connections is reached', () => {
    const orders = new Set<string>();
    for (let seed = 1; seed <= 20; seed++) {
      const bench = new Bench({ minConnections: 4 }, {}, seed);
      bench.give({ kind: 'start' });
      const link = bench.openInbound();
      bench.take();
      const hosts = Array.from({ length: 10 }, (_, i) => `10.0.2.${i + 1}:6001`);
      bench.message(link, offer(...hosts));
      const first = dialled(bench.take());
      // Of its own choice it wants as many, although somebody has dialled it already.
      expect(first).toHaveLength(4);
      orders.add(first.join());
      fail(bench, first[0]!);
      expect(dialled(bench.take())).toHaveLength(1);
      for (const text of first.slice(1)) bench.message(bench.connect(address(text)), VALID);
      expect(bench.openCount).toBe(4);
    }
    expect(orders.size).toBeGreaterThan(10);
  });

  it('that was not asked for closes the link; every 505 allows one', () => {
    const bench = new Bench({ minConnections: 2, degree: 2 });
    bench.give({ kind: 'start' });
    const asked = bench.openInbound();
    bench.take();
    bench.message(asked, offer('10.0.2.1:6001'));
    expect(hungUp(bench.take())).toEqual([]);
    bench.message(asked, offer('10.0.2.2:6001'));
    const effects = bench.take();
    expect(hungUp(effects)).toEqual([asked]);
    expect(events(effects, 'link-lost')[0]).toMatchObject({ code: 'offer-not-asked-for' });
  });

  it('that is empty counts as an answer without addresses', () => {
    const bench = new Bench();
    bench.give({ kind: 'start' });
    const link = bench.openInbound();
    bench.take();
    bench.message(link, offer());
    expect(hungUp(bench.take())).toEqual([]);
    bench.message(link, offer());
    expect(hungUp(bench.take())).toEqual([link]);
  });

  it('that is not UTF-8 closes the link', () => {
    const bench = new Bench();
    bench.give({ kind: 'start' });
    const link = bench.openInbound();
    bench.take();
    bench.message(link, { kind: 'peer-offer', body: Uint8Array.of(0x31, 0xff) });
    expect(hungUp(bench.take())).toEqual([link]);
  });

  it('with entries that cannot be read is used for the rest', () => {
    const bench = new Bench();
    bench.give({ kind: 'start' });
    const link = bench.openInbound();
    bench.take();
    const text = 'nonsense,host.example:6001,10.0.2.1:0,,10.0.2.2,10.0.2.3:6001,10.0.2.4:99999';
    bench.message(link, { kind: 'peer-offer', body: new TextEncoder().encode(text) });
    expect(dialled(bench.take())).toEqual(['10.0.2.3:6001']);
  });

  it("with the node's own address, linked ones or ones being dialled leads to no dial of them", () => {
    const bench = new Bench();
    bench.give({ kind: 'start' });
    const link = bench.openInbound(6001, address('10.0.0.2:40000'));
    bench.take();
    bench.message(link, offer('10.0.0.1:6001', '10.0.0.2:6001', '10.0.2.1:6001', '10.0.2.1:6001'));
    expect(dialled(bench.take())).toEqual(['10.0.2.1:6001']);
  });

  it('is believed as far as its sender can know: private networks tell nothing of loopback', () => {
    const bench = new Bench();
    bench.give({ kind: 'start' });
    const link = bench.openInbound();
    bench.take();
    bench.message(link, offer('127.0.0.1:7777', '10.0.2.1:6001', '93.184.216.34:6001'));
    expect(dialled(bench.take()).sort()).toEqual(['10.0.2.1:6001', '93.184.216.34:6001']);
  });

  it('from a peer with a global address may name global addresses only', () => {
    const bench = new Bench({ listenAddress: address('0.0.0.0:6001') });
    bench.give({ kind: 'start' });
    const link = bench.openInbound(6001, address('93.184.216.34:40000'));
    bench.take();
    bench.message(link, offer('127.0.0.1:7777', '10.0.2.1:6001', '93.184.216.35:6001'));
    expect(dialled(bench.take())).toEqual(['93.184.216.35:6001']);
  });

  it('over loopback may name any address, but none where nobody can listen', () => {
    const bench = new Bench({ listenAddress: address('127.0.0.1:6001') });
    bench.give({ kind: 'start' });
    const link = bench.accept(address('127.0.0.1:40000'), address('127.0.0.1:6001'));
    bench.message(link, { kind: 'peer-info', port: 6002 });
    bench.take();
    bench.message(link, offer('127.0.0.1:6003', '0.0.0.0:6001', '224.0.0.1:6001', '10.0.2.1:6001'));
    expect(dialled(bench.take()).sort()).toEqual(['10.0.2.1:6001', '127.0.0.1:6003']);
  });

  it('is not dialled at ports where other services live, except over loopback', () => {
    const bench = new Bench();
    bench.give({ kind: 'start' });
    const link = bench.openInbound();
    bench.take();
    bench.message(link, offer('10.0.2.1:22', '10.0.2.1:25', '10.0.2.1:6379', '10.0.2.1:443'));
    expect(dialled(bench.take())).toEqual([]);
  });

  it("is not dialled at the node's own other services", () => {
    const bench = new Bench({
      listenAddress: address('127.0.0.1:6001'),
      ownServices: [address('127.0.0.1:7001')],
    });
    bench.give({ kind: 'start' });
    const link = bench.accept(address('127.0.0.1:40000'), address('127.0.0.1:6001'));
    bench.message(link, { kind: 'peer-info', port: 6002 });
    bench.take();
    bench.message(link, offer('127.0.0.1:7001'));
    expect(dialled(bench.take())).toEqual([]);
  });

  it('of 1,000 addresses has 64 considered; 1,000 ports of one host give two', () => {
    const bench = new Bench();
    bench.give({ kind: 'start' });
    const link = bench.openInbound();
    const many = Array.from({ length: 1_000 }, (_, i) => `${20 + (i >> 8)}.${i & 255}.1.1:6001`);
    bench.message(link, offer(...many));
    // Nearly all of them have found a place in the book.
    const { size } = bench.node.snapshot().sizes.addresses;
    expect(size).toBeLessThanOrEqual(64);
    expect(size).toBeGreaterThan(60);
    const other = new Bench();
    other.give({ kind: 'start' });
    const second = other.openInbound();
    other.message(
      second,
      offer(...Array.from({ length: 1_000 }, (_, i) => `10.1.1.1:${7000 + i}`)),
    );
    expect(other.node.snapshot().sizes.addresses.size).toBe(2);
  });

  it('is remembered with 4,096 others at most', () => {
    const bench = new Bench({ searchCooldown: 1_000 }, { addressesMax: 100 });
    bench.give({ kind: 'start' });
    for (let peers = 0; peers < 3; peers++) {
      const link = bench.openInbound(6001, address(`10.${peers}.0.7:40000`));
      const many = Array.from({ length: 64 }, (_, i) => `${20 + peers}.${i}.1.1:6001`);
      bench.message(link, offer(...many));
    }
    expect(bench.node.snapshot().sizes.addresses).toEqual({ size: 100, max: 100 });
  });

  it('is followed by one more every ten seconds of the same peer, except over loopback', () => {
    const known = (listen: string, remote: string): number => {
      const bench = new Bench({ listenAddress: address(listen), searchCooldown: 1_000 });
      bench.give({ kind: 'start' });
      const link = bench.accept(address(remote), address(listen));
      bench.message(link, { kind: 'peer-info', port: 6002 });
      for (let round = 0; round < 10; round++) {
        bench.message(
          link,
          offer(...Array.from({ length: 64 }, (_, i) => `${20 + round}.${i}.1.1:6001`)),
        );
        bench.advance(1_000);
      }
      return bench.node.snapshot().sizes.addresses.size;
    };
    expect(known('10.0.0.1:6001', '10.0.0.2:40000')).toBeLessThanOrEqual(65);
    expect(known('127.0.0.1:6001', '127.0.0.1:40000')).toBeGreaterThan(200);
  });

  it('full of black holes does not hold up the next candidates: a dial without answer loses its place', () => {
    const bench = new Bench({ minConnections: 4 });
    bench.give({ kind: 'start' });
    const link = bench.openInbound();
    bench.take();
    bench.message(link, offer(...Array.from({ length: 40 }, (_, i) => `10.0.2.${i + 1}:6001`)));
    expect(dialled(bench.take())).toHaveLength(4);
    bench.advance(1_000);
    expect(dialled(bench.take())).toHaveLength(4);
    bench.advance(20_000);
    expect(bench.node.snapshot().sizes.dials.size).toBe(16);
  });
});

describe('answering a 505', () => {
  it('offers the listening addresses of the open links, without the asker and without port 0', () => {
    const bench = new Bench({ minConnections: 1, degree: 1 });
    const asker = bench.openInbound(6001, address('10.0.0.2:40000'));
    bench.openInbound(7000, address('10.0.0.3:40000'));
    bench.openInbound(0, address('10.0.0.4:40000'));
    const ours = bench.connect(address('10.0.0.5:6005'));
    bench.message(ours, VALID);
    bench.accept(address('10.0.0.6:40000'));
    bench.take();
    bench.message(asker, DISCOVERY);
    const [sent] = sentOn(bench.take(), asker);
    const text = sent?.kind === 'peer-offer' ? new TextDecoder().decode(sent.body) : '';
    expect(text.split(',').sort()).toEqual(['10.0.0.3:7000', '10.0.0.5:6005']);
  });

  it('says nothing when there is nobody to offer', () => {
    const bench = new Bench({ minConnections: 1, degree: 1 });
    const asker = bench.openInbound();
    bench.take();
    bench.message(asker, DISCOVERY);
    expect(bench.take()).toEqual([]);
  });

  it("never names the asker's own address, whoever else claims it", () => {
    const bench = new Bench({ minConnections: 1, degree: 1 });
    const asker = bench.openInbound(6001, address('10.0.0.2:40000'));
    bench.openInbound(6001, address('10.0.0.2:40001'));
    bench.take();
    bench.message(asker, DISCOVERY);
    expect(bench.take()).toEqual([]);
  });

  it('leaves out an address whose last dial from here failed in any way', () => {
    const bench = new Bench({ minConnections: 2, degree: 2 });
    bench.give({ kind: 'start' });
    const asker = bench.openInbound(6001, address('10.0.0.2:40000'));
    bench.take();
    bench.message(asker, offer('10.0.0.3:6001'));
    fail(bench, '10.0.0.3:6001');
    bench.openInbound(6001, address('10.0.0.3:40000'));
    bench.take();
    bench.message(asker, DISCOVERY);
    expect(sentOn(bench.take(), asker)).toEqual([]);
  });

  it('offers 64 addresses at most', () => {
    const bench = new Bench({ maxConnections: 100 });
    const [asker] = bench.openLinks(90);
    bench.take();
    bench.message(asker!, DISCOVERY);
    const [sent] = sentOn(bench.take(), asker!);
    const text = sent?.kind === 'peer-offer' ? new TextDecoder().decode(sent.body) : '';
    expect(text.split(',')).toHaveLength(64);
  });
});

describe('a lost peer', () => {
  it('is replaced at once by an address that was offered, before known peers', () => {
    const bench = new Bench({ minConnections: 1, degree: 1, knownPeers: [peer('10.0.1.1')] });
    bench.give({ kind: 'start' });
    const known = bench.connect(address('10.0.1.1:6001'));
    bench.message(known, VALID);
    const more = new Bench({ minConnections: 2, degree: 1, knownPeers: [peer('10.0.1.1')] });
    more.give({ kind: 'start' });
    const first = more.connect(address('10.0.1.1:6001'));
    more.message(first, VALID);
    more.message(first, offer('10.0.2.1:6001', '10.0.2.2:6001', '10.0.2.3:6001'));
    const [text] = dialled(more.effects).slice(-1);
    more.message(more.connect(address(text!)), VALID);
    more.take();
    more.give({ kind: 'link-closed', link: first, reason: 'gone' });
    const next = dialled(more.take());
    expect(next).toHaveLength(1);
    expect(next[0]).toMatch(/^10\.0\.2\./);
  });

  it('that is the only one known is dialled again after a moment', () => {
    const bench = new Bench({ knownPeers: [peer('10.0.1.1')] });
    bench.give({ kind: 'start' });
    const link = bench.connect(address('10.0.1.1:6001'));
    bench.message(link, VALID);
    bench.take();
    bench.give({ kind: 'link-closed', link, reason: 'gone' });
    bench.advance(1_500);
    expect(dialled(bench.take())).toEqual(['10.0.1.1:6001']);
  });
});

describe('back-off', () => {
  it('starts afresh when min_connections is reached', () => {
    const bench = new Bench({ minConnections: 1, degree: 1, bootstrapper: peer('10.0.9.9') });
    bench.give({ kind: 'start' });
    for (let i = 0; i < 8; i++) {
      fail(bench, '10.0.9.9:6001');
      bench.advance(80_000);
    }
    fail(bench, '10.0.9.9:6001');
    bench.take();
    bench.openInbound();
    expect(dialled(bench.take())).toEqual(['10.0.9.9:6001']);
  });
});

describe('a node to which others have come', () => {
  /** A node that knows ten peers by hearsay and has as many links as it needs, all dialled by others. */
  function informed(maxConnections = 32): Bench {
    const bench = new Bench({ maxConnections });
    bench.give({ kind: 'start' });
    // The first three were asked for addresses, since there were not enough links yet.
    const [asked] = bench.openLinks(4);
    bench.take();
    const others = Array.from({ length: 10 }, (_, i) => `10.0.3.${i + 1}:6001`);
    bench.message(asked!, offer(...others));
    return bench;
  }

  it('dials four peers of its own choice although it has min_connections links', () => {
    expect(dialled(informed().take())).toHaveLength(4);
  });

  it('dials as many as half of its places if they are few', () => {
    expect(dialled(informed(7).take())).toHaveLength(3);
  });

  it('dials nobody once its places are taken', () => {
    const bench = new Bench({ maxConnections: 8 });
    bench.give({ kind: 'start' });
    // While it knows nobody whom it could dial it gives away all of them.
    const [asked] = bench.openLinks(8);
    bench.message(asked!, offer('10.0.3.1:6001'));
    bench.advance(60_000);
    expect(dialled(bench.take())).toEqual([]);
  });

  it('asks nobody for them', () => {
    const bench = informed();
    bench.take();
    const [last] = bench.openLinks(1);
    expect(sentOn(bench.take(), last!)).toEqual([VALID]);
  });

  it('dials those that failed no sooner because another link opens', () => {
    const bench = informed();
    for (let tried = dialled(bench.take()); tried.length > 0; tried = dialled(bench.take())) {
      for (const address of tried) fail(bench, address);
    }
    bench.openLinks(1);
    expect(dialled(bench.take())).toEqual([]);
  });
});
