/** Links over TLS, between whole nodes and with strangers that do it wrong. */
import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { connect as connectTls, type ConnectionOptions } from 'node:tls';
import { describe, expect, it, onTestFinished } from 'vitest';
import { u64FromHex } from '../../src/basics/integers.ts';
import { DAEMON_BOUNDS } from '../../src/daemon/sockets/bounds.ts';
import { encodeAnnounce, encodeNotify } from '../../src/wire/api-messages.ts';
import type { PeerMessage } from '../../src/wire/peer-messages.ts';
import { RawClient, RawPeer, startNode as start, until, type TestNode } from './support.ts';
import {
  codes,
  dialRaw,
  dialTls,
  ended,
  openLinks,
  startNode,
  stranger,
  strangerWith,
} from './tls-support.ts';
import { exportedKey } from '../tidy/tls-exporter.ts';

const TYPE = 1337;

describe('two nodes with keys', () => {
  it('carry announcements of any size to each other', async () => {
    const first = await startNode();
    const second = await startNode({ config: { knownPeers: [first.daemon.p2pAddress] } });
    await until(() => openLinks(first) === 1 && openLinks(second) === 1);
    const subscriber = await RawClient.join(second);
    subscriber.send(encodeNotify(TYPE));
    await until(() => second.daemon.snapshot().traffic.clients.messagesIn === 1);
    const other = await RawClient.join(first);
    other.send(encodeAnnounce(4, TYPE, Buffer.alloc(65_519, 7)));
    other.send(encodeAnnounce(4, TYPE, Buffer.from('end')));
    await until(() => subscriber.notifications.length === 2);
    expect(subscriber.notifications.map(({ data }) => data.length)).toEqual([65_519, 3]);
  });

  it('know each other by them', async () => {
    const first = await startNode();
    const second = await startNode({ config: { knownPeers: [first.daemon.p2pAddress] } });
    await until(() => openLinks(first) === 1 && openLinks(second) === 1);
    const seen = [first, second].map(({ daemon }) => daemon.snapshot().core.links[0]?.identity);
    expect(seen).toEqual([second.daemon.identity, first.daemon.identity]);
  });

  it('let each other in after the work of a challenge that belongs to their channel', async () => {
    const config = { proofOfWork: 'connection', powDifficulty: 8 } as const;
    const first = await startNode({ config });
    const second = await startNode({
      config: { ...config, knownPeers: [first.daemon.p2pAddress] },
    });
    await until(() => openLinks(first) === 1 && openLinks(second) === 1);
  });

  it('of different networks never link up, and both say so', async () => {
    const first = await startNode();
    const second = await startNode({
      config: { network: 'other', knownPeers: [first.daemon.p2pAddress] },
    });
    await until(() => codes(first).length > 0 && codes(second).length > 0);
    expect([codes(first)[0], codes(second)[0]]).toEqual(['network-mismatch', 'network-mismatch']);
  });
});

describe('a peer with a key', () => {
  it('gets its link when it says 507, and what it says before the check is not lost', async () => {
    const node = await startNode();
    const socket = await dialTls(node, stranger().options);
    const peer = new RawPeer(socket);
    peer.say({ kind: 'peer-info', port: 0 });
    await until(() => peer.messages.length > 0);
    expect(peer.messages[0]).toMatchObject({ kind: 'peer-validation', valid: true });
  });

  it('may have one of RSA', async () => {
    const node = await startNode();
    const { identity, options } = strangerWith(
      generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey,
    );
    const peer = new RawPeer(await dialTls(node, options));
    peer.say({ kind: 'peer-info', port: 0 });
    await until(() => openLinks(node) === 1);
    expect(node.daemon.snapshot().core.links[0]?.identity).toBe(identity);
  });

  it('that is denied is sent away, and another is not', async () => {
    const [denied, other] = [stranger(), stranger()];
    const node = await startNode({ config: { denyIdentities: [denied.identity] } });
    await ended(await dialTls(node, denied.options));
    expect(codes(node)).toEqual(['not-allowed']);
    await dialTls(node, other.options);
    await until(() => node.daemon.snapshot().traffic.links.opened === 1);
  });

  it('that is not among those allowed is sent away, and one that is, is not', async () => {
    const [allowed, other] = [stranger(), stranger()];
    const node = await startNode({ config: { allowIdentities: [allowed.identity] } });
    await ended(await dialTls(node, other.options));
    expect(codes(node)).toEqual(['not-allowed']);
    await dialTls(node, allowed.options);
    await until(() => node.daemon.snapshot().traffic.links.opened === 1);
  });
});

