/**
 * Who may begin a handshake. It costs this node two milliseconds and the other side nothing, so it is given out
 * in small change: so many a second to everybody together and to one place, so many at once likewise. Whoever is
 * refused costs next to nothing.
 *
 * Loopback has no limits by place: all programs of a machine are one place, and the machine's owner runs them.
 */
import { scopeOf, type Address } from '../../wire/address.ts';
import { blockOf, siteOf } from '../../wire/netgroup.ts';
import type { HandshakeBounds } from '../sockets/bounds.ts';

/** One that has been let in and has not shown yet who it is. */
export interface Pending {
  /** Undefined on loopback. */
  readonly site: string | undefined;
  readonly block: string | undefined;
  /** Called when another needs its place. */
  readonly giveWay: () => void;
}

/** Handshakes of whoever has most of them; loopback is not limited, and does not count. */
export interface HandshakeCrowds {
  readonly perHost: number;
  readonly perRange: number;
  readonly begun: number;
  readonly begunPerHost: number;
}

export class Admission {
  readonly #bounds: HandshakeBounds;
  /** In the order in which they came. */
  readonly #pending = new Set<Pending>();
  /** Handshakes that were begun in this tick, all and by place; at most `perTickMax` places. */
  #begun = 0;
  #begunBySite = new Map<string, number>();

  constructor(bounds: HandshakeBounds) {
    this.#bounds = bounds;
  }

  get pendingCount(): number {
    return this.#pending.size;
  }

  /** Of these those of the address, and of the range, that has most; and what was begun in this tick. */
  get crowds(): HandshakeCrowds {
    const pending = [...this.#pending];
    return {
      perHost: largest(countBy(pending, ({ site }) => site).values()),
      perRange: largest(countBy(pending, ({ block }) => block).values()),
      begun: this.#begun,
      begunPerHost: largest(this.#begunBySite.values()),
    };
  }

  /**
   * Lets a connection in that has not said anything yet; undefined if it is not let in. Where all places are taken,
   * the one gives way that has waited longest among the /24 or /48 with most of them: a crowd is in its own way
   * first.
   */
  enter(remote: Address, giveWay: () => void): Pending | undefined {
    const { pendingMax, pendingPerSiteMax, pendingPerBlockMax } = this.#bounds;
    const isLocal = scopeOf(remote.host) === 'loopback';
    const site = isLocal ? undefined : siteOf(remote);
    const block = isLocal ? undefined : blockOf(remote);
    if (site !== undefined) {
      if ((this.#begunBySite.get(site) ?? 0) >= this.#bounds.perSitePerTickMax) return undefined;
      if (this.#count((other) => other.site === site) >= pendingPerSiteMax) return undefined;
      if (this.#count((other) => other.block === block) >= pendingPerBlockMax) return undefined;
    }
    if (this.#pending.size >= pendingMax) this.#makeRoom();
    const pending: Pending = { site, block, giveWay };
    this.#pending.add(pending);
    return pending;
  }

  /** Its first bytes have come: whether the work may begin now. */
  mayBegin({ site }: Pending): boolean {
    const bySite = site === undefined ? 0 : (this.#begunBySite.get(site) ?? 0);
    if (bySite >= this.#bounds.perSitePerTickMax || this.#begun >= this.#bounds.perTickMax) {
      return false;
    }
    this.#begun++;
    if (site !== undefined) this.#begunBySite.set(site, bySite + 1);
    return true;
  }

  /** It has shown who it is, or is gone. */
  leave(pending: Pending): void {
    this.#pending.delete(pending);
  }

  /** One interval of the housekeeping timer has passed. */
  tick(): void {
    this.#begun = 0;
    this.#begunBySite = new Map();
  }

  #count(matches: (pending: Pending) => boolean): number {
    let count = 0;
    for (const pending of this.#pending) if (matches(pending)) count++;
    return count;
  }

  #makeRoom(): void {
    const crowds = new Map<string | undefined, Pending[]>();
    for (const pending of this.#pending) {
      const crowd = crowds.get(pending.block);
      if (crowd === undefined) crowds.set(pending.block, [pending]);
      else crowd.push(pending);
    }
    let largest: readonly Pending[] = [];
    for (const crowd of crowds.values()) if (crowd.length > largest.length) largest = crowd;
    const [eldest] = largest;
    if (eldest === undefined) return;
    this.leave(eldest);
    eldest.giveWay();
  }
}

function countBy(
  pending: readonly Pending[],
  placeOf: (pending: Pending) => string | undefined,
): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const one of pending) {
    const place = placeOf(one);
    if (place !== undefined) counts.set(place, (counts.get(place) ?? 0) + 1);
  }
  return counts;
}

function largest(counts: Iterable<number>): number {
  return Math.max(0, ...counts);
}
