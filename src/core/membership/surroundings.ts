/**
 * What membership sees of the rooms beside it. The parent (gossip-node) introduces them; membership knows
 * these shapes only.
 */
import type { Address, Scope } from '../../wire/address.ts';
import type { LinkId } from '../inputs.ts';
import type { Instant } from '../settings.ts';

/** A link, as far as membership cares. */
export interface Neighbour {
  readonly id: LinkId;
  readonly dialled: Address | undefined;
  readonly remote: Address;
  readonly local: Address;
  readonly listening: Address | undefined;
  /** How far the remote host reaches. */
  readonly scope: Scope;
  /** Since when it is the peer's turn in the handshake. */
  readonly steppedAt: Instant;
  readonly openedAt: Instant | undefined;
  readonly isOpen: boolean;
  /** Whether this node is at work for the handshake. */
  readonly isSolving: boolean;
  wasOffered: boolean;
}

export interface Neighbourhood {
  readonly open: readonly Neighbour[];
  readonly pending: Iterable<Neighbour>;
  readonly pendingCount: number;
  isLinkedTo(address: Address): boolean;
}

/** An address in the peer book. */
export interface Candidate {
  readonly address: Address;
  readonly origin: 'configured' | 'offered';
  readonly notBefore: Instant;
  readonly hasFailedLast: boolean;
  readonly hasAnswered: boolean | undefined;
  readonly isSelf: boolean;
}

export interface AddressBook {
  readonly size: number;
  entries(): Iterable<Candidate>;
  find(address: Address): Candidate | undefined;
  addConfigured(address: Address): Candidate;
  addOffered(address: Address, via: Scope): boolean;
  /** A configured name does not stand for this address any more. */
  demote(address: Address): void;
  onPostponed(address: Address, now: Instant): void;
  onFailure(
    address: Address,
    how: { readonly answered: boolean; readonly wasOpen: boolean },
    now: Instant,
  ): void;
  onAnswered(address: Address): void;
  onOpened(address: Address): void;
  onLasted(address: Address): void;
  markSelf(address: Address): void;
  resetBackoff(): void;
}
