/**
 * What membership sees of the rooms beside it. The parent (gossip-node) introduces them; membership knows
 * these shapes only.
 */
import type { Address, Scope } from '../../wire/address.ts';
import type { HangUpCode } from '../events.ts';
import type { LinkId } from '../inputs.ts';
import type { Instant, PeerIdentity } from '../settings.ts';

/** A link, as far as membership cares. */
export interface Neighbour {
  readonly id: LinkId;
  readonly dialled: Address | undefined;
  readonly remote: Address;
  readonly local: Address;
  readonly listening: Address | undefined;
  /** Whose key the peer holds; undefined on plain TCP. */
  readonly identity: PeerIdentity | undefined;
  /** How far the remote host reaches. */
  readonly scope: Scope;
  /** Since when it is the peer's turn in the handshake. */
  readonly steppedAt: Instant;
  readonly openedAt: Instant | undefined;
  readonly isOpen: boolean;
  /** Whether this node is at work for the handshake. */
  readonly isSolving: boolean;
  /** Whether it was dialled only to find out whether there is a peer. */
  readonly isFeeler: boolean;
  wasOffered: boolean;
}

export interface Neighbourhood {
  readonly open: readonly Neighbour[];
  readonly pending: Iterable<Neighbour>;
  readonly pendingCount: number;
  isLinkedTo(address: Address): boolean;
  /** Whether nobody at this address may have a link for now. */
  isBanned(address: Address): boolean;
  hangUp(link: Neighbour, code: HangUpCode, reason: string, now: Instant): void;
}

/** An address in the peer book. */
export interface Candidate {
  readonly address: Address;
  readonly scope: Scope;
  readonly group: string;
  readonly isConfigured: boolean;
  readonly isSelf: boolean;
  /** Sites of those who told of it. */
  readonly sources: readonly string[];
  readonly hasFailedLast: boolean;
  readonly hasAnswered: boolean | undefined;
}

export interface AddressBook {
  readonly size: number;
  readonly newCount: number;
  entries(): Iterable<Candidate>;
  find(address: Address): Candidate | undefined;
  inRandomOrder(isWanted: (entry: Candidate) => boolean): readonly Candidate[];
  nextToFeel(isWanted: (entry: Candidate) => boolean): Candidate | undefined;
  dialableFrom(entry: Candidate, now: Instant): Instant;
  addConfigured(address: Address): Candidate;
  addOffered(address: Address, by: { readonly address: Address; readonly scope: Scope }): boolean;
  /** A configured name does not stand for this address any more. */
  demote(address: Address): void;
  hold(address: Address): boolean;
  letGo(address: Address): void;
  onDialled(address: Address, now: Instant): void;
  onPostponed(address: Address, now: Instant): void;
  onFailure(
    address: Address,
    how: { readonly answered: boolean; readonly wasOpen: boolean },
    now: Instant,
  ): void;
  onDuplicate(address: Address, now: Instant): void;
  onAnswered(address: Address): void;
  onFound(address: Address): void;
  onNotFound(address: Address): void;
  onLasted(address: Address): void;
  markSelf(address: Address): void;
  resetBackoff(): void;
}
