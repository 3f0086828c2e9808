/**
 * Addresses of peers: those the operator named, those strangers told of (`new`), and those at which this node
 * has found a peer by dialling (`tried`). For each it remembers how dials went and when the next one is due.
 * Nothing here dials; `membership` asks for candidates.
 *
 * Whoever wants to be all that a node has, tells it of very many addresses of his own and waits until it starts
 * anew. So what is told has its place, which follows from a secret, the netgroup of the address and that of the
 * source (places.ts): one source, or one range of addresses, can fill a small part of the book only, and an
 * address that still has hope keeps its place whatever is told. `tried` is not reached by telling at all. If two
 * addresses compete for a place in it, the older one is dialled before it goes ({@link Challenge}).
 *
 * What strangers say is bounded besides: `addressesMax` addresses in all (a random one of `new` makes room), a few
 * ports on one host, none where other services live or where no machine can be, and one dial a minute to one host.
 * Loopback is exempt from everything but the total.
 *
 * Back-off per address: `backoffMin` after the first failure, doubling to `backoffMax`, each ± 20 % so that
 * nodes that lost the same peer do not come back in step. A link that was open for a while counts as a
 * success; one that closed soon after it opened does not.
 */
import { KeyedHash } from '../../basics/keyed-hash.ts';
import type { Random } from '../../basics/random.ts';
import { formatAddress, scopeOf, type Address, type Scope } from '../../wire/address.ts';
import { netgroupOf, netgroupOfSite, siteOf } from '../../wire/netgroup.ts';
import type { Bounds, Instant } from '../settings.ts';
import type { StoredPeers } from '../stored-state.ts';
import { isBelievable, isLikelyPeer } from './belief.ts';
import { isHopeless, isKept, type BookEntry } from './book-entry.ts';
import { CrowdedHosts } from './crowded-hosts.ts';
import { DoubtfulSources } from './doubtful-sources.ts';
import { RecentDials } from './recent-dials.ts';
import { Tables } from './tables.ts';

/** A peer that has told of addresses. */
export interface Informant {
  /** Where it listens, or its end of the link if it does not say. */
  readonly address: Address;
  /** How far its host reaches. */
  readonly scope: Scope;
}

export class PeerBook {
  readonly #bounds: Bounds;
  readonly #random: Random;
  readonly #hash: KeyedHash;
  readonly #entries = new Map<string, BookEntry>();
  readonly #hosts = new CrowdedHosts(this.#entries);
  readonly #tables: Tables;
  readonly #held = new Set<BookEntry>();
  readonly #recentDials: RecentDials;
  readonly #doubtful = new DoubtfulSources();
  #revision = 0;

  /** `stored`: what an earlier life knew; what cannot be an address in it is left out. */
  constructor(options: {
    readonly bounds: Bounds;
    readonly random: Random;
    readonly stored?: StoredPeers | undefined;
  }) {
    const { bounds, random, stored } = options;
    this.#bounds = bounds;
    this.#random = random;
    this.#recentDials = new RecentDials(bounds.hostPause);
    this.#hash = new KeyedHash(random, stored?.secret);
    this.#tables = new Tables({ hash: this.#hash, random });
    for (const peer of stored?.peers ?? []) this.#restore(peer);
  }

  get size(): number {
    return this.#entries.size;
  }

  /** Addresses at which a peer was found. */
  get triedCount(): number {
    return this.#tables.triedCount;
  }

  /** Addresses that were only told of. */
  get newCount(): number {
    return this.#tables.newCount;
  }

  /** Grows whenever {@link store} would say something else. */
  get revision(): number {
    return this.#revision;
  }

  entries(): Iterable<BookEntry> {
    return this.#entries.values();
  }

  find(address: Address): BookEntry | undefined {
    return this.#entries.get(formatAddress(address));
  }

  /** What the next life of this node is to know. */
  store(anchors: readonly Address[]): StoredPeers {
    const known = [...this.#entries.values()].filter(
      ({ isSelf, triedPlace, newPlaces }) =>
        !isSelf && (triedPlace !== undefined || newPlaces.length > 0),
    );
    return {
      secret: this.#hash.secret,
      anchors,
      peers: known.map(({ address, triedPlace, sources }) => ({
        address,
        isTried: triedPlace !== undefined,
        sources,
      })),
    };
  }