describe('before one byte of the application is read, the node sends away', () => {
  it.each<[string, string, () => ConnectionOptions]>([
    [
      'a client without a certificate',
      'no-certificate',
      () => ({ ...stranger().options, key: undefined, cert: undefined }),
    ],
    [
      'a client of another network',
      'network-mismatch',
      () => ({ ...stranger().options, ALPNProtocols: ['hearsay/1/other'] }),
    ],
    [
      'a client that names no network',
      'network-mismatch',
      () => ({ ...stranger().options, ALPNProtocols: undefined }),
    ],
    ['a client of TLS 1.2', 'tls-failed', () => ({ ...stranger().options, maxVersion: 'TLSv1.2' })],
    [
      'RSA of 1,024 bits',
      'bad-certificate',
      () => ({
        ...strangerWith(generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey).options,
        // Later OpenSSL has to be told that it may use such a key at all.
        ciphers: 'TLS_AES_256_GCM_SHA384:DEFAULT:@SECLEVEL=0',
      }),
    ],
    [
      'a chain of ten certificates',
      'bad-certificate',
      () => {
        const { options } = stranger();
        return { ...options, cert: String(options.cert).repeat(10) };
      },
    ],
  ])('%s', async (_, code, options) => {
    const node = await startNode();
    const socket = await dialTls(node, options());
    socket.write(Buffer.from('000801fb0000659a', 'hex'));
    await ended(socket);
    await until(() => codes(node).length > 0);
    expect(codes(node)).toEqual([code]);
    expect(node.daemon.snapshot().traffic.links).toMatchObject({ opened: 0, bytesIn: 0 });
  });

  it('a client that wants to resume: there is nothing to resume', async () => {
    const node = await startNode();
    const { options } = stranger();
    const first = await dialTls(node, options);
    const sessions: Buffer[] = [];
    first.on('session', (session) => sessions.push(session));
    new RawPeer(first).say({ kind: 'peer-info', port: 0 });
    await until(() => openLinks(node) === 1);
    const { key: _key, cert: _cert, ...bare } = options;
    for (const session of sessions) await ended(await dialTls(node, { ...bare, session }));
    expect(new Set(codes(node))).toEqual(new Set(sessions.length === 0 ? [] : ['no-certificate']));
    expect(node.daemon.snapshot().traffic.links.opened).toBe(1);
  });
});

describe('the challenge of a channel', () => {
  it('follows from its exporter secret as the protocol says', async () => {
    const node = await startNode({ config: { proofOfWork: 'connection' } });
    const raw = dialRaw(node);
    const socket = connectTls({ socket: raw, ...stranger().options });
    onTestFinished(() => void socket.destroy());
    let secret: string | undefined;
    socket.on('keylog', (line) => {
      secret ??= /^EXPORTER_SECRET \S+ (\w+)/.exec(line.toString('latin1'))?.[1];
    });
    await once(socket, 'secureConnect');
    const peer = new RawPeer(socket);
    peer.say({ kind: 'peer-info', port: 0 });
    await until(() => peer.messages.length > 0);
    const hash = socket.getCipher().name.endsWith('SHA384') ? 'sha384' : 'sha256';
    const wanted = { label: 'EXPORTER-hearsay-challenge', context: Uint8Array.of(0), bytes: 32 };
    const exported = exportedKey(hash, Buffer.from(secret!, 'hex'), wanted);
    expect(peer.messages[0]).toMatchObject({
      kind: 'peer-challenge',
      challenge: u64FromHex(exported.toString('hex').slice(0, 16)),
    });
  });
});

describe('a peer that breaks its channel', () => {
  it('has no link any more, although it leaves the connection open', async () => {
    const node = await startNode();
    const raw = dialRaw(node);
    const socket = connectTls({ socket: raw, ...stranger().options });
    socket.on('error', () => {});
    await once(socket, 'secureConnect');
    new RawPeer(socket).say({ kind: 'peer-info', port: 0 });
    await until(() => openLinks(node) === 1);
    // A record of data that was made with no key.
    raw.write(Buffer.concat([Buffer.from('1703030020', 'hex'), Buffer.alloc(32, 7)]));
    await until(() => openLinks(node) === 0);
  });
});

