/** A client with the option `reconnect`, against a node that comes and goes at one address. */
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { connect, type ConnectOptions, type HearsayClient } from '../../src/client/index.ts';
import { notification, ScriptedNode, turns, type ScriptedSession } from './client-scripted-node.ts';

const QUICK = { minDelay: 1, maxDelay: 2 };

let folder: string;
let path: string;
const nodes: ScriptedNode[] = [];
const clients: HearsayClient[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hearsay-'));
  path = join(folder, 'api');
});

afterEach(async () => {
  for (const node of nodes.splice(0)) node.close();
  await Promise.all(clients.splice(0).map((client) => client.close()));
  await rm(folder, { recursive: true });
});

async function listen(): Promise<ScriptedNode> {
  const node = await ScriptedNode.listen(path);
  nodes.push(node);
  return node;
}

async function joinNode(options: ConnectOptions = {}): Promise<HearsayClient> {
  const client = await connect(`unix:${path}`, { reconnect: QUICK, ...options });
  clients.push(client);
  return client;
}

/** A client, its node, and the node's side of their connection. */
async function pair(
  options?: ConnectOptions,
): Promise<{ client: HearsayClient; node: ScriptedNode; session: ScriptedSession }> {
  const node = await listen();
  const client = await joinNode(options);
  return { client, node, session: await node.accept() };
}

/** The node goes, and the client has noticed. */
async function lose(client: HearsayClient, node: ScriptedNode): Promise<void> {
  const lost = once(client, 'lost');
  node.close();
  await lost;
}

function code(expected: string): unknown {
  return expect.objectContaining({ name: 'ClientError', code: expected });
}

describe('a client that loses its node', () => {
  it('says so, with the reason', async () => {
    const { client, node } = await pair();
    const lost = once(client, 'lost');
    node.close();
    expect([await lost, client.isConnected]).toEqual([[code('connection-lost')], false]);
  });

  it('says before each attempt when it is made, and why', async () => {
    const { client, node } = await pair();
    const retries: unknown[] = [];
    client.on('retry', (retry) => retries.push(retry));
    await lose(client, node);
    while (retries.length < 2) await once(client, 'retry');
    expect(retries.slice(0, 2)).toEqual([
      { attempt: 1, delay: 1, error: code('connection-lost') },
      { attempt: 2, delay: expect.any(Number) as unknown, error: code('connection-refused') },
    ]);
  });

  it('comes back, and says so', async () => {
    const { client, node } = await pair();
    const reconnected = once(client, 'reconnected');
    await lose(client, node);
    await listen();
    expect([await reconnected, client.isConnected]).toEqual([[expect.any(Number)], true]);
  });

  it('asks again for what is subscribed to, and for nothing else', async () => {
    const { client, node } = await pair();
    client.subscribe(1).close();
    client.subscribe([2, 3]);
    client.subscribe(2);
    const reconnected = once(client, 'reconnected');
    await lose(client, node);
    const session = await (await listen()).accept();
    await reconnected;
    void client.close();
    expect((await session.goodbye).toString('hex')).toBe('000801f500000002000801f500000003');
    session.end();
  });

  it('goes on with its subscriptions', async () => {
    const { client, node, session } = await pair();
    const subscription = client.subscribe(1);
    session.send(notification(1, 1, 'before'));
    const before = await subscription.next();
    await lose(client, node);
    const next = await (await listen()).accept();
    next.send(notification(2, 1, 'after'));
    const after = await subscription.next();
    expect([before, after].map(({ value }) => Buffer.from(value!.data).toString())).toEqual([
      'before',
      'after',
    ]);
  });

  it('cannot answer any more what the old connection asked', async () => {
    const { client, node, session } = await pair();
    const subscription = client.subscribe(1);
    session.send(notification(1, 1, 'before'));
    const { value } = await subscription.next();
    await lose(client, node);
    const next = await (await listen()).accept();
    await next.read(8);
    const counted = value!.accept();
    void client.close();
    expect([counted, (await next.goodbye).length]).toEqual([false, 0]);
    next.end();
  });

  it('lets a subscription made meanwhile stand when it is back, not before', async () => {
    const { client, node } = await pair();
    await lose(client, node);
    const subscription = client.subscribe(7);
    const early = await Promise.race([subscription.ready, turns().then(() => 'not ready')]);
    const session = await (await listen()).accept();
    await subscription.ready;
    expect([early, await session.read(8)]).toEqual(['not ready', '000801f500000007']);
  });

  it('announces then what was announced meanwhile, in order, after its subscriptions', async () => {
    const { client, node } = await pair();
    client.subscribe(9);
    await lose(client, node);
    const sent = [client.announce(1, 'a'), client.announce(2, 'b')];
    const session = await (await listen()).accept();
    await Promise.all(sent);
    expect(await session.read(26)).toBe('000801f500000009000901f40000000161000901f40000000262');
  });

  it('does not announce what was withdrawn meanwhile', async () => {
    const { client, node } = await pair();
    await lose(client, node);
    const abort = new AbortController();
    const withdrawn = client.announce(1, 'a', { signal: abort.signal });
    const kept = client.announce(2, 'b');
    abort.abort('changed my mind');
    await expect(withdrawn).rejects.toBe('changed my mind');
    const session = await (await listen()).accept();
    await kept;
    expect(await session.read(9)).toBe('000901f40000000262');
  });

  it('lets no more announcements wait than allowed', async () => {
    const { client, node } = await pair({ bounds: { waitingFramesMax: 2 } });
    await lose(client, node);
    const sent = [1, 2, 3].map((type) => client.announce(type, ''));
    await expect(sent[2]).rejects.toEqual(code('too-many-pending'));
    await listen();
    await Promise.all(sent.slice(0, 2));
  });

  it('does not announce twice what was being written, and says that nobody knows', async () => {
    const { client, node, session } = await pair();
    session.socket.pause();
    const large = new Uint8Array(65_519);
    let written = 0;
    const sent = Array.from({ length: 60 }, () => client.announce(1, large).then(() => written++));
    const settled = Promise.allSettled(sent);
    await turns();
    await lose(client, node);
    const writtenBefore = written;
    const next = await (await listen()).accept();
    const failed = (await settled).filter(({ status }) => status === 'rejected');
    void client.close();
    const bytesAfter = (await next.goodbye).length;
    next.end();
    expect(failed).toEqual([{ status: 'rejected', reason: code('connection-lost') }]);
    expect(bytesAfter).toBe((59 - writtenBefore) * 65_527);
  });
});

