/**
 * Feelers: short dials to find out whether there is a peer at an address that this node was only told of, or that is
 * to lose its place in the peer book to another. So the book has peers that were found, not only talk, when
 * they are needed. A feeler ends as soon as the peer has spoken.
 */
import type { Random } from '../../basics/random.ts';
import type { Address } from '../../wire/address.ts';
import type { Instant, Millis } from '../settings.ts';
import type { Attempts } from './attempts.ts';
import type { Candidates } from './candidates.ts';
import type { AddressBook, Neighbourhood } from './surroundings.ts';

/** Between two feelers, ± 20 %. Bitcoin Core: `FEELER_INTERVAL`. */
export const FEEL_EVERY: Millis = 120_000;

/** Ends of a feeler that say nothing about its address: it had no place here, or there for all we know. */
const INCONCLUSIVE: ReadonlySet<string> = new Set([
  'closed',
  'duplicate-link',
  'too-many-pending',
  'shutting-down',
]);

export class Feelers {
  readonly #random: Random;
  readonly #book: AddressBook;
  readonly #links: Neighbourhood;
  readonly #attempts: Attempts;
  readonly #candidates: Candidates;
  #next: Instant | undefined;

  constructor(options: {
    readonly random: Random;
    readonly book: AddressBook;
    readonly links: Neighbourhood;
    readonly attempts: Attempts;
    readonly candidates: Candidates;
  }) {
    this.#random = options.random;
    this.#book = options.book;
    this.#links = options.links;
    this.#attempts = options.attempts;
    this.#candidates = options.candidates;
  }

  onStart(now: Instant): void {
    this.#next = now + jittered(FEEL_EVERY, this.#random);
  }

  onShutDown(): void {
    this.#next = undefined;
  }

  nextDeadline(): Instant {
    return this.#next ?? Number.POSITIVE_INFINITY;
  }

  onWake(now: Instant): void {
    if (this.#next === undefined || this.#next > now) return;
    this.#next = now + jittered(FEEL_EVERY, this.#random);
    // Who has no links has no network perhaps, and would find nobody anywhere.
    if (this.#links.open.length === 0 || !this.#attempts.hasRoomForFeeler) return;
    const target = this.#book.nextToFeel((entry) => this.#candidates.mayDial(entry, now));
    if (target !== undefined) this.#attempts.begin(target.address, now, true);
  }

  /** A feeler got no connection. */
  onDialFailed(address: Address): void {
    if (this.#links.open.length > 0) this.#book.onNotFound(address);
  }

  /** The connection of a feeler has ended. */
  onEnded(dialled: Address, code: string): void {
    if (code === 'felt') this.#book.onFound(dialled);
    else if (code === 'self') this.#book.markSelf(dialled);
    else if (!INCONCLUSIVE.has(code)) this.#book.onNotFound(dialled);
  }
}

/** A time ± 20 %, so that nodes do not come in step. */
export function jittered(time: Millis, random: Random): Millis {
  return Math.ceil(time * (0.8 + 0.4 * random.fraction()));
}
