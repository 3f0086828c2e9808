/**
 * The network every few seconds while it is measured: how many run, how they hang together, and how far the
 * announcements of the time went. Also notices when a network that had fallen apart is whole again.
 */
import type { Instant, Millis } from '../../core/settings.ts';
import type { Announcement } from '../announcement.ts';
import { rounded } from './count-histogram.ts';
import type { Reach } from './measures.ts';
import type { TimelinePoint } from './result.ts';
import type { ScenarioNetwork } from './scenario-network.ts';
import { survey } from './survey.ts';

const SECOND: Millis = 1_000;
/** Points of a timeline; longer ones are drawn coarser. A guess: more than a screen has columns for. */
const POINTS_MAX = 900;
/** Nodes looked at for all points together: each look at a node costs about a microsecond. */
const LOOKS_MAX = 10_000_000;
/** But so many points there are at least. */
const POINTS_MIN = 10;

interface Sample {
  readonly at: Millis;
  readonly running: number;
  readonly links: number;
  readonly components: number;
  expected: number;
  reached: number;
}

export class Timeline {
  readonly #network: ScenarioNetwork;
  readonly #every: Millis;
  readonly #samples: Sample[] = [];
  /** The millisecond after the end of the last fault; undefined if there are no faults. */
  readonly #healsFrom: Instant | undefined;
  #healMs: Millis | null = null;

  /** Begins now and lasts for `duration`. `faultsEnd`: when the last fault is over, from now. */
  constructor(network: ScenarioNetwork, duration: Millis, faultsEnd: Millis | undefined) {
    this.#network = network;
    const { now } = network.simulation;
    const affordable = Math.max(POINTS_MIN, LOOKS_MAX / network.nodes.length);
    const points = Math.min(POINTS_MAX, affordable);
    this.#every = SECOND * Math.ceil(duration / points / SECOND);
    if (faultsEnd !== undefined) {
      // What breaks at the end of a fault shows when that millisecond is over.
      this.#healsFrom = now + faultsEnd + 1;
      network.simulation.at(this.#healsFrom, () => this.#lookForHealing());
    }
    this.#sample(now + duration);
  }

  get healMs(): Millis | null {
    return this.#healMs;
  }

  /** The mean of the honest nodes that were up. */
  get meanRunning(): number {
    const sum = this.#samples.reduce((total, { running }) => total + running, 0);
    return sum / this.#samples.length;
  }

  get points(): readonly TimelinePoint[] {
    return this.#samples.map(({ expected, reached, at, running, links, components }) => {
      const reach = expected === 0 ? null : rounded(reached / expected);
      return { at, running, links, components, reach };
    });
  }

  onSettled(announcement: Announcement, { expected, reached }: Reach): void {
    const since = announcement.announcedAt - this.#network.measuredFrom;
    const sample = this.#samples[Math.floor(since / this.#every)];
    if (sample === undefined) return;
    sample.expected += expected;
    sample.reached += reached;
  }

  #sample(end: Instant): void {
    const { simulation, measuredFrom } = this.#network;
    const { running, links, components } = survey(this.#network);
    const at = simulation.now - measuredFrom;
    this.#samples.push({ at, running, links, components, expected: 0, reached: 0 });
    const next = simulation.now + this.#every;
    if (next <= end) simulation.at(next, () => this.#sample(end));
  }

  #lookForHealing(): void {
    const { simulation } = this.#network;
    if (survey(this.#network).components <= 1) {
      this.#healMs = simulation.now - this.#healsFrom!;
      return;
    }
    simulation.at(simulation.now + SECOND, () => this.#lookForHealing());
  }
}