  /** Notes an address that the operator named, by number or through a name. */
  addConfigured(address: Address): BookEntry {
    const entry = this.find(address) ?? this.#insert(newcomer(address));
    entry.isConfigured = true;
    this.#tables.leaveNew(entry);
    return entry;
  }

  /** The operator's name does not stand for this address any more: it may be forgotten like any other. */
  demote(address: Address): void {
    const entry = this.find(address);
    if (entry === undefined) return;
    entry.isConfigured = false;
    this.#settle(entry);
  }

  /**
   * Keeps an address whatever else is told, until it is let go: a link to it was lost. False if no peer can be
   * there.
   */
  hold(address: Address): boolean {
    const known = this.find(address);
    if (known === undefined && scopeOf(address.host) !== 'loopback' && !isLikelyPeer(address)) {
      return false;
    }
    const entry = known ?? this.#insert(newcomer(address));
    entry.isHeld = true;
    this.#held.add(entry);
    this.#tables.leaveNew(entry);
    return true;
  }

  letGo(address: Address): void {
    const entry = this.find(address);
    if (entry === undefined) return;
    entry.isHeld = false;
    this.#held.delete(entry);
    this.#settle(entry);
  }

  /** Notes an address that a peer told of; false if it is not to be believed or has no place. */
  addOffered(address: Address, by: Informant): boolean {
    const known = this.find(address);
    const scope = known?.scope ?? scopeOf(address.host);
    if (address.port === 0 || !isBelievable(scope, by.scope)) return false;
    if (known !== undefined && (isKept(known) || known.triedPlace !== undefined)) return true;
    if (known === undefined && scope !== 'loopback' && !this.#isWelcome(address)) return false;
    const entry = known ?? newcomer(address);
    // On loopback nobody is one source among many.
    const teller = scope === 'loopback' ? address : by.address;
    const source = siteOf(teller);
    const place = this.#tables.placeInNew(entry, source, netgroupOf(teller));
    if (place === undefined) return known !== undefined;
    if (known === undefined) this.#insert(entry);
    this.#putIntoNew(entry, place, source);
    return true;
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
    if (!how.wasOpen) entry.misses++;
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

  onDialled(address: Address, now: Instant): void {
    const entry = this.find(address);
    if (entry !== undefined && isHearsay(entry)) this.#recentDials.note(address.host, now);
  }

  /** From when on an address may be dialled. */
  dialableFrom(entry: BookEntry, now: Instant): Instant {
    if (!isHearsay(entry)) return entry.notBefore;
    const { host } = entry.address;
    return Math.max(
      entry.notBefore,
      this.#recentDials.freeFrom(host, now),
      this.#doubtful.freeFrom(entry.sources, now),
    );
  }

  /** A dial has found a peer to which there is a link already, by another address. */
  onDuplicate(address: Address, now: Instant): void {
    const entry = this.find(address);
    if (entry === undefined || !isHearsay(entry)) return;
    for (const source of entry.sources) this.#doubtful.note(source, now);
  }

  /** A dial got a TCP connection. */
  onAnswered(address: Address): void {
    const entry = this.find(address);
    if (entry !== undefined) entry.hasAnswered = true;
  }

  /** A dial has found a peer: its address is tried from now on, or competes for a place there. */
  onFound(address: Address): void {
    const entry = this.find(address) ?? this.#insert(newcomer(address));
    entry.hasFailedLast = false;
    entry.misses = 0;
    if (entry.isSelf) return;
    if (entry.triedPlace !== undefined) {
      this.#tables.defended(entry);
      return;
    }
    const loser = this.#tables.promote(entry);
    this.#revision++;
    if (loser !== undefined) this.#settle(loser);
  }

  /** A dial that was only to find out has found no peer: the address is forgotten, or loses its place. */
  onNotFound(address: Address): void {
    const entry = this.find(address);
    if (entry === undefined) return;
    entry.misses++;
    entry.hasFailedLast = true;
    if (entry.triedPlace === undefined) {
      this.#displace(entry);
    } else if (this.#tables.concede(entry)) {
      this.#revision++;
      this.#settle(entry);
    }
  }

  /** A link lasted: its address starts afresh. */
  onLasted(address: Address): void {
    const entry = this.find(address);
    if (entry !== undefined) entry.failures = 0;
  }

  /** The address is this node's own. */
  markSelf(address: Address): void {
    const entry = this.find(address) ?? this.#insert(newcomer(address));
    entry.isSelf = true;
    this.#tables.remove(entry);
    this.#revision++;
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

  /** Those that are wanted and that the operator did not name, in the order in which they should be dialled. */
  inRandomOrder(isWanted: (entry: BookEntry) => boolean): readonly BookEntry[] {
    const isStranger = (entry: BookEntry): boolean => !entry.isConfigured && isWanted(entry);
    const held = [...this.#held].filter((entry) => !hasPlace(entry) && isStranger(entry));
    return this.#tables.inRandomOrder(isStranger, held);
  }

  /** The next address to find out about: one that competes for its place in `tried`, or any of `new`. */
  nextToFeel(isWanted: (entry: BookEntry) => boolean): BookEntry | undefined {
    return this.#tables.nextToFeel(isWanted);
  }

  #isWelcome(address: Address): boolean {
    if (!isLikelyPeer(address)) return false;
    return this.#hosts.portsOn(address.host) < this.#bounds.portsPerHostMax;
  }

  #insert(entry: BookEntry): BookEntry {
    if (this.#entries.size >= this.#bounds.addressesMax) this.#forgetOne();
    this.#entries.set(entry.key, entry);
    this.#hosts.onAdded(entry.address.host);
    return entry;
  }

  #putIntoNew(entry: BookEntry, place: number, source: string): void {
    const former = this.#tables.putIntoNew(entry, place, source);
    this.#revision++;
    if (former !== undefined && former !== entry && !hasPlace(former)) this.#settle(former);
  }

  /** An entry has lost what kept it: it finds a place in `new` again, or is forgotten. */
  #settle(entry: BookEntry): void {
    if (isKept(entry) || hasPlace(entry)) return;
    const source = entry.sources[0] ?? siteOf(entry.address);
    entry.sources = [];
    const place = isHopeless(entry)
      ? undefined
      : this.#tables.placeInNew(entry, source, netgroupOfSite(source));
    if (place === undefined) this.#forget(entry);
    else this.#putIntoNew(entry, place, source);
  }

  /** Takes an entry out of `new`, and forgets it unless something else keeps it. */
  #displace(entry: BookEntry): void {
    this.#tables.remove(entry);
    this.#revision++;
    if (!isKept(entry)) this.#forget(entry);
  }

