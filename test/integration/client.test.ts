import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  connect,
  type HearsayClient,
  type Received,
  type Subscription,
} from '../../src/client/index.ts';
import { notification, ScriptedNode, turns, type ScriptedSession } from './client-scripted-node.ts';

let node: ScriptedNode;
const clients: HearsayClient[] = [];

beforeEach(async () => {
  node = await ScriptedNode.listen();
});

afterEach(async () => {
  node.close();
  await Promise.all(clients.splice(0).map((client) => client.close()));
});

async function pair(
  options?: Parameters<typeof connect>[1],
): Promise<{ client: HearsayClient; session: ScriptedSession }> {
  const client = await connect(node.address, options);
  clients.push(client);
  return { client, session: await node.accept() };
}

async function take(subscription: Subscription, count: number): Promise<string[]> {
  const taken: string[] = [];
  while (taken.length < count) {
    const { value } = await subscription.next();
    if (value === undefined) break;
    taken.push(`${value.messageId} ${value.dataType} ${Buffer.from(value.data).toString()}`);
  }
  return taken;
}

function code(expected: string): unknown {
  return expect.objectContaining({ name: 'ClientError', code: expected });
}

describe('an announcement', () => {
  it('is a 500', async () => {
    const { client, session } = await pair();
    await client.announce(1337, Buffer.from('deadbeef', 'utf8'), { ttl: 4 });
    expect(await session.read(16)).toBe(
      '001001f404000539' + Buffer.from('deadbeef').toString('hex'),
    );
  });

  it('has no limit of hops unless told otherwise, and text travels as UTF-8', async () => {
    const { client, session } = await pair();
    await client.announce(1, 'é');
    expect(await session.read(10)).toBe('000a01f400000001c3a9');
  });

  it('may be empty', async () => {
    const { client, session } = await pair();
    await client.announce(65_535, '', { ttl: 255 });
    expect(await session.read(8)).toBe('000801f4ff00ffff');
  });

  it('holds up to 65,519 bytes', async () => {
    const { client, session } = await pair();
    await client.announce(1, new Uint8Array(65_519));
    expect((await session.read(65_527)).slice(0, 8)).toBe('fff701f4');
  });

  it('carries the data as it was, whatever the caller does with it afterwards', async () => {
    const { client, session } = await pair();
    const data = Uint8Array.of(1, 2);
    const sent = client.announce(1, data);
    data.fill(9);
    await sent;
    expect(await session.read(10)).toBe('000a01f4000000010102');
  });

  it.each<[string, string, (client: HearsayClient) => Promise<void>]>([
    ['data of 65,520 bytes', 'data-too-large', (client) => client.announce(1, 'x'.repeat(65_520))],
    ['a type above 65,535', 'bad-type', (client) => client.announce(65_536, '')],
    ['a negative type', 'bad-type', (client) => client.announce(-1, '')],
    ['a type that is not whole', 'bad-type', (client) => client.announce(1.5, '')],
    ['a TTL above 255', 'bad-ttl', (client) => client.announce(1, '', { ttl: 256 })],
    ['a TTL that is no number', 'bad-ttl', (client) => client.announce(1, '', { ttl: Number.NaN })],
  ])('with %s is refused, and nothing is sent', async (_what, expected, announce) => {
    const { client, session } = await pair();
    await expect(announce(client)).rejects.toEqual(code(expected));
    await Promise.all([client.close(), session.goodbye.then(() => session.end())]);
    expect((await session.goodbye).length).toBe(0);
  });

  it('waits for a node that does not read, and goes on when it does', async () => {
    const { client, session } = await pair();
    session.socket.pause();
    let done = 0;
    const data = new Uint8Array(65_519);
    const sent = Array.from({ length: 500 }, () => client.announce(1, data).then(() => done++));
    await turns(200);
    const doneWhilePaused = done;
    session.socket.removeAllListeners('data').resume();
    await Promise.all(sent);
    expect([doneWhilePaused < 500, done]).toEqual([true, 500]);
  });

  it('is refused when more than allowed wait to be sent', async () => {
    const { client } = await pair({
      bounds: { waitingFramesMax: 2 },
    });
    const sent = [1, 2, 3].map((type) => client.announce(type, ''));
    const results = await Promise.allSettled(sent);
    expect(results[2]).toEqual({ status: 'rejected', reason: code('too-many-pending') });
  });

  it('is refused when more bytes than allowed wait to be sent', async () => {
    const { client } = await pair({
      bounds: { waitingBytesMax: 20 },
    });
    const sent = [1, 2, 3].map((type) => client.announce(type, '12345'));
    const results = await Promise.allSettled(sent);
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected']);
  });

  it.each<[string, string, unknown, unknown]>([
    ['data that is none', 'bad-data', { no: 'data' }, {}],
    ['options that are none', 'bad-option', '', 'ttl=3'],
    ['a signal that is none', 'bad-option', '', { signal: 'stop' }],
    ['an option that there is not', 'bad-option', '', { hops: 3 }],
    ['a TTL that is text', 'bad-ttl', '', { ttl: '3' }],
  ])('with %s is refused', async (_what, expected, data, options) => {
    const { client } = await pair();
    await expect(client.announce(1, data as string, options as object)).rejects.toEqual(
      code(expected),
    );
  });

  it('is not sent if its signal has fired already', async () => {
    const { client, session } = await pair();
    await expect(client.announce(1, 'a', { signal: AbortSignal.abort('no') })).rejects.toBe('no');
    await client.announce(2, 'b');
    expect(await session.read(9)).toBe('000901f40000000262');
  });

  it('arrives even if the client is closed at once', async () => {
    const { client, session } = await pair();
    void client.announce(1, 'ab');
    void client.close();
    const rest = await session.goodbye;
    session.end();
    expect(rest.toString('hex')).toBe('000a01f4000000016162');
  });
});

