import { describe, expect, it } from 'vitest';
import type { Judged, Validator } from '../../../../src/daemon/embedding/verdict.ts';
import { bench, delivered, TIMEOUT, TYPE } from './fakes.ts';

const text = (data: Uint8Array): string => new TextDecoder().decode(data);
const ACCEPTED = { kind: 'verdict', client: -1, messageId: 7, valid: true };
const REJECTED = { kind: 'verdict', client: -1, messageId: 7, valid: false };
const ABSTAINED = { kind: 'abstain', client: -1, messageId: 7 };

/** Something with a `then` of its own making. */
function thenable(then: (resolve: (verdict: string) => void) => void): object {
  return new Proxy({}, { get: (_, name) => (name === 'then' ? then : undefined) });
}

/** What the core is told when a validator is asked about one message. */
async function judgedBy(
  validator: (...args: Parameters<Validator>) => unknown,
): Promise<{ answers: unknown[]; failures: unknown[] }> {
  const { subscriptions, notify, given, failures } = bench();
  // Proof of the cast: what a program in plain JavaScript might hand in.
  subscriptions.run([TYPE], validator as Validator, {});
  notify(7);
  await delivered();
  return { answers: given('verdict', 'abstain'), failures };
}

describe('a validator', () => {
  it.each([
    ['accept', ACCEPTED],
    [true, ACCEPTED],
    ['reject', REJECTED],
    [false, REJECTED],
    ['ignore', ABSTAINED],
  ])('that returns %j gives that verdict', async (answer, expected) => {
    expect((await judgedBy(() => answer)).answers).toEqual([expected]);
  });

  it('that returns a promise is waited for', async () => {
    expect((await judgedBy(() => Promise.resolve('reject'))).answers).toEqual([REJECTED]);
  });

  it('that throws ignores the message', async () => {
    const judged = await judgedBy(() => {
      throw new Error('mine');
    });
    expect(judged.answers).toEqual([ABSTAINED]);
  });

  it('that throws is reported with what it threw', async () => {
    const failure = new Error('mine');
    const judged = await judgedBy(() => {
      throw failure;
    });
    expect(judged.failures).toEqual([failure]);
  });

  it('that rejects ignores the message, and is reported', async () => {
    const failure = new Error('mine');
    const judged = await judgedBy(() => Promise.reject(failure));
    expect(judged).toEqual({ answers: [ABSTAINED], failures: [failure] });
  });

  it.each([[undefined], [null], ['yes'], [1], [{}], [Promise.resolve('ok')]])(
    'that returns %j, which is no verdict, ignores the message and is reported',
    async (answer) => {
      const { answers, failures } = await judgedBy(() => answer);
      expect({ answers, codes: failures.map((error) => (error as { code: string }).code) }).toEqual(
        { answers: [ABSTAINED], codes: ['bad-verdict'] },
      );
    },
  );

  it('whose promise answers twice is heard once', async () => {
    const twice = thenable((resolve) => {
      resolve('reject');
      resolve('accept');
    });
    expect((await judgedBy(() => twice)).answers).toEqual([REJECTED]);
  });

  it('whose promise has a broken then ignores the message', async () => {
    const broken = new Proxy(
      {},
      {
        get: (): never => {
          throw new Error('broken');
        },
      },
    );
    expect((await judgedBy(() => broken)).answers).toEqual([ABSTAINED]);
  });

  it('gets data of its own', async () => {
    const { subscriptions, notify } = bench();
    const seen: string[] = [];
    for (let i = 0; i < 2; i++) {
      subscriptions.run(
        [TYPE],
        ({ data }: Judged) => {
          seen.push(text(data));
          data.fill(0);
          return 'accept';
        },
        {},
      );
    }
    const data = new TextEncoder().encode('mine');
    notify(7, data);
    data.fill(0);
    await delivered();
    expect(seen).toEqual(['mine', 'mine']);
  });

  it('is not called in the middle of an input', () => {
    const { subscriptions, notify } = bench();
    let calls = 0;
    subscriptions.run([TYPE], () => (calls++, 'accept'), {});
    notify(7);
    expect(calls).toBe(0);
  });

  it('is not called any more once its subscription is closed', async () => {
    const { subscriptions, notify } = bench();
    let calls = 0;
    const subscription = subscriptions.run([TYPE], () => (calls++, 'accept'), {});
    notify(7);
    subscription.close();
    await delivered();
    expect(calls).toBe(0);
  });

  it('is not heard when it answers too late, when the ID may mean another message', async () => {
    const { subscriptions, notify, given, clock } = bench();
    let settle: (verdict: 'accept') => void = () => {};
    subscriptions.run([TYPE], () => new Promise((resolve) => (settle = resolve)), {});
    notify(7);
    await delivered();
    clock.now = TIMEOUT;
    settle('accept');
    await delivered();
    expect(given('verdict', 'abstain')).toEqual([]);
  });

  it('is told by its signal when the time is up', async () => {
    const { subscriptions, notify, clients, clock } = bench();
    let signal: AbortSignal | undefined;
    subscriptions.run(
      [TYPE],
      (_, context) => {
        signal = context.signal;
        return new Promise(() => {});
      },
      {},
    );
    notify(7);
    await delivered();
    clock.now = TIMEOUT;
    clients.tick();
    expect(signal?.aborted).toBe(true);
  });

  it('that never settles does not use up the backlog for ever', async () => {
    const { subscriptions, notify, clients, clock } = bench();
    subscriptions.run([TYPE], () => new Promise(() => {}), {});
    for (let id = 1; id <= 6; id++) notify(id);
    await delivered();
    const before = subscriptions.backlog.items;
    clock.now = TIMEOUT;
    clients.tick();
    expect([before, subscriptions.backlog.items]).toEqual([6, 0]);
  });

  it('that does not keep up is told to the core as a queue that fills', async () => {
    const { subscriptions, notify, given } = bench();
    subscriptions.run([TYPE], () => new Promise(() => {}), {});
    for (let id = 1; id <= 8; id++) notify(id);
    await delivered();
    expect(given('client-queue').map(({ queue }) => queue.level)).toEqual(['high', 'full']);
  });
});

