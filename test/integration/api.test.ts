import { lstatSync, renameSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { DAEMON_BOUNDS } from '../../src/daemon/sockets/bounds.ts';
import { encodeAnnounce, encodeNotify, encodeValidation } from '../../src/wire/api-messages.ts';
import { encodePeerMessage } from '../../src/wire/peer-messages.ts';
import { RawClient, RawPeer, startNode, turns, until, type TestNode } from './support.ts';

const TYPE = 1337;

function text(data: Uint8Array): string {
  return Buffer.from(data).toString();
}

/** A peer of `node` that counts as open link and collects what is announced. */
async function withPeer(node: TestNode): Promise<RawPeer> {
  const peer = await RawPeer.link(node);
  await until(() => node.daemon.snapshot().core.sizes.openLinks.size === 1);
  return peer;
}

/** Whether so much waits for the links that announcing clients are not read from. */
function isHeldBack(node: TestNode): boolean {
  return node.daemon.snapshot().queuedBytes.links > DAEMON_BOUNDS.link.queueLowBytes;
}

function announced(peer: RawPeer): string[] {
  return peer.messages.flatMap((message) =>
    message.kind === 'peer-announce' ? [text(message.data)] : [],
  );
}

describe('a client', () => {
  it('gets each message in a read of its own while nothing else is waiting', async () => {
    const node = await startNode();
    const subscriber = await RawClient.join(node);
    subscriber.send(encodeNotify(TYPE));
    const announcer = await RawClient.join(node);
    await turns();
    for (let i = 1; i <= 5; i++) {
      announcer.send(encodeAnnounce(0, TYPE, Buffer.from(`message ${i}`)));
      await until(() => subscriber.reads.length === i);
    }
    expect(subscriber.reads.map((read) => text(read.subarray(8)))).toEqual([
      'message 1',
      'message 2',
      'message 3',
      'message 4',
      'message 5',
    ]);
  });

  it('may send its frames one byte at a time', async () => {
    const node = await startNode();
    const peer = await withPeer(node);
    const client = await RawClient.join(node);
    for (const byte of encodeAnnounce(0, TYPE, Buffer.from('dribbled'))) {
      client.send(Uint8Array.of(byte));
      await turns(1);
    }
    await until(() => announced(peer).length === 1);
    expect(announced(peer)).toEqual(['dribbled']);
  });

  it('may send many frames in one write', async () => {
    const node = await startNode();
    const peer = await withPeer(node);
    const client = await RawClient.join(node);
    const texts = Array.from({ length: 100 }, (_, i) => `frame ${i}`);
    client.send(...texts.map((each) => encodeAnnounce(0, TYPE, Buffer.from(each))));
    await until(() => announced(peer).length === texts.length);
    expect(announced(peer)).toEqual(texts);
  });

  it('has announced what it sent before its FIN', async () => {
    const node = await startNode();
    const peer = await withPeer(node);
    const client = await RawClient.join(node);
    client.socket.end(encodeAnnounce(0, TYPE, Buffer.from('last words')));
    await until(() => announced(peer).length === 1);
    await until(() => client.isClosed);
    expect(announced(peer)).toEqual(['last words']);
  });

  it('has announced what it sent before its RST', async () => {
    const node = await startNode();
    const peer = await withPeer(node);
    const client = await RawClient.join(node);
    await new Promise<void>((resolve) => {
      client.socket.write(encodeAnnounce(0, TYPE, Buffer.from('cut off')), () => resolve());
    });
    client.socket.resetAndDestroy();
    await until(() => announced(peer).length === 1);
    await until(() => node.daemon.snapshot().core.sizes.clients.size === 0);
    expect(announced(peer)).toEqual(['cut off']);
  });

  it('is forgotten with its subscriptions when it closes', async () => {
    const node = await startNode();
    const client = await RawClient.join(node);
    client.send(encodeNotify(TYPE));
    await until(() => node.daemon.snapshot().core.sizes.clients.size === 1);
    client.socket.end();
    await until(() => client.isClosed);
    expect(node.daemon.snapshot().core.sizes.clients.size).toBe(0);
  });

  it.each([
    ['a size below four', Uint8Array.of(0, 3, 1, 0xf4), 'bad-size'],
    ['a size that does not fit the type', Uint8Array.of(0, 9, 1, 0xf5), 'bad-size'],
    ['an unknown type', Buffer.from('POST / HTTP/1.1\r\n\r\n'), 'unknown-type'],
    ['a notification', Uint8Array.of(0, 8, 1, 0xf6, 0, 1, 5, 0x39), 'wrong-port'],
    ['a peer message', encodePeerMessage({ kind: 'peer-info', port: 1 }), 'wrong-port'],
    ['data that fits no 504', Uint8Array.of(0xff, 0xf8, 1, 0xf4), 'bad-size'],
  ])('is closed at once for %s, with one line that says so', async (_, bytes, code) => {
    const node = await startNode();
    const client = await RawClient.join(node);
    const port = client.socket.localPort;
    client.send(bytes);
    await until(() => client.hasEnded || client.isClosed);
    const lines = node.lines.filter((line) => line['code'] === code);
    expect(lines).toMatchObject([{ level: 40, from: `127.0.0.1:${port}` }]);
  });

  it('has announced what stands before its first malformed frame', async () => {
    const node = await startNode();
    const peer = await withPeer(node);
    const client = await RawClient.join(node);
    const good = encodeAnnounce(0, TYPE, Buffer.from('good'));
    client.send(good, Uint8Array.of(0, 0, 0, 0), encodeAnnounce(0, TYPE, Buffer.from('bad')));
    await until(() => client.hasEnded);
    await until(() => announced(peer).length === 1);
    expect(announced(peer)).toEqual(['good']);
  });

  it('is closed when a frame it began is not complete in time', async () => {
    const node = await startNode({ bounds: { tick: 5 } });
    const client = await RawClient.join(node);
    client.send(encodeAnnounce(0, TYPE, Buffer.from('half')).subarray(0, 9));
    await until(() => client.hasEnded);
    expect(node.lines.filter((line) => line['code'] === 'frame-timeout')).toHaveLength(1);
  });

  it('may be silent for as long as it likes between frames', async () => {
    const node = await startNode({ bounds: { tick: 1 } });
    const client = await RawClient.join(node);
    client.send(encodeNotify(TYPE));
    const ticker = await RawClient.join(node);
    ticker.send(Uint8Array.of(0));
    await until(() => ticker.hasEnded);
    expect(client.hasEnded).toBe(false);
  });
});

describe('a client that announces faster than the links carry', () => {
  it('loses nothing, though it closes long before its bytes are read', async () => {
    // No ticks: the link is never found to be stalled, so the client waits until the peer reads.
    const node = await startNode({ bounds: { tick: 1_000_000 } });
    const peer = await withPeer(node);
    peer.socket.pause();
    const client = await RawClient.join(node);
    const count = 400;
    const data = Buffer.alloc(60_000);
    for (let i = 0; i < count; i++) {
      data.writeUInt32BE(i, 0);
      client.send(encodeAnnounce(0, TYPE, data));
    }
    client.socket.end();
    await until(() => isHeldBack(node));
    await turns(20);
    expect(node.daemon.snapshot().queuedBytes.links).toBeLessThan(2 * 1024 * 1024);
    let bytes = 0;
    peer.socket.on('data', (chunk) => (bytes += chunk.length));
    peer.socket.resume();
    await until(() => bytes >= count * (data.length + 16));
    const order = peer.messages
      .filter((message) => message.kind === 'peer-announce')
      .map((message) => Buffer.from(message.data).readUInt32BE(0));
    expect(order).toEqual(Array.from({ length: count }, (_, i) => i));
    expect(node.daemon.snapshot().traffic.links.messagesDropped).toBe(0);
  });

  it('loses nothing either if it is reset while it waits and notifications wait for it', async () => {
    const node = await startNode({ bounds: { tick: 1_000_000 } });
    const peer = await withPeer(node);
    peer.socket.pause();
    const client = await RawClient.join(node);
    client.send(encodeNotify(TYPE));
    const other = await RawClient.join(node);
    const messagesIn = (): number => node.daemon.snapshot().traffic.clients.messagesIn;
    let sent = 1;
    while (messagesIn() === sent) {
      client.send(encodeAnnounce(0, TYPE, Buffer.alloc(10_000)));
      sent++;
      await turns();
    }
    client.send(encodeAnnounce(0, TYPE, Buffer.from('in the kernel')));
    await turns();
    client.socket.resetAndDestroy();
    await turns();
    // Written to a connection that was reset, it would destroy what has not been read.
    other.send(encodeAnnounce(0, TYPE, Buffer.from('for the client')));
    await turns();
    peer.socket.resume();
    await until(() => announced(peer).includes('in the kernel'));
    await until(() => node.daemon.snapshot().core.sizes.clients.size === 1);
    expect(announced(peer)).toContain('in the kernel');
  });
});

describe('a client that does not read', () => {
  const client = {
    ...DAEMON_BOUNDS.client,
    queueHighBytes: 128 * 1024,
    queueLowBytes: 64 * 1024,
    queueBytesMax: 512 * 1024,
  };

  it('costs no more than its queue, and others get everything', async () => {
    const node = await startNode({ bounds: { tick: 10, client: { ...client, stuckTicks: 1e9 } } });
    const sleeper = await RawClient.join(node);
    sleeper.send(encodeNotify(TYPE));
    sleeper.socket.pause();
    const reader = await RawClient.join(node);
    reader.send(encodeNotify(TYPE));
    let bytes = 0;
    reader.socket.on('data', (chunk) => (bytes += chunk.length));
    await turns();
    const announcer = await RawClient.join(node);
    const data = Buffer.alloc(50_000);
    const count = 600;
    for (let i = 0; i < count; i++) announcer.send(encodeAnnounce(0, TYPE, data));
    await until(() => bytes === count * (data.length + 8));
    expect(node.daemon.snapshot().queuedBytes.clients).toBeLessThanOrEqual(client.queueBytesMax);
    expect(node.lines.filter((line) => line['code'] === 'queue-full')).toHaveLength(1);
  });

  it('is dropped in the end, with a line that says so', async () => {
    const node = await startNode({ bounds: { tick: 10, client } });
    const sleeper = await RawClient.join(node);
    sleeper.send(encodeNotify(TYPE));
    sleeper.socket.pause();
    await turns();
    const announcer = await RawClient.join(node);
    for (let i = 0; i < 300; i++) announcer.send(encodeAnnounce(0, TYPE, Buffer.alloc(50_000)));
    await until(() => node.daemon.snapshot().traffic.clients.stuck === 1);
    expect(node.lines.filter((line) => line['code'] === 'slow-client')).toHaveLength(1);
    expect(node.daemon.snapshot().core.sizes.clients.size).toBe(1);
  });
});

describe('the application interface on a Unix socket', () => {
  async function socketPath(): Promise<string> {
    const folder = await mkdtemp(join(tmpdir(), 'hearsay-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    return join(folder, 'api.sock');
  }

  it('serves clients', async () => {
    const path = await socketPath();
    const node = await startNode({ config: { apiAddress: { kind: 'unix', path } } });
    const [subscriber, announcer] = [await RawClient.join(node), await RawClient.join(node)];
    subscriber.send(encodeNotify(TYPE));
    await turns();
    announcer.send(encodeAnnounce(0, TYPE, Buffer.from('hello')));
    await until(() => subscriber.notifications.length === 1);
    const { messageId, data } = subscriber.notifications[0]!;
    subscriber.send(encodeValidation(messageId, true));
    expect(text(data)).toBe('hello');
  });

  it('can be used by this user only', async () => {
    const path = await socketPath();
    await startNode({ config: { apiAddress: { kind: 'unix', path } } });
    expect(lstatSync(path).mode & 0o777).toBe(0o600);
  });

  it('takes the place of a socket file that nobody listens on', async () => {
    const path = await socketPath();
    await leaveBehind(path);
    const node = await startNode({ config: { apiAddress: { kind: 'unix', path } } });
    expect(await RawClient.join(node)).toBeInstanceOf(RawClient);
  });

  it('is refused where another program listens', async () => {
    const path = await socketPath();
    await startNode({ config: { apiAddress: { kind: 'unix', path } } });
    await expect(startNode({ config: { apiAddress: { kind: 'unix', path } } })).rejects.toThrow(
      `api_address = unix:${path}: another program listens there`,
    );
  });

  it('is refused where a file stands that is no socket, which stays as it is', async () => {
    const path = await socketPath();
    writeFileSync(path, 'precious');
    await expect(startNode({ config: { apiAddress: { kind: 'unix', path } } })).rejects.toThrow(
      'EADDRINUSE',
    );
    expect(lstatSync(path).size).toBe(8);
  });

  it('removes its file at the end', async () => {
    const path = await socketPath();
    const { daemon } = await startNode({ config: { apiAddress: { kind: 'unix', path } } });
    await daemon.close();
    expect(() => lstatSync(path)).toThrow('ENOENT');
  });

  it('names a path that is too long for a socket', async () => {
    const path = join(tmpdir(), 'x'.repeat(120));
    await expect(startNode({ config: { apiAddress: { kind: 'unix', path } } })).rejects.toThrow(
      'the path is too long',
    );
  });
});

/** Puts a socket file at `path` that nobody listens on, like a process that was killed. */
async function leaveBehind(path: string): Promise<void> {
  const temporary = `${path}.old`;
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(temporary, resolve));
  renameSync(temporary, path);
  await new Promise((resolve) => server.close(resolve));
}
