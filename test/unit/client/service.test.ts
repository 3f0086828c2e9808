import { afterEach, describe, expect, it, vi } from 'vitest';
import { AbortListeners } from '../../../src/client/abort-listeners.ts';
import { ClientError } from '../../../src/client/client-error.ts';
import { ValidationService } from '../../../src/client/service.ts';
import { SubscriptionQueue } from '../../../src/client/subscription.ts';
import {
  readServeSettings,
  type ServeOptions,
  type Validator,
  type ValidatorAnswer,
} from '../../../src/client/validator.ts';
import { receivedItem } from './fakes.ts';

const ACCEPT = '000801f700010001';
const REJECT = '000801f700010000';

interface Setup {
  readonly queue: SubscriptionQueue;
  readonly service: ValidationService;
  readonly errors: unknown[];
  /** Delivers a notification, and gives what the node hears of it. */
  ask(messageId?: number): string[];
}

function serviceWith(validator: Validator, options: ServeOptions = {}): Setup {
  const errors: unknown[] = [];
  const onError = (error: unknown): void => void errors.push(error);
  const bounds = { queueItemsMax: 1_000, queueBytesMax: 1_000 };
  const signals = new AbortListeners();
  const queue = new SubscriptionQueue([1], bounds, { onRoom() {}, onLeft() {} }, { signals });
  const service = new ValidationService(
    queue,
    readServeSettings(validator, { onError, ...options }),
  );
  const ask = (messageId = 1): string[] => {
    const { item, sent } = receivedItem(messageId);
    queue.deliver(item);
    return sent;
  };
  return { queue, service, errors, ask };
}

/** Promises are settled when this resolves. Works under fake timers as well. */
async function settled(): Promise<void> {
  for (let i = 0; i < 50; i++) await Promise.resolve();
}

/** A validator whose calls the test answers. */
function slowValidator(): { validator: Validator; calls: ((answer: ValidatorAnswer) => void)[] } {
  const calls: ((answer: ValidatorAnswer) => void)[] = [];
  return { validator: () => new Promise((resolve) => calls.push(resolve)), calls };
}

afterEach(() => {
  vi.useRealTimers();
});

describe('a service', () => {
  it.each<[ValidatorAnswer, string[]]>([
    ['accept', [ACCEPT]],
    [true, [ACCEPT]],
    ['reject', [REJECT]],
    [false, [REJECT]],
    ['ignore', []],
  ])('whose validator says %j sends %j', async (answer, expected) => {
    const { ask } = serviceWith(() => answer);
    const sent = ask();
    await settled();
    expect(sent).toEqual(expected);
  });

  it('waits for a promise of a verdict', async () => {
    const { validator, calls } = slowValidator();
    const { ask } = serviceWith(validator);
    const sent = ask();
    await settled();
    expect(sent).toEqual([]);
    calls[0]!('accept');
    await settled();
    expect(sent).toEqual([ACCEPT]);
  });

  it('answers in the order in which verdicts come, not messages', async () => {
    const { validator, calls } = slowValidator();
    const { ask } = serviceWith(validator);
    const sent = [ask(), ask()];
    await settled();
    calls[1]!(true);
    await settled();
    expect(sent).toEqual([[], [ACCEPT]]);
  });

  it('shows the validator the data', async () => {
    const seen: unknown[] = [];
    const { queue } = serviceWith(({ dataType, messageId, data }) => {
      seen.push(dataType, messageId, [...data]);
      return true;
    });
    queue.deliver(receivedItem(9, Uint8Array.of(1, 2)).item);
    await settled();
    expect(seen).toEqual([1, 9, [1, 2]]);
  });

  it('counts what it has said', async () => {
    const answers: ValidatorAnswer[] = [true, true, false, 'ignore'];
    const { ask, service } = serviceWith(() => answers.shift() ?? Promise.reject(new Error('x')));
    for (let i = 0; i < 5; i++) ask();
    await settled();
    expect(service.counts).toEqual({ accepted: 2, rejected: 1, ignored: 2, failed: 1 });
  });

  it('never has more calls under way than allowed', async () => {
    const { validator, calls } = slowValidator();
    const { ask } = serviceWith(validator, { concurrency: 2 });
    for (let i = 0; i < 5; i++) ask();
    await settled();
    const atFirst = calls.length;
    calls[0]!(true);
    await settled();
    expect([atFirst, calls.length]).toEqual([2, 3]);
  });
});

