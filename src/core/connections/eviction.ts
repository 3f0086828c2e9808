/**
 * Who goes when an inbound link has to. Whoever wants to be a node's only company opens many links and waits for
 * the others to be closed. So some links are protected by what an attacker does not have everywhere at once (after
 * Bitcoin Core, `eviction.cpp`), each class taken from those that are left:
 *
 * - a few of different netgroups, which ones only this node's secret says;
 * - a few with the shortest round trip, as nobody can be nearer than he is;
 * - a few that were the last to bring an announcement first that local programs accepted;
 * - half of the rest: those that have been open longest.
 *
 * Of the others that are eligible the youngest of the netgroup that has most links here goes. If all that are eligible
 * are protected one of them goes all the same, or a node full of peers that never ask would let nobody in for ever;
 * but no more than one in a while, so that nobody is rid of all of them soon. A node with few links protects nobody:
 * everybody is somebody there.
 */
import { KeyedHash } from '../../basics/keyed-hash.ts';
import type { Random } from '../../basics/random.ts';
import type { Instant, Millis } from '../settings.ts';
import type { Link } from './link.ts';

/** With fewer inbound links nobody is protected. A guess. */
const CROWD_MIN = 8;
/** One in so many links is protected by each class: 3 of 28, where Bitcoin Core has 4 to 8 of about 114. A guess. */
const ONE_IN = 8;
/** Between two protected links that go. A guess: at most two minutes until an honest newcomer is let in. */
const PROTECTED_EVERY: Millis = 120_000;

export class Eviction {
  readonly #hash: KeyedHash;
  #protectedWentAt: Instant = Number.NEGATIVE_INFINITY;

  constructor(random: Random) {
    this.#hash = new KeyedHash(random);
  }

  /** Of the `eligible` ones the one to close; `inbound`: all that are open. */
  leastMissed(eligible: readonly Link[], inbound: readonly Link[], now: Instant): Link | undefined {
    const kept = this.#protected(inbound);
    const unprotected = eligible.filter((link) => !kept.has(link));
    if (unprotected.length > 0) return youngestOfMostCrowded(unprotected, inbound);
    if (now - this.#protectedWentAt < PROTECTED_EVERY) return undefined;
    return youngestOfMostCrowded(eligible, inbound);
  }

  /** Of the `eligible` ones the one to close if somebody has to who is not protected; nobody of a few. */
  unprotected(eligible: readonly Link[], inbound: readonly Link[]): Link | undefined {
    if (inbound.length < CROWD_MIN) return undefined;
    const kept = this.#protected(inbound);
    return youngestOfMostCrowded(
      eligible.filter((link) => !kept.has(link)),
      inbound,
    );
  }

  /** `link` goes; it was among `inbound` until now. */
  onEvicted(link: Link, inbound: readonly Link[], now: Instant): void {
    if (this.#protected(inbound).has(link)) this.#protectedWentAt = now;
  }

  #protected(inbound: readonly Link[]): ReadonlySet<Link> {
    const kept = new Set<Link>();
    if (inbound.length < CROWD_MIN) return kept;
    const few = Math.floor(inbound.length / ONE_IN);
    const keep = (links: readonly Link[], count: number): void => {
      for (const link of links.slice(0, count)) kept.add(link);
    };
    const rest = (): Link[] => inbound.filter((link) => !kept.has(link));
    keep(this.#ofDifferentNetgroups(inbound), few);
    keep(
      sortedBy(rest(), (link) => link.roundTrip),
      few,
    );
    keep(
      sortedBy(rest(), ({ usefulAt }) => (usefulAt === undefined ? undefined : -usefulAt)),
      few,
    );
    const others = rest();
    keep(
      sortedBy(others, (link) => link.openedAt),
      Math.floor(others.length / 2),
    );
    return kept;
  }

  /** The link of each netgroup that has been open longest, in an order that nobody else can know. */
  #ofDifferentNetgroups(inbound: readonly Link[]): Link[] {
    const oldest = new Map<string, Link>();
    for (const link of sortedBy(inbound, ({ openedAt }) => openedAt)) {
      if (!oldest.has(link.netgroup)) oldest.set(link.netgroup, link);
    }
    return sortedBy([...oldest.values()], ({ netgroup }) => this.#secretPlaceOf(netgroup));
  }

  #secretPlaceOf(netgroup: string): number {
    this.#hash.begin();
    for (let i = 0; i < netgroup.length; i++) this.#hash.absorb(netgroup.charCodeAt(i));
    return this.#hash.high();
  }
}

function youngestOfMostCrowded(
  eligible: readonly Link[],
  inbound: readonly Link[],
): Link | undefined {
  const sizes = new Map<string, number>();
  for (const { netgroup } of inbound) sizes.set(netgroup, (sizes.get(netgroup) ?? 0) + 1);
  let chosen: Link | undefined;
  for (const link of eligible) {
    if (chosen === undefined) chosen = link;
    const crowd = sizes.get(link.netgroup)! - sizes.get(chosen.netgroup)!;
    if (crowd > 0 || (crowd === 0 && link.openedAt! >= chosen.openedAt!)) chosen = link;
  }
  return chosen;
}

/** Those for which `key` is known, the least first; equals stay in order. */
function sortedBy(links: readonly Link[], key: (link: Link) => number | undefined): Link[] {
  return links
    .flatMap((link) => {
      const value = key(link);
      return value === undefined ? [] : [{ link, value }];
    })
    .sort((a, b) => a.value - b.value)
    .map(({ link }) => link);
}
