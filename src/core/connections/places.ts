/**
 * The places for open links: never more than `maxConnections`, and who gets one when they are taken.
 *
 * A full node makes room for a newcomer by closing an inbound link that has already been given an OFFER, the
 * youngest such; if there is none, the newcomer goes before it has done any work. So one bootstrapper can
 * bring in a network far larger than its `maxConnections`. A link that we dialled pushes nobody out.
 *
 * A peer that never asks is given no OFFER, so its links stay for good. Whoever opened many of them would push
 * out all others and keep newcomers out of the network. So a further link from a host that has one here
 * already finds the node full when half of its places are taken, and room is made for it among the links of
 * its own host only. That costs a house with many nodes behind one address nothing but places, and does not
 * apply to loopback.
 */
import { formatAddress, parseIp } from '../../wire/address.ts';
import type { Settings } from '../settings.ts';
import type { Link } from './link.ts';
import type { LinkTable } from './link-table.ts';

/** Peers remembered that made room; the oldest is forgotten. A guess. */
const VICTIMS_MAX = 1_024;
/** A node with so few links is never full for further links of one host. A guess: small nodes need everybody. */
const SHARED_FREELY = 8;
/** Bytes of a global IPv6 address that its owner is given; the rest he chooses himself. */
const IPV6_SITE_BYTES = 8;

export class Places {
  readonly #settings: Settings;
  readonly #links: LinkTable;
  /** Listening addresses of peers that made room, at most {@link VICTIMS_MAX}, oldest first. */
  readonly #madeRoomBefore = new Set<string>();

  constructor(options: { readonly settings: Settings; readonly links: LinkTable }) {
    this.#settings = options.settings;
    this.#links = options.links;
  }

  /** Whether `newcomer` could open now only if another link were closed. */
  isFullFor(newcomer: Link): boolean {
    const { maxConnections } = this.#settings;
    const { openCount } = this.#links;
    if (openCount >= maxConnections) return true;
    const shared = Math.max(SHARED_FREELY, Math.ceil(maxConnections / 2));
    return openCount >= shared && this.#isFurther(newcomer);
  }

  /** The link to close so that `newcomer` can open: the youngest inbound one that knows where else to go. */
  victimFor(newcomer: Link): Link | undefined {
    if (newcomer.dialled !== undefined) return undefined;
    const isFurther = this.#isFurther(newcomer);
    const isEligible = (link: Link): boolean =>
      link.dialled === undefined && (!isFurther || isSameSite(link, newcomer));
    return (
      this.#youngest((link) => link.wasOffered && isEligible(link)) ??
      this.#youngest((link) => this.#hasMadeRoom(link) && isEligible(link))
    );
  }

  /**
   * Peers that were offered others and made room may come back, now with enough links to never ask again.
   * They know where else to go all the same, so they make room again, after those with an OFFER of their
   * own. Otherwise they would fill a small node for good and keep newcomers out of the network.
   */
  onMadeRoom({ listening }: Link): void {
    if (listening === undefined) return;
    if (this.#madeRoomBefore.size >= VICTIMS_MAX) {
      const [oldest] = this.#madeRoomBefore;
      this.#madeRoomBefore.delete(oldest!);
    }
    this.#madeRoomBefore.add(formatAddress(listening));
  }

  #hasMadeRoom({ listening }: Link): boolean {
    return listening !== undefined && this.#madeRoomBefore.has(formatAddress(listening));
  }

  /** Whether somebody dialled this node from a host from which there is an inbound link already. */
  #isFurther(newcomer: Link): boolean {
    if (newcomer.dialled !== undefined || newcomer.scope === 'loopback') return false;
    return this.#links.open.some(
      (link) => link.dialled === undefined && isSameSite(link, newcomer),
    );
  }

  #youngest(matches: (link: Link) => boolean): Link | undefined {
    let youngest: Link | undefined;
    for (const link of this.#links.open) {
      if (!matches(link)) continue;
      if (youngest === undefined || link.openedAt! >= youngest.openedAt!) youngest = link;
    }
    return youngest;
  }
}

/** Whether two peers are on one host, as far as their addresses show. */
function isSameSite(one: Link, other: Link): boolean {
  const [a, b] = [one.remote.host, other.remote.host];
  if (a === b) return true;
  if (!a.includes(':') || !b.includes(':') || one.scope !== 'global') return false;
  const [left, right] = [parseIp(a), parseIp(b)];
  if (left === undefined || right === undefined) return false;
  return left.subarray(0, IPV6_SITE_BYTES).every((byte, i) => byte === right[i]);
}
