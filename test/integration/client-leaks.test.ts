/** What a client leaves behind when it is over: nothing. */
import { getEventListeners, once } from 'node:events';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { connect, type HearsayClient } from '../../src/client/index.ts';
import { notification, ScriptedNode, turns, type ScriptedSession } from './client-scripted-node.ts';

let node: ScriptedNode;
let before: string[];

beforeEach(async () => {
  await turns();
  before = resources();
  node = await ScriptedNode.listen();
});

afterEach(() => {
  node.close();
});

/** Sockets, timers and the like that are open in this process. */
function resources(): string[] {
  return process.getActiveResourcesInfo().toSorted();
}

/** What is open after the node has gone as well, compared with the time before. */
async function left(): Promise<string[]> {
  node.close();
  await turns();
  return resources();
}

async function pair(
  options?: Parameters<typeof connect>[1],
): Promise<{ client: HearsayClient; session: ScriptedSession }> {
  const client = await connect(node.address, options);
  const session = await node.accept();
  void session.goodbye.then(() => session.end()).catch(() => {});
  return { client, session };
}

describe('a client that is over', () => {
  it('leaves nothing behind when it was closed', async () => {
    const { client } = await pair();
    client.subscribe(1);
    await client.announce(1, 'x');
    await client.close();
    expect(await left()).toEqual(before);
  });

  it('leaves nothing behind when it lost its node', async () => {
    const { client, session } = await pair();
    session.reset();
    await client.closed;
    expect(await left()).toEqual(before);
  });

  it('leaves nothing behind when it was closed while it was dialling', async () => {
    const { client, session } = await pair({ reconnect: { minDelay: 100_000, maxDelay: 100_000 } });
    const retry = once(client, 'retry');
    session.reset();
    await retry;
    await client.close();
    expect(await left()).toEqual(before);
  });

  it('leaves nothing behind of a validator that never settles', async () => {
    const { client, session } = await pair();
    const calls: AbortSignal[] = [];
    const service = client.serve(1, (_received, { signal }) => {
      calls.push(signal);
      return new Promise(() => {});
    });
    session.send(notification(1, 1, 'x'));
    while (calls.length === 0) await turns(1);
    await client.close();
    await service.closed;
    expect([calls[0]!.aborted, await left()]).toEqual([true, before]);
  });

  it('leaves no listener at any signal', async () => {
    const { signal } = new AbortController();
    const { client } = await pair({ signal });
    client.subscribe(1, { signal });
    client.serve(2, () => true, { signal });
    await client.announce(1, 'x', { signal });
    await client.close();
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });

  it('leaves no listener at the signal of an announcement that was never sent', async () => {
    const { signal } = new AbortController();
    const { client, session } = await pair();
    session.socket.pause();
    const large = new Uint8Array(65_519);
    const sent = Array.from({ length: 100 }, () => client.announce(1, large, { signal }));
    const settled = Promise.allSettled(sent);
    session.reset();
    await settled;
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });
});
