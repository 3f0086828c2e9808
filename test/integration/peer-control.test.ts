/** Single peers, as the program sees them that a node is embedded in: over TLS, on loopback. */
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createNode, type HearsayNode, type NodeOptions } from '../../src/index.ts';
import { until } from '../../src/testkit/index.ts';

async function start(options: NodeOptions = {}): Promise<HearsayNode> {
  const node = await createNode({ transport: 'tls', powDifficulty: 1, ...options });
  onTestFinished(() => node.close());
  return node;
}

/** Two nodes with a link between them. */
async function linked(): Promise<{ node: HearsayNode; peer: HearsayNode }> {
  const node = await start();
  const peer = await start({ knownPeers: [node.address] });
  await Promise.all([node.whenConnected(), peer.whenConnected()]);
  return { node, peer };
}

describe('a peer', () => {
  it('is known by its key, and how long a message takes to it and back is measured', async () => {
    const { node, peer } = await linked();
    await until(() => node.peers()[0]?.roundTripMillis !== undefined);
    expect(node.peers()).toMatchObject([
      { identity: peer.identity, standing: { penalty: 0, reasons: [] } },
    ]);
  });

  it('that is banned by its key loses its link, and gets a new one when the ban is taken back', async () => {
    const { node, peer } = await linked();
    const lost = once(node, 'link-lost');
    node.ban({ identity: peer.identity, reason: 'a test' });
    expect(await lost).toMatchObject([{ code: 'banned', identity: peer.identity }]);
    const refused = once(node, 'handshake-failed');
    expect(await refused).toMatchObject([{ code: 'banned', reason: 'a test' }]);
    expect(node.bans()).toMatchObject([{ identity: peer.identity, isOrdered: true }]);
    node.unban({ identity: peer.identity });
    await node.whenConnected();
    expect(node.bans()).toEqual([]);
  });

  it('that is banned stays so when the node is started again', async () => {
    const stateDir = await mkdtemp(join(tmpdir(), 'hearsay-bans-'));
    onTestFinished(() => rm(stateDir, { recursive: true, force: true }));
    const first = await start({ stateDir: join(stateDir, 'state') });
    const peer = await start();
    first.ban({ identity: peer.identity, forMillis: 3_600_000, reason: 'a test' });
    first.ban({ address: '10.1.0.7' });
    await first.close();
    const second = await start({ stateDir: join(stateDir, 'state'), knownPeers: [peer.address] });
    expect(second.bans()).toMatchObject([
      { identity: peer.identity, reason: 'a test', isOrdered: true },
      { host: '10.1.0.7' },
    ]);
    expect(second.bans()[0]!.forMillis).toBeLessThanOrEqual(3_600_000);
    const refused = once(second, 'handshake-failed');
    expect(await refused).toMatchObject([{ code: 'banned', reason: 'a test' }]);
  });

  it('that is disconnected comes back', async () => {
    const { node, peer } = await linked();
    const lost = once(node, 'link-lost');
    expect(node.disconnect({ identity: peer.identity })).toBe(1);
    expect(await lost).toMatchObject([{ code: 'disconnected' }]);
    await node.whenConnected();
  });
});

describe('a node that was closed', () => {
  it('bans nobody any more', async () => {
    const node = await start();
    await node.close();
    expect(() => node.ban({ address: '10.0.0.1' })).toThrow(
      expect.objectContaining({ code: 'closed' }),
    );
  });
});
