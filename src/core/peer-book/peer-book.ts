/**
 * Addresses of peers: those the operator named and those strangers offered. For each it remembers how dials
 * went and when the next one is due. Nothing here dials; `membership` asks for candidates.
 *
 * What strangers say is bounded: `addressesMax` addresses in all (a random one makes room), a few ports on
 * one host, and no ports where other services live, so that a poisoned OFFER can neither fill the memory
 * nor point the node at somebody's mail server. Loopback is exempt from everything but the total.
 *
 * Back-off per address: `backoffMin` after the first failure, doubling to `backoffMax`, each ± 20 % so that
 * nodes that lost the same peer do not come back in step. A link that was open for a while counts as a
 * success; one that closed soon after it opened does not.
 */
import type { Random } from '../../basics/random.ts';
import { formatAddress, scopeOf, type Address, type Scope } from '../../wire/address.ts';
import type { Bounds, Instant } from '../settings.ts';
import { CrowdedHosts } from './crowded-hosts.ts';

/** Where an address comes from: the operator, or strangers. A configured one is never forgotten. */
export type Origin = 'configured' | 'offered';

export interface BookEntry {
  readonly address: Address;
  readonly scope: Scope;
  origin: Origin;
  /** Dials in a row that came to no lasting link. */
  failures: number;
  /** Not dialled before this. */
  notBefore: Instant;
  /** Whether the last dial from here failed in any way; such an address is offered to nobody. */
  hasFailedLast: boolean;
  /** Whether the last dial got a TCP connection; undefined before the first has ended. */
  hasAnswered: boolean | undefined;
  /** This node itself: never dialled. */
  isSelf: boolean;
  /** Its place among those that may be forgotten; undefined for configured ones and this node itself. */
  place: number | undefined;
}

/**
 * Ports that are never dialled on a stranger's word: everything below 1024, and databases, remote desktops,
 * file and chat servers above it (after Bitcoin Core's list of bad ports, `netbase.cpp`).
 */
const SERVICE_PORTS: ReadonlySet<number> = new Set([
  1080, 1433, 1521, 1719, 1720, 1723, 2049, 3306, 3389, 3659, 4045, 5060, 5061, 5432, 5900, 6379,
  6665, 6666, 6667, 6668, 6669, 6697, 9200, 11211, 27017,
]);

export class PeerBook {
  readonly #bounds: Bounds;
  readonly #random: Random;
  readonly #entries = new Map<string, BookEntry>();
  readonly #hosts = new CrowdedHosts(this.#entries);
  /** Those that may be forgotten, in no order: one can be drawn or taken out without a walk. */
  readonly #strangers: BookEntry[] = [];

  constructor(options: { readonly bounds: Bounds; readonly random: Random }) {
    this.#bounds = options.bounds;
    this.#random = options.random;
  }

  get size(): number {
    return this.#entries.size;
  }

  entries(): Iterable<BookEntry> {
    return this.#entries.values();
  }

  find(address: Address): BookEntry | undefined {
    return this.#entries.get(formatAddress(address));
  }

  /** Notes an address that the operator named, by number or through a name. */
  addConfigured(address: Address): BookEntry {
    const known = this.find(address);
    if (known === undefined) return this.#insert(address, 'configured');
    known.origin = 'configured';
    this.#keep(known);
    return known;
  }

