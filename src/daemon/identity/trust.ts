/**
 * Whom the operator trusts: which identities may be at an address (pins), and which may be peers at all.
 */
import type { PeerIdentity, PeerName } from '../../core/settings.ts';
import { formatAddress, type Address } from '../../wire/address.ts';
import { shortIdentity } from '../short-identity.ts';

/** The identities of which one has to be at an address; several while a key is being changed. */
export interface Pin {
  readonly peer: PeerName;
  readonly identities: readonly PeerIdentity[];
}

export interface TrustSettings {
  readonly pins: readonly Pin[];
  /** Empty: everybody who is not denied. */
  readonly allowed: readonly PeerIdentity[];
  readonly denied: readonly PeerIdentity[];
}

export interface Distrust {
  readonly code: 'pin-mismatch' | 'not-allowed';
  readonly reason: string;
}

export class Trust {
  readonly #pins: readonly Pin[];
  readonly #allowed: ReadonlySet<PeerIdentity>;
  readonly #denied: ReadonlySet<PeerIdentity>;
  /** The addresses that pinned names stood for when they were looked up last. */
  readonly #resolved = new Map<string, ReadonlySet<string>>();

  constructor({ pins, allowed, denied }: TrustSettings) {
    this.#pins = pins;
    this.#allowed = new Set(allowed);
    this.#denied = new Set(denied);
  }

  /** A name of the configuration was looked up: its pin, if it has one, holds for these addresses. Says whether it has. */
  onResolved(name: PeerName, addresses: readonly Address[]): boolean {
    const key = formatAddress(name);
    const isPinned = this.#pins.some(({ peer }) => formatAddress(peer) === key);
    if (!isPinned || addresses.length === 0) return false;
    this.#resolved.set(key, new Set(addresses.map(formatAddress)));
    return true;
  }

  /** Why a peer is not wanted; `dialled` is the address at which this node has found it, if it did. */
  judge(identity: PeerIdentity, dialled: Address | undefined): Distrust | undefined {
    if (this.#denied.has(identity)) {
      return { code: 'not-allowed', reason: `deny_identities names ${shortIdentity(identity)}` };
    }
    if (this.#allowed.size > 0 && !this.#allowed.has(identity)) {
      const reason = `allow_identities does not name ${shortIdentity(identity)}`;
      return { code: 'not-allowed', reason };
    }
    return dialled && this.#judgePin(identity, dialled);
  }

  /** Whose keys are expected at an address; none: there is no pin. */
  expectedAt(address: Address): readonly PeerIdentity[] {
    const key = formatAddress(address);
    const pins = this.#pins.filter(({ peer }) => this.#isAt(formatAddress(peer), key));
    return pins.flatMap(({ identities }) => identities);
  }

  #judgePin(identity: PeerIdentity, address: Address): Distrust | undefined {
    const expected = this.expectedAt(address);
    if (expected.length === 0 || expected.includes(identity)) return undefined;
    const reason =
      `the peer has the key ${identity}, but the pin of this address is ${expected.join(' or ')}: ` +
      'somebody else answers there, or the key was changed and the pin was not';
    return { code: 'pin-mismatch', reason };
  }

  #isAt(peer: string, address: string): boolean {
    return peer === address || this.#resolved.get(peer)?.has(address) === true;
  }
}
