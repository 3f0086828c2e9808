import { lookup } from 'node:dns/promises';
import { connect } from 'node:net';
import { describe, expect, it } from 'vitest';
import { ConfigError } from '../../src/daemon/config/config.ts';
import { encodeAnnounce, encodeNotify, encodeValidation } from '../../src/wire/api-messages.ts';
import { RawClient, RawPeer, startNode, turns, until, type TestNode } from './support.ts';

const TYPE = 1337;

function openLinks(node: TestNode): number {
  return node.daemon.snapshot().core.sizes.openLinks.size;
}

function tcpApi({ daemon }: TestNode): { host: string; port: number } {
  const { apiAddress } = daemon;
  if (apiAddress?.kind !== 'tcp') throw new Error('not on TCP');
  return { host: apiAddress.host, port: apiAddress.port };
}

async function isRefused(where: { host: string; port: number }): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(where);
    socket.once('connect', () => {
      socket.destroy();
      resolve(false);
    });
    socket.once('error', () => resolve(true));
  });
}

describe('nodes in one process', () => {
  it('carry an announcement from a client of one to a subscriber of the other', async () => {
    const first = await startNode();
    const second = await startNode({ config: { knownPeers: [first.daemon.p2pAddress] } });
    await until(() => openLinks(first) === 1 && openLinks(second) === 1);
    const subscriber = await RawClient.join(second);
    subscriber.send(encodeNotify(TYPE));
    await turns();
    const announcer = await RawClient.join(first);
    announcer.send(encodeAnnounce(4, TYPE, Buffer.from('deadbeef')));
    await until(() => subscriber.notifications.length === 1);
    const { dataType, data } = subscriber.notifications[0]!;
    expect({ dataType, text: Buffer.from(data).toString() }).toEqual({
      dataType: TYPE,
      text: 'deadbeef',
    });
  });

  it('pass it on along a line, each after its own subscriber has agreed', async () => {
    const first = await startNode();
    const second = await startNode({ config: { knownPeers: [first.daemon.p2pAddress] } });
    const third = await startNode({
      config: { knownPeers: [second.daemon.p2pAddress], minConnections: 1, degree: 1 },
    });
    await until(() => openLinks(second) === 2);
    const [middle, end] = [await RawClient.join(second), await RawClient.join(third)];
    middle.send(encodeNotify(TYPE));
    end.send(encodeNotify(TYPE));
    await turns();
    const announcer = await RawClient.join(first);
    announcer.send(encodeAnnounce(0, TYPE, Buffer.from('onward')));
    await until(() => middle.notifications.length === 1);
    middle.send(encodeValidation(middle.notifications[0]!.messageId, true));
    await until(() => end.notifications.length === 1);
    expect(Buffer.from(end.notifications[0]!.data).toString()).toBe('onward');
  });

  it('link up with a proof of work', async () => {
    const config = { proofOfWork: 'connection', powDifficulty: 8 } as const;
    const first = await startNode({ config });
    const knownPeers = [first.daemon.p2pAddress];
    const second = await startNode({ config: { ...config, knownPeers } });
    await until(() => openLinks(first) === 1 && openLinks(second) === 1);
    expect(second.events[0]).toMatchObject({ kind: 'link-established', direction: 'outbound' });
  });

  it('of different settings do not link up, and the log says what is likely the reason', async () => {
    const first = await startNode({ config: { proofOfWork: 'discovery' } });
    const knownPeers = [first.daemon.p2pAddress];
    const second = await startNode({ config: { proofOfWork: 'none', knownPeers } });
    const hints = (): unknown[] =>
      second.lines.filter((line) => String(line['reason']).includes('proof_of_work = "discovery"'));
    await until(() => hints().length > 0);
    expect(hints()[0]).toMatchObject({ level: 30, code: 'wrong-state' });
  });
});

