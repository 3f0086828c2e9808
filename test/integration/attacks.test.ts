/**
 * What hostile peers and faulty programs do to a node, over real sockets; docs/security.md lists the cases. The
 * single rules behind it have unit tests; here it counts that the node goes on for everybody else.
 */
import { connect, type Socket } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { NodeEvent } from '../../src/core/events.ts';
import { cryptoProofs } from '../../src/daemon/proof-of-work/crypto-proofs.ts';
import { encodeAnnounce, encodeNotify, encodeValidation } from '../../src/wire/api-messages.ts';
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

function sizes({ daemon }: TestNode) {
  return daemon.snapshot().core.sizes;
}

function ended(node: TestNode, code: string): NodeEvent[] {
  return node.events.filter((event) => 'code' in event && event.code === code);
}

function announcement(low: number, data: string | Uint8Array, ttl = 0): PeerMessage {
  const id = { high: 0, low };
  return { kind: 'peer-announce', id, ttl, dataType: TYPE, data: Buffer.from(data) };
}

function announced(peer: RawPeer): string[] {
  return peer.messages.flatMap((message) =>
    message.kind === 'peer-announce' ? [Buffer.from(message.data).toString()] : [],
  );
}

/** A subscriber that the node knows of. */
async function subscriberOf(node: TestNode): Promise<RawClient> {
  const before = node.daemon.snapshot().traffic.clients.messagesIn;
  const client = await RawClient.join(node);
  client.send(encodeNotify(TYPE));
  await until(() => node.daemon.snapshot().traffic.clients.messagesIn > before);
  return client;
}

function connectFrom(node: TestNode, localAddress: string): Promise<Socket> {
  const { host, port } = node.daemon.p2pAddress;
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port, localAddress, allowHalfOpen: true });
    onTestFinished(() => void socket.destroy());
    socket.once('connect', () => resolve(socket)).once('error', reject);
  });
}

/** Stops this whole process, all nodes in it included, as a debugger or a busy machine would. */
function stall(milliseconds: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
}

describe('a peer that is dialled, takes the work and closes', () => {
  it('is dialled again after a pause only, which doubles', async () => {
    const { address, peers } = await listenRaw();
    const config = { proofOfWork: 'connection', powDifficulty: 4, knownPeers: [address] } as const;
    await startNode({ config });
    const dialledAt: number[] = [];
    for (let round = 0; round < 3; round++) {
      await until(() => peers.length > round);
      dialledAt.push(performance.now());
      const peer = peers[round]!;
      peer.say({ kind: 'peer-challenge', challenge: { high: 1, low: round } });
      await until(() => peer.messages.some(({ kind }) => kind === 'peer-verification'));
      peer.end();
    }
    const [first, second, third] = dialledAt as [number, number, number];
    // A second and two, with a jitter of a fifth; and some milliseconds for two clocks.
    expect(second - first).toBeGreaterThan(780);
    expect(third - second).toBeGreaterThan(1_580);
  });
});

describe('64 peers that all ask for work at once', () => {
  it('are all answered, and all open', async () => {
    const doors = await Promise.all(Array.from({ length: 64 }, () => listenRaw()));
    const knownPeers = doors.map(({ address }) => address);
    const powDifficulty = 8;
    const node = await startNode({
      config: { proofOfWork: 'connection', powDifficulty, knownPeers, maxConnections: 64 },
    });
    await until(() => doors.every(({ peers }) => peers.length === 1));
    const challenges = doors.map((_, low) => ({ high: 7, low }));
    for (const [i, { peers }] of doors.entries()) {
      peers[0]!.say({ kind: 'peer-challenge', challenge: challenges[i]! });
    }
    for (const [i, { peers }] of doors.entries()) {
      const { nonce } = await peers[0]!.next('peer-verification');
      expect(cryptoProofs.checkNonce(challenges[i]!, nonce, powDifficulty)).toBe(true);
      peers[0]!.say({ kind: 'peer-validation', valid: true });
    }
    await until(() => sizes(node).openLinks.size === 64);
  });
});

