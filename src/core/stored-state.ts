/**
 * What a node remembers over a restart: which messages it has seen, so that no program is told of one again,
 * and how long ago it first started, so that it takes nothing from before; and which peers it knew, so that it finds
 * the network again without anybody's help; and whom it has banned.
 */
import type { Address } from '../wire/address.ts';
import type { Whom } from './inputs.ts';
import type { Millis } from './settings.ts';

export interface StoredState {
  /** The key under which messages are told apart; the records mean nothing without it. */
  readonly secret: readonly [number, number];
  /** What was seen, in the layout of dissemination/seen-records.ts. */
  readonly records: Uint8Array;
  /** How long ago the node started for the very first time; undefined: not known. Never negative. */
  readonly firstStartedAgoMs?: Millis | undefined;
}

/** What was stored, and how long ago: everything in it has become so much older. */
export interface LoadedState extends StoredState {
  readonly storedAgoMs: Millis;
}

/** The peer book. No times are in it, so no calendar can make it grow old. */
export interface StoredPeers {
  /** The key from which the places in the book follow. */
  readonly secret: readonly [number, number];
  /** Peers to which this node had links for longest: they are dialled first. */
  readonly anchors: readonly Address[];
  readonly peers: readonly StoredPeer[];
}

/** Who may have no link, and what is left of it: only time in which the node runs counts. */
export interface StoredBan {
  readonly whom: Whom;
  readonly forMillis: Millis;
  readonly reason: string;
  readonly isOrdered: boolean;
}

export interface StoredPeer {
  readonly address: Address;
  /** Whether a dial has found a peer there. */
  readonly isTried: boolean;
  /** Sites of those who told of it, see `siteOf` in wire/netgroup.ts. */
  readonly sources: readonly string[];
}
