/**
 * What a simulated network is to be put through, complete and checked: what a scenario file, the flags of
 * `hearsay simulate` and the random generator all end as. Plain data that survives JSON, so that a run can
 * be repeated from what it printed.
 *
 * Times are in virtual milliseconds; moments count from the end of the warm-up, when the network has formed
 * and measuring begins. Shares are numbers from 0 to 1.
 */
import type { Millis } from '../../core/settings.ts';
import type { AdversaryRole } from '../adversaries/roles.ts';

export interface Scenario {
  /** For titles and the baseline; letters, digits and hyphens. */
  readonly name: string;
  /** One or two sentences for people. */
  readonly description: string;
  /** Any integer of 32 bits; everything random follows from it. */
  readonly seed: number;
  /** Nodes at the start, adversaries included. */
  readonly nodes: number;
  /** Keys of the section `[gossip]` that nodes are run with, as in a configuration file. */
  readonly gossip: GossipKeys;
  readonly network: NetworkPlan;
  readonly population: Population;
  readonly workload: Workload;
  readonly faults: readonly Fault[];
  readonly adversaries: readonly AdversaryPlan[];
  readonly warmUp: WarmUp;
  /** Null leaves the last phase out. */
  readonly liveness: Liveness | null;
  /** Whether the auditor looks at every step. Costs about a third of the speed. */
  readonly checks: boolean;
  /** Whether every message between nodes is encoded and decoded on its way. */
  readonly wire: boolean;
}

/** The keys of the configuration file that mean something to a simulated node; times in seconds as there. */
export interface GossipKeys {
  readonly degree?: number;
  readonly min_connections?: number;
  readonly max_connections?: number;
  readonly cache_size?: number;
  readonly search_cooldown?: number;
  readonly challenge_cooldown?: number;
  readonly proof_of_work?: 'connection' | 'discovery' | 'none';
  readonly pow_difficulty?: number;
  readonly relay?: 'all' | 'subscribed';
  readonly validation_timeout?: number;
  readonly seen_window?: number;
}

export interface NetworkPlan {
  /** One-way delay between two nodes; each pair keeps its own. */
  readonly latencyMs: LatencyPlan;
  /** Uplink of every node in Mbit/s; null is without limit. */
  readonly bandwidthMbps: number | null;
  /** Share of dials that fail by chance. */
  readonly dialFailures: number;
  /** Share of nodes that nobody can dial, as behind a NAT. */
  readonly undialable: number;
  /** In how many netgroups (/16) the nodes are, those of adversaries with their own apart; 1 … 200. */
  readonly netgroups: number;
  /** `tls`: all nodes have keys, and the bounds and default difficulty of TLS hold. */
  readonly transport: 'plain' | 'tls';
}

export type LatencyPlan =
  | number
  /** Uniform. */
  | { readonly min: Millis; readonly max: Millis }
  /** Log-normal: half of the pairs are faster than `median`; `sigma` is the deviation of the logarithm. */
  | { readonly median: Millis; readonly sigma: number }
  /**
   * Nodes live in regions, `shares` of them in each (they add up to 1); `table` gives the delay from a region
   * to another, at least one way, the other being the same; and `jitter` spreads each pair by ± that share.
   */
  | {
      readonly regions: Readonly<Record<string, number>>;
      readonly table: Readonly<Record<string, Readonly<Record<string, Millis>>>>;
      readonly jitter?: number;
    };

export interface Population {
  /** Share of nodes with a subscriber for the announced type. */
  readonly subscribers: number;
  /** Mean of the time a subscriber takes for its verdict, exponentially distributed. */
  readonly validationMs: Millis;
  /** Share of subscribers that take `slowValidationMs` in the mean instead. */
  readonly slowValidators: number;
  readonly slowValidationMs: Millis;
  /** Share of subscribers that never answer. */
  readonly silentSubscribers: number;
  /** Share of nodes that know only 504 to 510. */
  readonly existing: number;
}

export interface Workload {
  /** How many announcements, by nodes drawn anew for each unless `publishers` limits them. */
  readonly announcements: number;
  /** Per second of virtual time, all publishers together, evenly spaced. */
  readonly rate: number;
  /** Bytes of data of each. */
  readonly size: number;
  readonly ttl: number;
  /** So many nodes announce; null is all that are up and honest. */
  readonly publishers: number | null;
  /** When the first is made. */
  readonly startMs: Millis;
  /** Receipts count so long after the announcement; who runs all the time until then should be reached. */
  readonly settleMs: Millis;
}

export type Fault =
  /** The nodes are split into two groups of `share` and the rest. */
  | {
      readonly kind: 'partition';
      readonly at: Millis;
      readonly lasts: Millis;
      readonly share: number;
      /** Only messages from the first to the second group are stopped. */
      readonly oneWay: boolean;
    }
  /** `share` of the nodes end at once. `how`: the process (links are closed), or the power. */
  | {
      readonly kind: 'crash';
      readonly at: Millis;
      readonly share: number;
      readonly how: 'exit' | 'power-off';
      /** They come back after this; null is never. */
      readonly restartAfter: Millis | null;
      /** Whether they come back with what they had stored. */
      readonly keepsStore: boolean;
    }
  /** From `at` on, for `lasts`, nodes leave at `perMinute`, and as many come (back) a while later. */
  | {
      readonly kind: 'churn';
      readonly at: Millis;
      readonly lasts: Millis;
      readonly perMinute: number;
      /** How long each is away. */
      readonly downFor: Millis;
      readonly how: 'exit' | 'power-off';
      readonly keepsStore: boolean;
    }
  /** `share` of the links deliver nothing for a while, then everything. */
  | { readonly kind: 'stall'; readonly at: Millis; readonly lasts: Millis; readonly share: number }
  /** `share` of the links break. */
  | { readonly kind: 'reset'; readonly at: Millis; readonly share: number }
  /** `count` further nodes join within `lasts`. */
  | { readonly kind: 'join'; readonly at: Millis; readonly lasts: Millis; readonly count: number };

export interface AdversaryPlan {
  readonly role: AdversaryRole;
  /** Share of all nodes, or how many; one of the two. */
  readonly share?: number;
  readonly count?: number;
  /** From this moment on it misbehaves. 0: from the end of the warm-up; undefined: always. */
  readonly at?: Millis;
  /** In how many netgroups (/16) their addresses lie; null: anywhere among the honest ones. */
  readonly netgroups: number | null;
  /** How often a second those do what they do that do it at a rate. */
  readonly rate: number;
}

export interface WarmUp {
  /**
   * `known-peers`: every node knows a few others that were drawn for it, as in a network that has stood for
   * long; `bootstrapper`: all know only the first node and find each other; `laid-out`: all links are drawn
   * beforehand, `min_connections` a node, and nobody looks for others. That is for very large networks,
   * and goes with no faults and no adversaries, since such a network does not heal.
   */
  readonly join: 'known-peers' | 'bootstrapper' | 'laid-out';
  /** The network gets this long to form; measuring begins as soon as it has, or then. */
  readonly within: Millis;
}

export interface Liveness {
  /**
   * Once all faults are over and the adversaries have left, the network gets this long until it is one
   * overlay again and further announcements have reached every honest subscriber.
   */
  readonly within: Millis;
}
