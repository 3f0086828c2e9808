/** Offers and questions of strangers on TLS channels: what a node makes of addresses, and whom it dials for them. */
import { createServer, type Server } from 'node:net';
import { once } from 'node:events';
import { createServer as createWebServer } from 'node:http';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { U64 } from '../../src/basics/integers.ts';
import type { Config } from '../../src/daemon/config/config.ts';
import { formatAddress, type Address } from '../../src/wire/address.ts';
import { encodeOfferText } from '../../src/wire/offer-text.ts';
import type { PeerMessage } from '../../src/wire/peer-messages.ts';
import { RawClient, turns, until, type TestNode } from './support.ts';
import { endings, listenTls, openLinks, startNode, TlsPeer } from './tls-support.ts';

function offer(body: string | Uint8Array): PeerMessage {
  return { kind: 'peer-offer', body: Buffer.from(body) };
}

/** A node that is short of links, and a peer that it has asked for addresses. */
async function asked(
  config: Partial<Config> = {},
): Promise<{ node: TestNode; peer: TlsPeer; challenge: U64 | undefined }> {
  const node = await startNode({ config });
  const peer =
    config.proofOfWork === 'discovery' ? await inDiscovery(node) : await TlsPeer.linkTo(node);
  const { challenge } = await peer.hears('peer-discovery');
  return { node, peer, challenge };
}

async function inDiscovery(node: TestNode): Promise<TlsPeer> {
  const peer = await TlsPeer.dial(node);
  peer.say({ kind: 'peer-info', port: 0 });
  return peer;
}