describe('a subscription', () => {
  it('is a 501', async () => {
    const { client, session } = await pair();
    await client.subscribe(1337).ready;
    expect(await session.read(8)).toBe('000801f500000539');
  });

  it('asks for each of several types once', async () => {
    const { client, session } = await pair();
    await client.subscribe([1, 2, 1]).ready;
    await client.subscribe(2).ready;
    await client.announce(3, '');
    expect(await session.read(24)).toBe('000801f500000001000801f500000002000801f400000003');
  });

  it.each([[[]], [[1, 65_536]], [-1]])('of %j is refused', async (types) => {
    const { client } = await pair();
    expect(() => client.subscribe(types)).toThrow(code('bad-type'));
  });

  it.each<[unknown]>([['all'], [{ autoAccept: 'yes' }], [{ signal: 1 }]])(
    'with the options %j is refused',
    async (options) => {
      const { client } = await pair();
      expect(() => client.subscribe(1, options as object)).toThrow(code('bad-option'));
    },
  );

  it('is not made if its signal has fired already', async () => {
    const { client } = await pair();
    expect(() => client.subscribe(1, { signal: AbortSignal.abort('no') })).toThrow('no');
  });

  it('ends with the reason of its signal', async () => {
    const { client } = await pair();
    const abort = new AbortController();
    const waiting = client.subscribe(1, { signal: abort.signal }).next();
    abort.abort('enough');
    await expect(waiting).rejects.toBe('enough');
  });

  it('hands out what arrives', async () => {
    const { client, session } = await pair();
    const subscription = client.subscribe(1337);
    session.send('0010 01f6 c81f 0539' + Buffer.from('deadbeef').toString('hex'));
    expect(await take(subscription, 1)).toEqual([`${0xc81f} 1337 deadbeef`]);
  });

  it('hands out the same however the bytes arrive', async () => {
    const { client, session } = await pair();
    const subscription = client.subscribe(1);
    const bytes = notification(1, 1, '') + notification(2, 1, 'two') + notification(3, 1, 'three');
    for (const byte of bytes.match(/../g)!) {
      session.send(byte);
      await turns(1);
    }
    session.send(bytes);
    const messages = ['1 1 ', '2 1 two', '3 1 three'];
    expect(await take(subscription, 6)).toEqual([...messages, ...messages]);
  });

  it('gets its own types only', async () => {
    const { client, session } = await pair();
    const odd = client.subscribe([1, 3]);
    const even = client.subscribe(2);
    session.send([1, 2, 3, 4].map((type) => notification(type, type, '')).join(''));
    expect([await take(odd, 2), await take(even, 1)]).toEqual([['1 1 ', '3 3 '], ['2 2 ']]);
  });

  it('shares what arrives with another one of the same type', async () => {
    const { client, session } = await pair();
    const both = [client.subscribe(1), client.subscribe(1)];
    session.send(notification(9, 1, 'x'));
    expect(await Promise.all(both.map((one) => take(one, 1)))).toEqual([['9 1 x'], ['9 1 x']]);
  });

  it('ends when the client is closed', async () => {
    const { client } = await pair();
    const waiting = client.subscribe(1).next();
    void client.close();
    expect(await waiting).toEqual({ done: true, value: undefined });
  });

  it('lets the node wait as well while nobody takes anything, and loses nothing', async () => {
    const { client, session } = await pair();
    const subscription = client.subscribe(1);
    const count = 300;
    const data = 'x'.repeat(60_000);
    // 18 MB: more than the sockets hold, and far more messages than fit before anybody reads.
    for (let id = 1; id <= 2_000 + count; id++) {
      session.send(notification(id, 1, id <= 2_000 ? '' : data));
    }
    await turns(300);
    const waitingAtNode = session.socket.writableLength;
    const taken = await take(subscription, 2_000 + count);
    expect([waitingAtNode > 0, taken.length, taken.at(-1)]).toEqual([
      true,
      2_300,
      `2300 1 ${data}`,
    ]);
  });

  it('that is left does not hold up the others', async () => {
    const { client, session } = await pair();
    const left = client.subscribe(1);
    const other = client.subscribe(2);
    const full = Array.from({ length: 1_024 }, (_, i) => notification(i + 1, 1, '')).join('');
    session.send(full + notification(7, 2, ''));
    await turns();
    await left.return();
    session.send(notification(8, 1, '') + notification(9, 2, ''));
    expect(await take(other, 2)).toEqual(['7 2 ', '9 2 ']);
  });

  it('that is left has the client accept what the node goes on asking', async () => {
    const { client, session } = await pair();
    client.subscribe(1).close();
    await session.read(8);
    session.send(notification(7, 1, 'x'));
    expect(await session.read(8)).toBe('000801f700070001');
  });

  it('that was never made has the client accept nothing', async () => {
    const { client, session } = await pair();
    const subscription = client.subscribe(2);
    await session.read(8);
    session.send(notification(7, 1, 'x') + notification(8, 2, 'y'));
    await take(subscription, 1);
    void client.close();
    expect((await session.goodbye).toString('hex')).toBe('');
    session.end();
  });

  it('answers for nothing more when it is left full and the client closed', async () => {
    const { client, session } = await pair();
    const subscription = client.subscribe(1);
    await session.read(8);
    session.send(Array.from({ length: 1_500 }, (_, i) => notification(i + 1, 1, '')).join(''));
    await turns();
    subscription.close();
    void client.close();
    expect((await session.goodbye).toString('hex')).toBe('');
    session.end();
  });

  it('accepts as it arrives if told so, whether it is taken or not', async () => {
    const { client, session } = await pair();
    client.subscribe(1, { autoAccept: true });
    await session.read(8);
    session.send(notification(7, 1, 'x') + notification(8, 1, 'y'));
    expect(await session.read(16)).toBe('000801f700070001000801f700080001');
  });

  it('does not hold up anything while one of two of a type lags, but only until it is taken', async () => {
    const { client, session } = await pair();
    const [quick, slow] = [client.subscribe(1), client.subscribe(1)];
    session.send(Array.from({ length: 1_500 }, (_, i) => notification(i + 1, 1, '')).join(''));
    const quickly = take(quick!, 1_500);
    await turns();
    const slowly = take(slow!, 1_500);
    expect([(await quickly).length, (await slowly).length]).toEqual([1_500, 1_500]);
  });
});

