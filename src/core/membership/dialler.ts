/**
 * Keeping enough links: at the start all known peers are dialled, up to `maxConnections`. From then on,
 * whenever fewer than `minConnections` links are open, as many candidates as the node is short of.
 *
 * Those who dialled this node may be anybody, and may have come in order to be all that it has. So some of its links
 * should be to peers that it chose itself, however many there are ({@link outboundTarget}). For these it dials whom
 * it knows, but asks nobody: whom it asks may close the link for somebody else.
 *
 * The bootstrapper is asked when there are no known peers, when none of them answered (no TCP connection),
 * or when no link is open at a round. A peer that went away is tried again for a while even by a node that
 * has found others since (lost-peers.ts).
 */
import type { Random } from '../../basics/random.ts';
import type { Address } from '../../wire/address.ts';
import type { Outbox } from '../effects.ts';
import { outboundTarget, type Instant, type Millis, type Settings } from '../settings.ts';
import type { Attempts } from './attempts.ts';
import type { Candidates } from './candidates.ts';
import type { ConfiguredPeer, ConfiguredPeers } from './configured-peers.ts';
import { LostPeers } from './lost-peers.ts';
import type { OwnAddresses } from './own-addresses.ts';
import type { AddressBook, Neighbour, Neighbourhood } from './surroundings.ts';

/** A link that was open this long is missed when it is gone. A guess: it was no passer-by. */
const MISSED_AFTER: Millis = 10_000;

export class Dialler {
  readonly #settings: Settings;
  readonly #random: Random;
  readonly #links: Neighbourhood;
  readonly #book: AddressBook;
  readonly #configured: ConfiguredPeers;
  readonly #own: OwnAddresses;
  readonly #attempts: Attempts;
  readonly #candidates: Candidates;
  readonly #lost = new LostPeers();
  /** Known peers that have not had their first dial. */
  readonly #undialled = new Set<ConfiguredPeer>();
  #isLooking = false;
  /** Whether a round has passed, after which a node without links asks the bootstrapper. */
  #hasWaited = false;

  constructor(options: {
    readonly settings: Settings;
    readonly random: Random;
    readonly out: Outbox;
    readonly links: Neighbourhood;
    readonly book: AddressBook;
    readonly configured: ConfiguredPeers;
    readonly own: OwnAddresses;
    readonly attempts: Attempts;
    readonly candidates: Candidates;
  }) {
    this.#settings = options.settings;
    this.#random = options.random;
    this.#links = options.links;
    this.#book = options.book;
    this.#configured = options.configured;
    this.#own = options.own;
    this.#attempts = options.attempts;
    this.#candidates = options.candidates;
  }

  /** Whether there are fewer links than `minConnections`. */
  get isShort(): boolean {
    return this.#links.open.length < this.#settings.minConnections;
  }

