/**
 * Who may not have a link for now: a key, or a host. Every ban ends; none is for ever, because addresses change hands
 * and keys are found again. Of the hosts only those beyond this machine can be banned: loopback never is.
 */
import { scopeOf } from '../../wire/address.ts';
import { siteOf } from '../../wire/netgroup.ts';
import type { Whom } from '../inputs.ts';
import type { Instant, Millis, PeerIdentity } from '../settings.ts';
import type { BanSnapshot } from '../snapshot.ts';
import type { StoredBan } from '../stored-state.ts';

/** What is left of the bans is stored anew this often: a crash makes none of them longer than by so much. */
const STORED_EVERY: Millis = 60_000;

export class Bans {
  readonly #max: number;
  #revision = 0;
  #agedAt: Instant = 0;
  /** At most `max`; the one that ends first makes room, one that nobody ordered before those that somebody did. */
  readonly #bans = new Map<string, BanSnapshot>();

  constructor(max: number) {
    this.#max = max;
  }

  get size(): number {
    return this.#bans.size;
  }

  /** Grows whenever {@link store} would say something else; as they run down, once a minute. */
  get revision(): number {
    return this.#revision;
  }

  /** What the next life of this node is to know. */
  store(now: Instant): readonly StoredBan[] {
    return this.all().map(({ whom, until, reason, isOrdered }) => ({
      whom,
      forMillis: Math.max(1, until - now),
      reason,
      isOrdered,
    }));
  }

  /** What an earlier life has stored. */
  restore(bans: readonly StoredBan[], now: Instant): void {
    for (const { forMillis, ...ban } of bans) this.add({ ...ban, until: now + forMillis });
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
    this.#revision++;
    return true;
  }

  /** Says whether there was one. */
  remove(whom: Whom): boolean {
    const key = keyOf(whom);
    const wasThere = key !== undefined && this.#bans.delete(key);
    if (wasThere) this.#revision++;
    return wasThere;
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
    for (const [key, { until }] of this.#bans) {
      if (until > now) continue;
      this.#bans.delete(key);
      this.#revision++;
    }
    if (this.#bans.size === 0 || now - this.#agedAt < STORED_EVERY) return;
    this.#agedAt = now;
    this.#revision++;
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
