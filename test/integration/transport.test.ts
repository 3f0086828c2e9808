import { describe, expect, it } from 'vitest';
import type { NodeEvent } from '../../src/core/events.ts';
import { DAEMON_BOUNDS } from '../../src/daemon/sockets/bounds.ts';
import { encodeAnnounce, encodeNotify } from '../../src/wire/api-messages.ts';
import { encodePeerMessage, type PeerMessage } from '../../src/wire/peer-messages.ts';
import {
  listenRaw,
  RawClient,
  RawConnection,
  RawPeer,
  startNode,
  turns,
  until,
  type TestNode,
} from './support.ts';

const TYPE = 1337;

function openLinks(node: TestNode): number {
  return node.daemon.snapshot().core.sizes.openLinks.size;
}

function pendingLinks(node: TestNode): number {
  return node.daemon.snapshot().core.sizes.pendingLinks.size;
}

function told(node: TestNode, kind: NodeEvent['kind']): NodeEvent[] {
  return node.events.filter((event) => event.kind === kind);
}

function announcement(text: string, low: number): PeerMessage {
  const id = { high: 0, low };
  return { kind: 'peer-announce', id, ttl: 0, dataType: TYPE, data: Buffer.from(text) };
}

/** A subscriber of `node` that has been heard. */
async function subscribed(node: TestNode): Promise<RawClient> {
  const client = await RawClient.join(node);
  client.send(encodeNotify(TYPE));
  await until(() => node.daemon.snapshot().traffic.clients.messagesIn === 1);
  return client;
}

describe('an inbound link', () => {
  it('opens with the first message that a peer sends, also byte by byte', async () => {
    const node = await startNode();
    const { socket } = await RawConnection.open(node.daemon.p2pAddress);
    const peer = new RawPeer(socket);
    for (const byte of encodePeerMessage({ kind: 'peer-info', port: 4000 })) {
      peer.send(Uint8Array.of(byte));
      await turns(1);
    }
    await until(() => openLinks(node) === 1);
    expect(node.daemon.snapshot().core.links).toMatchObject([
      { direction: 'inbound', listening: { host: '127.0.0.1', port: 4000 } },
    ]);
  });

  it('is handled to its last message before a FIN, and then closed by us too', async () => {
    const node = await startNode();
    const subscriber = await subscribed(node);
    const peer = await RawPeer.link(node);
    peer.socket.end(encodePeerMessage(announcement('goodbye', 1)));
    await until(() => peer.isClosed);
    await until(() => subscriber.notifications.length === 1);
    expect(told(node, 'link-lost')).toMatchObject([{ code: 'closed' }]);
  });

  it('that is reset in the middle of a frame is just gone', async () => {
    const node = await startNode();
    const peer = await RawPeer.link(node);
    peer.send(encodePeerMessage(announcement('interrupted', 1)).subarray(0, 20));
    await until(() => node.daemon.snapshot().traffic.links.bytesIn > 20);
    peer.socket.resetAndDestroy();
    await until(() => openLinks(node) === 0);
    expect(told(node, 'link-lost')).toMatchObject([{ code: 'closed' }]);
  });

  it('is closed at the first frame that is none, and what stands before it counts', async () => {
    const node = await startNode();
    const subscriber = await subscribed(node);
    const peer = await RawPeer.link(node);
    const good = encodePeerMessage(announcement('good', 1));
    const bad = Uint8Array.of(0, 3, 1, 0xf8);
    peer.send(good, bad, encodePeerMessage(announcement('never seen', 2)));
    await until(() => peer.hasEnded);
    await until(() => subscriber.notifications.length > 0);
    expect(subscriber.notifications.map(({ data }) => Buffer.from(data).toString())).toEqual([
      'good',
    ]);
    expect(told(node, 'link-lost')).toMatchObject([{ code: 'bad-size' }]);
  });

  it('delivers nothing more of a chunk in which it was hung up', async () => {
    const node = await startNode();
    const subscriber = await subscribed(node);
    const peer = await RawPeer.link(node);
    peer.say(announcement('good', 1), { kind: 'peer-info', port: 1 }, announcement('late', 2));
    await until(() => peer.hasEnded);
    await until(() => subscriber.notifications.length > 0);
    await turns();
    expect(subscriber.notifications).toHaveLength(1);
    expect(told(node, 'link-lost')).toMatchObject([{ code: 'wrong-state' }]);
  });

  it('is closed when a frame it began is not complete in time', async () => {
    const node = await startNode({ bounds: { tick: 5 } });
    const peer = await RawPeer.link(node);
    peer.send(encodePeerMessage(announcement('half', 1)).subarray(0, 17));
    await until(() => peer.hasEnded);
    expect(told(node, 'link-lost')).toMatchObject([{ code: 'frame-timeout' }]);
  });

  it('gets the last message before we hang up', async () => {
    const node = await startNode({ config: { proofOfWork: 'connection', powDifficulty: 31 } });
    const { socket } = await RawConnection.open(node.daemon.p2pAddress);
    const peer = new RawPeer(socket);
    peer.say({ kind: 'peer-info', port: 0 });
    await until(() => peer.messages.length === 1);
    // Behind it stands more than anybody reads: it must not cost the answer.
    peer.say({ kind: 'peer-verification', nonce: { high: 0, low: 0 } });
    peer.send(Buffer.alloc(1_000_000));
    await until(() => peer.isClosed || peer.hasEnded);
    expect(peer.messages.at(-1)).toEqual({ kind: 'peer-validation', valid: false });
  });
});

