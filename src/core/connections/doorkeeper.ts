/**
 * Who may wait at the door: links that are not open yet. They cost a socket and a little memory each, and anybody can
 * have them for nothing, so there is a bound for all, for inbound ones, and for those of one host; those of one range of
 * addresses are counted once half of the places at the door are taken. Loopback is exempt from the last two.
 *
 * At the bound a newcomer does not go away at once, or a crowd that only waits would keep everybody out. The peer goes
 *
 * - that has owed its 507 for longest: an honest one sends it at once;
 * - else, of the range that has more links at the door than the newcomer's, the one that has waited longest;
 * - else the one that has worked for longest, if it has had a fair time to find its nonce;
 *
 * else the newcomer.
 */
import type { Instant, Millis, Settings } from '../settings.ts';
import type { Door } from './handshake.ts';
import type { Link } from './link.ts';
import type { LinkTable } from './link-table.ts';

/** Most honest peers have found a nonce of 24 bits by then (38 s on one slow worker is the 99th percentile). */
const FAIR_TIME: Millis = 40_000;

export class Doorkeeper {
  readonly #settings: Settings;
  readonly #links: LinkTable;
  readonly #door: Door;

  constructor(options: {
    readonly settings: Settings;
    readonly links: LinkTable;
    readonly door: Door;
  }) {
    this.#settings = options.settings;
    this.#links = options.links;
    this.#door = options.door;
  }

  /** A link has come into being, in either direction: makes a place for it, or hangs up on it and says no. */
  lets(newcomer: Link, now: Instant): boolean {
    const reason = this.#reasonAgainst(newcomer, now);
    if (reason === undefined) return true;
    this.#door.hangUp(newcomer, 'too-many-pending', reason, now);
    return false;
  }

  #reasonAgainst(newcomer: Link, now: Instant): string | undefined {
    if (newcomer.dialled === undefined && newcomer.scope !== 'loopback') {
      const { pendingPerHostMax, pendingPerRangeMax } = this.#settings.bounds;
      if (this.#count((link) => link.site === newcomer.site) > pendingPerHostMax) {
        return `more than ${pendingPerHostMax} links of its host are not open yet`;
      }
      const isHalfTaken = this.#links.pendingInbound > this.#inboundMax / 2;
      if (isHalfTaken && this.#rangeSize(newcomer) > pendingPerRangeMax) {
        return `more than ${pendingPerRangeMax} links of its range are not open yet`;
      }
    }
    if (!this.#isCrowdedBy(newcomer) || this.#closeAnother(newcomer, now)) return undefined;
    return 'too many links are not open yet';
  }

  #isCrowdedBy({ dialled }: Link): boolean {
    const { pendingCount, pendingInbound } = this.#links;
    if (pendingCount > this.#settings.bounds.pendingLinksMax) return true;
    return dialled === undefined && pendingInbound > this.#inboundMax;
  }

  /** An eighth of all is kept for links that we dial, so that a crowd at the door cannot lock us in. */
  get #inboundMax(): number {
    const { pendingLinksMax, pendingInboundMax } = this.#settings.bounds;
    const outbound = this.#links.pendingCount - this.#links.pendingInbound;
    const kept = Math.max(outbound, Math.ceil(pendingLinksMax / 8));
    return Math.min(pendingInboundMax, pendingLinksMax - kept);
  }

  #closeAnother(newcomer: Link, now: Instant): boolean {
    const [victim, why] = this.#mostSilent(newcomer) ??
      this.#ofCrowdedRange(newcomer) ??
      this.#slowest(newcomer, now) ?? [undefined, ''];
    if (victim === undefined) return false;
    const reason = `too many links are not open yet, and ${why}`;
    this.#door.hangUp(victim, 'too-many-pending', reason, now);
    return true;
  }

  #mostSilent(newcomer: Link): Choice | undefined {
    const link = this.#links.oldestIn('awaiting-info');
    if (link === undefined || link === newcomer) return undefined;
    return [link, 'it has said nothing for longest'];
  }

  #ofCrowdedRange(newcomer: Link): Choice | undefined {
    let size = newcomer.dialled === undefined ? this.#rangeSize(newcomer) : 1;
    let chosen: Link | undefined;
    for (const link of this.#inbound()) {
      const other = this.#rangeSize(link);
      if (link === newcomer || other <= size) continue;
      [chosen, size] = [link, other];
    }
    return chosen && [chosen, 'its range of addresses has most of them'];
  }

  #slowest(newcomer: Link, now: Instant): Choice | undefined {
    const link = this.#links.oldestIn('awaiting-proof');
    if (link === undefined || link === newcomer || now - link.steppedAt < FAIR_TIME)
      return undefined;
    return [link, 'it has been at work for longest'];
  }

  #rangeSize({ block }: Link): number {
    return this.#count((link) => link.block === block);
  }

  #count(matches: (link: Link) => boolean): number {
    let count = 0;
    for (const link of this.#inbound()) if (matches(link)) count++;
    return count;
  }

  *#inbound(): Iterable<Link> {
    for (const link of this.#links.pending) if (link.dialled === undefined) yield link;
  }
}

/** Who goes, and why he. */
type Choice = readonly [Link, string];
