/**
 * The workload: announcements at even distances, each by a node drawn for it, each measured when it has
 * settled.
 */
import type { Random } from '../../basics/random.ts';
import type { Instant } from '../../core/settings.ts';
import type { Announcement } from '../announcement.ts';
import type { SimNode } from '../sim-node.ts';
import { chanceFor } from './chance.ts';
import { Measures, type Reach } from './measures.ts';
import { ANNOUNCED_TYPE, type ScenarioNetwork } from './scenario-network.ts';

/** An announcement younger than this says nothing yet about a run that is looked at before its end, in ms. */
const TELLING_AGE = 5_000;

export class Announcer {
  readonly #network: ScenarioNetwork;
  readonly #random: Random;
  /** Told of every announcement that has settled. */
  readonly #onSettled: (announcement: Announcement, reach: Reach) => void;
  readonly #measures = new Measures();
  /** Not settled yet, oldest first from `#settled` on. */
  #inFlight: Announcement[] = [];
  #made = 0;
  /** The nodes that announce; undefined: all honest ones. */
  #publishers: readonly SimNode[] | undefined;

  constructor(
    network: ScenarioNetwork,
    onSettled: (announcement: Announcement, reach: Reach) => void,
  ) {
    this.#network = network;
    this.#random = chanceFor(network.scenario.seed, 'publishers');
    this.#onSettled = onSettled;
  }

  /** Begins; moments count from now. */
  start(): void {
    const { cast, nodes, scenario, simulation } = this.#network;
    const { publishers, announcements } = scenario.workload;
    if (publishers !== null) {
      const honest = nodes.filter((node) => !cast.isHostile(node.index));
      this.#publishers = this.#random.sample(honest, publishers);
    }
    if (announcements > 0) simulation.at(this.#timeOf(0), () => this.#next());
  }

  /** What has settled so far. */
  get measures(): Measures {
    return this.#measures;
  }

  /** The same, and what is under way as it stands now, if it is old enough to tell anything. */
  measuresSoFar(): Measures {
    const { now } = this.#network.simulation;
    const measures = new Measures(this.#measures);
    for (const announcement of this.#inFlight) {
      if (now - announcement.announcedAt < this.#tellingAge()) break;
      measures.add(announcement, this.#network);
    }
    return measures;
  }

  #tellingAge(): number {
    return Math.min(TELLING_AGE, this.#network.scenario.workload.settleMs);
  }

  #next(): void {
    const { simulation, scenario } = this.#network;
    const { announcements, settleMs } = scenario.workload;
    const announcement = this.#announce();
    if (announcement !== undefined) {
      this.#inFlight.push(announcement);
      simulation.at(simulation.now + settleMs, () => this.#settle());
    }
    if (++this.#made < announcements) simulation.at(this.#timeOf(this.#made), () => this.#next());
  }

  /** From the beginning each time, so that rounding does not add up. */
  #timeOf(number: number): Instant {
    const { startMs, rate } = this.#network.scenario.workload;
    return this.#network.measuredFrom + startMs + Math.round((number * 1_000) / rate);
  }

  /** Undefined if nobody is there to announce. */
  #announce(): Announcement | undefined {
    const { size, ttl } = this.#network.scenario.workload;
    const data = payload(size, this.#made);
    return this.#publisher()?.announce({ dataType: ANNOUNCED_TYPE, ttl, data });
  }

  #publisher(): SimNode | undefined {
    const network = this.#network;
    if (this.#publishers === undefined) return network.pickHonest(this.#random);
    const up = this.#publishers.filter((node) => node.isRunning);
    return this.#random.pick(up);
  }

  #settle(): void {
    const announcement = this.#inFlight.shift()!;
    this.#onSettled(announcement, this.#measures.add(announcement, this.#network));
  }
}

/** `size` bytes of which the first four number the announcement, as far as they go. */
export function payload(size: number, number: number): Uint8Array {
  const data = new Uint8Array(size);
  for (let i = 0; i < Math.min(4, size); i++) data[i] = number >>> (8 * (3 - i));
  return data;
}
