/**
 * Who is who in a scenario's network: drawn once from the seed, before anything happens. A node is known by
 * its index; 0 is always an honest node that can be dialled, since others may know only that one.
 */
import { headcount } from './headcount.ts';
import { chanceFor } from './chance.ts';
import type { Scenario } from './scenario.ts';

/** How a node's subscriber answers. */
export type Temper = 'none' | 'ready' | 'slow' | 'silent';
const TEMPERS: readonly Temper[] = ['none', 'ready', 'slow', 'silent'];

/** For the index of an adversary's plan: nobody's. */
const HONEST = -1;

export class Cast {
  /** The nodes there may ever be: those at the start, then those that join. */
  readonly size: number;
  /** By node: the index of its adversary plan, or −1. */
  readonly #plans: Int8Array;
  readonly #tempers: Uint8Array;
  readonly #undialable: Uint8Array;
  readonly #existing: Uint8Array;

  constructor(scenario: Scenario) {
    const joining = scenario.faults.reduce(
      (sum, fault) => sum + (fault.kind === 'join' ? fault.count : 0),
      0,
    );
    this.size = scenario.nodes + joining;
    this.#plans = new Int8Array(this.size).fill(HONEST);
    this.#tempers = new Uint8Array(this.size);
    this.#undialable = new Uint8Array(this.size);
    this.#existing = new Uint8Array(this.size);
    this.#draw(scenario);
    this.#drawNewcomers(scenario);
  }

  isHostile(node: number): boolean {
    return this.#plans[node] !== HONEST;
  }

  /** Index of the adversary plan a node belongs to; undefined for honest ones. */
  planOf(node: number): number | undefined {
    const plan = this.#plans[node]!;
    return plan === HONEST ? undefined : plan;
  }

  temperOf(node: number): Temper {
    return TEMPERS[this.#tempers[node]!]!;
  }

  hasSubscriber(node: number): boolean {
    return this.#tempers[node] !== 0;
  }

  isDialable(node: number): boolean {
    return this.#undialable[node] === 0;
  }

  isExisting(node: number): boolean {
    return this.#existing[node] === 1;
  }

  #draw(scenario: Scenario): void {
    const random = chanceFor(scenario.seed, 'cast');
    const { perPlan, undialable, existing, subscribers, slow, silent } = headcount(scenario);
    const others = random.shuffled(Array.from({ length: scenario.nodes - 1 }, (_, i) => i + 1));
    let taken = 0;
    for (const [plan, count] of perPlan.entries()) {
      for (const end = taken + count; taken < end; taken++) this.#plans[others[taken]!] = plan;
    }
    const honest = others.slice(taken);
    for (const node of random.sample(honest, undialable)) this.#undialable[node] = 1;
    for (const node of random.sample(honest, existing)) this.#existing[node] = 1;
    honest.push(0);
    for (const [i, node] of random.sample(honest, subscribers).entries()) {
      const temper = i < silent ? 'silent' : i < silent + slow ? 'slow' : 'ready';
      this.#tempers[node] = TEMPERS.indexOf(temper);
    }
  }

  /** Those that join are what the shares say in the mean. */
  #drawNewcomers({ seed, nodes, population, network }: Scenario): void {
    const random = chanceFor(seed, 'cast', 1);
    const { subscribers, silentSubscribers, slowValidators, existing } = population;
    for (let node = nodes; node < this.size; node++) {
      const [subscribes, mood] = [random.fraction() < subscribers, random.fraction()];
      const isSlow = mood < silentSubscribers + slowValidators;
      const temper = mood < silentSubscribers ? 'silent' : isSlow ? 'slow' : 'ready';
      this.#tempers[node] = TEMPERS.indexOf(subscribes ? temper : 'none');
      this.#undialable[node] = random.fraction() < network.undialable ? 1 : 0;
      this.#existing[node] = random.fraction() < existing ? 1 : 0;
    }
  }
}