describe('a client that does not get its node back', () => {
  it('gives up after as many attempts as it was told', async () => {
    const { client, node } = await pair({ reconnect: { ...QUICK, attempts: 3 } });
    const retries: number[] = [];
    client.on('retry', ({ attempt }) => retries.push(attempt));
    const waiting = client.subscribe(1).next();
    node.close();
    await expect(waiting).rejects.toEqual(code('connection-refused'));
    expect([await client.closed, retries]).toEqual([code('connection-refused'), [1, 2, 3]]);
  });

  it('fails what waits to be announced', async () => {
    const { client, node } = await pair({ reconnect: { ...QUICK, attempts: 3 } });
    await lose(client, node);
    await expect(client.announce(1, '')).rejects.toEqual(code('connection-refused'));
  });

  it('can be closed meanwhile', async () => {
    const { client, node } = await pair({ reconnect: true });
    await lose(client, node);
    const waiting = client.subscribe(1).next();
    await client.close();
    expect([await client.closed, await waiting]).toEqual([
      undefined,
      { done: true, value: undefined },
    ]);
  });

  it('says when closed that announcements were still waiting', async () => {
    const { client, node } = await pair({ reconnect: true });
    await lose(client, node);
    const sending = client.announce(1, '');
    const failing = expect(sending).rejects.toEqual(code('connection-lost'));
    await client.close();
    expect(await client.closed).toEqual(code('connection-lost'));
    await failing;
    await expect(client.announce(1, '')).rejects.toEqual(code('closed'));
  });

  it('may be closed by whoever is told of the loss', async () => {
    const { client, node } = await pair();
    client.on('lost', () => void client.close());
    node.close();
    expect(await client.closed).toBeUndefined();
  });

  it('does not come back to something that is no node', async () => {
    const { client, session } = await pair();
    session.send(Buffer.from('HTTP/1.1 400 Bad Request\r\n').toString('hex'));
    expect(await client.closed).toEqual(code('not-an-api'));
  });

  it('waits longer and longer for one that accepts and closes at once', async () => {
    const node = await listen();
    const client = await joinNode({ reconnect: { minDelay: 1, maxDelay: 60_000, attempts: 4 } });
    const retries: number[] = [];
    client.on('retry', ({ attempt }) => retries.push(attempt));
    for (let i = 0; i < 5; i++) (await node.accept()).end();
    expect([await client.closed, retries]).toEqual([code('connection-lost'), [1, 2, 3, 4]]);
  });
});

describe('connecting to a node that is not there yet', () => {
  it('fails at once, also with reconnect', async () => {
    await expect(joinNode()).rejects.toEqual(code('connection-refused'));
  });

  it('waits for it if told to', async () => {
    const joining = joinNode({ reconnect: { ...QUICK, fromStart: true } });
    await turns();
    const node = await listen();
    const client = await joining;
    await client.announce(1, '');
    expect(await (await node.accept()).read(8)).toBe('000801f400000001');
  });

  it('is given up after as many attempts as it was told', async () => {
    const joining = joinNode({ reconnect: { ...QUICK, fromStart: true, attempts: 2 } });
    await expect(joining).rejects.toEqual(code('connection-refused'));
  });

  it('is given up when the signal fires, with its reason', async () => {
    const abort = new AbortController();
    const reconnect = { minDelay: 60_000, maxDelay: 60_000, fromStart: true };
    const joining = joinNode({ reconnect, signal: abort.signal });
    await turns();
    abort.abort('enough');
    await expect(joining).rejects.toBe('enough');
  });
});