describe('a difference in transport', () => {
  const PEER_IS_TLS = /the peer is set to transport = tls, this node to plain$/;

  it('is named by both when a plain node dials one of TLS', async () => {
    const secure = await startNode();
    const plain = await start({ config: { knownPeers: [secure.daemon.p2pAddress] } });
    await until(() => codes(secure).length > 0);
    expect(secure.lines.map(({ reason }) => reason)).toContain(
      'a peer message without TLS: the peer is set to transport = plain, this node to tls',
    );
    await until(() => plain.lines.some(({ reason }) => PEER_IS_TLS.test(String(reason))));
  });

  it('is named by both when a node of TLS dials a plain one', async () => {
    const plain = await start();
    const secure = await startNode({ config: { knownPeers: [plain.daemon.p2pAddress] } });
    await until(() => codes(secure).length > 0);
    expect(codes(secure)[0]).toBe('mode-mismatch');
    await until(() => plain.lines.some(({ reason }) => PEER_IS_TLS.test(String(reason))));
  });
});

describe('a pin', () => {
  it('lets a peer in that has the key, one of several', async () => {
    const first = await startNode();
    const peer = first.daemon.p2pAddress;
    const identities = ['0'.repeat(64), first.daemon.identity!];
    await startNode({ config: { knownPeers: [peer], pins: [{ peer, identities }] } });
    await until(() => openLinks(first) === 1);
  });

  it('keeps out who answers there with another key, and the operator is told', async () => {
    const first = await startNode();
    const peer = first.daemon.p2pAddress;
    const pins = [{ peer, identities: ['0'.repeat(64)] }];
    const node = await startNode({ config: { knownPeers: [peer], pins } });
    await until(() => node.events.some(({ kind }) => kind === 'dial-failed'));
    const line = node.lines.find(({ code }) => code === 'pin-mismatch');
    expect(line).toMatchObject({ level: 50, direction: 'outbound' });
    expect(String(line?.['reason'])).toContain(first.daemon.identity);
    expect(openLinks(node)).toBe(0);
  });

  it('is not met by who comes with another key and says that it listens there', async () => {
    const absent = await startNode();
    const peer = absent.daemon.p2pAddress;
    await absent.daemon.close();
    const pins = [{ peer, identities: [absent.daemon.identity!] }];
    const node = await startNode({ config: { pins } });
    const liar = stranger();
    new RawPeer(await dialTls(node, liar.options)).say({ kind: 'peer-info', port: peer.port });
    await until(() => openLinks(node) === 1);
    expect(node.daemon.snapshot().core.links[0]).toMatchObject({ listening: undefined });
    expect(node.lines.filter(({ msg }) => /listens at a pinned/.test(String(msg)))).toMatchObject([
      { level: 40, identity: liar.identity, peer: `127.0.0.1:${peer.port}` },
    ]);
  });

  it('holds for the addresses of a name too', async () => {
    const first = await startNode();
    const { port } = first.daemon.p2pAddress;
    const peer = { host: 'localhost', port };
    const node = await startNode({
      config: { knownPeers: [peer], pins: [{ peer, identities: ['0'.repeat(64)] }] },
    });
    await until(() => codes(node).includes('pin-mismatch'));
  });
});

describe('an address without a pin', () => {
  it('may show another key than before: the operator is told, and the peer is a new one', async () => {
    const address = { host: '127.0.0.1', port: 0 };
    const first = await startNode();
    address.port = first.daemon.p2pAddress.port;
    const node = await startNode({ config: { knownPeers: [address] } });
    await until(() => openLinks(node) === 1);
    const before = first.daemon.identity;
    await first.daemon.close();
    const second = await startNode({ config: { p2pAddress: address } });
    await until(() => openLinks(node) === 1 && openLinks(second) === 1);
    expect(node.lines.filter(({ code }) => code === 'identity-changed')).toMatchObject([
      { level: 40, before, identity: second.daemon.identity },
    ]);
  });
});

