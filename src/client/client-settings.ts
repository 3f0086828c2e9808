/** What `connect()` was told, read and checked: where the node is, what is done when it goes, and all bounds. */
import {
  DEFAULT_API_ADDRESS,
  formatApiTarget,
  parseApiTarget,
  type ApiTarget,
} from './api-target.ts';
import { ClientError } from './client-error.ts';
import type { DialOptions } from './dial.ts';
import { checkMillis, checkOptions, checkSignal, shown } from './options.ts';
import type { OutboxBounds } from './outbox.ts';
import { readReconnect, type ReconnectOptions, type ReconnectPolicy } from './reconnect.ts';
import type { QueueBounds } from './subscription.ts';

/** The maximum of everything in a client that can grow. */
export interface ClientBounds extends OutboxBounds, QueueBounds {
  /** Milliseconds that a closing client gets to send what waits and to see the node close as well. */
  readonly closePatience: number;
}

export const CLIENT_BOUNDS: ClientBounds = {
  waitingFramesMax: 65_536,
  waitingBytesMax: 64 * 1024 * 1024,
  queueItemsMax: 1_024,
  queueBytesMax: 16 * 1024 * 1024,
  closePatience: 2_000,
};

export interface ConnectOptions {
  /** Gives up connecting when it fires. Once `connect()` has resolved it means nothing any more. */
  readonly signal?: AbortSignal | undefined;
  /**
   * Milliseconds until an attempt to connect ends with `connection-timeout`, looking the name up included;
   * from 1, Infinity for no limit. Default 10,000.
   */
  readonly timeout?: number | undefined;
  /**
   * Whether a connection that is lost is made anew, and how. Default false: the loss ends the client, its
   * subscriptions and what waits to be announced, with a typed error.
   */
  readonly reconnect?: boolean | ReconnectOptions | undefined;
  /** Other bounds than the default ones, for tests. */
  readonly bounds?: Partial<ClientBounds> | undefined;
}

export interface ClientSettings {
  readonly target: ApiTarget;
  readonly dialOptions: DialOptions;
  readonly reconnect: ReconnectPolicy | undefined;
  readonly bounds: ClientBounds;
}

/** @throws ClientError `bad-address` or `bad-option`. */
export function readSettings(
  address: string | ApiTarget = DEFAULT_API_ADDRESS,
  options: ConnectOptions = {},
): ClientSettings {
  checkOptions('connect()', options);
  const { signal, timeout, reconnect, bounds } = options;
  checkSignal(signal);
  checkMillis('timeout', timeout);
  return {
    target: readTarget(address),
    dialOptions: { timeout, signal },
    reconnect: readReconnect(reconnect),
    bounds: { ...CLIENT_BOUNDS, ...bounds },
  };
}

function readTarget(address: unknown): ApiTarget {
  if (typeof address === 'string') return parseApiTarget(address);
  if (typeof address === 'object' && address !== null && 'kind' in address) {
    // Proof of the cast: what is not what it says it is does not survive being written and read.
    return parseApiTarget(formatApiTarget(address as ApiTarget));
  }
  const forms = 'the text HOST:PORT, [IPV6]:PORT or unix:PATH';
  throw new ClientError('bad-address', `an address is ${forms}, not ${shown(address)}`);
}