describe('a crowd at the peer port', () => {
  it('that says nothing is sent away in time, and others can come in again', async () => {
    const node = await startNode();
    const crowd = await Promise.all(
      Array.from({ length: 400 }, () => RawConnection.open(node.daemon.p2pAddress)),
    );
    await until(() => crowd.every((each) => each.hasEnded || each.isClosed));
    expect(sizes(node).pendingLinks.size).toBe(0);
    expect(ended(node, 'info-timeout').length).toBeLessThanOrEqual(256);
    await RawPeer.link(node);
    expect(sizes(node).openLinks.size).toBe(1);
  });

  it('from 64 addresses that does the work fills max_connections and no more', async () => {
    const { address, peers } = await listenRaw();
    const node = await startNode({ config: { knownPeers: [address], maxConnections: 8 } });
    await until(() => peers.length === 1);
    peers[0]!.say({ kind: 'peer-validation', valid: true });
    await until(() => sizes(node).openLinks.size === 1);
    for (let i = 1; i <= 64; i++) {
      const peer = new RawPeer(await connectFrom(node, `127.0.1.${i}`));
      peer.say({ kind: 'peer-info', port: 4_000 + i });
      await until(() => peer.messages.length > 0 || peer.hasEnded || peer.isClosed);
      expect(sizes(node).openLinks.size).toBeLessThanOrEqual(8);
    }
    expect(sizes(node).openLinks.size).toBe(8);
    expect(ended(node, 'full').length + ended(node, 'made-room').length).toBe(57);
    expect(peers[0]!.hasEnded).toBe(false);
  });
});

describe('somebody at the peer port who speaks another protocol', () => {
  it.each([
    ['HTTP', 'GET / HTTP/1.1\r\nHost: localhost\r\n\r\n', 'unknown-type'],
    ['half a TLS handshake', '\x16\x03\x01\x02\x00', 'unknown-type'],
    ['SSH', 'SSH-2.0-OpenSSH_9.2\r\n', 'unknown-type'],
    ['the application interface', '\x00\x08\x01\xf5\x00\x00\x05\x39', 'wrong-port'],
    ['nothing but zeros', '\0\0\0\0', 'bad-size'],
  ])('is sent away after four bytes: %s', async (_, bytes, code) => {
    const node = await startNode();
    const stranger = await RawConnection.open(node.daemon.p2pAddress);
    stranger.send(Buffer.from(bytes, 'latin1'));
    await stranger.ended();
    expect(ended(node, code)).toHaveLength(1);
  });
});

describe('a large message on a link that is not open', () => {
  it.each([504, 506])('is refused by its header: %i', async (type) => {
    const node = await startNode();
    const peer = await RawConnection.open(node.daemon.p2pAddress);
    peer.send(Uint8Array.of(0xff, 0xff, type >> 8, type & 0xff));
    await peer.ended();
    expect(ended(node, 'wrong-state')).toHaveLength(1);
  });
});

describe('a connection that ends in the middle of a message', () => {
  function cutOff(node: TestNode): unknown[] {
    return node.lines.filter((line) => String(line['msg']).includes('in the middle of a message'));
  }

  it('of a peer is told with how much of how much has come', async () => {
    const node = await startNode();
    const peer = await RawPeer.link(node);
    peer.socket.end(encodePeerMessage(announcement(1, 'interrupted')).subarray(0, 20));
    await until(() => cutOff(node).length === 1);
    expect(cutOff(node)).toMatchObject([{ level: 20, bytes: 20, size: 27 }]);
  });

  it('of a client too, also if it breaks', async () => {
    const node = await startNode();
    const client = await RawClient.join(node);
    client.send(encodeAnnounce(0, TYPE, Buffer.from('interrupted')).subarray(0, 10));
    await until(() => node.daemon.snapshot().traffic.clients.bytesIn === 10);
    client.reset();
    await until(() => cutOff(node).length === 1);
    expect(cutOff(node)).toMatchObject([{ level: 20, bytes: 10, size: 19 }]);
  });
});

describe('a web page that is made to connect to the application interface', () => {
  it.each([
    'GET / HTTP/1.1\r\n\r\n',
    'POST / HTTP/1.1\r\nContent-Length: 36\r\n\r\n',
    '\x16\x03\x01',
  ])('has nothing carried out that stands behind %j', async (head) => {
    const node = await startNode();
    const peer = await RawPeer.link(node);
    const page = await RawClient.join(node);
    const evil = encodeAnnounce(0, TYPE, Buffer.from('evil'));
    page.send(Buffer.from(head, 'latin1'), evil, evil, evil);
    await page.ended();
    const honest = await RawClient.join(node);
    honest.send(encodeAnnounce(0, TYPE, Buffer.from('honest')));
    await until(() => announced(peer).length > 0);
    expect(announced(peer)).toEqual(['honest']);
  });
});

