/** A client at an address where no node's API is. */
import { once } from 'node:events';
import { createServer as createHttpServer } from 'node:http';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { connect, type HearsayClient } from '../../src/client/index.ts';
import { turns } from './client-scripted-node.ts';
import { startNode } from './support.ts';

function code(expected: string): unknown {
  return expect.objectContaining({ name: 'ClientError', code: expected });
}

async function clientOf(server: Server): Promise<HearsayClient> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const sockets: Socket[] = [];
  server.on('connection', (socket) => sockets.push(socket));
  onTestFinished(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  // Proof of the cast: it listens on TCP.
  return await connect(`127.0.0.1:${(server.address() as AddressInfo).port}`);
}

describe('a web server', () => {
  it('is no API, as soon as it is spoken to', async () => {
    const client = await clientOf(createHttpServer());
    await client.announce(1, 'hello');
    expect(await client.closed).toEqual(code('not-an-api'));
  });

  it('ends a subscription with what it is', async () => {
    const client = await clientOf(createHttpServer());
    await expect(client.subscribe(1).next()).rejects.toEqual(code('not-an-api'));
  });

  it('is named, with what to do about it', async () => {
    const client = await clientOf(createHttpServer());
    client.subscribe(1);
    const error = await client.closed;
    expect(error?.message).toMatch(/127\.0\.0\.1:\d+ is not the API of a node .*api_address/);
  });
});

describe('a server that greets', () => {
  it('is no API from the start', async () => {
    const client = await clientOf(
      createServer((socket) => socket.write('SSH-2.0-OpenSSH_9.2\r\n')),
    );
    expect(await client.closed).toEqual(code('not-an-api'));
  });
});

describe('a server that closes at once', () => {
  it('loses the client, which says what may be wrong', async () => {
    const client = await clientOf(createServer((socket) => socket.end()));
    expect(await client.closed).toMatchObject({
      code: 'connection-lost',
      message: expect.stringMatching('check that this is the api_address of a node') as unknown,
    });
  });
});

describe('a server that says nothing', () => {
  it('looks like a node from which nothing is heard', async () => {
    const client = await clientOf(createServer((socket) => socket.resume()));
    const subscription = client.subscribe(1);
    await subscription.ready;
    await client.announce(1, 'hello');
    const heard = await Promise.race([subscription.next(), turns().then(() => 'nothing')]);
    expect(heard).toBe('nothing');
    await client.close();
    expect(await client.closed).toBeUndefined();
  });

  it('does not keep an announcement waiting beyond its signal', async () => {
    const client = await clientOf(createServer({ pauseOnConnect: true }));
    const { signal } = new AbortController();
    const abort = new AbortController();
    const large = new Uint8Array(65_519);
    const sent = Array.from({ length: 500 }, () =>
      client.announce(1, large, { signal: AbortSignal.any([signal, abort.signal]) }),
    );
    await turns(200);
    abort.abort('enough');
    const results = await Promise.allSettled(sent);
    expect(results.at(-1)).toEqual({ status: 'rejected', reason: 'enough' });
  });
});

describe('the peer port of a node', () => {
  it('closes the connection, and the client says what may be wrong', async () => {
    const { daemon } = await startNode();
    const { host, port } = daemon.p2pAddress;
    const client = await connect(`${host}:${port}`);
    await client.announce(1, 'hello');
    expect(await client.closed).toMatchObject({
      code: 'connection-lost',
      message: expect.stringMatching('check that this is the api_address of a node') as unknown,
    });
  });
});
