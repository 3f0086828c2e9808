import { AssertionError } from 'node:assert';
import { existsSync, readdirSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import {
  bytes,
  peerAnnounce,
  PeerListener,
  peerOffer,
  rawFrame,
  ScriptedClient,
  ScriptedPeer,
  startTestNode,
  TEST_DATA_TYPE as TYPE,
  text,
  turns,
  until,
  type ScriptedConnectionOptions,
  type TestNodeOptions,
} from '../../src/testkit/index.ts';

const cleanUp = onTestFinished;

const SETTINGS = [
  ['none', {}],
  ['connection', { powDifficulty: 6 }],
  ['discovery', {}],
] as const;

/** A peer port without a node behind it, and what connects to it. */
async function acceptOne(): Promise<{ address: string; accepted: Promise<Socket> }> {
  const server = createServer({ allowHalfOpen: true });
  const accepted = new Promise<Socket>((resolve) => server.once('connection', resolve));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  cleanUp(() => void server.close());
  const where = server.address();
  if (where === null || typeof where === 'string') throw new Error('not on TCP');
  return { address: `127.0.0.1:${where.port}`, accepted };
}

/** A scripted peer, and the bare socket at the other end. */
async function withBareSocket(
  options: ScriptedConnectionOptions = {},
): Promise<{ peer: ScriptedPeer; other: Socket }> {
  const { address, accepted } = await acceptOne();
  const peer = await ScriptedPeer.dial(address, { ...options, cleanUp });
  const other = await accepted;
  cleanUp(() => void other.destroy());
  return { peer, other };
}

describe('a scripted peer', () => {
  it.each(SETTINGS)('opens a link that it has dialled, with %s', async (proofOfWork, options) => {
    const { node, address } = await startTestNode({ proofOfWork, ...options, cleanUp });
    await ScriptedPeer.link(address, { proofOfWork, ...options, port: 6001, cleanUp });
    await node.whenConnected();
    expect(node.peers()).toMatchObject([{ address: '127.0.0.1:6001', direction: 'inbound' }]);
  });

  it.each(SETTINGS)(
    'opens a link that a node has dialled, with %s',
    async (proofOfWork, options) => {
      const listener = await PeerListener.listen({ cleanUp });
      const knownPeers = [listener.address];
      const { node, address } = await startTestNode({
        proofOfWork,
        ...options,
        knownPeers,
        cleanUp,
      });
      const peer = await listener.accept();
      const { port } = await peer.handshakeAsReceiver({ proofOfWork, ...options });
      await node.whenConnected();
      expect(`127.0.0.1:${port}`).toBe(address);
    },
  );

  it('fails when the node refuses the link', async () => {
    const { address } = await startTestNode({
      proofOfWork: 'connection',
      powDifficulty: 20,
      cleanUp,
    });
    const peer = await ScriptedPeer.dial(address, { cleanUp });
    await expect(
      peer.handshakeAsInitiator({ proofOfWork: 'connection', powDifficulty: 0 }),
    ).rejects.toThrow('the node refused the link');
  });

  it('fails when the nonce of a node proves less than is asked for', async () => {
    const listener = await PeerListener.listen({ cleanUp });
    await startTestNode({
      proofOfWork: 'connection',
      powDifficulty: 1,
      knownPeers: [listener.address],
      cleanUp,
    });
    const peer = await listener.accept();
    await expect(
      peer.handshakeAsReceiver({ proofOfWork: 'connection', powDifficulty: 31 }),
    ).rejects.toThrow('does not prove 31 bits');
  });

  it('can offer addresses in the way of discovery', async () => {
    const listener = await PeerListener.listen({ cleanUp });
    const { address } = await startTestNode({ proofOfWork: 'discovery', cleanUp });
    const peer = await ScriptedPeer.link(address, { proofOfWork: 'discovery', cleanUp });
    const { challenge } = await peer.next('peer-discovery');
    const [host, port] = listener.address.split(':');
    peer.say(peerOffer([{ host: host!, port: Number(port) }], challenge));
    await (await listener.accept()).expect('peer-info');
  });
});

describe('what comes on a scripted connection', () => {
  it('is handed out one message after the other, in order', async () => {
    const { peer, other } = await withBareSocket();
    other.write(bytes('00 08 01 fb 0000 0001  00 08 01 fb 0000 0002'));
    expect([await peer.next(), await peer.next()]).toEqual([
      { kind: 'peer-info', port: 1 },
      { kind: 'peer-info', port: 2 },
    ]);
  });

  it('is handed out by kind, passing over others', async () => {
    const { peer, other } = await withBareSocket();
    other.write(bytes('00 08 01 fb 0000 0001  00 04 01 f9'));
    expect((await peer.next('peer-discovery')).kind).toBe('peer-discovery');
  });

  it('can be told apart by reads', async () => {
    const { peer, other } = await withBareSocket();
    other.write(bytes('00 08 01 fb'));
    await until(() => peer.reads.length === 1);
    other.write(bytes('0000 0001'));
    await peer.next();
    expect(peer.reads.map(({ length }) => length)).toEqual([4, 4]);
  });

  it('fails an expectation of another kind', async () => {
    const { peer, other } = await withBareSocket();
    other.write(bytes('00 08 01 fb 0000 0001'));
    await expect(peer.expect('peer-discovery')).rejects.toThrow(
      "awaited peer-discovery, but: { kind: 'peer-info', port: 1 }",
    );
  });

  it('fails who waits when the connection ends', async () => {
    const { peer, other } = await withBareSocket();
    other.end();
    await expect(peer.next()).rejects.toThrow('awaited a message, but: the connection ended');
  });

  it('fails who waits when the connection breaks', async () => {
    const { peer, other } = await withBareSocket();
    other.resetAndDestroy();
    await expect(peer.next()).rejects.toThrow(/the connection ended \(.*ECONNRESET\)/);
  });

  it('fails who waits when it is no message', async () => {
    const { peer, other } = await withBareSocket();
    other.write(rawFrame(499));
    await expect(peer.next()).rejects.toThrow('message type 499');
  });

  it('fails as an assertion', async () => {
    const { peer, other } = await withBareSocket();
    other.end();
    await expect(peer.next()).rejects.toBeInstanceOf(AssertionError);
  });

  it('breaks the connection when it is more than is remembered', async () => {
    const { address, accepted } = await acceptOne();
    const peer = await ScriptedPeer.dial(address, { rememberedBytesMax: 7, cleanUp });
    (await accepted).write(bytes('00 08 01 fb 0000 0001'));
    await until(() => peer.isClosed);
    expect(peer.error?.message).toBe('more than 7 bytes have come');
  });
});

describe('silence', () => {
  it('is what there was if nothing came before something else did', async () => {
    const { peer } = await withBareSocket();
    await expect(peer.silence(turns())).resolves.toBeUndefined();
  });

  it('is broken by a message', async () => {
    const { peer, other } = await withBareSocket();
    other.write(bytes('00 04 01 f9'));
    await expect(peer.silence(until(() => peer.received.length > 0))).rejects.toThrow(
      'awaited silence, but: {',
    );
  });

  it('is broken by what is no message', async () => {
    const { peer, other } = await withBareSocket();
    other.write(rawFrame(499));
    await expect(peer.silence(until(() => peer.reads.length > 0))).rejects.toThrow('499');
  });

  it('begins after what was taken', async () => {
    const { peer, other } = await withBareSocket();
    other.write(bytes('00 04 01 f9'));
    await peer.next();
    await expect(peer.silence(turns())).resolves.toBeUndefined();
  });
});

describe('the end of a scripted connection', () => {
  it('that the other side has made is waited for', async () => {
    const { peer, other } = await withBareSocket({ allowHalfOpen: true });
    other.end();
    await peer.ended();
    expect([peer.hasEnded, peer.isClosed]).toEqual([true, false]);
  });

  it('that the other side has made is the end of both unless half open is allowed', async () => {
    const { peer, other } = await withBareSocket();
    other.resume().end();
    await until(() => peer.isClosed);
    expect(peer.error).toBeUndefined();
  });

  it('in order lets the other side go on', async () => {
    const { peer, other } = await withBareSocket();
    peer.end();
    await new Promise((resolve) => other.resume().once('end', resolve));
    other.write(bytes('00 04 01 f9'));
    expect((await peer.next()).kind).toBe('peer-discovery');
  });

  it('by force breaks it for the other side', async () => {
    const { peer, other } = await withBareSocket();
    const broken = new Promise<Error>((resolve) => other.once('error', resolve));
    other.resume();
    peer.reset();
    expect(await broken).toMatchObject({ code: 'ECONNRESET' });
  });

  it('comes with the scope that uses it', async () => {
    const { peer } = await withBareSocket();
    await peer[Symbol.asyncDispose]();
    expect(peer.isClosed).toBe(true);
  });
});

describe('a scripted client', () => {
  it('announces, subscribes and validates', async () => {
    const { node, apiAddress, address } = await startTestNode({ cleanUp });
    const peer = await ScriptedPeer.link(address, { cleanUp });
    const subscriber = await ScriptedClient.connect(apiAddress, { cleanUp });
    subscriber.subscribe(TYPE);
    await until(() => node.stats().traffic.clients.messagesIn === 1);
    peer.say(peerAnnounce({ data: 'for you' }));
    const received = await subscriber.next();
    subscriber.validate(received, true);
    expect(text(received.data)).toBe('for you');
    const announcer = await ScriptedClient.connect(apiAddress, { cleanUp });
    announcer.announce(TYPE, 'from me');
    expect(text((await peer.next('peer-announce')).data)).toBe('from me');
  });

  it('connects to a unix socket', async () => {
    const { node, apiAddress } = await startTestNode({ api: 'unix', cleanUp });
    const client = await ScriptedClient.connect(apiAddress, { cleanUp });
    client.subscribe(TYPE);
    await until(() => node.stats().traffic.clients.messagesIn === 1);
    expect(client.isClosed).toBe(false);
  });

  it('sends what is no message of a client as readily', async () => {
    const { apiAddress } = await startTestNode({ cleanUp });
    const client = await ScriptedClient.connect(apiAddress, { cleanUp });
    client.send(rawFrame(502, 'abcd'));
    await client.ended();
    expect(client.received).toEqual([]);
  });

  it.each([['nowhere'], ['127.0.0.1'], [':7001x']])(
    'does not take %j for an address',
    async (at) => {
      await expect(ScriptedClient.connect(at)).rejects.toThrow(TypeError);
    },
  );
});

describe('a test node', () => {
  it('asks for no proof of work unless told', async () => {
    const { address } = await startTestNode({ cleanUp });
    const peer = await ScriptedPeer.dial(address, { cleanUp });
    peer.say({ kind: 'peer-info', port: 0 });
    expect(await peer.next()).toMatchObject({ kind: 'peer-validation', valid: true });
  });

  it.each([
    [undefined, true],
    [false, undefined],
  ])('with the option extension %s shows the bit: %s', async (extension, isExtended) => {
    const { address } = await startTestNode({ cleanUp, extension });
    const peer = await ScriptedPeer.dial(address, { cleanUp });
    peer.say({ kind: 'peer-info', port: 0 });
    expect((await peer.expect('peer-validation')).isExtended).toBe(isExtended);
  });

  it('says nothing from 520 on to a scripted peer, which is an existing node', async () => {
    const { address, node } = await startTestNode({ cleanUp });
    const peer = await ScriptedPeer.link(address, { cleanUp });
    await node.announce(1337, 'x'.repeat(5_000));
    await peer.next('peer-announce');
    await peer.silence(Promise.resolve());
    const others = ['peer-validation', 'peer-discovery', 'peer-announce'];
    expect(peer.received.map(({ kind }) => kind).filter((kind) => !others.includes(kind))).toEqual(
      [],
    );
  });

  it('speaks the extension with a scripted peer that says it does', async () => {
    const { address } = await startTestNode({ cleanUp });
    const peer = await ScriptedPeer.link(address, { cleanUp, isExtended: true });
    expect(await peer.next()).toMatchObject({ kind: 'peer-hello', version: 1 });
  });

  it('speaks it with a scripted peer that was dialled and says it does', async () => {
    const listener = await PeerListener.listen({ cleanUp });
    await startTestNode({ cleanUp, knownPeers: [listener.address] });
    const peer = await listener.accept();
    await peer.handshakeAsReceiver({ isExtended: true });
    expect(await peer.next()).toMatchObject({ kind: 'peer-hello', version: 1 });
  });

  it('has all that it told at hand', async () => {
    const { events, lines, address } = await startTestNode({ cleanUp });
    const peer = await ScriptedPeer.link(address, { cleanUp });
    await peer.close();
    await until(() => events.length === 2 && lines.length === 2);
    expect(events.map(({ kind }) => kind)).toEqual(['link-established', 'link-lost']);
    expect(lines.map(({ message }) => message)).toEqual(['link open', 'link lost']);
  });

  it('removes its directory when it is closed', async () => {
    const testNode = await startTestNode({ api: 'unix' });
    const before = existsSync(testNode.directory);
    await testNode.close();
    expect([before, existsSync(testNode.directory)]).toEqual([true, false]);
  });

  it('leaves no directory behind when it does not start', async () => {
    const { address, directory } = await startTestNode({ cleanUp });
    vi.stubEnv('TMPDIR', directory);
    cleanUp(() => void vi.unstubAllEnvs());
    await expect(startTestNode({ p2pAddress: address })).rejects.toMatchObject({ code: 'listen' });
    expect(readdirSync(directory)).toEqual([]);
  });

  it('says so when it has no API and is asked where it is', async () => {
    const testNode = await startTestNode({ api: false, cleanUp });
    expect(() => testNode.apiAddress).toThrow('api: false');
  });

  it('closes with what it is handed over to, the last first', async () => {
    const closers: (() => Promise<void>)[] = [];
    const options: TestNodeOptions = { cleanUp: (close) => void closers.unshift(close) };
    const { node } = await startTestNode(options);
    await ScriptedPeer.link(node.address, { cleanUp: (close) => void closers.unshift(close) });
    for (const close of closers) await close();
    await expect(node.closed).resolves.toBeUndefined();
  });
});
