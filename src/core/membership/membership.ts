/**
 * Keeping enough links: when to look for peers, and what to ask of whom. Whom to dial is the dialler's; feelers and
 * the explorer see to it that the node does not only know those it began with.
 *
 * Rounds come every `searchCooldown`; in each a node that is short of links sends a 505 on all it has, and a
 * link that opens while the node is short gets one at once. What comes back is noted in the peer book, as
 * is how every dial went.
 *
 * A node that finds nobody keeps listening and keeps trying. Being first in a network is no error.
 */
import type { Random } from '../../basics/random.ts';
import { addressEquals, type Address } from '../../wire/address.ts';
import type { PeerDiscovery, PeerOffer } from '../../wire/peer-messages.ts';
import type { Violation } from '../../wire/violation.ts';
import type { Outbox } from '../effects.ts';
import type { LinkId } from '../inputs.ts';
import type { Instant, Millis, PeerIdentity, PeerName, Proofs, Settings } from '../settings.ts';
import { Acquaintances } from './acquaintances.ts';
import { Anchors } from './anchors.ts';
import { Attempts } from './attempts.ts';
import { Candidates } from './candidates.ts';
import { ConfiguredPeers } from './configured-peers.ts';
import { Dialler } from './dialler.ts';
import { Discovery } from './discovery.ts';
import { Explorer } from './explorer.ts';
import { Feelers } from './feelers.ts';
import { OnlySource } from './only-source.ts';
import { OwnAddresses } from './own-addresses.ts';
import type { AddressBook, Neighbour, Neighbourhood } from './surroundings.ts';

/** A link that was open this long has proven its address good. */
const LASTING: Millis = 60_000;

/** Ends of a link that say nothing against the address that was dialled. */
const BLAMELESS: ReadonlySet<string> = new Set([
  'duplicate-link',
  'explored',
  'replaced',
  'full',
  'shutting-down',
]);

export class Membership {
  readonly #settings: Settings;
  readonly #out: Outbox;
  readonly #links: Neighbourhood;
  readonly #book: AddressBook;
  readonly #discovery: Discovery;
  readonly #acquaintances: Acquaintances;
  readonly #configured: ConfiguredPeers;
  readonly #own: OwnAddresses;
  readonly #attempts: Attempts;
  readonly #dialler: Dialler;
  readonly #feelers: Feelers;
  readonly #explorer: Explorer;
  readonly #expectedAt: (address: Address) => readonly PeerIdentity[];
  readonly #anchors = new Anchors();
  /** Those of the life before, until they were dialled. */
  #formerAnchors: readonly Address[];
  readonly #onlySource: OnlySource;
  #isIsolated = false;
  #nextRound: Instant | undefined;

