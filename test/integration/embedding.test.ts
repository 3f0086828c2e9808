import { once } from 'node:events';
import { createConnection } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { connect } from '../../src/client/connect.ts';
import { verifier } from '../../src/client/signed/verifier.ts';
import type { Validator as ClientValidator } from '../../src/client/validator.ts';
import {
  createNode,
  type HearsayNode,
  type NodeOptions,
  type Validator,
  type Verdict,
} from '../../src/index.ts';
import {
  peerAnnounce,
  ScriptedClient,
  ScriptedPeer,
  startTestNode,
  TEST_DATA_TYPE as TYPE,
  text,
  turns,
  until,
  type TestNode,
  type TestNodeOptions,
} from '../../src/testkit/index.ts';
import { encodePeerMessage } from '../../src/wire/index.ts';

const cleanUp = onTestFinished;

function start(options: TestNodeOptions = {}): Promise<TestNode> {
  return startTestNode({ ...options, cleanUp });
}

/** A node, and a scripted peer on each side of it: what one says comes out at the other, or does not. */
async function between(
  options: TestNodeOptions = {},
): Promise<{ middle: TestNode; left: ScriptedPeer; right: ScriptedPeer }> {
  const middle = await start(options);
  const left = await ScriptedPeer.link(middle.address, { cleanUp });
  const right = await ScriptedPeer.link(middle.address, { cleanUp });
  await middle.node.whenConnected(2);
  return { middle, left, right };
}

/** The texts that came to a peer until one says `last`. */
async function heardUntil(peer: ScriptedPeer, last: string): Promise<string[]> {
  const heard: string[] = [];
  while (heard.at(-1) !== last) heard.push(text((await peer.next('peer-announce')).data));
  return heard;
}

/** Subscribes with a validator that always says the same; resolves when it has been heard once. */
async function answered({ node }: TestNode, verdict: Verdict): Promise<void> {
  await new Promise<void>((resolve) => {
    node.subscribe(TYPE, () => {
      setImmediate(resolve);
      return verdict;
    });
  });
}

describe('nodes in one process', () => {
  it('carry an announcement from one to the subscriber of another', async () => {
    const first = await start();
    const second = await start({ knownPeers: [first.address] });
    const subscription = second.node.subscribe(TYPE);
    await first.node.whenConnected();
    await first.node.announce(TYPE, 'hello');
    const { value: received } = await subscription.next();
    expect(text(received?.data ?? new Uint8Array())).toBe('hello');
  });

  it('carry it along a line, each when its own validator has agreed', async () => {
    const story: string[] = [];
    const validator =
      (name: string): Validator =>
      () => (story.push(name), 'accept');
    const first = await start();
    const second = await start({ knownPeers: [first.address] });
    const third = await start({
      knownPeers: [second.address],
      minConnections: 1,
      degree: 1,
    });
    await Promise.all([second.node.whenConnected(2), first.node.whenConnected()]);
    second.node.subscribe(TYPE, validator('second'));
    third.node.subscribe(TYPE, validator('third'));
    await first.node.announce(TYPE, 'hello');
    await until(() => story.length === 2);
    expect(story).toEqual(['second', 'third']);
  });

  it('listen on ports of their own, and nowhere else', async () => {
    const nodes = await Promise.all([createNode(), createNode(), createNode()]);
    for (const node of nodes) cleanUp(() => node.close());
    expect(new Set(nodes.map(({ address }) => address)).size).toBe(3);
    expect(nodes.map(({ apiAddress }) => apiAddress)).toEqual([undefined, undefined, undefined]);
  });

  it('know their peers', async () => {
    const first = await start();
    const second = await start({ knownPeers: [first.address] });
    await Promise.all([first.node.whenConnected(), second.node.whenConnected()]);
    expect([first.node.peers(), second.node.peers()]).toMatchObject([
      [{ address: second.address, direction: 'inbound' }],
      [{ address: first.address, remote: first.address, direction: 'outbound' }],
    ]);
  });
});

