/**
 * Where the nodes of a scenario stand, and whom each knows when it is started for the first time.
 */
import type { Random } from '../../basics/random.ts';
import type { Address } from '../../wire/address.ts';
import type { Cast } from './cast.ts';
import { chanceFor } from './chance.ts';
import type { Scenario } from './scenario.ts';

const PORT = 6_001;
/** The first /16 of 10.0.0.0/8 for adversaries that keep to networks of their own. */
const HOSTILE_NETGROUP = 200;

export class Acquaintance {
  readonly #scenario: Scenario;
  readonly #cast: Cast;
  readonly #random: Random;

  constructor(scenario: Scenario, cast: Cast) {
    this.#scenario = scenario;
    this.#cast = cast;
    this.#random = chanceFor(scenario.seed, 'known-peers');
  }

  addressOf(node: number): Address {
    const plan = this.#cast.planOf(node);
    const netgroups = plan === undefined ? null : this.#scenario.adversaries[plan]!.netgroups;
    const number = node + 1;
    const rest = `${(number >>> 8) & 255}.${number & 255}`;
    if (netgroups === null) return { host: `10.${number >>> 16}.${rest}`, port: PORT };
    // The last two bytes are the same every 65,536 nodes; the port tells those apart.
    const netgroup = HOSTILE_NETGROUP + (node % netgroups);
    return { host: `10.${netgroup}.${rest}`, port: PORT + (number >>> 16) };
  }

  /** The known peers of a node, drawn from the first `among` nodes that can be dialled. */
  knownPeers(node: number, among: number): Address[] {
    if (this.#scenario.warmUp.join === 'bootstrapper') return [];
    const known = new Set<number>();
    const wanted = Math.min(this.#wanted(), among - 1);
    // Most nodes can be dialled; where hardly any can, the first node is known all the same.
    for (let tries = 0; known.size < wanted && tries < 20 * wanted; tries++) {
      const peer = this.#random.below(among);
      if (peer !== node && this.#cast.isDialable(peer)) known.add(peer);
    }
    return [...known].map((peer) => this.addressOf(peer));
  }

  /**
   * Links have two ends: with three quarters of `min_connections` dials each, nearly all nodes have
   * enough. And at least two: a graph of single dials falls apart.
   */
  #wanted(): number {
    const { min_connections: min, max_connections: max = 32, degree = 4 } = this.#scenario.gossip;
    return Math.min(max, Math.max(2, Math.ceil(0.75 * (min ?? Math.max(4, degree)))));
  }
}
