/**
 * The network of a scenario: its nodes with their clients, who knows whom, and who has been up since when.
 */
import type { Random } from '../../basics/random.ts';
import type { Instant } from '../../core/settings.ts';
import { adversaryCore } from '../adversaries/adversary.ts';
import { AdversaryGroup } from '../adversaries/group.ts';
import { isJunk } from '../adversaries/junk.ts';
import type { SettingsOverrides } from '../node-settings.ts';
import type { NodeOptions } from '../simulation-options.ts';
import { Simulation } from '../simulation.ts';
import type { Validator } from '../sim-client.ts';
import type { SimNode, StartOptions } from '../sim-node.ts';
import type { CoreFactory } from '../world.ts';
import { Acquaintance } from './acquaintance.ts';
import { Cast } from './cast.ts';
import { chanceFor } from './chance.ts';
import type { Scenario } from './scenario.ts';
import {
  existingCore,
  honestCore,
  simulationOptions,
  type EngineOptions,
} from './simulation-of.ts';

/** The type of all announcements that are measured; no other is special. */
export const ANNOUNCED_TYPE = 1_337;

/** Not running. */
const DOWN = Number.POSITIVE_INFINITY;

export class ScenarioNetwork {
  readonly scenario: Scenario;
  readonly simulation: Simulation;
  readonly cast: Cast;
  /** By node: since when it runs without a break; infinite while it does not. */
  readonly upSince: Float64Array;
  readonly #honestCore: CoreFactory;
  readonly #acquaintance: Acquaintance;
  readonly #groups: readonly AdversaryGroup[];
  readonly #validators: Readonly<Record<'ready' | 'slow' | 'silent', Validator>>;
  /** When moments are counted from; infinite until the end of the warm-up. */
  #measuredFrom: Instant = Number.POSITIVE_INFINITY;
  /** From the last phase on all subscribers answer at once. */
  #isCalm = false;

  constructor(scenario: Scenario, options: EngineOptions = {}) {
    this.scenario = scenario;
    this.simulation = new Simulation(simulationOptions(scenario, options));
    this.#honestCore = options.core ?? honestCore;
    this.cast = new Cast(scenario);
    this.upSince = new Float64Array(this.cast.size).fill(DOWN);
    this.#acquaintance = new Acquaintance(scenario, this.cast);
    this.#groups = scenario.adversaries.map(
      (_, plan) => new AdversaryGroup({ random: chanceFor(scenario.seed, 'adversaries', plan) }),
    );
    const { validationMs, slowValidationMs } = scenario.population;
    this.#validators = {
      ready: this.#validator(validationMs),
      slow: this.#validator(slowValidationMs),
      silent: { verdict: ({ data }) => (this.#isCalm ? verdictOn(data) : 'silent') },
    };
  }

  /** The moment 0 of faults and adversaries. */
  get measuredFrom(): Instant {
    return this.#measuredFrom;
  }

  get nodes(): readonly SimNode[] {
    return this.simulation.nodes;
  }

  /** Adds up to `count` of the nodes that are there from the start; false once all are. */
  build(count: number): boolean {
    const end = Math.min(this.scenario.nodes, this.nodes.length + count);
    while (this.nodes.length < end) this.#add(this.scenario.nodes);
    return end < this.scenario.nodes;
  }

  /** A further node joins, which knows some of those that have been there before. */
  join(): void {
    if (this.nodes.length < this.cast.size) this.#add(this.nodes.length);
  }

  /** Starts a node again, and the program beside it that subscribes. */
  start(node: SimNode, options: StartOptions): void {
    node.start(options);
    this.#onStarted(node);
  }

  end(node: SimNode, how: 'exit' | 'power-off'): void {
    if (how === 'exit') node.stop();
    else node.powerOff();
    this.upSince[node.index] = DOWN;
  }

  /** The warm-up is over: adversaries may count from now on. */
  beginMeasuring(): void {
    this.#measuredFrom = this.simulation.now;
    // Any input makes a node look at its next deadline again, which was not known before.
    for (const node of this.nodes) if (node.isHostile && node.isRunning) node.client();
  }

