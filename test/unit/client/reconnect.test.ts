import { describe, expect, it } from 'vitest';
import { ClientError } from '../../../src/client/client-error.ts';
import {
  isWorthRetrying,
  readReconnect,
  retryDelay,
  type ReconnectOptions,
} from '../../../src/client/reconnect.ts';

const POLICY = readReconnect({ minDelay: 100, maxDelay: 1_000 })!;

function delays(random: () => number): number[] {
  return [1, 2, 3, 4, 5, 60].map((attempt) => retryDelay(attempt, POLICY, random));
}

describe('the delay before an attempt', () => {
  it('doubles up to the maximum', () => {
    expect(delays(() => 0)).toEqual([100, 200, 400, 800, 1_000, 1_000]);
  });

  it('is at least half of that, whatever chance says', () => {
    expect(delays(() => 0.999_999)).toEqual([50, 100, 200, 400, 500, 500]);
  });

  it('is never zero', () => {
    const policy = readReconnect({ minDelay: 1, maxDelay: 1 })!;
    expect(retryDelay(1, policy, () => 0.999_999)).toBe(1);
  });
});

describe('the option reconnect', () => {
  it.each([[undefined], [false]])('is off with %s', (value) => {
    expect(readReconnect(value)).toBeUndefined();
  });

  it.each<[true | ReconnectOptions, object]>([
    [true, { minDelay: 250, maxDelay: 10_000, attempts: Infinity, fromStart: false }],
    [{ minDelay: 20_000 }, { minDelay: 20_000, maxDelay: 20_000 }],
    [
      { attempts: 3, fromStart: true },
      { attempts: 3, fromStart: true },
    ],
  ])('%j gets the rest by default', (value, expected) => {
    expect(readReconnect(value)).toMatchObject(expected);
  });

  it.each<[string, unknown]>([
    ['reconnect', 'yes'],
    ['reconnect', null],
    ['reconnect.minDelay', { minDelay: 0 }],
    ['reconnect.minDelay', { minDelay: 1.5 }],
    ['reconnect.maxDelay', { minDelay: 10, maxDelay: 9 }],
    ['reconnect.maxDelay', { maxDelay: 2 ** 31 }],
    ['reconnect.attempts', { attempts: 0 }],
    ['reconnect.attempts', { attempts: '3' }],
    ['reconnect.fromStart', { fromStart: 1 }],
  ])('names %s when it is %j', (name, value) => {
    const read = (): unknown => readReconnect(value as ReconnectOptions);
    expect(read).toThrow(
      expect.objectContaining({
        code: 'bad-option',
        message: expect.stringMatching(`^${name} must be`) as unknown,
      }),
    );
  });
});

describe('what is tried again', () => {
  it.each(['connection-refused', 'connection-timeout', 'connection-failed', 'connection-lost'])(
    'is %s',
    (code) => {
      expect(isWorthRetrying(new ClientError(code as ClientError['code'], ''))).toBe(true);
    },
  );

  it.each([new ClientError('not-an-api', ''), new Error('aborted'), undefined])(
    'is not %s',
    (error) => {
      expect(isWorthRetrying(error)).toBe(false);
    },
  );
});
