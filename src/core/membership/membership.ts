/**
 * Keeping enough links: whom to dial, when, and what to ask of whom.
 *
 * At the start all known peers are dialled, up to `maxConnections`. From then on, whenever fewer than
 * `minConnections` links are open, the node dials as many candidates as it is short of: addresses it was
 * offered (in random order), then known peers, then the bootstrapper, then offered addresses that failed
 * before. Failed ones wait out their back-off. Most dials fail where addresses are old, so an attempt that
 * gets no answer for a while no longer counts: the next candidate is tried beside it.
 *
 * The bootstrapper is asked when there are no known peers, when none of them answered (no TCP connection),
 * or when no link is open at a round. Rounds come every `searchCooldown`; in each a node that is short of
 * links sends a 505 on all it has, and a link that opens while the node is short gets one at once.
 *
 * A peer that went away is tried again for a while even by a node that has found others since (lost-peers.ts).
 *
 * A node that finds nobody keeps listening and keeps trying. Being first in a network is no error.
 */
import type { Random } from '../../basics/random.ts';
import { formatAddress, scopeOf, type Address } from '../../wire/address.ts';
import type { PeerDiscovery, PeerOffer } from '../../wire/peer-messages.ts';
import type { Violation } from '../../wire/violation.ts';
import type { Outbox } from '../effects.ts';
import type { Instant, Millis, PeerName, Proofs, Settings } from '../settings.ts';
import { ConfiguredPeers, type ConfiguredPeer } from './configured-peers.ts';
import { Discovery, offerableTo } from './discovery.ts';
import { LostPeers } from './lost-peers.ts';
import { OwnAddresses } from './own-addresses.ts';
import type { AddressBook, Candidate, Neighbour, Neighbourhood } from './surroundings.ts';

/** Dials without a connection yet, at once. A guess: enough to get past a handful of black holes. */
export const DIALS_MAX = 16;
/** Former peers remembered for offers. 1,000 nodes that join at once then form a random graph (measured). */
const FORMER_PEERS_MAX = 1_024;
/** A former peer is not offered any longer than this: by then it may be gone. A guess. */
const FORMER_PEER_LIFE: Millis = 300_000;
/** A dial that has no connection after this no longer counts as hope. A guess: several round trips. */
const DIAL_HOPE: Millis = 1_000;
/** A connection on which the peer has not even begun its part after this no longer counts as hope. */
const HANDSHAKE_HOPE: Millis = 5_000;
/** A link that was open this long has proven its address good. */
const LASTING: Millis = 60_000;

/** A link that was open this long is missed when it is gone. A guess: it was no passer-by. */
const MISSED_AFTER: Millis = 10_000;

/** Ends of a link that say nothing against the address that was dialled. */
const BLAMELESS: ReadonlySet<string> = new Set(['duplicate-link', 'full', 'shutting-down']);

export class Membership {
  readonly #settings: Settings;
  readonly #random: Random;
  readonly #out: Outbox;
  readonly #links: Neighbourhood;
  readonly #book: AddressBook;
  readonly #discovery: Discovery;
  readonly #configured: ConfiguredPeers;
  readonly #own: OwnAddresses;
  /** Dials under way: when each began, by address. */
  readonly #dials = new Map<string, Instant>();
  /** Known peers that have not had their first dial. */
  readonly #undialled = new Set<ConfiguredPeer>();
  /** Peers that had to make room, a random one of which makes room in turn. */
  #former: { readonly link: Neighbour; readonly since: Instant }[] = [];
  readonly #lost = new LostPeers();
  #isLooking = false;
  #isIsolated = false;
  #nextRound: Instant | undefined;
  #roundsPassed = 0;
  /** When the next attempt is due although nothing happens until then. */
  #nextAttempt: Instant | undefined;

  constructor(options: {
    readonly settings: Settings;
    readonly random: Random;
    readonly proofs: Proofs;
    readonly out: Outbox;
    readonly links: Neighbourhood;
    readonly book: AddressBook;
  }) {
    const { settings, random, out } = options;
    this.#settings = settings;
    this.#random = random;
    this.#out = out;
    this.#links = options.links;
    this.#book = options.book;
    this.#discovery = new Discovery(options);
    this.#own = new OwnAddresses(settings);
    const { knownPeers, bootstrapper } = settings;
    this.#configured = new ConfiguredPeers({ knownPeers, bootstrapper, random, out });
  }

