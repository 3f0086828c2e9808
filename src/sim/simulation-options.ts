/**
 * What a simulation and its nodes can be told. Every option but the seed has a default.
 */
import type { Millis } from '../core/settings.ts';
import type { Address } from '../wire/address.ts';
import type { LatencyChoice } from './latency.ts';
import type { SettingsOverrides } from './node-settings.ts';
import type { CoreFactory, StepReport } from './world.ts';

export interface SimulationOptions {
  /** Any 32-bit integer. Everything random follows from it. */
  readonly seed: number;
  /** One-way delay of every link. Default: 20 ms. */
  readonly latency?: LatencyChoice;
  /** Bytes per millisecond that leave every node at most (1 Mbit/s is 125). Default: without limit. */
  readonly bandwidth?: number | undefined;
  /** The share of dials that get no answer by chance, 0 … 1. Default: 0. */
  readonly dialFailures?: number;
  /** Whether every message between nodes is encoded and decoded again on its way. Default: false. */
  readonly wire?: boolean;
  /** What differs from the default settings, for all nodes. */
  readonly settings?: SettingsOverrides;
  /**
   * `tls`: every node has a key, and links know whose; its settings have the bounds and the difficulty of TLS unless
   * told otherwise. Default: plain.
   */
  readonly transport?: 'plain' | 'tls';
  /** Hashes per second that each node can do. Default: 2,000,000, a worker without SIMD. */
  readonly hashRate?: number;
  /** `private`: a machine of its own in 10.0.0.0/8 for each node; `loopback`: ports of 127.0.0.1. */
  readonly addresses?: 'private' | 'loopback';
  /** How long a link over which nothing can travel lasts, in ms. Default: 60,000. */
  readonly silenceMax?: Millis;
  /**
   * Whether the promises in checkers.ts are checked at every step. They take it that nobody sees more than
   * `bounds.seenMax` messages within `seenWindow`. Default: true.
   */
  readonly checks?: boolean;
  /** Whether bytes given to a core are overwritten after the step, as the daemon does. Default: false. */
  readonly reusesBuffers?: boolean;
  /** Announcements remembered, see announcement-ledger.ts. Default: 4,096. */
  readonly announcementsMax?: number;
  /** Host names and the IP addresses they stand for; may be changed while it runs. */
  readonly names?: ReadonlyMap<string, readonly string[]>;
  /** What nodes run unless they are added with something else. Default: the real core. */
  readonly core?: CoreFactory;
  /** Called after every step of every node; for tracing and for checks of one's own. */
  readonly onStep?: (step: StepReport) => void;
}

export interface NodeOptions {
  /** Where it stands, instead of the next free address. */
  readonly address?: Address;
  /** Whether it is started at once. Default: true. */
  readonly isStarted?: boolean;
  /** Whether others can connect to it; dials to it get no answer otherwise. Default: true. */
  readonly isDialable?: boolean;
  /** An adversary: not audited, and what it gets and sends counts for nothing. Default: false. */
  readonly isHostile?: boolean;
  /** Bytes per millisecond that leave it at most, instead of the simulation's choice. */
  readonly bandwidth?: number | undefined;
  /** What it runs instead of the simulation's choice. */
  readonly core?: CoreFactory;
}

/** How far `Simulation.run` goes. */
export type RunOptions =
  | {
      readonly for: Millis;
      /** The run ends early after so many events; a further call goes on where it stopped. */
      readonly eventsMax?: number;
    }
  | {
      /** Asked at the start and then `every` so many ms; the run ends when it says true. */
      readonly until: () => boolean;
      /** The run ends after this in any case, in ms. */
      readonly within: Millis;
      /** Default: 100 ms. */
      readonly every?: Millis;
    };

/** A cut between two groups of nodes. */
export interface Partition {
  heal(): void;
}
