/**
 * Two links between the same two peers, each dialled by the other side.
 *
 * Peers are known by their listening addresses: what we dialled, or the remote host with the port of its
 * 507. When both dial each other, the link dialled by the numerically lower listening address stays; both
 * sides come to the same result without a word. Two inbound links with the same claim both stay, because a
 * 507 proves nothing.
 */
import { addressEquals, compareAddresses, type Address } from '../../wire/address.ts';
import type { Settings } from '../settings.ts';
import type { Link } from './link.ts';
import type { LinkTable } from './link-table.ts';

/** A link to the same peer that the other side dialled (or, for an inbound one, that we did). */
export function rivalOf(link: Link, links: LinkTable): Link | undefined {
  const address = link.listening;
  if (address === undefined) return undefined;
  return links.first((other) => other.direction !== link.direction && isLinkTo(other, address));
}

/** Whether `ours`, which we dialled, is the one that stays. */
export function ourDialStays(ours: Link, settings: Settings): boolean {
  const own: Address = { host: ours.local.host, port: settings.advertisedPort };
  return compareAddresses(own, ours.dialled!) < 0;
}

export function isLinkTo(link: Link, address: Address): boolean {
  return link.listening !== undefined && addressEquals(link.listening, address);
}