describe('a handler', () => {
  it('accepts before it looks', async () => {
    const { subscriptions, notify, given } = bench();
    const seen: number[] = [];
    subscriptions.run([TYPE], () => seen.push(given('verdict').length), { autoAccept: true });
    notify(7);
    await delivered();
    expect(seen).toEqual([1]);
  });

  it('may return what it likes', async () => {
    const { subscriptions, notify, given, failures } = bench();
    subscriptions.run([TYPE], () => 'reject', { autoAccept: true });
    notify(7);
    await delivered();
    expect([given('verdict', 'abstain'), failures]).toEqual([[ACCEPTED], []]);
  });

  it.each([
    [
      'throws',
      (): never => {
        throw new Error('mine');
      },
    ],
    ['rejects', (): Promise<never> => Promise.reject(new Error('mine'))],
  ])('that %s has accepted all the same, and is reported', async (_, handler) => {
    const { subscriptions, notify, given, failures } = bench();
    subscriptions.run([TYPE], handler, { autoAccept: true });
    notify(7);
    await delivered();
    expect([given('verdict', 'abstain'), failures.length]).toEqual([[ACCEPTED], 1]);
  });
});

describe('an iteration', () => {
  it('gives what came, in order', async () => {
    const { subscriptions, notify } = bench();
    const iteration = subscriptions.iterate([TYPE], {});
    for (let id = 1; id <= 3; id++) notify(id);
    const ids: number[] = [];
    for await (const { messageId } of iteration) if (ids.push(messageId) === 3) break;
    expect(ids).toEqual([1, 2, 3]);
  });

  it('hands what comes to who waits already', async () => {
    const { subscriptions, notify } = bench();
    const next = subscriptions.iterate([TYPE], {}).next();
    notify(7);
    expect((await next).value?.messageId).toBe(7);
  });

  it.each([
    ['accept', ACCEPTED],
    ['reject', REJECTED],
    ['ignore', ABSTAINED],
  ] as const)('has items that take %s for an answer', async (verdict, expected) => {
    const { subscriptions, notify, given } = bench();
    const next = subscriptions.iterate([TYPE], {}).next();
    notify(7);
    const { value: item } = await next;
    item?.[verdict]();
    expect(given('verdict', 'abstain')).toEqual([expected]);
  });

  it('has items whose first answer counts', async () => {
    const { subscriptions, notify, given } = bench();
    const next = subscriptions.iterate([TYPE], {}).next();
    notify(7);
    const { value: item } = await next;
    const counted = [item?.reject(), item?.accept()];
    expect([counted, given('verdict', 'abstain')]).toEqual([[true, false], [REJECTED]]);
  });

  it('accepts what arrives, taken or not, with autoAccept', async () => {
    const { subscriptions, notify, given } = bench();
    subscriptions.iterate([TYPE], { autoAccept: true });
    notify(7);
    await delivered();
    expect(given('verdict')).toEqual([ACCEPTED]);
  });

  it('counts as backlog until an item is taken, also when its time is up', async () => {
    const { subscriptions, notify, clients, clock } = bench();
    const iteration = subscriptions.iterate([TYPE], {});
    notify(7);
    await delivered();
    clock.now = TIMEOUT;
    clients.tick();
    const before = subscriptions.backlog.items;
    await iteration.next();
    expect([before, subscriptions.backlog.items]).toEqual([1, 0]);
  });

  it('counts as backlog until an item is answered, also when it is taken', async () => {
    const { subscriptions, notify } = bench();
    const iteration = subscriptions.iterate([TYPE], {});
    notify(7);
    const { value: item } = await iteration.next();
    const before = subscriptions.backlog.items;
    item?.accept();
    expect([before, subscriptions.backlog.items]).toEqual([1, 0]);
  });

  it('ends for those who wait when it is closed', async () => {
    const { subscriptions } = bench();
    const iteration = subscriptions.iterate([TYPE], {});
    const next = iteration.next();
    iteration.close();
    expect(await next).toEqual({ done: true, value: undefined });
  });

  it('drops what waits when it is closed', async () => {
    const { subscriptions, notify } = bench();
    const iteration = subscriptions.iterate([TYPE], {});
    notify(7);
    await delivered();
    iteration.close();
    expect((await iteration.next()).done).toBe(true);
  });

  it('closes its subscription when the loop is left', async () => {
    const { subscriptions, notify, given } = bench();
    const iteration = subscriptions.iterate([TYPE], {});
    notify(7);
    for await (const item of iteration) {
      item.accept();
      break;
    }
    expect([given('client-gone').length, iteration.isOpen, subscriptions.size]).toEqual([
      1,
      false,
      0,
    ]);
  });

  it('throws the reason of the signal that ends it', async () => {
    const { subscriptions } = bench();
    const controller = new AbortController();
    const iteration = subscriptions.iterate([TYPE], { signal: controller.signal });
    const next = iteration.next();
    controller.abort(new Error('enough'));
    await expect(next).rejects.toThrow('enough');
  });
});