describe('a verdict', () => {
  async function received(): Promise<{
    session: ScriptedSession;
    item: Received;
  }> {
    const { client, session } = await pair();
    const subscription = client.subscribe(1337);
    await session.read(8);
    session.send(notification(0xc81f, 1337, 'x'));
    const { value } = await subscription.next();
    return { session, item: value! };
  }

  it('is a 503 with V=1 if the data was accepted', async () => {
    const { session, item } = await received();
    item.accept();
    expect(await session.read(8)).toBe('000801f7c81f0001');
  });

  it('is a 503 with V=0 if it was rejected', async () => {
    const { session, item } = await received();
    item.reject();
    expect(await session.read(8)).toBe('000801f7c81f0000');
  });

  it('is nothing at all if the item was ignored', async () => {
    const { session, item } = await received();
    item.ignore();
    void clients.at(-1)!.close();
    expect((await session.goodbye).length).toBe(0);
    session.end();
  });

  it('is given once', async () => {
    const { session, item } = await received();
    item.reject();
    item.accept();
    item.reject();
    void clients.at(-1)!.close();
    const rest = await session.goodbye;
    session.end();
    expect(rest.toString('hex')).toBe('000801f7c81f0000');
  });

  it('goes nowhere once the connection is over, and does no harm', async () => {
    const { session, item } = await received();
    session.reset();
    await clients.at(-1)!.closed;
    expect(item.accept()).toBe(false);
  });

  it('still arrives if the client is closed right after it', async () => {
    const { session, item } = await received();
    item.accept();
    void clients.at(-1)!.close();
    const rest = await session.goodbye;
    session.end();
    expect(rest.toString('hex')).toBe('000801f7c81f0001');
  });
});

