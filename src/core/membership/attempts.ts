/**
 * Links that this node is trying to get: dials without a connection yet, and connections that it dialled and
 * that are not open yet. Most dials fail where addresses are old, so an attempt that gets no answer for a
 * while no longer has hope: it goes on, but the next candidate is tried beside it.
 *
 * The attempts also know when hope ends, and with it when to look for candidates again. Feelers, dials that are only
 * to find out whether there is a peer, are among them, but nobody hopes for a link from one.
 */
import { formatAddress, type Address } from '../../wire/address.ts';
import type { Outbox } from '../effects.ts';
import type { Instant, Millis, Settings } from '../settings.ts';
import type { AddressBook, Neighbourhood } from './surroundings.ts';

/** A dial that has no connection after this no longer counts as hope. A guess: several round trips. */
const DIAL_HOPE: Millis = 1_000;
/** A connection on which the peer has not even begun its part after this no longer counts as hope. */
const HANDSHAKE_HOPE: Millis = 5_000;

interface Dial {
  readonly address: Address;
  readonly since: Instant;
  readonly isFeeler: boolean;
}

export class Attempts {
  readonly #settings: Settings;
  readonly #out: Outbox;
  readonly #links: Neighbourhood;
  readonly #book: AddressBook;
  /** Dials under way, by address. */
  readonly #dials = new Map<string, Dial>();
  #nextLook: Instant | undefined;

  constructor(options: {
    readonly settings: Settings;
    readonly out: Outbox;
    readonly links: Neighbourhood;
    readonly book: AddressBook;
  }) {
    this.#settings = options.settings;
    this.#out = options.out;
    this.#links = options.links;
    this.#book = options.book;
  }

  /** Dials without a connection yet. */
  get dialCount(): number {
    return this.#dials.size;
  }

  /** The most dials at once that known peers may have for their first dial; one more is the bootstrapper's. */
  get dialsMax(): number {
    return Math.max(this.#settings.bounds.dialsMax, this.#settings.maxConnections);
  }

  /** Whether a dial to `address` is under way, or a link to it is or will be open, whoever dialled. */
  isUnderWay(address: Address): boolean {
    return this.#dials.has(formatAddress(address)) || this.#links.isLinkedTo(address);
  }

  /** Whether a link to `address` would be closed at once. */
  isBarred(address: Address): boolean {
    return this.#links.isBanned(address);
  }

  /** Dials, unless a dial to the same address is under way; says whether it has. */
  begin(address: Address, now: Instant, isFeeler = false): boolean {
    const key = formatAddress(address);
    if (this.#dials.has(key)) return false;
    this.#dials.set(key, { address, since: now, isFeeler });
    if (!isFeeler) this.lookAgainAt(now + DIAL_HOPE);
    this.#book.onDialled(address, now);
    this.#out.put({ kind: 'dial', address });
    return true;
  }

  /** A dial has ended, with a connection or without; says whether it was a feeler. */
  end(address: Address): boolean {
    const key = formatAddress(address);
    const isFeeler = this.#dials.get(key)?.isFeeler === true;
    this.#dials.delete(key);
    return isFeeler;
  }

  /** Where this node has links that it dialled, or tries to get one. */
  *outbound(): Iterable<Address> {
    for (const { address, isFeeler } of this.#dials.values()) if (!isFeeler) yield address;
    for (const links of [this.#links.open, this.#links.pending]) {
      for (const { dialled, isFeeler } of links) {
        if (dialled !== undefined && !isFeeler) yield dialled;
      }
    }
  }

  /** Attempts that may soon be links. Notes when hope ends. */
  hopeful(now: Instant): number {
    let hopeful = 0;
    const count = (since: Instant, hope: Millis): void => {
      if (now - since >= hope) return;
      hopeful++;
      this.lookAgainAt(since + hope);
    };
    for (const { since, isFeeler } of this.#dials.values()) if (!isFeeler) count(since, DIAL_HOPE);
    for (const link of this.#links.pending) {
      if (link.dialled === undefined || link.isFeeler) continue;
      if (link.isSolving) hopeful++;
      else count(link.steppedAt, HANDSHAKE_HOPE);
    }
    return hopeful;
  }

  hasRoomToDial(now: Instant): boolean {
    return this.#hasRoomForDial && this.hasRoomForLink(now);
  }

  /** Whether a feeler has a place among the links on their way. */
  get hasRoomForFeeler(): boolean {
    return this.#hasRoomForDial && this.#hasRoomOnItsWay;
  }

  /**
   * Whether one more link that we dial could open, were all that have hope to open, and whether it has a
   * place among those on their way. Peers that accept and then say nothing hold up nobody else.
   */
  hasRoomForLink(now: Instant): boolean {
    if (this.#links.open.length + this.hopeful(now) >= this.#settings.maxConnections) return false;
    return this.#hasRoomOnItsWay;
  }

  get #hasRoomForDial(): boolean {
    return this.#dials.size < this.#settings.bounds.dialsMax;
  }

  get #hasRoomOnItsWay(): boolean {
    const { pendingLinksMax } = this.#settings.bounds;
    return this.#links.pendingCount + this.#dials.size < pendingLinksMax;
  }

  /** When to look for candidates again although nothing happens until then. */
  get nextLook(): Instant | undefined {
    return this.#nextLook;
  }

  lookAgainAt(at: Instant): void {
    if (this.#nextLook === undefined || at < this.#nextLook) this.#nextLook = at;
  }

  /** A look is taken now, and finds out anew when the next one is due. */
  forgetNextLook(): void {
    this.#nextLook = undefined;
  }
}
