/**
 * Whom to dial, in which order: addresses that were offered (in random order), then known peers, then the
 * bootstrapper, then offered addresses that failed before. Failed ones wait out their back-off. Nobody is
 * dialled to whom there is a link or a dial, nor this node itself.
 */
import type { Random } from '../../basics/random.ts';
import type { Instant } from '../settings.ts';
import type { Attempts } from './attempts.ts';
import type { ConfiguredPeer, ConfiguredPeers } from './configured-peers.ts';
import type { OwnAddresses } from './own-addresses.ts';
import type { AddressBook, Candidate } from './surroundings.ts';

export class Candidates {
  readonly #random: Random;
  readonly #book: AddressBook;
  readonly #configured: ConfiguredPeers;
  readonly #own: OwnAddresses;
  readonly #attempts: Attempts;

  constructor(options: {
    readonly random: Random;
    readonly book: AddressBook;
    readonly configured: ConfiguredPeers;
    readonly own: OwnAddresses;
    readonly attempts: Attempts;
  }) {
    this.#random = options.random;
    this.#book = options.book;
    this.#configured = options.configured;
    this.#own = options.own;
    this.#attempts = options.attempts;
  }

  /** All that may be dialled now, the best first. `isAlone`: the bootstrapper is due, whoever else answers. */
  inOrder(now: Instant, isAlone: boolean): readonly Candidate[] {
    const fresh: Candidate[] = [];
    const failed: Candidate[] = [];
    for (const entry of this.#book.entries()) {
      if (entry.origin !== 'offered' || !this.mayDial(entry, now)) continue;
      (entry.hasFailedLast ? failed : fresh).push(entry);
    }
    const known = this.#configured.known.flatMap((peer) => this.of(peer, now));
    const { bootstrapper } = this.#configured;
    const isDue = isAlone || this.#hasNoKnownPeerAnswered();
    const last = bootstrapper !== undefined && isDue ? this.of(bootstrapper, now) : [];
    return [
      ...this.#random.shuffled(fresh),
      ...this.#random.shuffled(known),
      ...last,
      ...this.#random.shuffled(failed),
    ];
  }

  /** The addresses of a configured peer that may be dialled now. */
  of(peer: ConfiguredPeer, now: Instant): readonly Candidate[] {
    return peer.addresses
      .map((address) => this.#book.addConfigured(address))
      .filter((entry) => this.mayDial(entry, now));
  }

  mayDial(entry: Candidate, now: Instant): boolean {
    return entry.notBefore <= now && this.#isDialable(entry);
  }

  /** When the back-off of one of them ends that may not be dialled now. */
  nextRetry(now: Instant): Instant | undefined {
    let next: Instant | undefined;
    for (const entry of this.#book.entries()) {
      if (entry.notBefore <= now || (next !== undefined && entry.notBefore >= next)) continue;
      if (this.#isDialable(entry)) next = entry.notBefore;
    }
    return next;
  }

  #isDialable(entry: Candidate): boolean {
    if (entry.isSelf || this.#own.isOwn(entry.address)) return false;
    return !this.#attempts.isUnderWay(entry.address);
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
