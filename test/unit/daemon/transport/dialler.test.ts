import { createServer } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { Dialler, sourceOf } from '../../../../src/daemon/transport/dialler.ts';
import { endpoint } from '../../../../src/daemon/transport/transport.ts';
import type { Address } from '../../../../src/wire/address.ts';

describe('the source address of a dial', () => {
  it.each([
    ['127.0.0.1', '127.0.0.2', '127.0.0.1'],
    ['192.168.1.5', '192.168.1.6', '192.168.1.5'],
    ['192.168.1.5', '8.8.8.8', '192.168.1.5'],
    ['::1', '::1', '::1'],
  ])('is the one listened on: %s to %s', (listen, target, source) => {
    expect(sourceOf(listen, target)).toBe(source);
  });

  it.each([
    ['0.0.0.0', '127.0.0.1'],
    ['::', '::1'],
    ['127.0.0.1', '192.168.1.6'],
    ['192.168.1.5', '127.0.0.1'],
    ['192.168.1.5', '2001:db8::1'],
    ['::1', '127.0.0.1'],
  ])('is left to the system from %s to %s', (listen, target) => {
    expect(sourceOf(listen, target)).toBeUndefined();
  });
});

describe('an end of a connection', () => {
  it('is IPv4 where an IPv6 socket carries IPv4', () => {
    expect(endpoint('::ffff:10.0.0.1', 5)).toEqual({ host: '10.0.0.1', port: 5 });
  });

  it('is unknown once the connection is gone', () => {
    expect(endpoint(undefined, undefined)).toBeUndefined();
  });
});

describe('a dial', () => {
  interface Outcome {
    readonly address: Address;
    readonly reason: string | undefined;
  }

  async function listening(): Promise<Address> {
    const server = createServer((socket) => socket.destroy());
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void server.close());
    const bound = server.address();
    if (bound === null || typeof bound === 'string') throw new Error('no port');
    return { host: '127.0.0.1', port: bound.port };
  }

  function diallerWith(outcomes: Outcome[], ticksMax = 10): Dialler {
    const dialler = new Dialler({
      listenHost: '127.0.0.1',
      ticksMax,
      onConnected: (socket, _local, address) => {
        outcomes.push({ address, reason: undefined });
        socket.destroy();
      },
      onFailed: (address, reason) => outcomes.push({ address, reason }),
    });
    onTestFinished(() => dialler.stop());
    return dialler;
  }

  async function outcome(outcomes: Outcome[]): Promise<Outcome> {
    while (outcomes.length === 0) await new Promise((resolve) => setImmediate(resolve));
    return outcomes[0]!;
  }

  it('ends with a connection where somebody listens', async () => {
    const outcomes: Outcome[] = [];
    const address = await listening();
    diallerWith(outcomes).dial(address);
    expect(await outcome(outcomes)).toEqual({ address, reason: undefined });
  });

  it('fails with the code of the error where nobody does', async () => {
    const outcomes: Outcome[] = [];
    const address = { host: '127.0.0.1', port: 1 };
    diallerWith(outcomes).dial(address);
    expect(await outcome(outcomes)).toEqual({ address, reason: 'ECONNREFUSED' });
  });

  it('fails, once, when it takes too many ticks', async () => {
    const outcomes: Outcome[] = [];
    const address = await listening();
    const dialler = diallerWith(outcomes, 2);
    dialler.dial(address);
    for (let i = 0; i < 5; i++) dialler.tick();
    await new Promise((resolve) => setImmediate(resolve));
    expect(outcomes).toEqual([{ address, reason: 'no connection within 2 s' }]);
  });

  it('does not fail one tick earlier', async () => {
    const outcomes: Outcome[] = [];
    const address = await listening();
    const dialler = diallerWith(outcomes, 2);
    dialler.dial(address);
    dialler.tick();
    dialler.tick();
    expect(await outcome(outcomes)).toEqual({ address, reason: undefined });
  });

  it('is not heard of again after a stop', async () => {
    const outcomes: Outcome[] = [];
    const dialler = diallerWith(outcomes);
    dialler.dial(await listening());
    dialler.stop();
    for (let i = 0; i < 5; i++) await new Promise((resolve) => setImmediate(resolve));
    expect(outcomes).toEqual([]);
  });
});