describe('a validator that fails', () => {
  const BROKEN = new Error('broken');

  it.each<[string, Validator]>([
    [
      'throws',
      () => {
        throw BROKEN;
      },
    ],
    ['rejects', () => Promise.reject(BROKEN)],
  ])('because it %s ignores the message and is reported', async (_how, validator) => {
    const { ask, errors } = serviceWith(validator);
    const sent = ask();
    await settled();
    expect([sent, errors]).toEqual([[], [BROKEN]]);
  });

  it.each([undefined, null, 1, 'yes', Promise.resolve(undefined)])(
    'because it returns %s ignores the message and is reported',
    async (answer) => {
      const { ask, errors } = serviceWith(() => answer as unknown as ValidatorAnswer);
      const sent = ask();
      await settled();
      expect([sent, errors]).toEqual([[], [expect.objectContaining({ code: 'bad-verdict' })]]);
    },
  );

  it('does not keep the next message from being judged', async () => {
    const answers: (() => ValidatorAnswer)[] = [
      () => {
        throw BROKEN;
      },
      () => true,
    ];
    const { ask } = serviceWith(() => answers.shift()!());
    const sent = [ask(), ask()];
    await settled();
    expect(sent).toEqual([[], [ACCEPT]]);
  });

  it('is a warning of the process, once, if nobody wants to know', async () => {
    const warnings = vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
    const { ask } = serviceWith(() => Promise.reject(BROKEN), { onError: undefined });
    ask();
    ask();
    await settled();
    const told = warnings.mock.calls.map(([warning]) => String(warning));
    warnings.mockRestore();
    expect(told).toEqual([expect.stringMatching(/validator of data type 1 failed.*broken/)]);
  });

  it('is a warning of the process if the report fails as well', async () => {
    const warnings = vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
    const onError = (): void => {
      throw new Error('the report is broken');
    };
    const { ask } = serviceWith(() => Promise.reject(BROKEN), { onError });
    ask();
    await settled();
    const told = warnings.mock.calls.map(([warning]) => String(warning));
    warnings.mockRestore();
    expect(told).toEqual([expect.stringMatching('the report is broken')]);
  });
});

