/**
 * The last phase: all faults are over, the adversaries have left, every subscriber answers. Now, within a
 * bound, everything has to become good: the honest nodes are one overlay, and announcements reach every
 * honest subscriber. With a `degree` below the number of links a single announcement misses a few nodes by
 * chance, so others follow it, each from another node, until everyone has got one of them.
 */
import type { Random } from '../../basics/random.ts';
import type { Instant } from '../../core/settings.ts';
import type { Announcement } from '../announcement.ts';
import { CheckFailure, SimulationFailure } from '../failure.ts';
import { payload } from './announcer.ts';
import { chanceFor } from './chance.ts';
import { ANNOUNCED_TYPE, type ScenarioNetwork } from './scenario-network.ts';
import { membersOfParts, survey } from './survey.ts';

/** After this without a new arrival an announcement has got as far as it will, in ms. */
const PROBE_PATIENCE = 10_000;
/** Nodes that a message names. */
const NAMED_MAX = 10;

export class LivenessPhase {
  readonly #network: ScenarioNetwork;
  readonly #random: Random;
  readonly #deadline: Instant;
  #probe: Announcement | undefined;
  #probes = 0;
  /** Subscribers that no announcement has reached yet; undefined before the first. */
  #missing: number[] | undefined;

  /** Begins now. */
  constructor(network: ScenarioNetwork, within: number) {
    this.#network = network;
    this.#random = chanceFor(network.scenario.seed, 'liveness');
    this.#deadline = network.simulation.now + within;
    network.calm();
  }

  get deadline(): Instant {
    return this.#deadline;
  }

  /** Announcements made so far. */
  get probes(): number {
    return this.#probes;
  }

  /** Looks whether all is well; call it every second or so. Throws {@link SimulationFailure} when it is too late. */
  isDone(): boolean {
    const { now } = this.#network.simulation;
    if (this.#probe === undefined) {
      if (survey(this.#network).components <= 1) this.#announce();
    } else {
      const probe = this.#probe;
      this.#missing = this.#missing!.filter((node) => probe.notifiedAt(node) === undefined);
      if (this.#missing.length === 0) return true;
      if (now - probe.announcedAt >= this.#patience()) this.#probe = undefined;
    }
    if (now >= this.#deadline) this.#fail();
    return false;
  }

  /** Longer where a hop takes longer; so far no network in a scenario is that large. */
  #patience(): number {
    const latency = this.#network.scenario.network.latencyMs;
    return PROBE_PATIENCE + (typeof latency === 'number' ? 20 * latency : 0);
  }

  #announce(): void {
    const { cast, nodes } = this.#network;
    const { size } = this.#network.scenario.workload;
    const node = this.#network.pickHonest(this.#random);
    if (node === undefined) return;
    this.#missing ??= nodes
      .map(({ index }) => index)
      .filter((index) => this.#network.isHonestAndUp(index) && cast.hasSubscriber(index));
    // Who announces knows it.
    this.#missing = this.#missing.filter((index) => index !== node.index);
    const data = payload(size, this.#probes++);
    this.#probe = node.announce({ dataType: ANNOUNCED_TYPE, data });
  }

  #fail(): never {
    const { simulation, scenario } = this.#network;
    const seen = survey(this.#network);
    const what =
      seen.components > 1 ? describeParts(membersOfParts(seen)) : this.#describeMissing();
    const { now, inputs } = simulation;
    throw new SimulationFailure(
      { seed: scenario.seed, now, inputs, during: 'after all faults' },
      new CheckFailure(`${scenario.liveness!.within} ms were not enough: ${what}`),
    );
  }

  #describeMissing(): string {
    const missing = this.#missing ?? [];
    return `none of ${this.#probes} announcements got to ${missing.length} subscribers: ${named(missing)}`;
  }
}

function describeParts(parts: readonly (readonly number[])[]): string {
  const smallest = parts.at(-1)!;
  const sizes = parts.slice(0, NAMED_MAX).map((part) => part.length);
  return (
    `the honest nodes are in ${parts.length} parts, of ${sizes.join(', ')} nodes; ` +
    `the last one: ${named(smallest)}`
  );
}

function named(nodes: readonly number[]): string {
  const rest = nodes.length > NAMED_MAX ? ', …' : '';
  return `nodes ${nodes.slice(0, NAMED_MAX).join(', ')}${rest}`;
}
