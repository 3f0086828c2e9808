/**
 * A second reader of the address list in a 506, written from docs/protocol.md and not from `src`: the
 * platform's UTF-8 checker, `node:net` to tell addresses from other text, and the URL parser to bring IPv6
 * into one form.
 */
import { isUtf8 } from 'node:buffer';
import { isIPv4, isIPv6 } from 'node:net';

const UTF8 = new TextDecoder('utf-8', { ignoreBOM: true });

/** `host port` of each entry that can be read, in order; undefined if the bytes are not UTF-8. */
export function secondAddresses(bytes) {
  if (!isUtf8(bytes)) return undefined;
  return UTF8.decode(bytes)
    .split(',')
    .map(readEntry)
    .filter((read) => read !== undefined);
}

function readEntry(entry) {
  const match = /^(?:\[([^\]]*:[^\]]*)\]|(.*)):([0-9]{1,5})$/su.exec(entry);
  if (match === null) return undefined;
  const port = Number(match[3]);
  const host = canonical(match[1] ?? match[2], match[1] !== undefined);
  return host === undefined || port < 1 || port > 65_535 ? undefined : `${host} ${port}`;
}

function canonical(host, isBracketed) {
  if (!isBracketed && isIPv4(host)) return host;
  if (!isIPv6(host) || host.includes('%')) return undefined;
  const text = new URL(`http://[${host}]/`).hostname.slice(1, -1);
  const mapped = /^::ffff:([0-9a-f]+):([0-9a-f]+)$/.exec(text);
  if (mapped === null) return text;
  const [high, low] = [Number.parseInt(mapped[1], 16), Number.parseInt(mapped[2], 16)];
  return [high >> 8, high & 255, low >> 8, low & 255].join('.');
}