  /** Forgets a random address that was only told of; if there is none, another one. */
  #forgetOne(): void {
    const victim = this.#tables.pickNew() ?? this.#tables.pickTried();
    this.#forget(victim ?? this.#random.pick([...this.#entries.values()])!);
  }

  #forget(entry: BookEntry): void {
    this.#tables.remove(entry);
    this.#held.delete(entry);
    this.#entries.delete(entry.key);
    this.#hosts.onForgotten(entry.address.host);
    this.#revision++;
  }

  #restore({ address, isTried, sources }: StoredPeers['peers'][number]): void {
    if (address.port === 0 || scopeOf(address.host) === 'none') return;
    if (this.find(address) !== undefined || this.size >= this.#bounds.addressesMax) return;
    const entry = this.#insert(newcomer(address));
    entry.sources = sources;
    if (isTried && this.#tables.promote(entry) === undefined) return;
    entry.sources = [];
    for (const source of sources) {
      const place = this.#tables.placeInNew(entry, source, netgroupOfSite(source));
      if (place !== undefined) this.#putIntoNew(entry, place, source);
    }
    this.#settle(entry);
  }
}

function newcomer(address: Address): BookEntry {
  return {
    address,
    key: formatAddress(address),
    scope: scopeOf(address.host),
    group: netgroupOf(address),
    isConfigured: false,
    isHeld: false,
    isSelf: false,
    sources: [],
    newPlaces: [],
    triedPlace: undefined,
    failures: 0,
    notBefore: 0,
    misses: 0,
    hasFailedLast: false,
    hasAnswered: undefined,
  };
}

function hasPlace({ newPlaces, triedPlace }: BookEntry): boolean {
  return newPlaces.length > 0 || triedPlace !== undefined;
}

/** Whether nobody but strangers says that there is a peer. */
function isHearsay({ scope, isConfigured, isHeld, triedPlace }: BookEntry): boolean {
  return scope !== 'loopback' && !isConfigured && !isHeld && triedPlace === undefined;
}
