/**
 * Hard times for a whole process, from the outside: stopped for a while, hardly any memory, hardly any file
 * descriptors, and attackers at both doors. docs/security.md lists the cases.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { describe, expect, it, onTestFinished } from 'vitest';
import { ScriptedClient } from '../../src/testkit/scripted-client.ts';
import { ScriptedPeer } from '../../src/testkit/scripted-peer.ts';
import { until } from '../../src/testkit/waiting.ts';
import { parseAddress } from '../../src/wire/address.ts';
import { encodePeerMessage, type PeerMessage } from '../../src/wire/peer-messages.ts';
import { MAIN_JS } from './cli-process.ts';
import { dialTls, stranger } from './tls-support.ts';

const TYPE = 1337;
/** Subscribed to by nobody but who helps {@link subscriberOf}. */
const OTHER_TYPE = 1338;
const CLEAN = { cleanUp: onTestFinished } as const;
const ADDRESSES = ['--p2p-address', '127.0.0.1:0', '--api-address', '127.0.0.1:0'];

const TRANSPORTS = ['plain', 'tls'] as const;
type Kind = (typeof TRANSPORTS)[number];

interface NodeProcess {
  readonly child: ChildProcess;
  readonly transport: Kind;
  readonly p2p: string;
  readonly api: string;
}

/**
 * `prefix` stands before the interpreter: shell words, such as `ulimit -n 64;`. It remembers nothing of an earlier
 * run, which has seen the same messages.
 */
