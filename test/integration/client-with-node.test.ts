/** The client library with real nodes: what it says to one is heard at another. */
import { once } from 'node:events';
import { describe, expect, it, onTestFinished } from 'vitest';
import { formatApiTarget } from '../../src/client/api-target.ts';
import {
  connect,
  createSigner,
  verifier,
  type ConnectOptions,
  type HearsayClient,
  type Validator,
} from '../../src/client/index.ts';
import { startNode, until, type TestNode } from './support.ts';

const TYPE = 1337;

async function joinNode({ daemon }: TestNode, options?: ConnectOptions): Promise<HearsayClient> {
  const client = await connect(formatApiTarget(daemon.apiAddress!), options);
  onTestFinished(() => client.close());
  return client;
}

/** Nodes in a line: what the first announces comes to the third only through the second. */
async function startLine(): Promise<[TestNode, TestNode, TestNode]> {
  const sizes = { degree: 1, minConnections: 1, maxConnections: 2 };
  const first = await startNode({ config: sizes });
  const second = await startNode({ config: { ...sizes, knownPeers: [first.daemon.p2pAddress] } });
  await openLinks(second, 1);
  const third = await startNode({ config: { ...sizes, knownPeers: [second.daemon.p2pAddress] } });
  await openLinks(second, 2);
  return [first, second, third];
}

async function openLinks({ daemon }: TestNode, count: number): Promise<void> {
  const isOpen = ({ state }: { state: string }): boolean => state === 'open';
  await until(() => daemon.snapshot().core.links.filter(isOpen).length === count);
}

/** Lets a validator judge at a node. */
async function judge(node: TestNode, validator: Validator): Promise<void> {
  const client = await joinNode(node);
  await client.serve(TYPE, validator).ready;
}

/** A function that gives what is heard at a node, one announcement after the other, as text. */
async function listenAt(node: TestNode, options?: ConnectOptions): Promise<() => Promise<string>> {
  const client = await joinNode(node, options);
  const subscription = client.subscribe(TYPE, { autoAccept: true });
  await subscription.ready;
  return async () => {
    const { value } = await subscription.next();
    return Buffer.from(value!.data).toString();
  };
}

describe('an announcement', () => {
  it('is heard by other clients of the node', async () => {
    const node = await startNode();
    const next = await listenAt(node);
    await (await joinNode(node)).announce(TYPE, 'hello');
    expect(await next()).toBe('hello');
  });

  it('is heard at other nodes, if the validators on its way accept it', async () => {
    const [first, second, third] = await startLine();
    await judge(second, ({ data }) => Buffer.from(data).toString() === 'good');
    const next = await listenAt(third);
    const client = await joinNode(first);
    await client.announce(TYPE, 'bad');
    await client.announce(TYPE, 'good');
    expect(await next()).toBe('good');
  });

  it('goes no further than its TTL', async () => {
    const [first, , third] = await startLine();
    const next = await listenAt(third);
    const client = await joinNode(first);
    await client.announce(TYPE, 'near', { ttl: 1 });
    await client.announce(TYPE, 'far', { ttl: 2 });
    expect(await next()).toBe('far');
  });

  it('is not held up by a subscription that has ended', async () => {
    const [first, second, third] = await startLine();
    const left = (await joinNode(second)).subscribe(TYPE);
    await left.ready;
    left.close();
    const next = await listenAt(third);
    await (await joinNode(first)).announce(TYPE, 'hello');
    expect(await next()).toBe('hello');
  });

  it('is stopped by one of two subscriptions of a client that accepts with the other', async () => {
    const [first, second, third] = await startLine();
    const client = await joinNode(second);
    client.subscribe(TYPE, { autoAccept: true });
    await client.serve(TYPE, ({ data }) => data.length > 1).ready;
    const next = await listenAt(third);
    const announcer = await joinNode(first);
    for (const data of ['x', 'long enough']) await announcer.announce(TYPE, data);
    expect(await next()).toBe('long enough');
  });
});

describe('signed data', () => {
  it('is carried untouched, and stopped where a verifier does not like it', async () => {
    const signer = createSigner();
    const [first, second, third] = await startLine();
    await judge(second, verifier({ allowedKeys: [signer.sender] }));
    const heard: string[] = [];
    const client = await joinNode(first);
    await judge(
      third,
      verifier({}, ({ payload }) => heard.push(Buffer.from(payload).toString()) > 0),
    );
    await client.announce(TYPE, 'not signed');
    await client.announce(TYPE, createSigner().sign(TYPE, 'by a stranger'));
    await client.announce(TYPE, signer.sign(TYPE + 1, 'of another type'));
    await client.announce(TYPE, signer.sign(TYPE, 'good'));
    await until(() => heard.length > 0);
    expect(heard).toEqual(['good']);
  });
});

describe('a client with reconnect', () => {
  it('hears from the node that follows at the same address', async () => {
    const node = await startNode();
    const apiAddress = node.daemon.apiAddress!;
    const client = await joinNode(node, { reconnect: { minDelay: 10, maxDelay: 10 } });
    const subscription = client.subscribe(TYPE, { autoAccept: true });
    const reconnected = once(client, 'reconnected');
    await node.daemon.close();
    const following = await startNode({ config: { apiAddress } });
    await reconnected;
    await subscription.ready;
    await (await joinNode(following)).announce(TYPE, 'hello again');
    const { value } = await subscription.next();
    expect(Buffer.from(value!.data).toString()).toBe('hello again');
  });
});
