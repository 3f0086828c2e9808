/**
 * What a stranger may say: addresses at which there can be a peer, and that he can know. A poisoned OFFER must not
 * point a node at somebody's mail server, nor at a machine's own services.
 */
import type { Address, Scope } from '../../wire/address.ts';
import { isUnreal } from '../../wire/netgroup.ts';

/**
 * Ports that are never dialled on a stranger's word: everything below 1024, and databases, remote desktops,
 * file and chat servers above it (after Bitcoin Core's list of bad ports, `netbase.cpp`).
 */
const SERVICE_PORTS: ReadonlySet<number> = new Set([
  1080, 1433, 1521, 1719, 1720, 1723, 2049, 3306, 3389, 3659, 4045, 5060, 5061, 5432, 5900, 6379,
  6665, 6666, 6667, 6668, 6669, 6697, 9200, 11211, 27017,
]);

/** Whether there can be a peer, and no service of another kind. Not asked about loopback. */
export function isLikelyPeer({ host, port }: Address): boolean {
  return port >= 1024 && !SERVICE_PORTS.has(port) && !isUnreal(host);
}

/**
 * Whether a peer reached over `via` can know an address of `scope`: over loopback everything is believed, from a
 * private network all but loopback, from elsewhere only what is reachable from everywhere.
 */
export function isBelievable(scope: Scope, via: Scope): boolean {
  if (scope === 'none') return false;
  if (via === 'loopback') return true;
  return via === 'private' ? scope !== 'loopback' : scope === 'global';
}