  get dialCount(): number {
    return this.#dials.size;
  }

  get offerProofCount(): number {
    return this.#discovery.provingCount;
  }

  onStart(now: Instant): void {
    this.#isLooking = true;
    this.#nextRound = now + this.#settings.searchCooldown;
    for (const peer of this.#configured.known) this.#undialled.add(peer);
    this.#configured.resolveAll();
    this.#look(now);
  }

  onShutDown(): void {
    this.#isLooking = false;
    this.#nextRound = undefined;
    this.#nextAttempt = undefined;
  }

  /** A TCP connection stands, in either direction. */
  onConnected(dialled: Address | undefined, local: Address): void {
    this.#own.learn(local);
    if (dialled === undefined) return;
    this.#dials.delete(formatAddress(dialled));
    this.#book.onAnswered(dialled);
  }

  onEstablished(link: Neighbour, now: Instant): void {
    if (link.dialled !== undefined) this.#book.onOpened(link.dialled);
    if (this.#isIsolated) this.#out.report({ kind: 'connected' });
    this.#isIsolated = false;
    if (this.#isShort()) this.#discovery.ask(link, now);
    else this.#book.resetBackoff();
    this.#look(now);
  }

  onEnded(link: Neighbour, code: string, now: Instant): void {
    this.#discovery.onLinkEnded(link.id);
    if (code === 'made-room') this.#rememberFormer(link, now);
    if (code === 'closed') this.#rememberLost(link, now);
    if (link.dialled !== undefined) this.#judgeDialled(link, link.dialled, code, now);
    this.#look(now);
  }

  #rememberLost({ openedAt, listening, remote }: Neighbour, now: Instant): void {
    if (openedAt === undefined || now - openedAt < MISSED_AFTER || listening === undefined) return;
    if (this.#own.isOwn(listening)) return;
    this.#book.addOffered(listening, scopeOf(remote.host));
    this.#lost.remember(listening, now);
  }

  #lookForLost(now: Instant): void {
    this.#lost.look(now, {
      isBack: (address) =>
        this.#links.isLinkedTo(address) || this.#book.find(address) === undefined,
      dial: (address) => {
        const entry = this.#book.find(address);
        if (entry === undefined || !this.#mayDial(entry, now)) return false;
        return this.#hasRoomToDial(now) && this.#dial(address, now);
      },
    });
  }

  /**
   * A peer that had to make room is still offered to those who come after it. Otherwise all whom a full
   * node lets in within one round trip would know only each other, and stay an island.
   */
  #rememberFormer(link: Neighbour, since: Instant): void {
    if (this.#former.length < FORMER_PEERS_MAX) this.#former.push({ link, since });
    else this.#former[this.#random.below(FORMER_PEERS_MAX)] = { link, since };
  }

  onDialFailed(address: Address, reason: string, now: Instant): void {
    this.#dials.delete(formatAddress(address));
    this.#book.onFailure(address, { answered: false, wasOpen: false }, now);
    this.#out.report({ kind: 'dial-failed', address, reason });
    this.#look(now);
  }

  onResolved(name: PeerName, addresses: readonly Address[], now: Instant): void {
    for (const address of this.#configured.onResolved(name, addresses)) this.#book.demote(address);
    this.#look(now);
  }

  /** A 505 on an open link. */
  onDiscovery(link: Neighbour, message: PeerDiscovery, now: Instant): void {
    if (!this.#discovery.mayAnswer(link.id, now)) return;
    this.#former = this.#former.filter(({ since }) => now - since < FORMER_PEER_LIFE);
    const neighbours = [...this.#links.open, ...this.#former.map((former) => former.link)];
    const offerable = offerableTo(link, neighbours, (address, via) =>
      this.#isOfferable(address, via),
    );
    this.#discovery.answer(link, message, offerable);
  }

  onOfferProven(link: Neighbour, body: Uint8Array): void {
    this.#discovery.onProven(link, body);
  }

  /** A 506 on an open link; returns what is wrong with it, if anything. */
  onOffer(link: Neighbour, message: PeerOffer, now: Instant): Violation | undefined {
    const addresses = this.#discovery.read(link, message, now);
    if ('kind' in addresses) return addresses;
    const via = scopeOf(link.remote.host);
    for (const address of this.#random.sample(addresses, this.#settings.bounds.offerIntakeMax)) {
      if (!this.#own.isOwn(address)) this.#book.addOffered(address, via);
    }
    this.#look(now);
    return undefined;
  }

  onWake(now: Instant): void {
    if (this.#nextRound !== undefined && this.#nextRound <= now) this.#beginRound(now);
    if (this.#isLooking && this.#lost.isDue(now)) this.#lookForLost(now);
    if (this.#nextAttempt !== undefined && this.#nextAttempt <= now) this.#look(now);
  }

  nextDeadline(): Instant | undefined {
    if (this.#nextRound === undefined) return undefined;
    const lost = this.#lost.nextDeadline() ?? Number.POSITIVE_INFINITY;
    return Math.min(this.#nextRound, this.#nextAttempt ?? Number.POSITIVE_INFINITY, lost);
  }

  #isShort(): boolean {
    return this.#links.open.length < this.#settings.minConnections;
  }

  #beginRound(now: Instant): void {
    // Counted from now, not from when it was due: after a stall one round is made up for, not all of them.
    this.#nextRound = now + this.#settings.searchCooldown;
    this.#roundsPassed++;
    if (!this.#isShort()) return;
    for (const link of this.#links.open) this.#discovery.ask(link, now);
    if (this.#links.open.length === 0 && !this.#isIsolated) {
      this.#isIsolated = true;
      this.#out.report({ kind: 'isolated' });
    }
    this.#configured.resolveAll();
    if (this.#links.open.length === 0) this.#dialBootstrapper(now);
    this.#look(now);
  }

  /** No link has opened by this round: the bootstrapper is asked, whatever else is under way. */
  #dialBootstrapper(now: Instant): void {
    if (this.#configured.bootstrapper === undefined) return;
    // One place beyond the bound of all others is kept for it, whatever they are waiting for.
    const [entry] = this.#random.sample(this.#entriesOf([this.#configured.bootstrapper], now), 1);
    if (entry === undefined || this.#dials.size > this.#dialsMax) return;
    if (this.#hasRoomForLink(now)) this.#dial(entry.address, now);
  }

  /** Whether an address may be given to a peer that is reached over `via`. */
  #isOfferable(address: Address, via: ReturnType<typeof scopeOf>): boolean {
    const scope = scopeOf(address.host);
    if (via === 'global' && scope !== 'global') return false;
    if (via === 'private' && scope === 'loopback') return false;
    return this.#book.find(address)?.hasFailedLast !== true;
  }

  #judgeDialled(link: Neighbour, dialled: Address, code: string, now: Instant): void {
    if (code === 'self') {
      this.#book.markSelf(dialled);
      return;
    }
    if (BLAMELESS.has(code)) return;
    const wasOpen = link.openedAt !== undefined;
    if (wasOpen && now - link.openedAt >= LASTING) this.#book.onLasted(dialled);
    this.#book.onFailure(dialled, { answered: true, wasOpen }, now);
  }

  // ——— Dialling ———

  #look(now: Instant): void {
    this.#nextAttempt = undefined;
    if (!this.#isLooking) return;
    this.#dialKnownForTheFirstTime(now);
    if (!this.#isShort()) return;
    let wanted = this.#wanted(now);
    if (wanted > 0) {
      for (const { address } of this.#candidates(now)) {
        if (wanted === 0 || !this.#hasRoomToDial(now)) break;
        if (this.#dial(address, now)) wanted--;
      }
    }
    if (wanted > 0) this.#noteNextRetry(now);
  }

  #dialKnownForTheFirstTime(now: Instant): void {
    for (const peer of this.#undialled) {
      if (!peer.wasResolved) continue;
      this.#undialled.delete(peer);
      for (const address of peer.addresses) {
        const entry = this.#book.addConfigured(address);
        if (this.#dials.size >= this.#dialsMax || !this.#hasRoomForLink(now)) continue;
        if (this.#mayDial(entry, now)) this.#dial(address, now);
      }
    }
  }

  /** How many more attempts are wanted: those that are short, less those with hope. */
  #wanted(now: Instant): number {
    return this.#settings.minConnections - this.#links.open.length - this.#hopeful(now);
  }

  /** Attempts of ours that may soon be links. Notes when hope ends. */
  #hopeful(now: Instant): number {
    let hopeful = 0;
    const count = (since: Instant, hope: Millis): void => {
      if (now - since >= hope) return;
      hopeful++;
      this.#noteAttempt(since + hope);
    };
    for (const since of this.#dials.values()) count(since, DIAL_HOPE);
    for (const link of this.#links.pending) {
      if (link.dialled === undefined) continue;
      if (link.isSolving) hopeful++;
      else count(link.steppedAt, HANDSHAKE_HOPE);
    }
    return hopeful;
  }

  #candidates(now: Instant): readonly Candidate[] {
    const fresh: Candidate[] = [];
    const failed: Candidate[] = [];
    for (const entry of this.#book.entries()) {
      if (entry.origin !== 'offered' || !this.#mayDial(entry, now)) continue;
      (entry.hasFailedLast ? failed : fresh).push(entry);
    }
    const known = this.#entriesOf(this.#configured.known, now);
    const last = this.#isBootstrapperDue()
      ? this.#entriesOf([this.#configured.bootstrapper!], now)
      : [];
    return [
      ...this.#random.shuffled(fresh),
      ...this.#random.shuffled(known),
      ...last,
      ...this.#random.shuffled(failed),
    ];
  }

  #entriesOf(peers: readonly ConfiguredPeer[], now: Instant): readonly Candidate[] {
    return peers
      .flatMap((peer) => peer.addresses)
      .map((address) => this.#book.addConfigured(address))
      .filter((entry) => this.#mayDial(entry, now));
  }

  #isBootstrapperDue(): boolean {
    const { known, bootstrapper } = this.#configured;
    if (bootstrapper === undefined) return false;
    if (this.#links.open.length === 0 && this.#roundsPassed > 0) return true;
    return known.every(
      (peer) =>
        peer.wasResolved &&
        peer.addresses.every((address) => {
          const entry = this.#book.find(address);
          return entry?.hasAnswered === false || entry?.isSelf === true || this.#own.isOwn(address);
        }),
    );
  }

  #mayDial(entry: Candidate, now: Instant): boolean {
    return entry.notBefore <= now && this.#isDialable(entry);
  }

  #isDialable(entry: Candidate): boolean {
    if (entry.isSelf || this.#own.isOwn(entry.address)) return false;
    if (this.#dials.has(formatAddress(entry.address))) return false;
    return !this.#links.isLinkedTo(entry.address);
  }

  get #dialsMax(): number {
    return Math.max(DIALS_MAX, this.#settings.maxConnections);
  }

  #hasRoomToDial(now: Instant): boolean {
    return this.#dials.size < DIALS_MAX && this.#hasRoomForLink(now);
  }

  /**
   * Whether one more link that we dial could open, were all that have hope to open, and whether it has a
   * place among those on their way. Peers that accept and then say nothing hold up nobody else.
   */
  #hasRoomForLink(now: Instant): boolean {
    const { maxConnections, bounds } = this.#settings;
    if (this.#links.open.length + this.#hopeful(now) >= maxConnections) return false;
    return this.#links.pendingCount + this.#dials.size < bounds.pendingLinksMax;
  }

  #dial(address: Address, now: Instant): boolean {
    const key = formatAddress(address);
    if (this.#dials.has(key)) return false;
    this.#dials.set(key, now);
    this.#noteAttempt(now + DIAL_HOPE);
    this.#out.put({ kind: 'dial', address });
    return true;
  }

  #noteNextRetry(now: Instant): void {
    for (const entry of this.#book.entries()) {
      if (entry.notBefore > now && this.#isDialable(entry)) this.#noteAttempt(entry.notBefore);
    }
  }

  #noteAttempt(at: Instant): void {
    if (this.#nextAttempt === undefined || at < this.#nextAttempt) this.#nextAttempt = at;
  }
}