/** Somebody's service, which counts who connects. */
async function service(): Promise<{ address: Address; taken: () => number; server: Server }> {
  let count = 0;
  const server = createServer((socket) => {
    count++;
    socket.on('error', () => {}).resume();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return { address: { host: '127.0.0.1', port: address.port }, taken: () => count, server };
}

function dials({ events }: TestNode): string[] {
  return events.flatMap((event) =>
    event.kind === 'dial-failed' ? [formatAddress(event.address)] : [],
  );
}

/** Whether a link is there still, and answers: what was sent before was read by then. */
async function isAlive(node: TestNode, peer: TlsPeer): Promise<boolean> {
  const { messagesIn } = node.daemon.snapshot().traffic.links;
  peer.say({ kind: 'peer-discovery', challenge: undefined });
  await until(() => node.daemon.snapshot().traffic.links.messagesIn > messagesIn);
  return openLinks(node) === 1;
}

describe('an offer', () => {
  it('that nobody asked for closes the link', async () => {
    const { node, peer } = await asked();
    peer.say(offer(''), offer('127.0.0.1:9'));
    await peer.gone();
    await until(() => endings(node).length > 0);
    expect(endings(node)).toEqual(['offer-not-asked-for']);
  });

  it('without addresses is an answer', async () => {
    const { node, peer } = await asked();
    peer.say(offer(''));
    expect(await isAlive(node, peer)).toBe(true);
  });

  it('that is not UTF-8 closes the link', async () => {
    const { node, peer } = await asked();
    peer.say(offer(Buffer.of(0x31, 0xff, 0xfe)));
    await peer.gone();
    await until(() => endings(node).length > 0);
    expect(endings(node)).toEqual(['bad-utf8']);
  });

  it('is used but for what is no address in it, and no name is looked up', async () => {
    const good = await service();
    const { node, peer } = await asked();
    const bad = [
      'peer.example:6001',
      'localhost:6001',
      '127.0.0.1',
      '127.0.0.1:0',
      '127.0.0.1:65536',
      '127.0.0.1:6001\n',
      '\u0000:6001',
      '\u001b[2J:6001',
      'ü.example:6001',
      '[fe80::1%eth0]:6001',
      '999.0.0.1:6001',
      'a'.repeat(300),
    ];
    peer.say(offer([...bad, formatAddress(good.address)].join(',')));
    await until(() => good.taken() === 1);
    expect(node.daemon.snapshot().core.sizes.addresses.size).toBe(1);
    expect(node.events.filter(({ kind }) => kind === 'name-unresolved')).toEqual([]);
    expect(JSON.stringify(node.lines)).not.toContain('\u001b');
  });

  it('of one address a thousand times has it dialled once', async () => {
    const good = await service();
    const { peer } = await asked();
    peer.say(offer(Array(1_000).fill(formatAddress(good.address)).join(',')));
    await until(() => good.taken() > 0);
    await turns();
    expect(good.taken()).toBe(1);
  });

  it('of very many addresses has some of them considered', async () => {
    const { node, peer } = await asked();
    const many = Array.from({ length: 3_000 }, (_, i) => ({ host: '127.9.9.9', port: 2_000 + i }));
    peer.say({ kind: 'peer-offer', body: encodeOfferText(many) });
    await until(() => node.daemon.snapshot().core.sizes.addresses.size > 0);
    expect(await isAlive(node, peer)).toBe(true);
    expect(node.daemon.snapshot().core.sizes.addresses.size).toBeLessThanOrEqual(64);
    expect(node.daemon.snapshot().shares.dials.size).toBeLessThanOrEqual(16);
  });

  it('never has the node dial itself, or its own service for programs', async () => {
    const { node, peer } = await asked();
    const { apiAddress, p2pAddress } = node.daemon;
    if (apiAddress?.kind !== 'tcp') throw new Error('no port');
    const good = await service();
    const own = [`127.0.0.1:${p2pAddress.port}`, `[::ffff:127.0.0.1]:${p2pAddress.port}`];
    const api = `127.0.0.1:${apiAddress.port}`;
    peer.say(offer([...own, api, formatAddress(good.address)].join(',')));
    await until(() => good.taken() === 1);
    await RawClient.join(node);
    await until(() => node.daemon.snapshot().traffic.clients.opened === 1);
    expect(dials(node)).toEqual([]);
    expect(node.daemon.snapshot().core.sizes.addresses.size).toBe(1);
  });
});

describe('an offer that has to be proven', () => {
  const config = { proofOfWork: 'discovery' } as const;

  it('has a challenge with it, and closes the link with another one', async () => {
    const { node, peer, challenge } = await asked(config);
    expect(challenge).toBeDefined();
    const body = Buffer.concat([Buffer.alloc(16, 7), Buffer.from('127.0.0.1:9')]);
    peer.say(offer(body));
    await peer.gone();
    await until(() => endings(node).length > 0);
    expect(endings(node)).toEqual(['wrong-offer-challenge']);
    expect(node.daemon.snapshot().core.sizes.addresses.size).toBe(0);
  });

  it('closes the link if the work was not done', async () => {
    const { node, peer, challenge } = await asked(config);
    const body = Buffer.alloc(16 + 11);
    body.writeUInt32BE(challenge!.high, 0);
    body.writeUInt32BE(challenge!.low, 4);
    body.write('127.0.0.1:9', 16);
    peer.say(offer(body));
    await peer.gone();
    await until(() => endings(node).length > 0);
    expect(endings(node)).toEqual(['wrong-proof']);
    expect(node.daemon.snapshot().core.sizes.addresses.size).toBe(0);
  });
});

describe('questions', () => {
  it('in a flood get a bounded number of answers, and the peer stays', async () => {
    const node = await startNode();
    await TlsPeer.linkTo(node, 6001);
    const peer = await TlsPeer.linkTo(node);
    const questions: PeerMessage[] = Array.from({ length: 5_000 }, () => ({
      kind: 'peer-discovery',
      challenge: undefined,
    }));
    peer.say(...questions);
    await peer.hears('peer-offer', 15);
    await until(() => node.daemon.snapshot().traffic.links.messagesIn > 5_000);
    const answers = peer.messages.filter(({ kind }) => kind === 'peer-offer').length;
    // 16 at once over loopback, and one more each second.
    expect(answers).toBeLessThan(100);
    expect(openLinks(node)).toBe(2);
  });
});

describe('a bootstrapper', () => {
  it('that is not up yet is found when it is', async () => {
    const later = await startNode();
    const { p2pAddress } = later.daemon;
    await later.daemon.close();
    const node = await startNode({ config: { bootstrapper: p2pAddress } });
    await until(() => dials(node).length > 0);
    const there = await startNode({ config: { p2pAddress } });
    await until(() => openLinks(there) === 1 && openLinks(node) === 1);
  });

  it('that is a web server, or takes connections and says nothing, keeps nobody from others', async () => {
    const web = createWebServer().listen(0, '127.0.0.1');
    await once(web, 'listening');
    onTestFinished(() => void web.close());
    const port = (web.address() as { port: number }).port;
    const silent = await service();
    const good = await startNode();
    const knownPeers = [{ host: '127.0.0.1', port }, silent.address, good.daemon.p2pAddress];
    const node = await startNode({ config: { knownPeers } });
    await until(() => openLinks(node) === 1 && dials(node).includes(`127.0.0.1:${port}`));
  });

  it('that is nowhere, with known peers that are nowhere too, leaves a node that goes on', async () => {
    const nowhere = { host: '127.0.0.1', port: 9 };
    const node = await startNode({
      config: { bootstrapper: nowhere, knownPeers: [nowhere], searchCooldown: 200 },
    });
    await until(() => node.events.some(({ kind }) => kind === 'isolated'));
    await TlsPeer.linkTo(node);
    expect(node.events.some(({ kind }) => kind === 'connected')).toBe(true);
  });
});

describe('a node all of whose peers are gone at once', () => {
  it('has links again when they are back', async () => {
    const places = await Promise.all(Array.from({ length: 3 }, () => startNode()));
    const knownPeers = places.map(({ daemon }) => daemon.p2pAddress);
    const node = await startNode({ config: { knownPeers } });
    await until(() => openLinks(node) === 3);
    await Promise.all(places.map(({ daemon }) => daemon.close()));
    await until(() => openLinks(node) === 0);
    for (const p2pAddress of knownPeers) await startNode({ config: { p2pAddress } });
    await until(() => openLinks(node) === 3);
  });
});

describe('a peer that was dialled', () => {
  it('and says where others are is followed there', async () => {
    const { address, peers } = await listenTls();
    const other = await startNode();
    const node = await startNode({ config: { knownPeers: [address] } });
    await until(() => peers.length > 0);
    peers[0]!.say({ kind: 'peer-validation', valid: true });
    await peers[0]!.hears('peer-discovery');
    peers[0]!.say({ kind: 'peer-offer', body: encodeOfferText([other.daemon.p2pAddress]) });
    await until(() => openLinks(node) === 2 && openLinks(other) === 1);
  });
});
