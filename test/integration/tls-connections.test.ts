/** Crowds, floods and slow ones on TLS channels. */
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { u64 } from '../../src/basics/integers.ts';
import { cryptoProofs } from '../../src/daemon/proof-of-work/crypto-proofs.ts';
import { DAEMON_BOUNDS } from '../../src/daemon/sockets/bounds.ts';
import { encodeNotify } from '../../src/wire/api-messages.ts';
import { encodePeerMessage, type PeerMessage } from '../../src/wire/peer-messages.ts';
import { RawClient, until } from './support.ts';
import {
  codes,
  dialRaw,
  dialTls,
  ended,
  endings,
  listenTls,
  openLinks,
  startNode,
  stranger,
  TlsPeer,
} from './tls-support.ts';

const TYPE = 1337;
const HANDSHAKE = DAEMON_BOUNDS.handshake;

function announcement(low: number, size = 1, ttl = 1): PeerMessage {
  const data = Buffer.alloc(size, low & 255);
  return { kind: 'peer-announce', id: u64(7, low), ttl, dataType: TYPE, data };
}

describe('a crowd that knocks at once', () => {
  it('has so many handshakes begun in a second, and no more', async () => {
    const node = await startNode({
      bounds: { tick: 600_000, handshake: { ...HANDSHAKE, perTickMax: 10 } },
    });
    const who = stranger();
    const crowd = await Promise.all(Array.from({ length: 30 }, () => dialTls(node, who.options)));
    await until(() => codes(node).length === 20);
    expect(new Set(codes(node))).toEqual(new Set(['handshake-limit']));
    expect(crowd.filter((socket) => socket.getProtocol() === 'TLSv1.3')).toHaveLength(10);
  });

  it('is let in when the second is over', async () => {
    const node = await startNode({
      bounds: { tick: 200, handshake: { ...HANDSHAKE, perTickMax: 2 } },
    });
    let links = 0;
    while (links < 6) {
      const socket = await dialTls(node, stranger().options);
      if (socket.getProtocol() === null || socket.destroyed) continue;
      new TlsPeer(socket).say({ kind: 'peer-info', port: 0 });
      links++;
    }
    await until(() => openLinks(node) === 6);
  });

  it('fills max_connections with links and no more, each of a key of its own', async () => {
    const node = await startNode({ config: { degree: 2, minConnections: 2, maxConnections: 8 } });
    const peers = await Promise.all(Array.from({ length: 20 }, () => TlsPeer.dial(node)));
    for (const peer of peers) peer.say({ kind: 'peer-info', port: 0 });
    await until(() => openLinks(node) === 8 && endings(node).length === 12);
    expect(new Set(endings(node))).toEqual(new Set(['full']));
  });
});

describe('a handshake', () => {
  it('in single bytes gets no more time than another', async () => {
    const node = await startNode({ bounds: { tick: 100 } });
    const socket = dialRaw(node);
    await once(socket, 'connect');
    // The beginning of a ClientHello of 512 bytes, whose rest comes a byte at a time.
    socket.write(Buffer.from('16030102000100', 'hex'));
    const drip = setInterval(() => socket.write(Buffer.of(0)), 20);
    await ended(socket);
    clearInterval(drip);
    await until(() => codes(node).length > 0);
    expect(codes(node)).toEqual(['tls-timeout']);
    expect(node.daemon.snapshot().shares.handshakes.size).toBe(0);
  });
});

describe('a message on a channel', () => {
  it('in single bytes is read as one', async () => {
    const node = await startNode();
    const peer = await TlsPeer.dial(node);
    for (const byte of Buffer.from('000801fb00001771', 'hex')) {
      await new Promise((resolve) => peer.channel.write(Buffer.of(byte), resolve));
    }
    await until(() => openLinks(node) === 1);
    expect(node.daemon.snapshot().core.links[0]?.listening?.port).toBe(6001);
  });

  it('that is begun and not ended in time closes its link, and no other', async () => {
    const node = await startNode({ bounds: { tick: 20 } });
    const [slow] = [await TlsPeer.linkTo(node), await TlsPeer.linkTo(node)];
    slow.send(Buffer.from('ffff01f8', 'hex'));
    const drip = setInterval(() => slow.send(Buffer.of(0)), 10);
    await slow.gone();
    clearInterval(drip);
    expect([endings(node), openLinks(node)]).toEqual([['frame-timeout'], 1]);
  });
});

