/**
 * `HOST:PORT` as an operator writes it. Stricter than what is understood from peers, because a guess about
 * an operator's typing error starts the node somewhere else: IPv6 needs its brackets, and what looks like
 * a mistyped IPv4 address (`127.1`, `10.0.0.256`, `0x7f.1`) is not taken for a name, although resolvers
 * would make something of it.
 */
import { canonicalHost, parseIp, parsePort } from '../../wire/address.ts';
import { problem, value, type Reading } from './reading.ts';

/** An address to listen on or connect to. */
export interface HostPort {
  /** A canonical literal IP address without brackets, or a DNS name in lower case. */
  readonly host: string;
  /** 0 … 65,535. */
  readonly port: number;
}

/** Reads `127.0.0.1:6001`, `[::1]:6001` or `name.example:6001` with a port of at least `portMin`. */
export function readHostPort(text: string, portMin: number): Reading<HostPort> {
  const colon = text.lastIndexOf(':');
  const bracket = text.lastIndexOf(']');
  if (colon <= bracket) return problem(withoutPort(text));
  const host = readHost(text.slice(0, colon), text);
  if (host.kind === 'problem') return host;
  const port = parsePort(text.slice(colon + 1));
  if (port === undefined || port < portMin) {
    return problem(`the port is not a number from ${portMin} to 65535 in decimal digits`);
  }
  return value({ host: host.value, port });
}

function readHost(host: string, text: string): Reading<string> {
  if (host === '') return problem('the host before the colon is missing');
  if (host.startsWith('[') && host.endsWith(']')) {
    const inner = host.slice(1, -1);
    const canonical = inner.includes(':') ? canonicalHost(inner) : undefined;
    return canonical === undefined
      ? problem('what stands in brackets is not an IPv6 address')
      : value(canonical);
  }
  if (host.includes(':')) return problem(withoutBrackets(host, text));
  const literal = canonicalHost(host);
  if (literal !== undefined) return value(literal);
  return isName(host)
    ? value(host.toLowerCase())
    : problem('the host is neither an IP address nor a DNS name');
}

function withoutPort(text: string): string {
  return text.endsWith(']') ? `the port is missing, write ${text}:PORT` : 'the port is missing';
}

/** What to write instead of `::1:6001`: the last number is the port, if the rest is an address then. */
function withoutBrackets(host: string, text: string): string {
  const port = text.slice(host.length + 1);
  if (parseIp(host) !== undefined && parsePort(port) !== undefined) {
    return `an IPv6 address needs brackets, write [${host}]:${port}`;
  }
  if (parseIp(text) !== undefined) return `an IPv6 address needs brackets, write [${text}]:PORT`;
  return 'not of the form HOST:PORT';
}

/** RFC 1035: a name has at most 253 characters in text, without the final dot. */
const NAME_CHARACTERS_MAX = 253;

/** Letters, digits, hyphens and (container networks have them) underscores, in labels of 1 to 63. */
function isName(host: string): boolean {
  const name = host.endsWith('.') ? host.slice(0, -1) : host;
  if (name.length > NAME_CHARACTERS_MAX) return false;
  const labels = name.split('.');
  // No top-level domain is a number; such a host is an IP address gone wrong.
  if (/^([0-9]+|0x[0-9a-f]*)$/i.test(labels.at(-1) ?? '')) return false;
  return labels.every((label) => /^[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?$/i.test(label));
}