async function startNode(
  transport: Kind,
  options: { readonly prefix?: string; readonly nodeFlags?: string; readonly words?: string } = {},
): Promise<NodeProcess> {
  const { prefix = '', nodeFlags = '', words = '' } = options;
  const command = `${prefix} exec "$0" ${nodeFlags} "$@" --transport ${transport} --proof-of-work none ${words}`;
  const stateDir = mkdtempSync(join(tmpdir(), 'hearsay-attacked-'));
  const flags = [...ADDRESSES, '--state-dir', join(stateDir, 'state')];
  const child = spawn('sh', ['-c', command, process.execPath, MAIN_JS, 'run', ...flags], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  onTestFinished(() => {
    child.kill('SIGKILL');
    rmSync(stateDir, { recursive: true, force: true });
  });
  for await (const line of createInterface({ input: child.stderr! })) {
    const { p2pAddress: p2p, apiAddress: api } = JSON.parse(line) as Record<string, string>;
    if (p2p === undefined || api === undefined) continue;
    child.stderr!.resume();
    return { child, transport, p2p, api };
  }
  throw new Error('the node has ended');
}

/** A connection to the node, with TLS on it where it is spoken; it may be over already. */
async function dial({ transport, p2p }: NodeProcess): Promise<ScriptedPeer> {
  if (transport === 'plain') return ScriptedPeer.dial(p2p, CLEAN);
  const daemon = { p2pAddress: parseAddress(p2p)! };
  return new ScriptedPeer(await dialTls({ daemon }, stranger().options), CLEAN);
}

async function link(node: NodeProcess): Promise<ScriptedPeer> {
  const peer = await dial(node);
  await peer.handshakeAsInitiator();
  return peer;
}

function announcement(low: number, data: string | Uint8Array, ttl = 0): PeerMessage {
  const id = { high: 0, low };
  return { kind: 'peer-announce', id, ttl, dataType: TYPE, data: Buffer.from(data) };
}

/**
 * A subscriber that the node knows of, and that owes no verdict: what it announces behind its subscription has
 * come to somebody else. (One that leaves three notifications unanswered is not waited for any more.)
 */
async function subscriberOf({ api }: NodeProcess): Promise<ScriptedClient> {
  const [client, other] = [
    await ScriptedClient.connect(api, CLEAN),
    await ScriptedClient.connect(api, CLEAN),
  ];
  other.subscribe(OTHER_TYPE);
  client.subscribe(TYPE);
  while (other.received.length === 0) {
    client.announce(OTHER_TYPE, 'are you there?');
    await new Promise(setImmediate);
  }
  await other.close();
  return client;
}

/** Fails unless the node still carries something from a client to a peer. */
async function expectService({ api }: NodeProcess, peer: ScriptedPeer): Promise<void> {
  const client = await ScriptedClient.connect(api, CLEAN);
  client.announce(TYPE, 'still here');
  const texts = (): string[] =>
    peer.received.flatMap((message) =>
      message.kind === 'peer-announce' ? [Buffer.from(message.data).toString()] : [],
    );
  await until(() => texts().includes('still here') || peer.isClosed);
  expect(texts()).toContain('still here');
}

describe.each(TRANSPORTS)(
  'a process of %s that is stopped for longer than its time-outs (SIGSTOP)',
  (transport) => {
    it('goes on afterwards with all its links and clients, and what came meanwhile counts', async () => {
      // Shorter than it is stopped for, and long enough for a busy machine to stop it in time.
      const node = await startNode(transport, { words: '--validation-timeout 8' });
      const subscriber = await subscriberOf(node);
      const from = await link(node);
      const to = await link(node);
      from.say(announcement(1, 'judged while it was stopped'));
      await until(() => subscriber.received.length > 0);
      node.child.kill('SIGSTOP');
      subscriber.validate(subscriber.received[0]!, true);
      const late = link(node);
      // Longer than both time-outs; a stranger has 5 s for his first message.
      await new Promise((resolve) => setTimeout(resolve, 9_000));
      node.child.kill('SIGCONT');
      await to.next('peer-announce');
      await late;
      expect([from, to, subscriber].some(({ hasEnded }) => hasEnded)).toBe(false);
      await expectService(node, to);
    });
  },
);

describe.each(TRANSPORTS)('a process of %s with a heap of 128 MB', (transport) => {
  it('survives floods at both doors: unanswered, unread, and asked for addresses', async () => {
    const node = await startNode(transport, { nodeFlags: '--max-old-space-size=128' });
    await subscriberOf(node);
    const witness = await link(node);
    const sleeper = await link(node);
    sleeper.socket.pause();
    const deaf = await ScriptedClient.connect(node.api, CLEAN);
    deaf.subscribe(TYPE);
    deaf.socket.pause();
    const flooder = await link(node);
    for (let i = 0; i < 24; i++) {
      const large = Array.from({ length: 50 }, (_, j) =>
        encodePeerMessage(announcement(i * 1_000 + j, Buffer.alloc(60_000, i))),
      );
      const small = Array.from({ length: 5_000 }, (_, j) =>
        encodePeerMessage(announcement(1_000_000 + i * 5_000 + j, 'small', 1)),
      );
      const asked = Buffer.from('000401f9'.repeat(1_000), 'hex');
      await written(flooder, Buffer.concat([...large, ...small, asked]));
    }
    await expectService(node, witness);
    expect(node.child.exitCode).toBe(null);
  });
});

describe.each(TRANSPORTS)('a process of %s with few file descriptors', (transport) => {
  it('stays up when strangers take all of them, and lets others in when they have gone', async () => {
    const node = await startNode(transport, { prefix: 'ulimit -n 90;' });
    const crowd = await Promise.all(
      Array.from({ length: 100 }, () => ScriptedClient.connect(node.api, CLEAN)),
    );
    await until(() => crowd.some(({ hasEnded, isClosed }) => hasEnded || isClosed));
    await Promise.all(crowd.map((each) => each.close()));
    const peer = await linkWhenPossible(node);
    await expectService(node, peer);
  });
});

function written(peer: ScriptedPeer, bytes: Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    peer.socket.write(bytes, (error) => (error ? reject(error) : resolve()));
  });
}

/** Tries until the node has noticed that the crowd is gone. */
async function linkWhenPossible(node: NodeProcess): Promise<ScriptedPeer> {
  for (;;) {
    const peer = await dial(node);
    peer.say({ kind: 'peer-info', port: 0 });
    await until(() => peer.received.length > 0 || peer.hasEnded || peer.isClosed);
    if (peer.received.length > 0) return peer;
  }
}
