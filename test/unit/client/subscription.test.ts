import { describe, expect, it } from 'vitest';
import { ClientError } from '../../../src/client/client-error.ts';
import { SubscriptionQueue, type Received } from '../../../src/client/subscription.ts';

function item(messageId: number): Received {
  return { dataType: 1, messageId, data: new Uint8Array(0), accept() {}, reject() {} };
}

function queueWith(count: number): { queue: SubscriptionQueue; calls: string[] } {
  const calls: string[] = [];
  const queue = new SubscriptionQueue([1], Promise.resolve(), {
    onRoom: () => calls.push('room'),
    onLeft: () => calls.push('left'),
  });
  for (let id = 1; id <= count; id++) queue.deliver(item(id));
  return { queue, calls };
}

const LOST = new ClientError('connection-lost', 'lost');

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
    queue.deliver(item(1));
    queue.deliver(item(2));
    const results = await Promise.all(waiting);
    expect(results.map(({ value }) => value?.messageId)).toEqual([1, 2]);
  });

  it('is full at 1,024 items', () => {
    expect([queueWith(1_023).queue.isFull, queueWith(1_024).queue.isFull]).toEqual([false, true]);
  });

  it('says that there is room when the first item of a full queue is taken, and only then', async () => {
    const { queue, calls } = queueWith(1_024);
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

  it('does not tell of a loss to whoever has left the loop', async () => {
    const { queue } = queueWith(1);
    queue.finish(LOST);
    await queue.return();
    expect(await queue.next()).toEqual({ done: true, value: undefined });
  });

  it('does not make a failed request an unhandled rejection', async () => {
    const unhandled: unknown[] = [];
    const note = (reason: unknown): void => void unhandled.push(reason);
    process.on('unhandledRejection', note);
    new SubscriptionQueue([1], Promise.reject(LOST), { onRoom() {}, onLeft() {} }).finish(LOST);
    await new Promise((resolve) => setImmediate(resolve));
    process.off('unhandledRejection', note);
    expect(unhandled).toEqual([]);
  });
});