describe('an outbound link', () => {
  it('leaves from the address that the node listens on', async () => {
    const { address, peers } = await listenRaw();
    const p2pAddress = { host: '127.0.0.2', port: 0 };
    await startNode({ config: { p2pAddress, knownPeers: [address] } });
    await until(() => peers.length === 1);
    expect(peers[0]!.socket.remoteAddress).toBe('127.0.0.2');
  });

  it('says 507 with the port listened on', async () => {
    const { address, peers } = await listenRaw();
    const node = await startNode({ config: { knownPeers: [address] } });
    await until(() => peers[0] !== undefined && peers[0].messages.length === 1);
    const { port } = node.daemon.p2pAddress;
    expect(peers[0]!.messages).toEqual([{ kind: 'peer-info', port, isExtended: true }]);
  });

  it('is told as failed where nobody listens', async () => {
    const { address, server } = await listenRaw();
    await new Promise((resolve) => server.close(resolve));
    const node = await startNode({ config: { knownPeers: [address] } });
    await until(() => told(node, 'dial-failed').length > 0);
    expect(told(node, 'dial-failed')[0]).toMatchObject({ address, reason: 'ECONNREFUSED' });
  });

  it('is dialled by name at all addresses of the name', async () => {
    const { address, peers } = await listenRaw();
    const knownPeers = [{ host: 'localhost', port: address.port }];
    await startNode({ config: { knownPeers } });
    await until(() => peers.length === 1);
    expect(peers[0]!.socket.remoteAddress).toBe('127.0.0.1');
  });
});

describe('a peer that does not read', () => {
  const link = {
    ...DAEMON_BOUNDS.link,
    queueHighBytes: 128 * 1024,
    queueLowBytes: 64 * 1024,
    queueBytesMax: 512 * 1024,
    relayedBytesMax: 384 * 1024,
  };

  it('is dropped in the end; others lose nothing, and memory stays bounded', async () => {
    const node = await startNode({ bounds: { tick: 10, link } });
    const sleeper = await RawPeer.link(node);
    sleeper.socket.pause();
    const reader = await RawPeer.link(node);
    let bytes = 0;
    reader.socket.on('data', (chunk) => (bytes += chunk.length));
    await until(() => openLinks(node) === 2);
    const before = bytes;
    const announcer = await RawClient.join(node);
    const data = Buffer.alloc(50_000);
    const count = 500;
    let most = 0;
    for (let i = 0; i < count; i++) {
      announcer.send(encodeAnnounce(0, TYPE, data));
      await turns(1);
      most = Math.max(most, node.daemon.snapshot().queuedBytes.links);
    }
    await until(() => bytes - before >= count * (data.length + 16));
    expect(most).toBeLessThanOrEqual(2 * link.queueBytesMax);
    await until(() => node.daemon.snapshot().traffic.links.stuck === 1);
    expect(node.lines.filter((line) => line['code'] === 'slow-peer')).toHaveLength(1);
    expect(openLinks(node)).toBe(1);
  });
});

describe('a crowd at the door', () => {
  it('is refused at once beyond the bound, while nobody has said a word', async () => {
    const node = await startNode();
    const crowd = await Promise.all(
      Array.from({ length: 400 }, () => RawConnection.open(node.daemon.p2pAddress)),
    );
    const remaining = (): number => crowd.filter((each) => !each.hasEnded && !each.isClosed).length;
    await until(() => remaining() === pendingLinks(node));
    expect(remaining()).toBeLessThanOrEqual(256);
  });
});