describe('the verdict of a validator', () => {
  it.each([
    ['accept', ['judged', 'last']],
    ['reject', ['last']],
    ['ignore', ['last']],
  ] as const)('%s: peers hear %j', async (verdict, expected) => {
    const { middle, left, right } = await between();
    const judged = answered(middle, verdict);
    left.say(peerAnnounce({ data: 'judged' }));
    await judged;
    left.say(peerAnnounce({ dataType: 1, data: 'last' }));
    expect(await heardUntil(right, 'last')).toEqual(expected);
  });

  it('that comes later holds the message until then', async () => {
    const { middle, left, right } = await between();
    let settle: (verdict: 'accept') => void = () => {};
    middle.node.subscribe(TYPE, () => new Promise((resolve) => (settle = resolve)));
    left.say(peerAnnounce({ data: 'judged' }), peerAnnounce({ dataType: 1, data: 'meanwhile' }));
    expect(await heardUntil(right, 'meanwhile')).toEqual(['meanwhile']);
    settle('accept');
    expect(await heardUntil(right, 'judged')).toEqual(['judged']);
  });

  it('ignore leaves it to the others', async () => {
    const { middle, left, right } = await between();
    middle.node.subscribe(TYPE, () => 'ignore');
    middle.node.subscribe(TYPE, () => 'accept');
    left.say(peerAnnounce({ data: 'judged' }));
    expect(await heardUntil(right, 'judged')).toEqual(['judged']);
  });

  it('counts beside those of programs on the API', async () => {
    const { middle, left, right } = await between();
    middle.node.subscribe(TYPE, () => 'accept');
    const client = await ScriptedClient.connect(middle.apiAddress, { cleanUp });
    client.subscribe(TYPE);
    await until(() => middle.node.stats().traffic.clients.messagesIn === 1);
    left.say(peerAnnounce({ data: 'judged' }));
    client.validate(await client.next(), false);
    left.say(peerAnnounce({ dataType: 1, data: 'last' }));
    expect(await heardUntil(right, 'last')).toEqual(['last']);
  });

  it('is that of nobody once its subscription is closed', async () => {
    const { middle, left, right } = await between();
    middle.node.subscribe(TYPE, () => 'reject').close();
    left.say(peerAnnounce({ data: 'judged' }));
    expect(await heardUntil(right, 'judged')).toEqual(['judged']);
  });
});

describe('a validator', () => {
  it('that throws is told of, and the message goes no further', async () => {
    const { middle, left, right } = await between();
    middle.node.subscribe(TYPE, () => {
      throw new Error('mine');
    });
    left.say(peerAnnounce({ data: 'judged' }), peerAnnounce({ dataType: 1, data: 'last' }));
    const [event] = await once(middle.node, 'validator-failed');
    expect(event).toMatchObject({ dataType: TYPE, error: { message: 'mine' } });
    expect(await heardUntil(right, 'last')).toEqual(['last']);
  });

  it('that throws again and again is counted, with one line in the log', async () => {
    const { middle, left } = await between();
    middle.node.subscribe(TYPE, () => {
      throw new Error('mine');
    });
    for (let i = 0; i < 5; i++) left.say(peerAnnounce());
    await until(() => middle.node.stats().program.validatorFailures === 5);
    await until(() => middle.events.filter(({ kind }) => kind === 'validator-failed').length === 5);
    expect(middle.lines.filter(({ level }) => level === 'warn').length).toBe(1);
  });

  it('that never settles is not waited for longer than the time for it', async () => {
    const { middle, left, right } = await between({ validationTimeoutMillis: 50 });
    middle.node.subscribe(TYPE, () => new Promise(() => {}));
    middle.node.subscribe(TYPE, () => 'accept');
    left.say(peerAnnounce({ data: 'judged' }));
    expect(await heardUntil(right, 'judged')).toEqual(['judged']);
  });

  it('that never settles is not waited for at all after three messages', async () => {
    const { middle, left } = await between({ validationTimeoutMillis: 50 });
    middle.node.subscribe(TYPE, () => new Promise(() => {}));
    for (let i = 0; i < 3; i++) left.say(peerAnnounce());
    const [event] = await once(middle.node, 'subscriber-silent');
    expect(event).toMatchObject({ dataType: TYPE });
  });

  it('that is slower than what comes holds it back, and misses nothing', async () => {
    const { middle, left } = await between();
    const open: ((verdict: 'accept') => void)[] = [];
    let [judged, most] = [0, 0];
    middle.node.subscribe(TYPE, () => new Promise((resolve) => open.push(resolve)));
    const count = 12_000;
    const data = new Uint8Array(100);
    left.send(...Array.from({ length: count }, () => encodePeerMessage(peerAnnounce({ data }))));
    while (judged < count) {
      most = Math.max(most, middle.node.stats().program.backlog.items);
      for (const resolve of open.splice(0, 50)) {
        resolve('accept');
        judged++;
      }
      await turns(1);
    }
    expect(most).toBeGreaterThanOrEqual(4_096);
    expect(most).toBeLessThan(4_096 + 1_024);
    expect(middle.node.stats().events['notification-dropped']).toBe(0);
  });

  it('that has stopped misses what is too much, and holds nobody back', async () => {
    const { middle, left } = await between();
    middle.node.subscribe(TYPE, () => new Promise(() => {}));
    const seen: string[] = [];
    middle.node.subscribe(1, ({ data }) => (seen.push(text(data)), 'accept'));
    const flood = Array.from({ length: 20_000 }, () => encodePeerMessage(peerAnnounce()));
    left.send(...flood);
    left.say(peerAnnounce({ dataType: 1, data: 'behind it' }));
    await until(() => seen.length > 0);
    const { program, events } = middle.node.stats();
    expect(program.backlog.items).toBe(16_384);
    expect(events['notification-dropped']).toBe(20_000 - 16_384);
  });

  it('of the client library serves a node too', () => {
    const shared: ClientValidator = ({ data }, { signal }) => !signal.aborted && data.length > 0;
    // The types say it: these lines compile.
    const validators: Validator[] = [shared, verifier()];
    expect(validators.length).toBe(2);
  });
});

