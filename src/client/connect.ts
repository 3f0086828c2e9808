/** The way into the library. */
import type { Socket } from 'node:net';
import type { ApiTarget } from './api-target.ts';
import { readSettings, type ClientSettings, type ConnectOptions } from './client-settings.ts';
import { dial } from './dial.ts';
import { HearsayClient } from './hearsay-client.ts';
import { dialAgain, isWorthRetrying } from './reconnect.ts';

/**
 * Connects to the API of a node at `HOST:PORT`, `[IPV6]:PORT` or `unix:PATH`, by default 127.0.0.1:7001.
 *
 * The protocol has no greeting: whatever accepts connections there looks like a node until it is heard of. One
 * that answers something else ends the client with `not-an-api`, one that closes with `connection-lost`.
 *
 * @throws ClientError `bad-address`, `bad-option`, `connection-refused`, `connection-timeout` or
 *   `connection-failed`; the reason of `signal` if that fires first.
 */
export async function connect(
  address?: string | ApiTarget,
  options?: ConnectOptions,
): Promise<HearsayClient> {
  const settings = readSettings(address, options);
  return new HearsayClient(await dialFirst(settings), settings);
}

async function dialFirst({ target, dialOptions, reconnect }: ClientSettings): Promise<Socket> {
  const dialOnce = (): Promise<Socket> => dial(target, dialOptions);
  try {
    return await dialOnce();
  } catch (error) {
    if (!reconnect?.fromStart || !isWorthRetrying(error)) throw error;
    const { signal } = dialOptions;
    const row = { policy: reconnect, made: 0, error, signal, dial: dialOnce, onRetry: () => {} };
    const [socket] = await dialAgain(row);
    return socket;
  }
}
