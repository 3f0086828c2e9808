/**
 * Opens the socket to a node, and turns what the system says when it cannot into something to act on.
 */
import { connect as connectSocket, type Socket } from 'node:net';
import { formatApiTarget, type ApiTarget } from './api-target.ts';
import { ClientError } from './client-error.ts';
import { TIMER_MAX } from './options.ts';

export interface DialOptions {
  /** Gives up when it fires; the promise then rejects with the reason of the signal. */
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds until `connection-timeout`, looking the name up included; from 1. Default 10,000. */
  readonly timeout?: number | undefined;
}

/** As long as a node gives its own dials. */
const DIAL_TIMEOUT = 10_000;
/** Milliseconds of silence before TCP asks whether the other machine is still there. */
const KEEP_ALIVE_DELAY = 60_000;

/**
 * A connected socket without listeners. Rejects with ClientError `connection-refused`, `connection-timeout`
 * or `connection-failed`; nothing is left behind then.
 */
export function dial(target: ApiTarget, options: DialOptions = {}): Promise<Socket> {
  const { signal, timeout = DIAL_TIMEOUT } = options;
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted();
    const socket = openSocket(target);
    const onTimeout = (): void => giveUp(timeoutError(target, timeout));
    const timer = setTimeout(onTimeout, Math.min(timeout, TIMER_MAX));
    const onAbort = (): void => giveUp(signal?.reason);
    const onError = (error: NodeJS.ErrnoException): void => giveUp(dialError(target, error));
    const onConnect = (): void => {
      settle();
      resolve(socket);
    };
    const settle = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
      socket.off('connect', onConnect).off('error', onError);
    };
    const giveUp = (reason: unknown): void => {
      settle();
      // A dial that was given up may still fail; nobody cares any more.
      socket.on('error', () => {}).destroy();
      reject(reason);
    };
    signal?.addEventListener('abort', onAbort);
    socket.on('connect', onConnect).on('error', onError);
  });
}

function openSocket(target: ApiTarget): Socket {
  // allowHalfOpen: a node that closes first still gets what we have not sent yet.
  const allowHalfOpen = true;
  if (target.kind === 'unix') return connectSocket({ path: target.path, allowHalfOpen });
  const { host, port } = target;
  // noDelay: a lone verdict or announcement leaves at once instead of waiting for an acknowledgement.
  return connectSocket({
    host,
    port,
    allowHalfOpen,
    noDelay: true,
    keepAlive: true,
    keepAliveInitialDelay: KEEP_ALIVE_DELAY,
  });
}

function timeoutError(target: ApiTarget, timeout: number): ClientError {
  const where = formatApiTarget(target);
  const message = `no answer from ${where} within ${timeout} ms: check the address, or allow more time`;
  return new ClientError('connection-timeout', message);
}

function dialError(target: ApiTarget, error: NodeJS.ErrnoException): ClientError {
  const where = formatApiTarget(target);
  switch (error.code) {
    case 'ECONNREFUSED':
    case 'ENOENT':
      return new ClientError(
        'connection-refused',
        `no node listens at ${where}: start one, or use the api_address of one that runs`,
        error,
      );
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return failed(
        `the name in ${where} could not be looked up: check it, or use an address`,
        error,
      );
    case 'EACCES':
    case 'EPERM':
      return failed(`not permitted to connect to ${where}: check who may use it`, error);
    default:
      return failed(`cannot connect to ${where}: ${error.message || error.code}`, error);
  }
}

function failed(message: string, cause: Error): ClientError {
  return new ClientError('connection-failed', message, cause);
}