  /** Whatever was wrong is over: adversaries leave, subscribers answer, and all that a message needs is there. */
  calm(): void {
    this.#isCalm = true;
    const needsSubscribers = this.scenario.gossip.relay === 'subscribed';
    for (const node of this.nodes) {
      if (!node.isRunning) continue;
      if (node.isHostile) this.end(node, 'exit');
      else if (needsSubscribers && !this.cast.hasSubscriber(node.index)) this.#subscribe(node);
    }
  }

  /** The links that a node wants before the network counts as formed. */
  linksWanted({ index, settings }: SimNode): number {
    const laidOut = this.#acquaintance.linksOf(index);
    return laidOut ?? Math.min(settings.minConnections, this.nodes.length - 1);
  }

  isHonestAndUp(node: number): boolean {
    return this.upSince[node] !== DOWN && !this.cast.isHostile(node);
  }

  /** One of the honest nodes that run, each with equal probability; undefined if there are none. */
  pickHonest(random: Random): SimNode | undefined {
    const count = this.nodes.length;
    // Nearly always one of the first few draws hits; then nobody has to be counted.
    for (let tries = 0; tries < 32; tries++) {
      const node = random.below(count);
      if (this.isHonestAndUp(node)) return this.nodes[node];
    }
    return random.pick(this.nodes.filter((node) => this.isHonestAndUp(node.index)));
  }

  /** Of those that are there at the start, or `among` the first few. */
  #add(among: number): void {
    const index = this.nodes.length;
    const plan = this.cast.planOf(index);
    const knownPeers = this.#acquaintance.knownPeers(index, among);
    const settings = {
      knownPeers,
      ...(index > 0 && { bootstrapper: this.#acquaintance.addressOf(0) }),
      ...(this.scenario.warmUp.join === 'laid-out' && contented(this.scenario)),
    };
    const options: NodeOptions = {
      address: this.#acquaintance.addressOf(index),
      isStarted: false,
      isDialable: this.cast.isDialable(index),
      ...(this.cast.isExisting(index) && { core: existingCore(this.#honestCore) }),
      ...(plan !== undefined && { core: this.#hostileCore(plan), isHostile: true }),
    };
    const node = this.simulation.addNode(settings, options);
    node.start();
    this.#onStarted(node);
  }

  #onStarted(node: SimNode): void {
    this.upSince[node.index] = this.simulation.now;
    if (!node.isHostile) this.#subscribe(node);
  }

  #subscribe(node: SimNode): void {
    const temper = this.cast.temperOf(node.index);
    const isAsked =
      temper !== 'none' || (this.#isCalm && this.scenario.gossip.relay === 'subscribed');
    if (!isAsked) return;
    const validator = this.#validators[temper === 'none' ? 'ready' : temper];
    node.client().subscribe(ANNOUNCED_TYPE, validator);
  }

  #validator(mean: number): Validator {
    return {
      verdict: ({ data }) => verdictOn(data),
      delay: (random) => (this.#isCalm ? 0 : -mean * Math.log(1 - random.fraction())),
    };
  }

  #hostileCore(index: number): NonNullable<NodeOptions['core']> {
    const plan = this.scenario.adversaries[index]!;
    const { size } = this.scenario.workload;
    return adversaryCore({
      plan,
      group: this.#groups[index]!,
      honest: this.#honestCore,
      at: () => (plan.at === undefined ? 0 : this.#measuredFrom + plan.at),
      target: { dataType: ANNOUNCED_TYPE, size },
    });
  }
}

/** Settings of nodes that look for no further links once they have one. */
function contented({ gossip }: Scenario): SettingsOverrides {
  const { min_connections: min = 8, degree = Math.min(8, min) } = gossip;
  return { degree, minConnections: 1 };
}

function verdictOn(data: Uint8Array): 'accept' | 'reject' {
  return isJunk(data) ? 'reject' : 'accept';
}