describe('a call that takes too long', () => {
  it('is given up: the message is ignored, which is reported, and its signal fires', async () => {
    vi.useFakeTimers();
    let signal: AbortSignal | undefined;
    const hangs: Validator = (_received, context) => {
      ({ signal } = context);
      return new Promise(() => {});
    };
    const { ask, errors } = serviceWith(hangs, { timeout: 1_000 });
    const sent = ask();
    await vi.advanceTimersByTimeAsync(1_000);
    const expected = expect.objectContaining({ code: 'validator-timeout' }) as unknown;
    expect([sent, errors, signal?.aborted]).toEqual([[], [expected], true]);
  });

  it('does not count when it settles after all', async () => {
    vi.useFakeTimers();
    const { validator, calls } = slowValidator();
    const { ask, service } = serviceWith(validator, { timeout: 1_000 });
    const sent = ask();
    await vi.advanceTimersByTimeAsync(1_000);
    calls[0]!(true);
    await settled();
    expect([sent, service.counts.accepted, service.counts.ignored]).toEqual([[], 0, 1]);
  });

  it('keeps its place, so that no more calls hang than may be under way', async () => {
    vi.useFakeTimers();
    const { validator, calls } = slowValidator();
    const { ask } = serviceWith(validator, { timeout: 1_000, concurrency: 2 });
    for (let i = 0; i < 5; i++) ask();
    await vi.advanceTimersByTimeAsync(10_000);
    expect(calls.length).toBe(2);
  });

  it('does not hold up what follows once all places are taken by such', async () => {
    vi.useFakeTimers();
    const { validator } = slowValidator();
    const { ask, service } = serviceWith(validator, { timeout: 1_000, concurrency: 2 });
    for (let i = 0; i < 2; i++) ask();
    await vi.advanceTimersByTimeAsync(1_000);
    ask();
    await settled();
    expect(service.counts.ignored).toBe(3);
  });

  it('gives its place back when it settles after all', async () => {
    vi.useFakeTimers();
    const { validator, calls } = slowValidator();
    const { ask } = serviceWith(validator, { timeout: 1_000, concurrency: 1 });
    ask();
    await vi.advanceTimersByTimeAsync(1_000);
    calls[0]!(true);
    await settled();
    const sent = ask();
    await settled();
    calls[1]!(true);
    await settled();
    expect(sent).toEqual([ACCEPT]);
  });

  it('has others wait for a place again, and not be ignored, when it has settled', async () => {
    vi.useFakeTimers();
    const { validator, calls } = slowValidator();
    const { ask } = serviceWith(validator, { timeout: 1_000, concurrency: 1 });
    ask();
    await vi.advanceTimersByTimeAsync(1_000);
    calls[0]!(true);
    await settled();
    ask();
    const waiting = ask();
    await settled();
    calls[1]!(true);
    await settled();
    calls[2]?.(true);
    await settled();
    expect(waiting).toEqual([ACCEPT]);
  });

  it('leaves no timer behind when it settles in time', async () => {
    vi.useFakeTimers();
    const { validator, calls } = slowValidator();
    const { ask } = serviceWith(validator);
    ask();
    await settled();
    calls[0]!(true);
    await settled();
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe('the end of a service', () => {
  it('waits for the calls that are under way, and answers for them', async () => {
    const { validator, calls } = slowValidator();
    const { ask, service } = serviceWith(validator);
    const sent = ask();
    await settled();
    const closing = service.close().then(() => [...sent]);
    calls[0]!(true);
    expect(await closing).toEqual([ACCEPT]);
  });

  it('does not wait for calls that were given up', async () => {
    vi.useFakeTimers();
    const { ask, service } = serviceWith(() => new Promise(() => {}), { timeout: 1_000 });
    ask();
    await vi.advanceTimersByTimeAsync(1_000);
    await expect(service.close()).resolves.toBeUndefined();
  });

  it('waits for nobody when no verdict can be sent any more, and leaves no timer behind', async () => {
    vi.useFakeTimers();
    const { ask, queue, service } = serviceWith(() => new Promise(() => {}), { concurrency: 1 });
    for (let i = 0; i < 3; i++) ask();
    await settled();
    queue.finish(undefined);
    service.abandon();
    expect([await service.closed, vi.getTimerCount()]).toEqual([undefined, 0]);
  });

  it('says what ended it', async () => {
    const lost = new ClientError('connection-lost', 'lost');
    const { queue, service } = serviceWith(() => true);
    queue.finish(lost);
    expect(await service.closed).toBe(lost);
  });

  it('can be asked for by disposing of it', async () => {
    const { service } = serviceWith(() => true);
    await service[Symbol.asyncDispose]();
    expect(await service.closed).toBeUndefined();
  });
});

describe('the options of a service', () => {
  it.each<[string, string, unknown, object | null]>([
    ['bad-validator', 'a validator is a function', 'validator', {}],
    ['bad-option', 'the options of serve', () => true, null],
    ['bad-option', "there is no option 'workers' of serve", () => true, { workers: 2 }],
    ['bad-option', 'concurrency must be', () => true, { concurrency: 0 }],
    ['bad-option', 'concurrency must be', () => true, { concurrency: 65_537 }],
    ['bad-option', 'timeout must be', () => true, { timeout: 0 }],
    ['bad-option', 'onError must be', () => true, { onError: 'log' }],
    ['bad-option', 'signal must be', () => true, { signal: {} }],
  ])('are refused with %s: %s', (code, message, validator, options) => {
    const read = (): unknown => readServeSettings(validator as Validator, options as ServeOptions);
    const expected = { code, message: expect.stringMatching(message) as unknown };
    expect(read).toThrow(expect.objectContaining(expected));
  });
});