  /** Whether there is anybody who is being dialled, or could be, now or after a pause. */
  get knowsOthers(): boolean {
    if (this.#attempts.dialCount > 0 || this.#candidates.hasAny) return true;
    for (const { dialled } of this.#links.pending) if (dialled !== undefined) return true;
    return false;
  }

  /** `anchors`: dialled before all others. */
  onStart(anchors: readonly Address[], now: Instant): void {
    this.#isLooking = true;
    for (const address of anchors) {
      if (!this.#own.isOwn(address)) this.#attempts.begin(address, now);
    }
    for (const peer of this.#configured.known) this.#undialled.add(peer);
    this.look(now);
  }

  onShutDown(): void {
    this.#isLooking = false;
    this.#attempts.forgetNextLook();
  }

  /**
   * The other side closed a link, or it broke. Whoever dialled looks for the other: it may be the other's choice to
   * end what it began.
   */
  onLost({ openedAt, dialled }: Neighbour, now: Instant): void {
    if (openedAt === undefined || now - openedAt < MISSED_AFTER || dialled === undefined) return;
    if (this.#own.isOwn(dialled) || this.#lost.isFull) return;
    if (this.#book.hold(dialled)) this.#lost.remember(dialled, now);
  }

  onRoundPassed(): void {
    this.#hasWaited = true;
  }

  /** A round has come in which the node is short of links. */
  lookHarder(now: Instant): void {
    if (this.#links.open.length === 0) this.#dialBootstrapper(now);
    this.look(now);
  }

  onWake(now: Instant): void {
    if (this.#isLooking && this.#lost.isDue(now)) this.#lookForLost(now);
    const { nextLook } = this.#attempts;
    if (nextLook !== undefined && nextLook <= now) this.look(now);
  }

  nextDeadline(): Instant {
    const lost = this.#lost.nextDeadline() ?? Number.POSITIVE_INFINITY;
    return Math.min(this.#attempts.nextLook ?? Number.POSITIVE_INFINITY, lost);
  }

  /** Something has changed: dials whom it may and should. */
  look(now: Instant): void {
    this.#attempts.forgetNextLook();
    if (!this.#isLooking) return;
    this.#dialKnownForTheFirstTime(now);
    if (this.#missing <= 0) return;
    let wanted = this.#wanted(now);
    if (wanted > 0) {
      for (const candidate of this.#candidates.inOrder(now, this.#isAlone)) {
        if (wanted === 0 || !this.#attempts.hasRoomToDial(now)) break;
        // Another port of the same host may just have been dialled.
        if (!this.#candidates.mayDial(candidate, now)) continue;
        if (this.#attempts.begin(candidate.address, now)) wanted--;
      }
    }
    if (wanted <= 0) return;
    const retry = this.#candidates.nextRetry(now);
    if (retry !== undefined) this.#attempts.lookAgainAt(retry);
  }

  /** How many more attempts are wanted: those that are missing, less those with hope. */
  #wanted(now: Instant): number {
    return this.#missing - this.#attempts.hopeful(now);
  }

  /** Links that should be dialled, attempts under way included. */
  get #missing(): number {
    const { minConnections, maxConnections } = this.#settings;
    const { open } = this.#links;
    const missing = minConnections - open.length;
    if (open.length >= maxConnections) return missing;
    const own = open.filter((link) => link.dialled !== undefined).length;
    return Math.max(missing, outboundTarget(this.#settings) - own);
  }

  get #isAlone(): boolean {
    return this.#links.open.length === 0 && this.#hasWaited;
  }

  #dialKnownForTheFirstTime(now: Instant): void {
    for (const peer of this.#undialled) {
      if (!peer.wasResolved) continue;
      this.#undialled.delete(peer);
      for (const address of peer.addresses) {
        const entry = this.#book.addConfigured(address);
        const { dialCount, dialsMax } = this.#attempts;
        if (dialCount >= dialsMax || !this.#attempts.hasRoomForLink(now)) continue;
        if (this.#candidates.mayDial(entry, now)) this.#attempts.begin(address, now);
      }
    }
  }

  /** No link has opened by this round: the bootstrapper is asked, whatever else is under way. */
  #dialBootstrapper(now: Instant): void {
    const { bootstrapper } = this.#configured;
    if (bootstrapper === undefined) return;
    // One place beyond the bound of all others is kept for it, whatever they are waiting for.
    const [entry] = this.#random.sample(this.#candidates.of(bootstrapper, now), 1);
    if (entry === undefined || this.#attempts.dialCount > this.#attempts.dialsMax) return;
    if (this.#attempts.hasRoomForLink(now)) this.#attempts.begin(entry.address, now);
  }

  #lookForLost(now: Instant): void {
    this.#lost.look(now, {
      isBack: (address) =>
        this.#links.isLinkedTo(address) || this.#book.find(address) === undefined,
      dial: (address) => {
        const entry = this.#book.find(address);
        if (entry === undefined || !this.#candidates.mayDial(entry, now)) return false;
        return this.#attempts.hasRoomToDial(now) && this.#attempts.begin(address, now);
      },
      letGo: (address) => this.#book.letGo(address),
    });
  }
}
