/**
 * The places for open links: never more than `maxConnections`, and who gets one when they are taken.
 *
 * A full node makes room for a newcomer by closing an inbound link that has already been given an OFFER (which
 * of them: eviction.ts); if there is none, the newcomer goes before it has done any work. So one bootstrapper
 * can bring in a network far larger than its `maxConnections`. A link that we dialled pushes nobody out.
 *
 * Whoever comes by himself may be anybody. So inbound links find the node full while some places are free: those
 * kept for peers that it chooses itself. They are kept only while it knows somebody to dial; a node that everybody
 * has come to and that knows nobody else would keep them for nothing.
 *
 * A peer that never asks is given no OFFER, so its links stay for good. Whoever opened many of them would push
 * out all others and keep newcomers out of the network. So from the moment when half of the places are taken, a
 * host that has two inbound links here, or a range of addresses that has four, finds the node full; room is
 * made for it among the links of its own host or range only. Up to then everybody is let in: a local network, or a
 * house behind one address, costs nothing but places. Loopback is exempt.
 *
 * Whoever commands many ranges can fill all inbound places all the same, for ever, with links that say nothing. So a node
 * that is full of links that have not asked for an OFFER lets go of one of them now and then: of many, none that
 * is protected (eviction.ts), and none that came a moment ago and may ask yet. In a network at peace hardly any node
 * is full, and whoever has to go finds another place. Those that came with a crowd (crowds.ts) make room at once for
 * anybody who did not.
 */
import type { Random } from '../../basics/random.ts';
import { formatAddress } from '../../wire/address.ts';
import { outboundTarget, type Instant, type Millis, type Settings } from '../settings.ts';
import type { Crowds } from './crowds.ts';
import { Eviction } from './eviction.ts';
import type { Link } from './link.ts';
import type { LinkTable } from './link-table.ts';

/** Peers remembered that made room; the oldest is forgotten. A guess. */
const VICTIMS_MAX = 1_024;
/** A node with so few links is never full for one host or range. A guess: small nodes need everybody. */
const SHARED_FREELY = 8;
/** A link that has not asked for addresses after this long never will. A guess: a short node asks at once. */
const WILL_ASK: Millis = 60_000;
/** Between two such links that make room. A guess: who is full of honest peers should not lose them faster. */
const SILENT_EVERY: Millis = 10_000;
/** The share of the places for inbound links above which newcomers have to work more. */
const NEARLY_FULL = 0.8;

export class Places {
  readonly #settings: Settings;
  readonly #links: LinkTable;
  readonly #eviction: Eviction;
  readonly #crowds: Crowds;
  readonly #knowsOthers: () => boolean;
  /** Peers that made room, at most {@link VICTIMS_MAX}, oldest first. */
  readonly #madeRoomBefore = new Set<string>();
  /** When a link made room that never asked for addresses. */
  #silentWentAt: Instant = Number.NEGATIVE_INFINITY;

  constructor(options: {
    readonly settings: Settings;
    readonly random: Random;
    readonly links: LinkTable;
    readonly crowds: Crowds;
    /** Whether there is anybody whom this node could dial now or later. */
    readonly knowsOthers: () => boolean;
  }) {
    this.#settings = options.settings;
    this.#links = options.links;
    this.#crowds = options.crowds;
    this.#eviction = new Eviction(options.random);
    this.#knowsOthers = options.knowsOthers;
  }

  /** Inbound links that may be open now, those that we dialled left out of account. */
  get inboundMax(): number {
    const { maxConnections } = this.#settings;
    return this.#knowsOthers() ? maxConnections - outboundTarget(this.#settings) : maxConnections;
  }

  get isNearlyFull(): boolean {
    return this.#inbound.length > NEARLY_FULL * this.inboundMax;
  }

  /** Whether `newcomer` could open now only if another link were closed. */
  isFullFor(newcomer: Link): boolean {
    const { openCount } = this.#links;
    if (openCount >= this.#settings.maxConnections) return true;
    if (newcomer.dialled !== undefined) return false;
    return this.#shareOf(newcomer) !== undefined || this.#inbound.length >= this.inboundMax;
  }

  /** The link to close so that `newcomer` can open. */
  victimFor(newcomer: Link, now: Instant): Link | undefined {
    if (newcomer.dialled !== undefined) return undefined;
    const share = this.#shareOf(newcomer);
    const among = share ?? this.#inbound;
    const find = (matches: (link: Link) => boolean): Link | undefined =>
      this.#eviction.leastMissed(among.filter(matches), this.#inbound, now);
    const told = find((link) => link.wasOffered) ?? find((link) => this.#hasMadeRoom(link));
    if (told !== undefined || share !== undefined) return told;
    return this.#oneOfCrowd(newcomer, now) ?? this.#silentOne(now);
  }

  /** One that came with a crowd to which the newcomer does not belong. */
  #oneOfCrowd(newcomer: Link, now: Instant): Link | undefined {
    const inbound = this.#inbound;
    return this.#eviction.unprotected(this.#crowds.among(inbound, newcomer, now), inbound);
  }

  /** One that takes a place and has never asked for addresses, if it is time for another one to go. */
  #silentOne(now: Instant): Link | undefined {
    if (now - this.#silentWentAt < SILENT_EVERY) return undefined;
    const inbound = this.#inbound;
    const silent = inbound.filter(
      (link) => link.scope !== 'loopback' && now - link.openedAt! >= WILL_ASK,
    );
    return this.#eviction.unprotected(silent, inbound);
  }

  /**
   * Peers that were offered others and made room may come back, now with enough links to never ask again.
   * They know where else to go all the same, so they make room again, after those with an OFFER of their
   * own. Otherwise they would fill a small node for good and keep newcomers out of the network.
   */
  onMadeRoom(link: Link, now: Instant): void {
    this.#eviction.onEvicted(link, this.#inbound, now);
    if (!link.wasOffered && !this.#hasMadeRoom(link)) {
      this.#silentWentAt = now;
      return;
    }
    const name = nameOf(link);
    if (name === undefined) return;
    if (this.#madeRoomBefore.size >= VICTIMS_MAX) {
      const [oldest] = this.#madeRoomBefore;
      this.#madeRoomBefore.delete(oldest!);
    }
    this.#madeRoomBefore.add(name);
  }

  #hasMadeRoom(link: Link): boolean {
    const name = nameOf(link);
    return name !== undefined && this.#madeRoomBefore.has(name);
  }

  get #inbound(): readonly Link[] {
    return this.#links.open.filter((link) => link.dialled === undefined);
  }

  /** The open links of the newcomer's own host or range, if these have had their share. */
  #shareOf(newcomer: Link): readonly Link[] | undefined {
    if (newcomer.scope === 'loopback') return undefined;
    const { maxConnections, bounds } = this.#settings;
    const shared = Math.max(SHARED_FREELY, Math.ceil(maxConnections / 2));
    if (this.#links.openCount < shared) return undefined;
    const inbound = this.#inbound;
    const ofHost = inbound.filter(({ site }) => site === newcomer.site);
    if (ofHost.length >= bounds.linksPerHostMax) return ofHost;
    const ofRange = inbound.filter(({ block }) => block === newcomer.block);
    return ofRange.length >= bounds.linksPerRangeMax ? ofRange : undefined;
  }
}

/** What a peer is known by when it comes back. */
function nameOf({ identity, listening }: Link): string | undefined {
  return identity ?? (listening === undefined ? undefined : formatAddress(listening));
}
