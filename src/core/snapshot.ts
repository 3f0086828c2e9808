/**
 * What a node looks like from outside at one moment: plain data for status pages, tests and the checkers of
 * the simulator.
 */
import type { Address } from '../wire/address.ts';
import type { LinkId, Whom } from './inputs.ts';
import type { Instant, Millis, PeerIdentity } from './settings.ts';

/** What peers brought, in announcements (504). */
export interface IntakeCounts {
  /** All of them: `first` + `copies` + `overRate`. */
  readonly received: number;
  /** Those that were new here. */
  readonly first: number;
  /** Those that were known already. */
  readonly copies: number;
  /** Those that were new but more than the profile of their type allows, and were dropped. */
  readonly overRate: number;
  /** Of `first`: those that local programs accepted, refused, or left without a verdict. */
  readonly accepted: number;
  readonly refused: number;
  readonly abstained: number;
}

/** What can be held against a peer. */
export const WRONGS = [
  'malformed',
  'misplaced',
  'stray',
  'slow',
  'refused',
  'broken-promise',
] as const;
export type Wrong = (typeof WRONGS)[number];

/** How a peer stands, and why. All numbers fade with time. */
export interface StandingSnapshot {
  /** The sum of the penalties below; 0 is best. */
  readonly penalty: number;
  /** The penalty at which a peer is banned for a while. */
  readonly bannedAt: number;
  /** What was held against it, with how often, and what that amounts to now. */
  readonly reasons: readonly {
    readonly wrong: Wrong;
    readonly count: number;
    readonly penalty: number;
  }[];
}

/** A peer that may not have a link for now. */
export interface BanSnapshot {
  readonly whom: Whom;
  readonly until: Instant;
  readonly reason: string;
  /** Whether the operator said so, and not the peer's standing. */
  readonly isOrdered: boolean;
}

export interface LinkSnapshot {
  readonly link: LinkId;
  readonly direction: 'inbound' | 'outbound';
  /** `open`, or how far the handshake has come. */
  readonly state: string;
  readonly remote: Address;
  /** Where the peer says it listens, or was dialled; undefined if it has not said or cannot be dialled. */
  readonly listening: Address | undefined;
  /** Whose key the peer holds; undefined on plain TCP. */
  readonly identity: PeerIdentity | undefined;
  readonly openedAt: Instant | undefined;
  readonly intake: IntakeCounts;
  readonly standing: StandingSnapshot;
  /** The shortest time there and back that was measured; undefined where none was. */
  readonly roundTrip: Millis | undefined;
}

/** A size and the maximum it may reach. */
export interface Bounded {
  readonly size: number;
  readonly max: number;
}

/** Everything that can grow, by name. */
export type Sizes = Readonly<Record<BoundedThing, Bounded>>;

export interface NodeSnapshot {
  readonly links: readonly LinkSnapshot[];
  /** Who may have no link for now. */
  readonly bans: readonly BanSnapshot[];
  /** Of all links there ever were. */
  readonly intake: IntakeCounts;
  readonly sizes: Sizes;
}

/**
 * What single hosts, ranges of addresses and peers have of what each of them may have: the one that has most. Many
 * of these bounds hold only once much is taken by all together, so a size may be above its maximum.
 */
export type Shares = Readonly<Record<SharedThing, Bounded>>;

export type SharedThing =
  /** Inbound links that are open, of the places for them. */
  | 'inboundLinks'
  | 'linksPerHost'
  | 'linksPerRange'
  /** Inbound links that are not open yet. */
  | 'pendingInbound'
  | 'pendingPerHost'
  | 'pendingPerRange'
  /** Of what newcomers may open at once. */
  | 'admissions'
  | 'admissionsPerRange'
  /** Of the addresses that one peer may tell of. */
  | 'addressesPerPeer'
  /** Dials that are not answered yet; known peers may have more at the start. */
  | 'dials';

export type BoundedThing =
  | 'openLinks'
  | 'pendingLinks'
  | 'ranges'
  | 'bans'
  | 'standings'
  | 'dials'
  | 'offerProofs'
  | 'addresses'
  | 'seen'
  | 'waitingMessages'
  | 'waitingBytes'
  | 'clients'
  | 'kept'
  | 'keptBytes'
  | 'wishes';
