import { getEventListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import { AbortListeners } from '../../../src/client/abort-listeners.ts';
import { ClientError } from '../../../src/client/client-error.ts';
import { SubscriptionQueue } from '../../../src/client/subscription.ts';
import { receivedItem, turn } from './fakes.ts';

const BOUNDS = { queueItemsMax: 4, queueBytesMax: 100 };
const LOST = new ClientError('connection-lost', 'lost');

function queueWith(
  count: number,
  { signal, size = 0 }: { signal?: AbortSignal; size?: number } = {},
): { queue: SubscriptionQueue; calls: string[] } {
  const calls: string[] = [];
  const owner = { onRoom: () => calls.push('room'), onLeft: () => calls.push('left') };
  const signals = new AbortListeners();
  const queue = new SubscriptionQueue([1, 2], BOUNDS, owner, { signal, signals });
  for (let id = 1; id <= count; id++) queue.deliver(receivedItem(id, new Uint8Array(size)).item);
  return { queue, calls };
}

describe('a subscription', () => {
  it('hands out items in the order in which they came', async () => {
    const { queue } = queueWith(2);
    const first = await queue.next();
    const second = await queue.next();
    expect([first.value?.messageId, second.value?.messageId]).toEqual([1, 2]);
  });

  it('hands an item to the one who waits longest', async () => {
    const { queue } = queueWith(0);
    const waiting = [queue.next(), queue.next()];
    queue.deliver(receivedItem(1).item);
    queue.deliver(receivedItem(2).item);
    const results = await Promise.all(waiting);
    expect(results.map(({ value }) => value?.messageId)).toEqual([1, 2]);
  });

  it('is full at as many items as allowed', () => {
    expect([queueWith(3).queue.isFull, queueWith(4).queue.isFull]).toEqual([false, true]);
  });

  it('is full at as many bytes as allowed', () => {
    const isFull = (size: number): boolean => queueWith(2, { size }).queue.isFull;
    expect([isFull(49), isFull(50)]).toEqual([false, true]);
  });

  it('says that there is room when half of a full queue was taken, and only then', async () => {
    const { queue, calls } = queueWith(4);
    await queue.next();
    expect(calls).toEqual([]);
    await queue.next();
    await queue.next();
    expect(calls).toEqual(['room']);
  });

  it('hands out what came before the connection was lost, then says so once', async () => {
    const { queue } = queueWith(1);
    queue.finish(LOST);
    const first = await queue.next();
    const second = await queue.next().catch((error: unknown) => error);
    const third = await queue.next();
    expect([first.value?.messageId, second, third.done]).toEqual([1, LOST, true]);
  });

  it('tells of the loss to the first who waits, and ends for the others', async () => {
    const { queue } = queueWith(0);
    const waiting = [queue.next(), queue.next()];
    queue.finish(LOST);
    const results = await Promise.allSettled(waiting);
    expect(results).toEqual([
      { status: 'rejected', reason: LOST },
      { status: 'fulfilled', value: { done: true, value: undefined } },
    ]);
  });

  it('ends at once when the client is closed, whatever was waiting', async () => {
    const { queue } = queueWith(3);
    queue.finish(undefined);
    expect(await queue.next()).toEqual({ done: true, value: undefined });
  });

  it('is over for whoever has left the loop', async () => {
    const { queue, calls } = queueWith(3);
    for await (const received of queue) if (received.messageId === 1) break;
    expect([await queue.next(), calls]).toEqual([{ done: true, value: undefined }, ['left']]);
  });

  it('is over for whoever waits when it is closed', async () => {
    const { queue } = queueWith(0);
    const waiting = queue.next();
    queue.close();
    expect(await waiting).toEqual({ done: true, value: undefined });
  });

  it('does not tell of a loss to whoever has left the loop', async () => {
    const { queue } = queueWith(1);
    queue.finish(LOST);
    await queue.return();
    expect(await queue.next()).toEqual({ done: true, value: undefined });
  });

  it('abstains from what nobody took', () => {
    const { queue } = queueWith(0);
    const { item } = receivedItem(1);
    queue.deliver(item);
    queue.close();
    expect(item.accept()).toBe(false);
  });

  it('leaves what was taken to be answered also after the end', async () => {
    const { queue } = queueWith(1);
    const { value } = await queue.next();
    queue.close();
    expect(value?.accept()).toBe(true);
  });

  it('can be disposed of', async () => {
    const { queue } = queueWith(1);
    await queue[Symbol.asyncDispose]();
    expect(await queue.next()).toEqual({ done: true, value: undefined });
  });
});

describe('the signal of a subscription', () => {
  it('ends it with its reason, dropping what waits', async () => {
    const abort = new AbortController();
    const { queue, calls } = queueWith(1, { signal: abort.signal });
    abort.abort('enough');
    await expect(queue.next()).rejects.toBe('enough');
    expect(calls).toEqual(['left']);
  });

  it.each<[string, (queue: SubscriptionQueue) => void]>([
    ['closed', (queue) => queue.close()],
    ['lost', (queue) => queue.finish(LOST)],
  ])('is left alone when the subscription is %s', (_how, end) => {
    const { signal } = new AbortController();
    const { queue } = queueWith(0, { signal });
    end(queue);
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });
});

describe('a subscription that is not ready', () => {
  async function readiness(queue: SubscriptionQueue): Promise<unknown> {
    const ready = queue.ready.then(
      () => 'ready',
      (error: unknown) => error,
    );
    return await Promise.race([ready, turn().then(() => 'pending')]);
  }

  it('becomes so when the last of its types stands', async () => {
    const { queue } = queueWith(0);
    queue.stands(2);
    const before = await readiness(queue);
    queue.stands(1);
    expect([before, await readiness(queue)]).toEqual(['pending', 'ready']);
  });

  it('says that it never will when it is lost', async () => {
    const { queue } = queueWith(0);
    queue.finish(LOST);
    expect(await readiness(queue)).toBe(LOST);
  });

  it('says that it never will when it is closed', async () => {
    const { queue } = queueWith(0);
    queue.close();
    expect(await readiness(queue)).toMatchObject({ code: 'closed' });
  });

  it('makes no unhandled rejection of it', async () => {
    const unhandled: unknown[] = [];
    const note = (reason: unknown): void => void unhandled.push(reason);
    process.on('unhandledRejection', note);
    queueWith(0).queue.finish(LOST);
    await turn();
    process.off('unhandledRejection', note);
    expect(unhandled).toEqual([]);
  });
});