describe('a peer that floods with small messages', () => {
  it('keeps nobody else waiting until all of it is read', async () => {
    const node = await startNode();
    const subscriber = await RawClient.join(node);
    subscriber.send(encodeNotify(7));
    await until(() => node.daemon.snapshot().traffic.clients.messagesIn === 1);
    const [noisy, honest] = [await TlsPeer.linkTo(node), await TlsPeer.linkTo(node)];
    const before = node.daemon.snapshot().core.intake.received;
    const flood = Array.from({ length: 100_000 }, (_, i) => encodePeerMessage(announcement(i)));
    noisy.send(Buffer.concat(flood));
    honest.say({ ...announcement(1_000_000), dataType: 7 } as PeerMessage);
    await until(() => subscriber.notifications.length === 1);
    const { received } = node.daemon.snapshot().core.intake;
    expect(received - before).toBeLessThan(100_000);
    expect(openLinks(node)).toBe(2);
  });
});

describe('a peer that sends its FIN', () => {
  it('and goes on reading is given what was queued for it, and closed', async () => {
    const node = await startNode();
    const [half, other] = [await TlsPeer.linkTo(node), await TlsPeer.linkTo(node)];
    other.say(announcement(1, 1_000, 0));
    await half.hears('peer-announce');
    half.end();
    await half.gone();
    await until(() => openLinks(node) === 1);
    expect(endings(node)).toEqual(['closed']);
  });
});

describe('a peer that reads hardly anything', () => {
  it('is dropped although it takes a little all the time', async () => {
    const node = await startNode({ bounds: { tick: 20 } });
    const [slow, noisy] = [await TlsPeer.linkTo(node), await TlsPeer.linkTo(node)];
    slow.channel.pause();
    const sip = setInterval(() => slow.channel.read(16), 20);
    for (let id = 0; openLinks(node) === 2; id++) {
      noisy.say(announcement(id, 60_000, 0));
      await new Promise((resolve) => noisy.channel.write('', resolve));
    }
    clearInterval(sip);
    expect(node.daemon.snapshot().traffic.links.stuck).toBe(1);
  });
});

describe('64 peers that are dialled at once and all ask for work', () => {
  it('are all answered, and all open', async () => {
    const listening = await Promise.all(Array.from({ length: 64 }, () => listenTls()));
    const node = await startNode({
      config: {
        proofOfWork: 'connection',
        powDifficulty: 8,
        maxConnections: 64,
        knownPeers: listening.map(({ address }) => address),
      },
    });
    await Promise.all(
      listening.map(async ({ peers }) => {
        await until(() => peers.length > 0);
        const peer = peers[0]!;
        const challenge = peer.challenge();
        await peer.hears('peer-info');
        peer.say({ kind: 'peer-challenge', challenge });
        const { nonce } = await peer.hears('peer-verification');
        expect(cryptoProofs.checkNonce(challenge, nonce, 8)).toBe(true);
        peer.say({ kind: 'peer-validation', valid: true });
      }),
    );
    await until(() => openLinks(node) === 64);
  });
});

describe('after the process was stopped for longer than all time-outs', () => {
  it('nobody is sent away who has done nothing wrong', async () => {
    // A handshake, a 507 and a frame have 250 to 500 ms here.
    const node = await startNode({ bounds: { tick: 50 } });
    const linked = await TlsPeer.linkTo(node);
    const half = await TlsPeer.linkTo(node);
    const whole = encodePeerMessage(announcement(1, 1_000));
    half.send(whole.subarray(0, 100));
    await until(() => node.daemon.snapshot().traffic.links.bytesIn > 100);
    const handshake = dialTls(node, stranger().options);
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2_000);
    half.send(whole.subarray(100));
    const late = new TlsPeer(await handshake);
    late.say({ kind: 'peer-info', port: 0 });
    await until(() => openLinks(node) === 3);
    await until(() => node.daemon.snapshot().core.intake.received === 1);
    linked.say(announcement(2));
    await until(() => node.daemon.snapshot().core.intake.received === 2);
    expect([codes(node), endings(node)]).toEqual([[], []]);
  });
});
