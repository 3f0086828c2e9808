/**
 * How many newcomers have come of each netgroup lately. Addresses are cheap within a netgroup (/16, IPv6 /32) and dear
 * across many, so a crowd shows by it even where each of its dials comes from an address of its own.
 */
import type { Instant, Millis } from '../settings.ts';
import type { Link } from './link.ts';

/** Newcomers count half after this. */
const HALF_LIFE: Millis = 300_000;
/** So many newcomers of one netgroup may be a crowd. A guess: a few honest ones that try again and again are none. */
const CROWD_FROM = 16;
/** A crowd is so many times as many as those that come beside it. A guess. */
const OUTNUMBERS = 4;

interface Netgroup {
  count: number;
  countedAt: Instant;
}

export class Crowds {
  readonly #max: number;
  /** Those of which somebody came last are last; the first makes room. */
  readonly #netgroups = new Map<string, Netgroup>();

  /** `max`: netgroups that are counted at a time. */
  constructor(max: number) {
    this.#max = max;
  }

  get size(): number {
    return this.#netgroups.size;
  }

  /** A newcomer has said its 507, whatever becomes of it. */
  onCome({ scope, netgroup }: Link, now: Instant): void {
    if (scope === 'loopback') return;
    const count = this.#countOf(netgroup, now) + 1;
    this.#netgroups.delete(netgroup);
    this.#netgroups.set(netgroup, { count, countedAt: now });
    if (this.#netgroups.size <= this.#max) return;
    const [oldest] = this.#netgroups.keys();
    this.#netgroups.delete(oldest!);
  }

  /** Of these links those of netgroups from which a crowd comes, beside which `newcomer` is one of a few. */
  among(links: readonly Link[], newcomer: Link, now: Instant): readonly Link[] {
    const least = Math.max(CROWD_FROM, OUTNUMBERS * this.#countOf(newcomer.netgroup, now));
    return links.filter(({ netgroup }) => this.#countOf(netgroup, now) >= least);
  }

  #countOf(name: string, now: Instant): number {
    const netgroup = this.#netgroups.get(name);
    if (netgroup === undefined) return 0;
    return netgroup.count * 2 ** (-(now - netgroup.countedAt) / HALF_LIFE);
  }
}