describe('an announcement', () => {
  it('is told to programs on the API', async () => {
    const { node, apiAddress } = await start();
    const client = await ScriptedClient.connect(apiAddress, { cleanUp });
    client.subscribe(TYPE);
    await until(() => node.stats().traffic.clients.messagesIn === 1);
    await node.announce(TYPE, 'to all');
    expect(text((await client.next()).data)).toBe('to all');
  });

  it('is not told to the program that made it, unless it asks for the echo', async () => {
    const { node } = await start();
    const story: string[] = [];
    node.subscribe(TYPE, () => (story.push('silent'), 'accept'));
    node.subscribe(TYPE, () => (story.push('echo'), 'accept'), { echo: true });
    await node.announce(TYPE, 'mine');
    await until(() => story.length > 0);
    expect(story).toEqual(['echo']);
  });

  it('of a program on the API is told to this one', async () => {
    const { node, apiAddress } = await start();
    const subscription = node.subscribe(TYPE);
    const client = await connect(apiAddress);
    cleanUp(() => client.close());
    await client.announce(TYPE, 'from outside');
    const { value: received } = await subscription.next();
    expect(text(received?.data ?? new Uint8Array())).toBe('from outside');
  });

  it('carries its TTL', async () => {
    const { middle, right } = await between();
    await middle.node.announce(TYPE, 'near', { ttl: 7 });
    expect((await right.next('peer-announce')).ttl).toBe(7);
  });

  it('with a receipt says which peers are known to have it', async () => {
    const first = await start();
    const second = await start({ knownPeers: [first.address] });
    await Promise.all([first.node.whenConnected(), second.node.whenConnected()]);
    const announce = () =>
      first.node.announce(TYPE, 'hello', { receipt: true, withinMillis: 60_000 });
    // Until the other node has said that it speaks the extension it is one that never answers.
    await until(() => first.node.stats().traffic.links.messagesIn >= 2);
    expect(await announce()).toEqual({ sentTo: 1, namedTo: 0, known: 1 });
  });

  it('with a receipt is only known to be sent where peers are existing nodes', async () => {
    const { middle } = await between();
    const options = { receipt: true, withinMillis: 0 } as const;
    expect(await middle.node.announce(TYPE, 'hello', options)).toEqual({
      sentTo: 2,
      namedTo: 0,
      known: 0,
    });
  });

  it('with a receipt is refused while there is no link', async () => {
    const { node } = await start();
    const receipt = node.announce(TYPE, 'hello', { receipt: true });
    await expect(receipt).rejects.toMatchObject({ code: 'no-peers' });
  });

  it('without a receipt is taken while there is no link, and says nothing', async () => {
    const { node } = await start();
    expect(await node.announce(TYPE, 'hello')).toBeUndefined();
  });

  it.each([
    [{ receipt: 'yes' }, 'receipt'],
    [{ receipt: true, withinMillis: -1 }, 'withinMillis'],
  ])('with %j is refused', async (options, name) => {
    const { node } = await start();
    // @ts-expect-error -- what plain JavaScript might hand in
    const announcement: Promise<unknown> = node.announce(TYPE, 'hello', options);
    await expect(announcement).rejects.toMatchObject({
      code: 'bad-option',
      message: expect.stringContaining(name) as string,
    });
  });

  it('that was made before the node closes goes out', async () => {
    const { middle, right } = await between();
    void middle.node.announce(TYPE, 'last words');
    await middle.node.close();
    expect(await heardUntil(right, 'last words')).toEqual(['last words']);
  });

  it('waits while a link cannot keep up, and nothing of it is lost', async () => {
    const { node, address } = await start();
    const peer = await ScriptedPeer.link(address, { cleanUp });
    await node.whenConnected();
    peer.socket.pause();
    const data = new Uint8Array(32_768);
    const all: Promise<void>[] = [];
    while (node.stats().program.waiting.items === 0) all.push(node.announce(TYPE, data));
    const count = all.length;
    peer.socket.resume();
    await Promise.all(all);
    for (let i = 0; i < count; i++) await peer.next('peer-announce');
    expect(node.stats().program.waiting).toEqual({ items: 0, bytes: 0 });
  });

  it.each([
    ['bad-type', [70_000, 'x', {}]],
    ['bad-ttl', [TYPE, 'x', { ttl: 256 }]],
    ['bad-data', [TYPE, 7 as unknown as string, {}]],
    ['data-too-large', [TYPE, 'x'.repeat(65_520), {}]],
    ['bad-option', [TYPE, 'x', null as unknown as object]],
    ['bad-option', [TYPE, 'x', { hops: 3 } as object]],
  ] as const)('that cannot be sent is refused: %s', async (code, [type, data, options]) => {
    const { node } = await start();
    await expect(node.announce(type, data, options)).rejects.toMatchObject({
      name: 'NodeError',
      code,
    });
  });
});

