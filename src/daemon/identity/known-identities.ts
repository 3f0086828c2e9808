/**
 * Whose key was found at an address when this node dialled it. Where nothing is pinned, what was found first is
 * all that can be known; what can be noticed is that it has changed.
 */
import type { PeerIdentity } from '../../core/settings.ts';
import { formatAddress, type Address } from '../../wire/address.ts';

/** As many as a node remembers addresses; the one that was dialled longest ago is forgotten. */
export const IDENTITIES_MAX = 4_096;

export class KnownIdentities {
  /** By address; those dialled last stand last. */
  readonly #identities: Map<string, PeerIdentity>;
  #revision = 0;

  /** `stored`: what an earlier process knew; of more than {@link IDENTITIES_MAX} the last are kept. */
  constructor(stored: ReadonlyMap<string, PeerIdentity> = new Map()) {
    this.#identities = new Map([...stored].slice(-IDENTITIES_MAX));
  }

  /** Another number whenever there is something new. */
  get revision(): number {
    return this.#revision;
  }

  /** A copy. */
  store(): ReadonlyMap<string, PeerIdentity> {
    return new Map(this.#identities);
  }

  /** A peer was found at an address. Returns who was found there before, if that was somebody else. */
  note(address: Address, identity: PeerIdentity): PeerIdentity | undefined {
    const key = formatAddress(address);
    const before = this.#identities.get(key);
    this.#identities.delete(key);
    this.#identities.set(key, identity);
    if (before === identity) return undefined;
    this.#revision++;
    const [eldest] = this.#identities.keys();
    if (this.#identities.size > IDENTITIES_MAX) this.#identities.delete(eldest!);
    return before;
  }
}