  constructor(options: {
    readonly settings: Settings;
    readonly random: Random;
    readonly proofs: Proofs;
    readonly out: Outbox;
    readonly links: Neighbourhood;
    readonly book: AddressBook;
    /** Announcements that a link has brought since it opened, those that were new and not refused. */
    readonly broughtBy: (link: LinkId) => number;
    /** Whose keys the operator expects at an address; none: nobody's in particular. */
    readonly expectedAt: (address: Address) => readonly PeerIdentity[];
    /** Peers to which an earlier life had links for longest: they are dialled first. */
    readonly anchors?: readonly Address[] | undefined;
  }) {
    const { settings, random, out } = options;
    this.#settings = settings;
    this.#out = out;
    this.#links = options.links;
    this.#book = options.book;
    this.#discovery = new Discovery(options);
    this.#onlySource = new OnlySource(options);
    this.#acquaintances = new Acquaintances(options);
    this.#own = new OwnAddresses(settings);
    const { knownPeers, bootstrapper } = settings;
    this.#configured = new ConfiguredPeers({ knownPeers, bootstrapper, random, out });
    this.#attempts = new Attempts(options);
    const shared = { ...options, configured: this.#configured, own: this.#own };
    const candidates = new Candidates({ ...shared, attempts: this.#attempts });
    const parts = { ...shared, attempts: this.#attempts, candidates };
    this.#dialler = new Dialler(parts);
    this.#feelers = new Feelers(parts);
    this.#explorer = new Explorer({ ...parts, isKept: (link) => this.#isKept(link) });
    this.#expectedAt = options.expectedAt;
    this.#formerAnchors = options.anchors ?? [];
  }

  get dialCount(): number {
    return this.#attempts.dialCount;
  }

  /** The most that {@link dialCount} can be: one beyond those of known peers is the bootstrapper's. */
  get dialsMax(): number {
    return this.#attempts.dialsMax + 1;
  }

  /** Of what any one peer may tell of: the most that was used, see `offerIntakeMax`. */
  mostAddressesTaken(now: Instant): number {
    return this.#discovery.mostAddressesTaken(now);
  }

  /** Peers that the next life should dial first. */
  get anchors(): readonly Address[] {
    return this.#anchors.addresses;
  }

  /** Grows whenever {@link anchors} change. */
  get anchorRevision(): number {
    return this.#anchors.revision;
  }

  get offerProofCount(): number {
    return this.#discovery.provingCount;
  }

  /** Whether there is anybody whom this node could dial now or later. */
  get knowsOthers(): boolean {
    return this.#dialler.knowsOthers;
  }

  onStart(now: Instant): void {
    this.#nextRound = now + this.#settings.searchCooldown;
    this.#configured.resolveAll();
    this.#dialler.onStart(this.#formerAnchors, now);
    this.#formerAnchors = [];
    this.#feelers.onStart(now);
    this.#explorer.onStart(now);
  }

  onShutDown(): void {
    this.#nextRound = undefined;
    this.#dialler.onShutDown();
    this.#feelers.onShutDown();
    this.#explorer.onShutDown();
  }

  /** A TCP connection stands, in either direction. Says whether it was dialled only to find out about a peer. */
  onConnected(dialled: Address | undefined, local: Address): boolean {
    this.#own.learn(local);
    if (dialled === undefined) return false;
    this.#book.onAnswered(dialled);
    return this.#attempts.end(dialled);
  }

  onEstablished(link: Neighbour, now: Instant): void {
    if (link.dialled !== undefined) this.#book.onFound(link.dialled);
    this.#anchors.update(this.#links.open);
    this.#explorer.onEstablished(link);
    if (this.#isIsolated) this.#out.report({ kind: 'connected' });
    this.#isIsolated = false;
    if (this.#dialler.isShort || this.#isVisiting(link)) this.#discovery.ask(link, now);
    else if (this.#links.open.length === this.#settings.minConnections) this.#book.resetBackoff();
    this.#dialler.look(now);
  }

  onEnded(link: Neighbour, code: string, now: Instant): void {
    if (link.isFeeler) {
      this.#feelers.onEnded(link.dialled!, code);
      return;
    }
    this.#anchors.update(this.#links.open);
    this.#discovery.onLinkEnded(link.id);
    if (code === 'made-room') this.#acquaintances.onMadeRoom(link, now);
    if (code === 'closed' || code === 'silent') this.#dialler.onLost(link, now);
    if (link.dialled !== undefined) this.#judgeDialled(link, link.dialled, code, now);
    this.#dialler.look(now);
  }

  onDialFailed(address: Address, reason: string, now: Instant): void {
    const isFeeler = this.#attempts.end(address);
    this.#book.onFailure(address, { answered: false, wasOpen: false }, now);
    if (isFeeler) this.#feelers.onDialFailed(address);
    this.#out.report({ kind: 'dial-failed', address, reason });
    this.#dialler.look(now);
  }

  onResolved(name: PeerName, addresses: readonly Address[], now: Instant): void {
    for (const address of this.#configured.onResolved(name, addresses)) this.#book.demote(address);
    this.#dialler.look(now);
  }

  /** A 505 on an open link. */
  onDiscovery(link: Neighbour, message: PeerDiscovery, now: Instant): void {
    this.#discovery.answer(link, message, this.#acquaintances.offerableTo(link, now), now);
  }

  onOfferProven(link: Neighbour, body: Uint8Array): void {
    this.#discovery.onProven(link, body);
  }

  /** A 506 on an open link; returns what is wrong with it, if anything. */
  onOffer(link: Neighbour, message: PeerOffer, now: Instant): Violation | undefined {
    const addresses = this.#discovery.read(link, message, now);
    if ('kind' in addresses) return addresses;
    const by = { address: link.listening ?? link.remote, scope: link.scope };
    for (const address of this.#discovery.considered(link, addresses, now)) {
      if (!this.#own.isOwn(address)) this.#book.addOffered(address, by);
    }
    this.#dialler.look(now);
    return undefined;
  }

  onWake(now: Instant): void {
    if (this.#nextRound !== undefined && this.#nextRound <= now) this.#beginRound(now);
    this.#dialler.onWake(now);
    this.#feelers.onWake(now);
    if (!this.#explorer.isDue(now)) return;
    const chosen = this.#links.open.flatMap(({ dialled }) => dialled ?? []);
    this.#onlySource.look(chosen);
    this.#explorer.explore(now);
  }

  nextDeadline(): Instant | undefined {
    if (this.#nextRound === undefined) return undefined;
    return Math.min(
      this.#nextRound,
      this.#dialler.nextDeadline(),
      this.#feelers.nextDeadline(),
      this.#explorer.nextDeadline(),
    );
  }

  #beginRound(now: Instant): void {
    // Counted from now, not from when it was due: after a stall one round is made up for, not all of them.
    this.#nextRound = now + this.#settings.searchCooldown;
    this.#dialler.onRoundPassed();
    if (!this.#dialler.isShort) return;
    for (const link of this.#links.open) this.#discovery.ask(link, now);
    if (this.#links.open.length === 0 && !this.#isIsolated) {
      this.#isIsolated = true;
      this.#out.report({ kind: 'isolated' });
    }
    this.#configured.resolveAll();
    this.#dialler.lookHarder(now);
  }

  /**
   * Whether a link is one that this node can do without: it explores, or has come back to a peer that the operator
   * named. It asks there for addresses, needed or not: who was given some makes room for a newcomer that has nobody.
   */
  #isVisiting(link: Neighbour): boolean {
    if (this.#explorer.isExploring(link)) return true;
    return link.dialled !== undefined && this.#book.find(link.dialled)?.isConfigured === true;
  }

  /** The operator's choice, or one that the next life should begin with. */
  #isKept({ dialled }: Neighbour): boolean {
    if (dialled === undefined || this.#book.find(dialled)?.isConfigured === true) return true;
    if (this.#expectedAt(dialled).length > 0) return true;
    return this.#anchors.addresses.some((anchor) => addressEquals(anchor, dialled));
  }

  #judgeDialled(link: Neighbour, dialled: Address, code: string, now: Instant): void {
    if (code === 'self') {
      this.#book.markSelf(dialled);
      return;
    }
    // A peer with several addresses is linked by another of them, or has dialled this node at the same time.
    if (code === 'duplicate-link' && this.#isLinkedElsewhere(link, dialled)) {
      this.#book.onDuplicate(dialled, now);
    }
    if (code === 'full' || code === 'duplicate-link') this.#book.onPostponed(dialled, now);
    if (BLAMELESS.has(code)) return;
    const wasOpen = link.openedAt !== undefined;
    if (wasOpen && now - link.openedAt >= LASTING) this.#book.onLasted(dialled);
    this.#book.onFailure(dialled, { answered: true, wasOpen }, now);
  }

  /** Whether the peer that was found at `dialled` has a link by another address. */
  #isLinkedElsewhere({ identity }: Neighbour, dialled: Address): boolean {
    if (identity === undefined) return false;
    for (const links of [this.#links.open, this.#links.pending]) {
      for (const { identity: other, listening } of links) {
        if (other !== identity || listening === undefined) continue;
        if (!addressEquals(listening, dialled)) return true;
      }
    }
    return false;
  }
}