describe('subscribing', () => {
  it.each([
    ['bad-type', (node: HearsayNode) => node.subscribe([])],
    ['bad-validator', (node: HearsayNode) => node.subscribe(TYPE, 'x' as unknown as Validator)],
    ['bad-option', (node: HearsayNode) => node.subscribe(TYPE, { echo: 1 as unknown as boolean })],
    ['bad-option', (node: HearsayNode) => node.subscribe(TYPE, { own: true } as object)],
  ])('with something wrong is refused: %s', async (code, subscribe) => {
    const { node } = await start();
    expect(() => subscribe(node)).toThrowError(expect.objectContaining({ code }));
  });

  it('has a maximum, which clients of the API share', async () => {
    const { node } = await start();
    const { max } = node.stats().sizes.clients;
    const open = Array.from({ length: max - 1 }, () => node.subscribe(TYPE));
    expect(() => node.subscribe(TYPE)).toThrowError(
      expect.objectContaining({ code: 'too-many-subscriptions' }),
    );
    open[0]!.close();
    expect(node.subscribe(TYPE).isOpen).toBe(true);
  });

  it('with a signal that has fired throws its reason', async () => {
    const { node } = await start();
    const signal = AbortSignal.abort(new Error('enough'));
    expect(() => node.subscribe(TYPE, { signal })).toThrow('enough');
  });
});

describe('what a node tells', () => {
  it('comes under its own name, and under "event"', async () => {
    const { node, address } = await start();
    const named = once(node, 'link-established');
    const any = once(node, 'event');
    await ScriptedPeer.link(address, { cleanUp, port: 6001 });
    const [[one], [other]] = await Promise.all([named, any]);
    expect([one, other === one]).toMatchObject([
      { kind: 'link-established', direction: 'inbound', openLinks: 1 },
      true,
    ]);
  });

  it('goes to the log that was handed in', async () => {
    const node = await start();
    const peer = await ScriptedPeer.dial(node.address, { cleanUp });
    peer.send(Buffer.from('GET / HTTP/1.1\r\n\r\n'));
    await until(() => node.lines.length > 0);
    expect(node.lines[0]).toMatchObject({ level: 'info', fields: { code: 'unknown-type' } });
  });

  it('may make the program announce and subscribe', async () => {
    const { node, address } = await start();
    node.on('link-established', () => void node.announce(TYPE, 'welcome'));
    const peer = await ScriptedPeer.link(address, { cleanUp });
    expect(text((await peer.next('peer-announce')).data)).toBe('welcome');
  });
});

