/** Connects to wherever a test points. */
import { connect, type Socket } from 'node:net';
import { formatAddress } from '../wire/address.ts';

/** `HOST:PORT`, `unix:PATH`, or a host without brackets and a port. */
export type Target = string | { readonly host: string; readonly port: number };

/** A connected socket; rejects with the system's error. */
export function openSocket(
  target: Target,
  { allowHalfOpen = false }: { readonly allowHalfOpen?: boolean | undefined } = {},
): Promise<Socket> {
  const socket = connect({ ...endpointOf(target), allowHalfOpen, noDelay: true });
  return new Promise((resolve, reject) => {
    socket.once('connect', () => {
      socket.off('error', reject);
      resolve(socket);
    });
    socket.once('error', reject);
  });
}

function endpointOf(target: Target): { path: string } | { host: string; port: number } {
  const text = typeof target === 'string' ? target : formatAddress(target);
  if (text.startsWith('unix:')) return { path: text.slice('unix:'.length) };
  const [, host, port] = /^\[?(.*?)\]?:(\d+)$/.exec(text) ?? [];
  if (host === undefined) throw new TypeError(`${text} is not HOST:PORT or unix:PATH`);
  return { host, port: Number(port) };
}
