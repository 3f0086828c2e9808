/**
 * What a run showed: plain data, the same for the same seed and version, written by `--json` and drawn by
 * the report. Nothing here depends on the machine; that stands beside it under `run`.
 */
import type { Millis } from '../../core/settings.ts';
import type { Scenario } from './scenario.ts';

/** Percentiles of some figure by nearest rank; all null if there were no samples. */
export interface Distribution {
  readonly count: number;
  readonly mean: number | null;
  readonly p50: number | null;
  readonly p90: number | null;
  readonly p99: number | null;
  readonly max: number | null;
}

/**
 * How often each value occurred, ascending; values from 2,048 on stand for a range that begins with them and
 * is at most 0.1 % wide.
 */
export type Histogram = readonly (readonly [from: number, count: number])[];

export interface ScenarioResult {
  readonly scenario: Scenario;
  readonly seed: number;
  readonly nodes: number;
  /** Announcements that were made and measured. */
  readonly announcements: number;
  /**
   * Of all honest subscribers that each should reach, the share that it did, 0 … 1. It should reach those
   * that run without a break until it has settled, wherever in the network. Null if there were none.
   */
  readonly reach: number | null;
  /** The share of announcements that reached everyone they should, 0 … 1; null without announcements. */
  readonly complete: number | null;
  /** All payload receptions over first ones, at honest nodes; null without any. */
  readonly copiesPerDelivery: number | null;
  /** From the announcement to the first receipt, over all pairs of announcement and honest node. */
  readonly latencyMs: Distribution;
  /** From the announcement to the first receipt at the last node it reached, over announcements. */
  readonly lastNodeMs: Distribution;
  /** Links that first copies travelled. */
  readonly hops: Distribution;
  /**
   * Bytes of everything but 504s and payload replies that honest nodes sent while measuring, per running
   * honest node and announcement; null without announcements.
   */
  readonly controlBytesPerNodePerMessage: number | null;
  /** Bytes sent per honest node while measuring, headers included. */
  readonly bytesPerNode: Distribution;
  /** Messages received per honest node while measuring. */
  readonly messagesPerNode: Distribution;
  /** Open links per running honest node at the end. */
  readonly degree: Distribution;
  /**
   * Virtual time from the last end of a fault until all running honest nodes were one overlay again, looked
   * at every second; null without faults, or if it has not come to that.
   */
  readonly healMs: Millis | null;
  /**
   * Announcements it took, once all was well again, until every honest subscriber had got one of them; null
   * without a liveness phase, or before its end.
   */
  readonly probes: number | null;
  /** Groups of running honest nodes that can reach each other, at the end. 1 is a whole network. */
  readonly components: number;
  /** Messages of any kind that arrived at nodes, warm-up included; inputs of all kinds; notifications. */
  readonly arrivals: number;
  readonly inputs: number;
  readonly notifications: number;
  /** First receipts of payloads. */
  readonly deliveries: number;
  /** Virtual time that passed in all, and when measuring began, both since the start of the first node. */
  readonly virtualMs: Millis;
  readonly warmUpMs: Millis;
  /** Whether Ctrl-C ended it early. */
  readonly isPartial: boolean;
  readonly traceHash: string;
  readonly charts: Charts;
}

/** What the report draws. */
export interface Charts {
  /** Share of the honest nodes that had an announcement so many ms after it was made, in the mean. */
  readonly reachOverTime: readonly (readonly [ms: Millis, share: number])[];
  readonly latencyMs: Histogram;
  readonly lastNodeMs: Histogram;
  readonly hops: Histogram;
  readonly degree: Histogram;
  readonly messagesPerNode: Histogram;
  readonly bytesPerNode: Histogram;
  /** Every second of virtual time while measuring; every few seconds if that is long or the network large. */
  readonly timeline: readonly TimelinePoint[];
}

export interface TimelinePoint {
  /** Since the end of the warm-up, as the moments of a scenario. */
  readonly at: Millis;
  /** Honest nodes that run. */
  readonly running: number;
  /** Open links between them. */
  readonly links: number;
  /** Groups of them that can reach each other. */
  readonly components: number;
  /** Reach of the announcements made since the point before, or null if there were none. */
  readonly reach: number | null;
}
