/**
 * Two links between the same two peers.
 *
 * On plain TCP peers are known by their listening addresses: what we dialled, or the remote host with the port
 * of its 507. On TLS they are known by their keys. When both dial each other, the link dialled by the
 * numerically lower listening address, or key, stays; both sides come to the same result without a word.
 *
 * Two links that one side dialled: keys prove that it is the same peer, and the first one stays. Whoever dialled
 * closes the other one as soon as it stands; the dialled side sees them come in any order, so it waits until one
 * is open. A 507 proves nothing, so on plain TCP two inbound links with the same claim both stay.
 */
import { addressEquals, compareAddresses, type Address } from '../../wire/address.ts';
import type { Settings } from '../settings.ts';
import type { Link } from './link.ts';
import type { LinkTable } from './link-table.ts';

/**
 * A link to the same peer that the other side dialled (or, for an inbound one, that we did); one that is open, if there
 * is one: whoever dials again and again may have any number that are not.
 */
export function rivalOf(link: Link, links: LinkTable): Link | undefined {
  const isRival = (other: Link): boolean =>
    other.direction !== link.direction && isSamePeer(link, other);
  return links.open.find(isRival) ?? links.first(isRival);
}

/** Whether `ours`, which we dialled, is the one that stays. */
export function ourDialStays(ours: Link, settings: Settings): boolean {
  // Hexadecimal digits of one length are ordered as the numbers are.
  if (ours.identity !== undefined) return settings.ownIdentity! < ours.identity;
  const own: Address = { host: ours.local.host, port: settings.advertisedPort };
  return compareAddresses(own, ours.dialled!) < 0;
}

/** Whether the side that dialled `link` has, as its key proves, dialled another one that stays. */
export function isOneTooMany(link: Link, links: LinkTable): boolean {
  const { identity, direction } = link;
  if (identity === undefined) return false;
  return links.some(
    (other) =>
      other !== link &&
      other.identity === identity &&
      other.direction === direction &&
      (other.isOpen || direction === 'outbound'),
  );
}

export function isLinkTo(link: Link, address: Address): boolean {
  return link.listening !== undefined && addressEquals(link.listening, address);
}

function isSamePeer(one: Link, other: Link): boolean {
  // A feeler ends by itself, and no link gives way to it.
  if (one.isFeeler || other.isFeeler) return false;
  if (one.identity !== undefined) return one.identity === other.identity;
  return one.listening !== undefined && isLinkTo(other, one.listening);
}
