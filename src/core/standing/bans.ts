/**
 * Who may not have a link for now: a key, or a host. Every ban ends; none is for ever, because addresses change hands
 * and keys are found again. Of the hosts only those beyond this machine can be banned: loopback never is.
 */
import { scopeOf } from '../../wire/address.ts';
import { siteOf } from '../../wire/netgroup.ts';
import type { Whom } from '../inputs.ts';
import type { Instant, PeerIdentity } from '../settings.ts';
import type { BanSnapshot } from '../snapshot.ts';

export class Bans {
  readonly #max: number;
  /** At most `max`; the one that ends first makes room, one that nobody ordered before those that somebody did. */
  readonly #bans = new Map<string, BanSnapshot>();

  constructor(max: number) {
    this.#max = max;
  }

  get size(): number {
    return this.#bans.size;
  }

  all(): readonly BanSnapshot[] {
    return [...this.#bans.values()];
  }

  /** Bans, or bans anew; false if it is this very machine. */
  add(ban: BanSnapshot): boolean {
    const key = keyOf(ban.whom);
    if (key === undefined) return false;
    // What the operator has said is not made shorter by what the peer does meanwhile.
    const known = this.#bans.get(key);
    if (known?.isOrdered === true && !ban.isOrdered) return true;
    if (known === undefined && this.#bans.size >= this.#max) this.#makeRoom();
    this.#bans.set(key, ban);
    return true;
  }

  /** Says whether there was one. */
  remove(whom: Whom): boolean {
    const key = keyOf(whom);
    return key !== undefined && this.#bans.delete(key);
  }

  covers(peer: {
    readonly host: string;
    readonly identity?: PeerIdentity | undefined;
  }): BanSnapshot | undefined {
    if (this.#bans.size === 0) return undefined;
    const { host, identity } = peer;
    const byKey = identity === undefined ? undefined : this.#bans.get(identity);
    const ofHost = keyOf({ host });
    return byKey ?? (ofHost === undefined ? undefined : this.#bans.get(ofHost));
  }

  onWake(now: Instant): void {
    for (const [key, { until }] of this.#bans) if (until <= now) this.#bans.delete(key);
  }

  nextDeadline(): Instant | undefined {
    // Asked after nearly every message, and nearly always so: an iterator each time would be the larger part of it.
    if (this.#bans.size === 0) return undefined;
    let next: Instant | undefined;
    for (const { until } of this.#bans.values()) {
      if (next === undefined || until < next) next = until;
    }
    return next;
  }

  #makeRoom(): void {
    let chosen: [string, BanSnapshot] | undefined;
    for (const entry of this.#bans) {
      if (chosen === undefined || goesBefore(entry[1], chosen[1])) chosen = entry;
    }
    if (chosen !== undefined) this.#bans.delete(chosen[0]);
  }
}

function goesBefore(one: BanSnapshot, other: BanSnapshot): boolean {
  if (one.isOrdered !== other.isOrdered) return !one.isOrdered;
  return one.until < other.until;
}

/** Of IPv6 beyond one's own network the /64: its owner chooses the rest himself. Undefined for loopback. */
function keyOf(whom: Whom): string | undefined {
  if ('identity' in whom) return whom.identity;
  const scope = scopeOf(whom.host);
  if (scope === 'loopback') return undefined;
  return scope === 'private' ? whom.host : siteOf({ host: whom.host, port: 0 });
}