  /**
   * Notes an address from an OFFER of a peer that is reached over `via`; false if it is not to be believed
   * or there is no room on its host.
   */
  addOffered(address: Address, via: Scope): boolean {
    const known = this.find(address);
    const scope = known?.scope ?? scopeOf(address.host);
    if (address.port === 0 || !isBelievable(scope, via)) return false;
    if (known !== undefined) return true;
    if (scope !== 'loopback') {
      if (address.port < 1024 || SERVICE_PORTS.has(address.port)) return false;
      if (this.#hosts.portsOn(address.host) >= this.#bounds.portsPerHostMax) return false;
    }
    this.#insert(address, 'offered', scope);
    return true;
  }

  /** The operator's name does not stand for this address any more: it may be forgotten like any other. */
  demote(address: Address): void {
    const entry = this.find(address);
    if (entry === undefined) return;
    entry.origin = 'offered';
    this.#release(entry);
  }

  /** A dial came to nothing, or its link ended before it had lasted. */
  onFailure(
    address: Address,
    how: { readonly answered: boolean; readonly wasOpen: boolean },
    now: Instant,
  ): void {
    const entry = this.find(address);
    if (entry === undefined) return;
    entry.hasAnswered = how.answered;
    entry.hasFailedLast = !how.wasOpen;
    entry.failures++;
    const doubled = this.#bounds.backoffMin * 2 ** Math.min(entry.failures - 1, 16);
    const jitter = 0.8 + 0.4 * this.#random.fraction();
    entry.notBefore = now + Math.ceil(Math.min(doubled, this.#bounds.backoffMax) * jitter);
  }

  /** Its link ended for want of room on this side: it is not dialled again at once. */
  onPostponed(address: Address, now: Instant): void {
    const entry = this.find(address);
    if (entry === undefined) return;
    const pause = this.#bounds.backoffMin * (0.8 + 0.4 * this.#random.fraction());
    entry.notBefore = Math.max(entry.notBefore, now + Math.ceil(pause));
  }

  /** A dial got a TCP connection. */
  onAnswered(address: Address): void {
    const entry = this.find(address);
    if (entry !== undefined) entry.hasAnswered = true;
  }

  /** A link that we dialled is open. */
  onOpened(address: Address): void {
    const entry = this.find(address);
    if (entry !== undefined) entry.hasFailedLast = false;
  }

  /** A link lasted: its address starts afresh. */
  onLasted(address: Address): void {
    const entry = this.find(address);
    if (entry !== undefined) entry.failures = 0;
  }

  /** The address is this node's own. */
  markSelf(address: Address): void {
    const entry = this.find(address) ?? this.#insert(address, 'offered');
    entry.isSelf = true;
    this.#keep(entry);
  }

  /**
   * There are enough links: whoever is needed next may be dialled at once. Except where links open and do
   * not last: where a link opens before the peer can refuse it (proof of work in discovery), two full peers
   * would otherwise be dialled in turn without any pause.
   */
  resetBackoff(): void {
    for (const entry of this.#entries.values()) {
      if (entry.failures > 0 && !entry.hasFailedLast) continue;
      entry.failures = 0;
      entry.notBefore = 0;
    }
  }

  #insert(address: Address, origin: Origin, scope = scopeOf(address.host)): BookEntry {
    if (this.#entries.size >= this.#bounds.addressesMax) this.#forgetOne();
    const entry: BookEntry = {
      address,
      scope,
      origin,
      failures: 0,
      notBefore: 0,
      hasFailedLast: false,
      hasAnswered: undefined,
      isSelf: false,
      place: undefined,
    };
    this.#entries.set(formatAddress(address), entry);
    this.#hosts.onAdded(address.host);
    this.#release(entry);
    return entry;
  }

  /** Forgets a random address that the operator did not name; if he named them all, one of those. */
  #forgetOne(): void {
    const victim =
      this.#random.pick(this.#strangers) ?? this.#random.pick([...this.#entries.values()]);
    if (victim === undefined) return;
    this.#keep(victim);
    this.#entries.delete(formatAddress(victim.address));
    this.#hosts.onForgotten(victim.address.host);
  }

  /** From now on an entry may be forgotten, unless it is configured or this node itself. */
  #release(entry: BookEntry): void {
    if (entry.place !== undefined || entry.origin === 'configured' || entry.isSelf) return;
    entry.place = this.#strangers.length;
    this.#strangers.push(entry);
  }

  /** From now on an entry may not be forgotten: the last one takes its place. */
  #keep(entry: BookEntry): void {
    const { place } = entry;
    if (place === undefined) return;
    const last = this.#strangers.pop()!;
    if (last !== entry) {
      this.#strangers[place] = last;
      last.place = place;
    }
    entry.place = undefined;
  }
}

/**
 * Whether a peer reached over `via` can know an address of `scope`: over loopback everything is believed, from a
 * private network all but loopback, from elsewhere only what is reachable from everywhere.
 */
function isBelievable(scope: Scope, via: Scope): boolean {
  if (scope === 'none') return false;
  if (via === 'loopback') return true;
  return via === 'private' ? scope !== 'loopback' : scope === 'global';
}