describe('waiting for links', () => {
  it('ends at once when there are enough', async () => {
    const { node, address } = await start();
    await ScriptedPeer.link(address, { cleanUp });
    await node.whenConnected();
    await node.whenConnected(1);
    expect(node.isConnected).toBe(true);
  });

  it('is refused for more than there can ever be', async () => {
    const { node } = await start({ maxConnections: 4 });
    await expect(node.whenConnected(5)).rejects.toMatchObject({ code: 'bad-option' });
  });

  it('ends when the node is closed', async () => {
    const { node } = await start();
    const waiting = node.whenConnected();
    void node.close();
    await expect(waiting).rejects.toMatchObject({ code: 'closed' });
  });
});

describe('the API of a node', () => {
  it('is off unless asked for', async () => {
    const node = await start({ api: false });
    expect(node.node.apiAddress).toBeUndefined();
  });

  it('may be a unix socket', async () => {
    const { node, apiAddress } = await start({ api: 'unix' });
    const client = await connect(apiAddress);
    cleanUp(() => client.close());
    expect([apiAddress.startsWith('unix:/'), node.stats().sizes.clients.size]).toEqual([true, 2]);
  });
});

describe('a start', () => {
  it.each([
    ['p2pAddress', (address: string): NodeOptions => ({ p2pAddress: address })],
    ['api', (address: string): NodeOptions => ({ api: address })],
  ])('on a %s that is taken fails, says so, and leaves nothing open', async (name, options) => {
    const { address } = await start();
    await expect(createNode(options(address))).rejects.toMatchObject({
      name: 'NodeError',
      code: 'listen',
      message: expect.stringMatching(new RegExp(`^${name} ${address}: another program listens`)),
    });
  });

  it('with a signal that has fired does not happen', async () => {
    const signal = AbortSignal.abort(new Error('never mind'));
    await expect(createNode({ signal })).rejects.toThrow('never mind');
  });

  it('ends with the reason of a signal that fires meanwhile', async () => {
    const controller = new AbortController();
    const starting = createNode({ signal: controller.signal });
    controller.abort(new Error('never mind'));
    await expect(starting).rejects.toThrow('never mind');
  });
});

describe('the end of a node', () => {
  it('frees its port', async () => {
    const { node, address } = await start();
    await node.close();
    const again = await createNode({ p2pAddress: address });
    await again.close();
    expect(again.address).toBe(address);
  });

  it('comes with its signal', async () => {
    const controller = new AbortController();
    const { node, address } = await start({ signal: controller.signal });
    controller.abort();
    await node.closed;
    const socket = createConnection(Number(address.split(':')[1]), '127.0.0.1');
    const [error] = await once(socket, 'error');
    expect(error).toMatchObject({ code: 'ECONNREFUSED' });
  });

  it('comes once, however often it is asked for', async () => {
    const { node } = await start();
    expect(node.close()).toBe(node.close());
    await node.close();
  });

  it('ends iterations', async () => {
    const { node } = await start();
    const next = node.subscribe(TYPE).next();
    void node.close();
    expect((await next).done).toBe(true);
  });

  it('makes everything afterwards fail with one code', async () => {
    const { node } = await start();
    await node.close();
    await expect(node.announce(TYPE, 'x')).rejects.toMatchObject({ code: 'closed' });
    expect(() => node.subscribe(TYPE)).toThrowError(expect.objectContaining({ code: 'closed' }));
    await expect(node.whenConnected()).rejects.toMatchObject({ code: 'closed' });
  });

  it('leaves signals of the process as they were', async () => {
    const signals = ['SIGINT', 'SIGTERM', 'SIGHUP', 'exit', 'uncaughtException'];
    const before = signals.map((name) => process.listenerCount(name));
    const { node } = await start();
    await node.close();
    expect(signals.map((name) => process.listenerCount(name))).toEqual(before);
  });
});