describe('a listen address that cannot be had', () => {
  it('names key, address and remedy if another program has the peer port', async () => {
    const { host, port } = (await startNode()).daemon.p2pAddress;
    const start = startNode({ config: { p2pAddress: { host, port } } });
    await expect(start).rejects.toThrow(
      `p2p_address = 127.0.0.1:${port}: another program listens there (EADDRINUSE)`,
    );
  });

  it('is a configuration error with the code "listen"', async () => {
    const { host, port } = (await startNode()).daemon.p2pAddress;
    const error: unknown = await startNode({ config: { p2pAddress: { host, port } } }).catch(
      (reason: unknown) => reason,
    );
    expect(error).toBeInstanceOf(ConfigError);
    expect(error).toMatchObject({ code: 'listen' });
  });

  it('leaves nothing open if only the second one fails', async () => {
    const node = await startNode();
    const free = (await startNode()).daemon;
    await free.close();
    const { p2pAddress } = free;
    const apiAddress = { kind: 'tcp', ...tcpApi(node) } as const;
    await expect(startNode({ config: { p2pAddress, apiAddress } })).rejects.toThrow('api_address');
    expect(await isRefused(p2pAddress)).toBe(true);
  });

  it('for applications is not looked at where there are to be none', async () => {
    const apiAddress = { kind: 'tcp', ...tcpApi(await startNode()) } as const;
    const node = await startNode({ config: { apiAddress }, hasApi: false });
    expect(node.daemon.apiAddress).toBeUndefined();
  });

  it('is refused if it is not an address of this machine', async () => {
    const p2pAddress = { host: '192.0.2.1', port: 0 };
    await expect(startNode({ config: { p2pAddress } })).rejects.toThrow(
      'p2p_address = 192.0.2.1:0: not an address of this machine (EADDRNOTAVAIL)',
    );
  });

  it('is refused if its name does not resolve in time', async () => {
    const p2pAddress = { host: 'nobody.invalid', port: 0 };
    const start = startNode({ config: { p2pAddress }, bounds: { lookupTime: 200 } });
    await expect(start).rejects.toThrow(
      'p2p_address = nobody.invalid:0: the name does not resolve (ENOTFOUND)',
    );
  });

  it('may be a name that resolves', async () => {
    const { address } = await lookup('localhost');
    const node = await startNode({ config: { p2pAddress: { host: 'localhost', port: 0 } } });
    expect(node.daemon.p2pAddress.host).toBe(address);
  });
});

describe('closing a node', () => {
  it('frees its ports', async () => {
    const node = await startNode();
    await node.daemon.close();
    expect(await isRefused(node.daemon.p2pAddress)).toBe(true);
    expect(await isRefused(tcpApi(node))).toBe(true);
  });

  it('twice is closing it once', async () => {
    const node = await startNode();
    expect(node.daemon.close()).toBe(node.daemon.close());
    await node.daemon.close();
  });

  it('says FIN to peers and clients', async () => {
    const node = await startNode();
    const client = await RawClient.join(node);
    const peer = await RawPeer.link(node);
    const closed = node.daemon.close();
    await until(() => client.hasEnded && peer.hasEnded);
    client.socket.end();
    peer.socket.end();
    await closed;
    expect([client.error, peer.error]).toEqual([undefined, undefined]);
  });

  it('sends what a client announced just before', async () => {
    const node = await startNode();
    const peer = await RawPeer.link(node);
    await until(() => openLinks(node) === 1);
    const client = await RawClient.join(node);
    await new Promise<void>((resolve) => {
      client.socket.write(encodeAnnounce(0, TYPE, Buffer.from('at last')), () => resolve());
    });
    void node.daemon.close();
    await until(() => peer.hasEnded);
    const announced = peer.messages.filter((message) => message.kind === 'peer-announce');
    expect(announced.map(({ data }) => Buffer.from(data).toString())).toEqual(['at last']);
  });

  it('does not wait for peers that do not read', async () => {
    const node = await startNode({
      bounds: { tick: 1_000_000, shutdownFlushTime: 100, shutdownCloseTime: 50 },
    });
    const peer = await RawPeer.link(node);
    peer.socket.pause();
    await until(() => openLinks(node) === 1);
    const client = await RawClient.join(node);
    for (let i = 0; i < 400; i++) client.send(encodeAnnounce(0, TYPE, Buffer.alloc(60_000)));
    await until(() => node.daemon.snapshot().queuedBytes.links > 512 * 1024);
    await node.daemon.close();
    expect(await isRefused(node.daemon.p2pAddress)).toBe(true);
  });

  it('does not wait for a dial that nobody answers', async () => {
    // 192.0.2.0/24 is reserved for documentation: nobody is there.
    const node = await startNode({ config: { knownPeers: [{ host: '192.0.2.1', port: 9 }] } });
    await node.daemon.close();
    expect(await isRefused(node.daemon.p2pAddress)).toBe(true);
  });
});
