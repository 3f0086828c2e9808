/**
 * Whom to dial, in which order: addresses that were offered (in random order, different ones first, see
 * diversity.ts), then known peers, then the bootstrapper, then offered addresses that failed before. Failed ones
 * wait out their back-off. Nobody is dialled to whom there is a link or a dial, nor this node itself.
 */
import type { Random } from '../../basics/random.ts';
import type { Instant, Settings } from '../settings.ts';
import type { Attempts } from './attempts.ts';
import type { ConfiguredPeer, ConfiguredPeers } from './configured-peers.ts';
import { Diversity } from './diversity.ts';
import type { OwnAddresses } from './own-addresses.ts';
import type { AddressBook, Candidate } from './surroundings.ts';

export class Candidates {
  readonly #settings: Settings;
  readonly #random: Random;
  readonly #book: AddressBook;
  readonly #configured: ConfiguredPeers;
  readonly #own: OwnAddresses;
  readonly #attempts: Attempts;

  constructor(options: {
    readonly settings: Settings;
    readonly random: Random;
    readonly book: AddressBook;
    readonly configured: ConfiguredPeers;
    readonly own: OwnAddresses;
    readonly attempts: Attempts;
  }) {
    this.#settings = options.settings;
    this.#random = options.random;
    this.#book = options.book;
    this.#configured = options.configured;
    this.#own = options.own;
    this.#attempts = options.attempts;
  }

  /**
   * All that may be dialled now, the best first; whoever takes one dials it. `isAlone`: the bootstrapper is due,
   * whoever else answers.
   */
  *inOrder(now: Instant, isAlone: boolean): Iterable<Candidate> {
    const strangers = this.#book.inRandomOrder((entry) => this.mayDial(entry, now));
    const diversity = this.#diversity();
    yield* diversity.bestFirst(strangers.filter(({ hasFailedLast }) => !hasFailedLast));
    yield* this.#random.shuffled(this.#configured.known.flatMap((peer) => this.of(peer, now)));
    const { bootstrapper } = this.#configured;
    const isDue = isAlone || this.#hasNoKnownPeerAnswered();
    if (bootstrapper !== undefined && isDue) {
      yield* this.#random.shuffled(this.of(bootstrapper, now));
    }
    yield* diversity.bestFirst(strangers.filter(({ hasFailedLast }) => hasFailedLast));
  }

  /** Those that may be dialled now and that the operator did not name, the best first. */
  strangers(now: Instant): Iterable<Candidate> {
    return this.#diversity().bestFirst(
      this.#book.inRandomOrder((entry) => this.mayDial(entry, now)),
    );
  }

  /** Those that may be dialled now of whom the operator named: the known peers, or else the bootstrapper. */
  named(now: Instant): readonly Candidate[] {
    const { known, bootstrapper } = this.#configured;
    const named = known.length > 0 || bootstrapper === undefined ? known : [bootstrapper];
    return named.flatMap((peer) => this.of(peer, now));
  }

  /** The addresses of a configured peer that may be dialled now. */
  of(peer: ConfiguredPeer, now: Instant): readonly Candidate[] {
    return peer.addresses
      .map((address) => this.#book.addConfigured(address))
      .filter((entry) => this.mayDial(entry, now));
  }

  /** Whether there is anybody who may be dialled, now or after a pause. */
  get hasAny(): boolean {
    for (const entry of this.#book.entries()) if (this.#isDialable(entry)) return true;
    return false;
  }

  mayDial(entry: Candidate, now: Instant): boolean {
    return this.#book.dialableFrom(entry, now) <= now && this.#isDialable(entry);
  }

  /** When the pause of one of them ends that may not be dialled now. */
  nextRetry(now: Instant): Instant | undefined {
    let next: Instant | undefined;
    for (const entry of this.#book.entries()) {
      const from = this.#book.dialableFrom(entry, now);
      if (from <= now || (next !== undefined && from >= next)) continue;
      if (this.#isDialable(entry)) next = from;
    }
    return next;
  }

  #diversity(): Diversity {
    return new Diversity({
      settings: this.#settings,
      outbound: this.#attempts.outbound(),
      find: (address) => this.#book.find(address),
    });
  }

  #isDialable(entry: Candidate): boolean {
    const { address } = entry;
    if (entry.isSelf || this.#own.isOwn(address) || this.#attempts.isBarred(address)) return false;
    return !this.#attempts.isUnderWay(address);
  }

  /** No known peer gave a TCP connection, if there are any. */
  #hasNoKnownPeerAnswered(): boolean {
    return this.#configured.known.every(
      (peer) =>
        peer.wasResolved &&
        peer.addresses.every((address) => {
          const entry = this.#book.find(address);
          return entry?.hasAnswered === false || entry?.isSelf === true || this.#own.isOwn(address);
        }),
    );
  }
}
