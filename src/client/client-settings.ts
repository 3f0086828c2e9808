/** What `connect()` was told, read and checked: where the node is, what is done when it goes, and all bounds. */
import { DEFAULT_API_ADDRESS, readApiTarget, type ApiTarget } from './api-target.ts';
import type { DialOptions } from './dial.ts';
import { badOption, checkMillis, checkOptions, checkSignal, isWholeNumber } from './options.ts';
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
  checkOptions('connect()', options, ['signal', 'timeout', 'reconnect', 'bounds']);
  const { signal, timeout, reconnect, bounds = {} } = options;
  checkSignal(signal);
  checkMillis('timeout', timeout);
  return {
    target: readApiTarget(address),
    dialOptions: { timeout, signal },
    reconnect: readReconnect(reconnect),
    bounds: readBounds(bounds),
  };
}

/** @throws ClientError `bad-option` unless each bound that is given is a whole number from 1. */
function readBounds(given: unknown): ClientBounds {
  checkOptions('connect() bounds', given, Object.keys(CLIENT_BOUNDS));
  const bounds: ClientBounds = { ...CLIENT_BOUNDS, ...(given as Partial<ClientBounds>) };
  for (const [name, bound] of Object.entries(bounds)) {
    if (isWholeNumber(bound, 1, Number.MAX_SAFE_INTEGER)) continue;
    throw badOption(`bounds.${name}`, 'a whole number from 1', bound);
  }
  return bounds;
}