describe('a peer that floods', () => {
  it('does not keep an honest client waiting until all of it is read', async () => {
    const node = await startNode();
    const flooder = await RawPeer.link(node);
    const peer = await RawPeer.link(node);
    await until(() => sizes(node).openLinks.size === 2);
    const client = await RawClient.join(node);
    await turns();
    // With TTL 1 they end here: what is measured is reading, not the queue to the other peer.
    const flood = Array.from({ length: 100_000 }, (_, i) =>
      encodePeerMessage(announcement(i + 1, 'x'.repeat(20), 1)),
    );
    flooder.send(Buffer.concat(flood));
    client.send(encodeAnnounce(0, TYPE, Buffer.from('honest')));
    await until(() => announced(peer).length > 0);
    const seen = node.daemon.snapshot().traffic.links.messagesIn;
    expect(announced(peer)).toEqual(['honest']);
    // Less than half, though the flood was there first.
    expect(seen).toBeLessThan(40_000);
    await until(() => node.daemon.snapshot().traffic.links.messagesIn >= flood.length);
  });

  it('of 505s gets a bounded number of answers, and stays', async () => {
    const node = await startNode();
    await RawPeer.link(node, 4_001);
    const asker = await RawPeer.link(node, 4_002);
    asker.send(Buffer.from('000401f9'.repeat(10_000), 'hex'));
    await until(() => node.daemon.snapshot().traffic.links.messagesIn >= 10_002);
    const offers = asker.messages.filter(({ kind }) => kind === 'peer-offer');
    expect(offers.length).toBeLessThan(60);
    expect(asker.hasEnded).toBe(false);
  });
});

describe('a peer that borrows the id of a message for another', () => {
  it('suppresses nothing: subscribers are told of both', async () => {
    const node = await startNode();
    const subscriber = await subscriberOf(node);
    const squatter = await RawPeer.link(node);
    const honest = await RawPeer.link(node);
    squatter.say(announcement(1, 'junk'));
    await until(() => subscriber.notifications.length === 1);
    honest.say(announcement(1, 'the real one'));
    await until(() => subscriber.notifications.length === 2);
    const texts = subscriber.notifications.map(({ data }) => Buffer.from(data).toString());
    expect(texts).toEqual(['junk', 'the real one']);
  });
});

describe('a client that subscribes to everything', () => {
  it('is served like any other', async () => {
    const node = await startNode();
    const client = await RawClient.join(node);
    client.send(...Array.from({ length: 65_536 }, (_, type) => encodeNotify(type)));
    await until(() => node.daemon.snapshot().traffic.clients.messagesIn === 65_536);
    const announcer = await RawClient.join(node);
    announcer.send(encodeAnnounce(0, 65_535, Buffer.from('hello')));
    await until(() => client.notifications.length === 1);
    expect(client.hasEnded).toBe(false);
  });
});

describe('after the process was stopped for longer than all time-outs', () => {
  const bounds = { tick: 5 };

  it('a verdict that came meanwhile counts', async () => {
    const node = await startNode({ bounds, config: { validationTimeout: 100 } });
    const subscriber = await subscriberOf(node);
    const from = await RawPeer.link(node);
    const to = await RawPeer.link(node);
    from.say(announcement(1, 'in time'));
    const { messageId } = await subscriber.next();
    subscriber.send(encodeValidation(messageId, true));
    stall(300);
    await until(() => announced(to).length > 0);
    expect(announced(to)).toEqual(['in time']);
  });

  it('nobody is disconnected, not even in the middle of a message', async () => {
    const node = await startNode({ bounds });
    const client = await RawClient.join(node);
    const peer = await RawPeer.link(node);
    const frame = encodePeerMessage(announcement(1, 'slowly'));
    peer.send(frame.subarray(0, 20));
    await until(() => node.daemon.snapshot().traffic.links.bytesIn > 8);
    stall(300);
    peer.send(frame.subarray(20));
    await until(() => node.daemon.snapshot().traffic.links.messagesIn === 2);
    expect([sizes(node).openLinks.size, sizes(node).clients.size]).toEqual([1, 1]);
    expect(client.hasEnded || peer.hasEnded).toBe(false);
  });

  it('a peer that introduced itself meanwhile is let in', async () => {
    const node = await startNode({ bounds });
    const { socket } = await RawConnection.open(node.daemon.p2pAddress);
    await until(() => sizes(node).pendingLinks.size === 1);
    const peer = new RawPeer(socket);
    peer.say({ kind: 'peer-info', port: 0 });
    stall(5_100);
    await peer.expect('peer-validation');
    expect(sizes(node).openLinks.size).toBe(1);
  });
});