describe('a connection that ends', () => {
  it('hands out what came before, and then says that it is lost', async () => {
    const { client, session } = await pair();
    const subscription = client.subscribe(1);
    session.send(notification(1, 1, 'last words'));
    session.end();
    expect(await take(subscription, 1)).toEqual(['1 1 last words']);
    await expect(subscription.next()).rejects.toEqual(code('connection-lost'));
  });

  it.each<[string, (session: ScriptedSession) => void]>([
    ['the node says goodbye', (session) => session.end()],
    ['it breaks', (session) => session.reset()],
  ])('is lost when %s', async (_what, end) => {
    const { client, session } = await pair();
    end(session);
    expect(await client.closed).toEqual(code('connection-lost'));
    await expect(client.announce(1, '')).rejects.toEqual(code('connection-lost'));
    expect(() => client.subscribe(1)).toThrow(code('connection-lost'));
  });

  it('rejects announcements that were not sent yet', async () => {
    const { client, session } = await pair();
    session.socket.pause();
    const data = new Uint8Array(65_519);
    const sent = Array.from({ length: 500 }, () => client.announce(1, data));
    const results = Promise.allSettled(sent);
    await turns();
    session.reset();
    expect((await results).at(-1)).toEqual({ status: 'rejected', reason: code('connection-lost') });
  });

  it.each([
    ['a web server', Buffer.from('HTTP/1.1 400 Bad Request\r\n').toString('hex')],
    ['the peer port of a node', '0008 01fe 0000 0001'],
    ['a message for nodes', '0008 01f5 0000 0001'],
    ['a size that is impossible', '0003 01f6'],
  ])('because %s answered is no API', async (_what, bytes) => {
    const { client, session } = await pair();
    session.send(bytes);
    expect(await client.closed).toEqual(code('not-an-api'));
  });

  it('is closed, without an error, by close()', async () => {
    const { client, session } = await pair();
    void session.goodbye.then(() => session.end());
    await client.close();
    expect(await client.closed).toBeUndefined();
    await expect(client.announce(1, '')).rejects.toEqual(code('closed'));
    expect(() => client.subscribe(1)).toThrow(code('closed'));
  });

  it('still sends what waits if the node says goodbye first', async () => {
    const { client, session } = await pair();
    session.socket.removeAllListeners('data').pause();
    // 20 MB: more than the sockets hold.
    const sent = Array.from({ length: 300 }, () => client.announce(1, new Uint8Array(65_519)));
    void client.close();
    session.end();
    await turns();
    let bytes = 0;
    session.socket.on('data', (chunk) => (bytes += chunk.length)).resume();
    await Promise.all([...sent, session.goodbye]);
    expect(bytes).toBe(300 * 65_527);
  });

  it('may be closed twice', async () => {
    const { client, session } = await pair();
    void session.goodbye.then(() => session.end());
    await expect(Promise.all([client.close(), client.close()])).resolves.toEqual([
      undefined,
      undefined,
    ]);
  });

  it('is cut if the node does not close it as well', async () => {
    const { client } = await pair({ bounds: { closePatience: 10 } });
    await client.close();
    expect(await client.closed).toBeUndefined();
  });

  it('tells that it was cut before all was sent', async () => {
    const { client, session } = await pair({
      bounds: { closePatience: 10 },
    });
    session.socket.pause();
    const data = new Uint8Array(65_519);
    const sent = Array.from({ length: 500 }, () => client.announce(1, data));
    const results = Promise.allSettled(sent);
    await client.close();
    expect(await client.closed).toEqual(code('connection-lost'));
    expect((await results).at(-1)?.status).toBe('rejected');
  });
});

