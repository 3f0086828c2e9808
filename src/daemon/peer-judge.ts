/**
 * Who may stay, of those who have shown their key: what the operator said (identity/trust.ts), and what was found before at the
 * same address (identity/known-identities.ts), which only gives a warning.
 */
import type { PeerIdentity, PeerName } from '../core/settings.ts';
import type { Address } from '../wire/address.ts';
import type { Reporter } from './observe/reporter.ts';
import type { Counterpart, Refusal } from './transport/peer-check.ts';
import type { KnownIdentities } from './identity/known-identities.ts';
import type { Trust } from './identity/trust.ts';

export class PeerJudge {
  readonly #trust: Trust;
  readonly #known: KnownIdentities;
  readonly #reporter: Reporter;

  constructor(options: {
    readonly trust: Trust;
    readonly known: KnownIdentities;
    readonly reporter: Reporter;
  }) {
    this.#trust = options.trust;
    this.#known = options.known;
    this.#reporter = options.reporter;
  }

  /** Why a peer that has just shown its key is not wanted; one that is, and that was dialled, is remembered. */
  judge(peer: PeerIdentity, { direction, remote }: Counterpart): Refusal | undefined {
    const dialled = direction === 'outbound' ? remote : undefined;
    const refusal = this.#trust.judge(peer, dialled);
    if (refusal !== undefined || dialled === undefined) return refusal;
    const before = this.#known.note(dialled, peer);
    if (before !== undefined) this.#reporter.onChangedIdentity(dialled, before, peer);
    return undefined;
  }

  /** Whether a peer that was found at `dialled` would not be wanted now; the log is told why. */
  isUnwanted(peer: PeerIdentity, dialled: Address): boolean {
    const refusal = this.#trust.judge(peer, dialled);
    if (refusal === undefined) return false;
    this.#reporter.onRefusedChannel({ ...refusal, direction: 'outbound', remote: dialled });
    return true;
  }

  /** Whose keys are expected at an address; none: anybody's. */
  expectedAt(address: Address): readonly PeerIdentity[] {
    return this.#trust.expectedAt(address);
  }

  /** A name of the configuration was looked up; says whether it has a pin, which holds for these addresses from now on. */
  onResolved(name: PeerName, addresses: readonly Address[]): boolean {
    return this.#trust.onResolved(name, addresses);
  }
}