describe('a subscription', () => {
  it('asks for each of its types as a client of its own', () => {
    const { subscriptions, inputs } = bench();
    subscriptions.iterate([1, 2], {});
    subscriptions.iterate([1], {});
    expect(inputs).toEqual([
      { kind: 'client-joined', client: -1 },
      { kind: 'subscribe', client: -1, dataType: 1 },
      { kind: 'subscribe', client: -1, dataType: 2 },
      { kind: 'client-joined', client: -2 },
      { kind: 'subscribe', client: -2, dataType: 1 },
    ]);
  });

  it('is refused when the core has no room for another client', () => {
    const made = bench();
    const { clients, subscriptions, inputs } = made;
    inputs.push = (...added): number => {
      for (const input of added) {
        if (input.kind === 'client-joined') clients.drop(input.client);
      }
      return 0;
    };
    expect(() => subscriptions.iterate([TYPE], {})).toThrowError(
      expect.objectContaining({ code: 'too-many-subscriptions' }),
    );
  });

  it('ends when its signal fires', () => {
    const { subscriptions, given } = bench();
    const controller = new AbortController();
    const subscription = subscriptions.run([TYPE], () => 'accept', { signal: controller.signal });
    controller.abort();
    expect([given('client-gone').length, subscription.isOpen]).toEqual([1, false]);
  });

  it('ends once, however often it is closed', () => {
    const { subscriptions, given } = bench();
    const subscription = subscriptions.run([TYPE], () => 'accept', {});
    subscription.close();
    subscription.close();
    expect(given('client-gone').length).toBe(1);
  });

  it('ends with the scope that uses it', async () => {
    const { subscriptions, given } = bench();
    await subscriptions.run([TYPE], () => 'accept', {})[Symbol.asyncDispose]();
    subscriptions.run([TYPE], () => 'accept', {})[Symbol.dispose]();
    expect(given('client-gone').length).toBe(2);
  });

  it('leaves out what the program announced itself, and owes no answer for it', async () => {
    const { subscriptions, notify, given } = bench({ isOwn: () => true });
    let calls = 0;
    subscriptions.run([TYPE], () => (calls++, 'accept'), {});
    notify(7);
    await delivered();
    expect([calls, given('verdict')]).toEqual([0, [ACCEPTED]]);
  });

  it('delivers that too if it asks for the echo', async () => {
    const { subscriptions, notify } = bench({ isOwn: () => true });
    let calls = 0;
    subscriptions.run([TYPE], () => (calls++, 'accept'), { echo: true });
    notify(7);
    await delivered();
    expect(calls).toBe(1);
  });

  it('keeps no account of a message whose ID has come again', async () => {
    const { subscriptions, notify, clients, clock } = bench();
    subscriptions.run([TYPE], () => new Promise(() => {}), {});
    notify(7);
    await delivered();
    clock.now = 4 * TIMEOUT;
    notify(7);
    await delivered();
    clock.now = 5 * TIMEOUT;
    clients.tick();
    expect(subscriptions.backlog.items).toBe(0);
  });
});
