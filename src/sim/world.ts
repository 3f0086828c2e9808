/**
 * What all nodes of one simulation share, and the way in which their chance is told apart.
 */
import { seededRandom, type Random } from '../basics/random.ts';
import type { Effect } from '../core/effects.ts';
import type { Input } from '../core/inputs.ts';
import type { Instant, Millis, Proofs, Settings } from '../core/settings.ts';
import type { NodeSnapshot, Sizes } from '../core/snapshot.ts';
import type { LoadedState, StoredPeers, StoredState } from '../core/stored-state.ts';
import type { Address } from '../wire/address.ts';
import type { AnnouncementLedger } from './announcement-ledger.ts';
import type { EventQueue } from './event-queue.ts';
import type { Trace } from './trace.ts';
import type { VirtualNetwork } from './virtual-network.ts';

/** What a simulated node runs: the real core, or something that plays one. */
export interface Core {
  handle(input: Input, now: Instant): readonly Effect[];
  nextDeadline(): Instant | undefined;
  /** What the next life of the node is to know. */
  store?(): StoredState;
  /** Which peers it is to know. */
  storePeers?(): StoredPeers;
  /** What the auditor looks at now and then. */
  snapshot?(): NodeSnapshot;
  /** The sizes in it, which are looked at all the time. */
  sizes?(): Sizes;
}

export type CoreFactory = (options: {
  readonly settings: Settings;
  readonly random: Random;
  readonly proofs: Proofs;
  /** What an earlier life of the node has stored; undefined if it is the first, or nothing was kept. */
  readonly stored?: LoadedState | undefined;
  /** Which peers it knew; likewise. */
  readonly storedPeers?: StoredPeers | undefined;
}) => Core;

/** One input that a node was given and what it did. The arrays are valid during the call only. */
export interface StepReport {
  readonly now: Instant;
  readonly node: number;
  readonly input: Input;
  readonly effects: readonly Effect[];
}

/** The step that some node is taking, for the message of a failure. */
export interface CurrentStep {
  /** Undefined between two steps. */
  node: { readonly index: number; readonly address: Address } | undefined;
  input: Input | undefined;
}

export interface World {
  readonly seed: number;
  readonly events: EventQueue;
  readonly network: VirtualNetwork;
  readonly ledger: AnnouncementLedger;
  readonly trace: Trace;
  readonly proofs: Proofs;
  readonly newCore: CoreFactory;
  /** Hashes per second of every node. */
  readonly hashRate: number;
  /** What names resolve to; one that is missing is unknown. */
  readonly names: ReadonlyMap<string, readonly string[]>;
  /** How long looking up a name takes. */
  readonly nameDelay: Millis;
  readonly hasChecks: boolean;
  readonly reusesBuffers: boolean;
  /** Whether messages are encoded and decoded on their way. */
  readonly usesWire: boolean;
  readonly onStep: ((step: StepReport) => void) | undefined;
  readonly current: CurrentStep;
  /** Notifications that clients have got. */
  readonly tally: { deliveries: number };
}

/** What a stream of chance is for; each purpose of each life of each node has its own. */
const PURPOSES = { scenario: 0, core: 1, prover: 2, client: 3, network: 4 } as const;

/**
 * A stream that no other purpose, node or life shares, so that a further node or client disturbs none of
 * the others. Holds for 2^20 nodes with 256 lives each.
 */
export function streamOf(
  seed: number,
  purpose: keyof typeof PURPOSES,
  node: number,
  life: number,
): Random {
  return seededRandom(seed, (PURPOSES[purpose] << 28) | ((life & 0xff) << 20) | (node & 0xf_ffff));
}
