/**
 * The peers the operator named: `known_peers` and `bootstrapper`. Literal addresses are ready at once;
 * names are looked up, and again in every round while the node looks for peers, since what they stand for
 * changes. All addresses of a name are peers.
 */
import type { Random } from '../../basics/random.ts';
import { addressEquals, canonicalHost, type Address } from '../../wire/address.ts';
import type { Outbox } from '../effects.ts';
import type { PeerName } from '../settings.ts';

/** Addresses used of one name (random ones). */
const ADDRESSES_PER_NAME_MAX = 32;

export class ConfiguredPeer {
  readonly name: PeerName;
  addresses: readonly Address[];
  readonly isLiteral: boolean;
  isBeingResolved = false;
  /** Whether a look-up has ended, with or without result. */
  wasResolved: boolean;

  constructor(name: PeerName) {
    const host = canonicalHost(name.host);
    this.name = name;
    this.isLiteral = host !== undefined;
    this.addresses = host === undefined ? [] : [{ host, port: name.port }];
    this.wasResolved = this.isLiteral;
  }
}

export class ConfiguredPeers {
  readonly known: readonly ConfiguredPeer[];
  readonly bootstrapper: ConfiguredPeer | undefined;
  readonly #random: Random;
  readonly #out: Outbox;

  constructor(options: {
    readonly knownPeers: readonly PeerName[];
    readonly bootstrapper: PeerName | undefined;
    readonly random: Random;
    readonly out: Outbox;
  }) {
    const { knownPeers, bootstrapper } = options;
    this.known = knownPeers.map((name) => new ConfiguredPeer(name));
    this.bootstrapper = bootstrapper === undefined ? undefined : new ConfiguredPeer(bootstrapper);
    this.#random = options.random;
    this.#out = options.out;
  }

  /** Looks up all names that are not being looked up already. */
  resolveAll(): void {
    for (const peer of this.#all()) {
      if (peer.isLiteral || peer.isBeingResolved) continue;
      peer.isBeingResolved = true;
      this.#out.put({ kind: 'resolve', name: peer.name });
    }
  }

  /**
   * Takes the answer to a look-up; what was known before stays if there is none. Returns the addresses that
   * no configured peer has any more.
   */
  onResolved(name: PeerName, addresses: readonly Address[]): readonly Address[] {
    const before: Address[] = [];
    for (const peer of this.#all()) {
      if (peer.isLiteral || peer.name.host !== name.host || peer.name.port !== name.port) continue;
      peer.isBeingResolved = false;
      peer.wasResolved = true;
      if (addresses.length > 0) {
        before.push(...peer.addresses);
        peer.addresses = this.#random.sample(addresses, ADDRESSES_PER_NAME_MAX);
      } else {
        this.#out.report({ kind: 'name-unresolved', host: name.host, port: name.port });
      }
    }
    const now = this.#all().flatMap((peer) => peer.addresses);
    return before.filter((old) => !now.some((address) => addressEquals(address, old)));
  }

  #all(): readonly ConfiguredPeer[] {
    return this.bootstrapper === undefined ? this.known : [...this.known, this.bootstrapper];
  }
}