describe('a handshake that does not get on', () => {
  const bounds = { tick: 5, handshake: { ...DAEMON_BOUNDS.handshake, perTickMax: 1_000 } };

  it.each([
    ['without a byte', ''],
    ['after one byte', '16'],
    ['in the middle of a ClientHello', '160301020001000200'],
  ])('ends in time %s, and its socket with it', async (_, bytes) => {
    const node = await startNode({ bounds });
    const socket = dialRaw(node);
    socket.write(Buffer.from(bytes, 'hex'));
    await ended(socket);
    expect(codes(node)).toEqual(['tls-timeout']);
  });

  it('of a dial ends in time too', async () => {
    const server = createServer(() => {});
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    onTestFinished(() => void server.close());
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    const node = await startNode({
      bounds,
      config: { knownPeers: [{ host: '127.0.0.1', port: address.port }] },
    });
    await until(() => node.events.some(({ kind }) => kind === 'dial-failed'));
    expect(codes(node)[0]).toBe('tls-timeout');
  });

  it('makes room for others when all places are taken', async () => {
    const node = await startNode({
      bounds: { tick: 60_000, handshake: { ...DAEMON_BOUNDS.handshake, pendingMax: 4 } },
    });
    const crowd = Array.from({ length: 20 }, () => dialRaw(node));
    await Promise.all(crowd.map((socket) => once(socket, 'connect')));
    const peer = new RawPeer(await dialTls(node, stranger().options));
    peer.say({ kind: 'peer-info', port: 0 });
    await until(() => openLinks(node) === 1);
    expect(codes(node).length).toBeGreaterThanOrEqual(17);
  });
});

describe('a link over TLS', () => {
  function announcement(data: Uint8Array, low: number): PeerMessage {
    return { kind: 'peer-announce', id: { high: 0, low }, ttl: 0, dataType: TYPE, data };
  }

  async function linked(node: TestNode): Promise<RawPeer> {
    const peer = new RawPeer(await dialTls(node, stranger().options));
    peer.say({ kind: 'peer-info', port: 0 });
    await until(() => openLinks(node) > 0);
    return peer;
  }

  it('is handled to its last message before the end, and then closed by us too', async () => {
    const node = await startNode();
    const peer = await linked(node);
    const before = node.daemon.snapshot().traffic.links.messagesIn;
    peer.say(announcement(Buffer.alloc(65_519), 1));
    peer.end();
    await ended(peer.socket);
    await until(() => openLinks(node) === 0);
    expect(node.daemon.snapshot().traffic.links.messagesIn - before).toBe(1);
  });

  it('that ends without a word of TLS is just gone', async () => {
    const node = await startNode();
    const peer = await linked(node);
    peer.socket.destroy();
    await until(() => openLinks(node) === 0);
    expect(node.events.filter(({ kind }) => kind === 'link-lost')).toMatchObject([
      { code: 'closed' },
    ]);
  });

  it('is closed at the first frame that is none', async () => {
    const node = await startNode();
    const peer = await linked(node);
    peer.send(Uint8Array.of(0, 3, 1, 0xf8));
    await ended(peer.socket);
    await until(() => node.events.some(({ kind }) => kind === 'link-lost'));
    expect(node.events.filter(({ kind }) => kind === 'link-lost')).toMatchObject([
      { code: 'bad-size' },
    ]);
  });

  it('that is not read from has a bounded queue, then is dropped', async () => {
    const node = await startNode({ bounds: { tick: 20 } });
    const [deaf, noisy] = [await linked(node), await linked(node)];
    await until(() => openLinks(node) === 2);
    deaf.socket.pause();
    let id = 10;
    while (openLinks(node) === 2) {
      noisy.say(announcement(Buffer.alloc(60_000), id++));
      await new Promise((resolve) => noisy.socket.write('', resolve));
      const { links } = node.daemon.snapshot().queuedBytes;
      expect(links).toBeLessThanOrEqual(DAEMON_BOUNDS.link.queueBytesMax);
    }
    expect(node.daemon.snapshot().traffic.links.stuck).toBe(1);
  });
});

describe('a node that is closed', () => {
  it('leaves no handshake behind', async () => {
    const node = await startNode();
    const socket = dialRaw(node);
    await once(socket, 'connect');
    await node.daemon.close();
    await ended(socket);
  });
});
