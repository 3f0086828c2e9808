/**
 * Opens the doors of a node: all of them or none. What goes wrong is the operator's to mend, so it becomes
 * one sentence that names the key, its value, and what would be right.
 */
import { networkInterfaces } from 'node:os';
import type { Millis } from '../core/settings.ts';
import { canonicalHost, formatAddress, isWildcard, type Address } from '../wire/address.ts';
import { ConfigError, type ApiAddress, type Config } from './config/config.ts';
import { firstAddressOf } from './resolver.ts';
import { Listener, SOCKET_PATH_BYTES_MAX } from './sockets/listener.ts';

export type ListenKey = 'p2p_address' | 'api_address';

export interface Doors {
  readonly p2p: Listener;
  /** What was really taken; the host is literal. */
  readonly p2pAddress: Address;
  /** Undefined, both: applications cannot connect. */
  readonly api: Listener | undefined;
  readonly apiAddress: ApiAddress | undefined;
}

export interface ListeningOptions {
  readonly config: Pick<Config, 'p2pAddress' | 'apiAddress'>;
  /** Whether there is a door for applications at all. */
  readonly hasApi: boolean;
  /** A name is looked up for this long. */
  readonly lookupTime: Millis;
  readonly onTrouble: (error: Error) => void;
  /** How messages name a setting: `p2p_address = 127.0.0.1:6001`, or with file and line. */
  readonly nameSetting?: ((key: ListenKey) => string | undefined) | undefined;
}

/** Throws a {@link ConfigError} with the code `listen`; whatever was opened by then is closed again. */
export async function openDoors(options: ListeningOptions): Promise<Doors> {
  const { p2pAddress, apiAddress } = options.config;
  const p2p = await openTcp('p2p_address', p2pAddress, options);
  try {
    const api = options.hasApi
      ? await openApi(apiAddress, options)
      : { api: undefined, apiAddress: undefined };
    return { p2p: p2p.listener, p2pAddress: p2p.address, ...api };
  } catch (error) {
    p2p.listener.stop();
    await p2p.listener.closed();
    throw error;
  }
}

/** The addresses under which programs on this machine and its network reach a service, if there is one. */
export function reachableAddresses(address: ApiAddress | undefined): readonly Address[] {
  if (address === undefined || address.kind === 'unix') return [];
  const { host, port } = address;
  if (!isWildcard(host)) return [{ host, port }];
  return Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .map((found) => canonicalHost(found.address))
    .filter((found) => found !== undefined)
    .map((found) => ({ host: found, port }));
}

async function openApi(
  where: ApiAddress,
  options: ListeningOptions,
): Promise<{ api: Listener; apiAddress: ApiAddress }> {
  if (where.kind === 'tcp') {
    const { listener, address } = await openTcp('api_address', where, options);
    return { api: listener, apiAddress: { kind: 'tcp', ...address } };
  }
  try {
    const api = await Listener.unix(where.path, { ...options, readAheadBytes: 1 });
    return { api, apiAddress: where };
  } catch (error) {
    throw refusal('api_address', `unix:${where.path}`, adviceForPath(codeOf(error)), options);
  }
}

async function openTcp(
  key: ListenKey,
  { host: name, port }: Address,
  options: ListeningOptions,
): Promise<{ listener: Listener; address: Address }> {
  const text = formatAddress({ host: name, port });
  const host = await firstAddressOf(name, options.lookupTime);
  if (host === undefined) throw refusal(key, text, adviceForAddress('ENOTFOUND'), options);
  const readAhead = key === 'api_address' ? { readAheadBytes: 1 } : {};
  try {
    const listener = await Listener.tcp(host, port, { onTrouble: options.onTrouble, ...readAhead });
    return { listener, address: { host, port: listener.port } };
  } catch (error) {
    throw refusal(key, text, adviceForAddress(codeOf(error)), options);
  }
}

function refusal(
  key: ListenKey,
  value: string,
  advice: string,
  { nameSetting }: ListeningOptions,
): ConfigError {
  return new ConfigError('listen', `${nameSetting?.(key) ?? `${key} = ${value}`}: ${advice}`);
}

function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return 'code' in error ? String(error.code) : error.message;
}

function adviceForAddress(code: string): string {
  switch (code) {
    case 'EADDRINUSE':
      return 'another program listens there (EADDRINUSE); stop it or choose another port, 0 takes a free one';
    case 'EADDRNOTAVAIL':
      return 'not an address of this machine (EADDRNOTAVAIL); use one of its own, 127.0.0.1, or 0.0.0.0 for all';
    case 'EACCES':
      return 'this user may not listen there (EACCES); choose a port from 1024 to 65535';
    case 'ENOTFOUND':
      return 'the name does not resolve (ENOTFOUND); use an IP address of this machine, such as 127.0.0.1';
    default:
      return `cannot be listened on (${code}); use an IP address of this machine and a free port`;
  }
}

function adviceForPath(code: string): string {
  switch (code) {
    case 'EADDRINUSE':
      return 'another program listens there, or the file is not a socket (EADDRINUSE); choose another path';
    case 'EACCES':
      return 'the directory does not exist or this user may not write to it (EACCES); choose another path';
    case 'ENAMETOOLONG':
      return `the path is too long (ENAMETOOLONG); at most ${SOCKET_PATH_BYTES_MAX} bytes are possible`;
    default:
      return `cannot be listened on (${code}); choose a path in a directory that this user may write to`;
  }
}
