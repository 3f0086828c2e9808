/**
 * The peers that this node can tell others of: those it has links to, and those that had to make room.
 *
 * A peer that had to make room is still offered to those who come after it. Otherwise all whom a full node
 * lets in within one round trip would know only each other, and stay an island.
 */
import type { Random } from '../../basics/random.ts';
import {
  addressEquals,
  formatAddress,
  scopeOf,
  type Address,
  type Scope,
} from '../../wire/address.ts';
import type { Instant, Millis } from '../settings.ts';
import type { AddressBook, Neighbour, Neighbourhood } from './surroundings.ts';

/** Former peers remembered for offers. 1,000 nodes that join at once then form a random graph (measured). */
const FORMER_PEERS_MAX = 1_024;
/** A former peer is not offered any longer than this: by then it may be gone. A guess. */
const FORMER_PEER_LIFE: Millis = 300_000;

export class Acquaintances {
  readonly #random: Random;
  readonly #links: Neighbourhood;
  readonly #book: AddressBook;
  /** At most {@link FORMER_PEERS_MAX}, a random one of which makes room. */
  #former: { readonly link: Neighbour; readonly since: Instant }[] = [];

  constructor(options: {
    readonly random: Random;
    readonly links: Neighbourhood;
    readonly book: AddressBook;
  }) {
    this.#random = options.random;
    this.#links = options.links;
    this.#book = options.book;
  }

  /** A peer had to make room. */
  onMadeRoom(link: Neighbour, since: Instant): void {
    if (this.#former.length < FORMER_PEERS_MAX) this.#former.push({ link, since });
    else this.#former[this.#random.below(FORMER_PEERS_MAX)] = { link, since };
  }

  /** Where those listen that `asker` may be told of: not itself, each once, none it cannot reach. */
  offerableTo(asker: Neighbour, now: Instant): readonly Address[] {
    this.#former = this.#former.filter(({ since }) => now - since < FORMER_PEER_LIFE);
    const via = asker.scope;
    const addresses = new Map<string, Address>();
    const consider = ({ id, listening, remote, scope }: Neighbour): void => {
      if (id === asker.id || listening === undefined) return;
      if (asker.listening !== undefined && addressEquals(listening, asker.listening)) return;
      const reach = listening.host === remote.host ? scope : scopeOf(listening.host);
      if (!canReach(reach, via)) return;
      if (this.#book.find(listening)?.hasFailedLast !== true)
        addresses.set(formatAddress(listening), listening);
    };
    for (const link of this.#links.open) consider(link);
    for (const { link } of this.#former) consider(link);
    return [...addresses.values()];
  }
}

/** Whether a peer that is reached over `via` may be told of a host of `scope`. */
function canReach(scope: Scope, via: Scope): boolean {
  if (via === 'global') return scope === 'global';
  return via !== 'private' || scope !== 'loopback';
}
