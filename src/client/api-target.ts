/**
 * Where the API of a node is: a TCP address, whose host may be a name, or the path of a unix socket.
 */
import { formatAddress, parsePort } from '../wire/address.ts';
import { ClientError } from './client-error.ts';
import { isWholeNumber, shown } from './options.ts';

export type ApiTarget =
  /** `host` is an IP address without brackets, or a name; `port` 1 … 65,535. */
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number }
  | { readonly kind: 'unix'; readonly path: string };

/** Where a node listens for applications unless its configuration says otherwise. */
export const DEFAULT_API_ADDRESS = '127.0.0.1:7001';
/** The kernel's room for a socket path, 108 bytes on Linux, less its final NUL. A longer one would be cut. */
const SOCKET_PATH_BYTES_MAX = 107;

/**
 * An address as an application hands it in: the text that {@link parseApiTarget} reads, or the same taken apart.
 *
 * @throws ClientError `bad-address`.
 */
export function readApiTarget(address: unknown): ApiTarget {
  if (typeof address === 'string') return parseApiTarget(address);
  // Proof of the cast: what is not what it says it is does not survive being written and read.
  if (isTakenApart(address)) return parseApiTarget(formatApiTarget(address as ApiTarget));
  const forms =
    "text, { kind: 'tcp', host: string, port: number } or { kind: 'unix', path: string }";
  throw new ClientError('bad-address', `an address is ${forms}, not ${shown(address)}`);
}

/** Whether all parts are there and of the right type. */
function isTakenApart(address: unknown): boolean {
  if (typeof address !== 'object' || address === null) return false;
  const { kind, host, port, path } = address as Record<string, unknown>;
  if (kind === 'unix') return typeof path === 'string';
  return kind === 'tcp' && typeof host === 'string' && isWholeNumber(port, 1, 65_535);
}

/**
 * Reads `HOST:PORT`, `[IPV6]:PORT` or `unix:PATH`. Whether anybody listens there is not looked at.
 *
 * @throws ClientError `bad-address` that names what is allowed.
 */
export function parseApiTarget(text: string): ApiTarget {
  if (text.startsWith('unix:')) return unixTarget(text);
  const colon = text.lastIndexOf(':');
  const port = parsePort(text.slice(colon + 1));
  if (colon < 0 || port === undefined || port === 0) {
    throw badAddress(text, 'it ends in a port of 1 to 65535');
  }
  return { kind: 'tcp', host: parseHost(text, text.slice(0, colon)), port };
}

/** The text that {@link parseApiTarget} reads. */
export function formatApiTarget(target: ApiTarget): string {
  return target.kind === 'unix' ? `unix:${target.path}` : formatAddress(target);
}

function unixTarget(text: string): ApiTarget {
  const path = text.slice('unix:'.length);
  if (path === '' || path.includes('\0')) throw badAddress(text, 'unix: is followed by a path');
  const bytes = Buffer.byteLength(path);
  if (bytes > SOCKET_PATH_BYTES_MAX) {
    const rule = `its path has ${bytes} bytes, too many for a socket: ${SOCKET_PATH_BYTES_MAX} fit`;
    throw badAddress(text, rule);
  }
  return { kind: 'unix', path };
}

function parseHost(text: string, host: string): string {
  if (host.startsWith('[') && host.endsWith(']') && host.includes(':')) return host.slice(1, -1);
  if (host.includes(':'))
    throw badAddress(text, 'an IPv6 host stands in brackets, as in [::1]:7001');
  if (!/^[\w.-]+$/.test(host)) throw badAddress(text, 'a host is an IP address or a name');
  return host;
}

function badAddress(text: string, rule: string): ClientError {
  const forms = 'HOST:PORT, [IPV6]:PORT or unix:PATH';
  return new ClientError('bad-address', `${JSON.stringify(text)} is not ${forms}: ${rule}`);
}