describe('connecting', () => {
  it('works over a unix socket', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'hearsay-'));
    const local = await ScriptedNode.listen(join(folder, 'api'));
    const client = await connect(local.address);
    clients.push(client);
    await client.announce(1, '');
    expect(await (await local.accept()).read(8)).toBe('000801f400000001');
    local.close();
    await rm(folder, { recursive: true });
  });

  it.each(['127.0.0.1:1', 'unix:/nowhere/hearsay.sock'])(
    'is refused where nobody listens: %s',
    async (address) => {
      await expect(connect(address)).rejects.toEqual(code('connection-refused'));
    },
  );

  it.each(['nowhere', { kind: 'tcp', host: '127.0.0.1', port: 65_536 } as const])(
    'is refused for an address that is none: %j',
    async (address) => {
      await expect(connect(address)).rejects.toEqual(code('bad-address'));
    },
  );

  it.each<[string, unknown, unknown]>([
    ['bad-address', 7001, {}],
    ['bad-address', null, {}],
    ['bad-address', { port: 7001 }, {}],
    ['bad-address', { kind: 'tcp' }, {}],
    ['bad-option', undefined, 'quickly'],
    ['bad-option', undefined, { timeout: 0 }],
    ['bad-option', undefined, { timeout: Number.NaN }],
    ['bad-option', undefined, { timeout: '5s' }],
    ['bad-option', undefined, { signal: {} }],
    ['bad-option', undefined, { reconnect: 'yes' }],
    ['bad-option', undefined, { reconnect: [] }],
    ['bad-option', undefined, { timeoutMillis: 5_000 }],
    ['bad-option', undefined, { reconnect: { retries: 3 } }],
    ['bad-option', undefined, { bounds: null }],
    ['bad-option', undefined, { bounds: { queueMax: 1 } }],
    ['bad-option', undefined, { bounds: { queueItemsMax: 'many' } }],
    ['bad-option', undefined, { bounds: { closePatience: -1 } }],
    ['bad-option', undefined, { bounds: { closePatience: undefined } }],
  ])('is refused with %s: %j, %j', async (expected, address, options) => {
    const connecting = connect(address as string, options as object);
    await expect(connecting).rejects.toEqual(code(expected));
  });

  it('fails for a name that does not exist', async () => {
    await expect(connect('hearsay.invalid:7001')).rejects.toEqual(code('connection-failed'));
  });

  it('is given up when the signal fires, with its reason', async () => {
    const reason = new Error('changed my mind');
    await expect(connect(node.address, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  });

  describe('to somebody who does not answer', () => {
    it('is given up in the end', async () => {
      await withSilentListener(async (address) => {
        await expect(connect(address, { timeout: 50 })).rejects.toEqual(code('connection-timeout'));
      });
    });

    it('is given up when the signal fires meanwhile', async () => {
      await withSilentListener(async (address) => {
        const abort = new AbortController();
        const connecting = connect(address, { signal: abort.signal });
        abort.abort();
        await expect(connecting).rejects.toMatchObject({ name: 'AbortError' });
      });
    });
  });
});

/** A listener whose thread is blocked and whose queue of connections is full: the kernel answers no more. */
async function withSilentListener(work: (address: string) => Promise<void>): Promise<void> {
  const worker = new Worker(
    `const { createServer } = require('node:net');
     const { parentPort } = require('node:worker_threads');
     const server = createServer().listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => {
       parentPort.postMessage(server.address().port);
       Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
     });`,
    { eval: true },
  );
  const port = await new Promise<number>((resolve) => worker.once('message', resolve));
  const address = `127.0.0.1:${port}`;
  // A queue of one takes two; what comes after them is left without an answer.
  const fillers = [await connect(address), await connect(address)];
  try {
    await work(address);
  } finally {
    await worker.terminate();
    await Promise.all(fillers.map((client) => client.close()));
  }
}
