/**
 * Where the nodes of a scenario stand, and whom each knows when it is started for the first time.
 */
import type { Random } from '../../basics/random.ts';
import type { Address } from '../../wire/address.ts';
import type { Cast } from './cast.ts';
import { chanceFor } from './chance.ts';
import { LaidOut } from './laid-out.ts';
import { NETGROUPS_MAX } from './quantities.ts';
import type { GossipKeys, Scenario } from './scenario.ts';

const PORT = 6_001;

export class Acquaintance {
  readonly #scenario: Scenario;
  readonly #cast: Cast;
  readonly #random: Random;
  /** Only where the scenario says so. */
  readonly #laidOut: LaidOut | undefined;

  constructor(scenario: Scenario, cast: Cast) {
    this.#scenario = scenario;
    this.#cast = cast;
    this.#random = chanceFor(scenario.seed, 'known-peers');
    if (scenario.warmUp.join !== 'laid-out') return;
    this.#laidOut = new LaidOut(scenario.nodes, linksLaidOut(scenario.gossip), this.#random);
  }

  /** Neighbours by number are in different netgroups, and all hosts of a netgroup in different /24 while they last. */
  addressOf(node: number): Address {
    const plan = this.#cast.planOf(node);
    const hostile = plan === undefined ? null : this.#scenario.adversaries[plan]!.netgroups;
    const [first, netgroups] =
      hostile === null ? [0, this.#scenario.network.netgroups] : [NETGROUPS_MAX, hostile];
    const place = Math.floor(node / netgroups);
    const host = `10.${first + (node % netgroups)}.${place & 255}.${(place >>> 8) & 255}`;
    return { host, port: PORT + (place >>> 16) };
  }

  /** The known peers of a node, drawn from the first `among` nodes that can be dialled. */
  knownPeers(node: number, among: number): Address[] {
    if (this.#scenario.warmUp.join === 'bootstrapper') return [];
    if (this.#laidOut !== undefined) {
      return this.#laidOut.successors(node).map((peer) => this.addressOf(peer));
    }
    const known = new Set<number>();
    const wanted = Math.min(this.#wanted(), among - 1);
    // Most nodes can be dialled; where hardly any can, the first node is known all the same.
    for (let tries = 0; known.size < wanted && tries < 20 * wanted; tries++) {
      const peer = this.#random.below(among);
      if (peer !== node && this.#cast.isDialable(peer)) known.add(peer);
    }
    return [...known].map((peer) => this.addressOf(peer));
  }

  /** The links of a node in an overlay that is laid out; undefined in others. */
  linksOf(node: number): number | undefined {
    return this.#laidOut?.linksOf(node);
  }

  /**
   * Links have two ends: with three quarters of `min_connections` dials each, nearly all nodes have
   * enough. And at least two: a graph of single dials falls apart.
   */
  #wanted(): number {
    const { max_connections: max = 32 } = this.#scenario.gossip;
    return Math.min(max, Math.max(2, Math.ceil(0.75 * minConnections(this.#scenario.gossip))));
  }
}

/** The links of a node in an overlay that is laid out: `min_connections`, or one more if that is odd. */
export function linksLaidOut(gossip: GossipKeys): number {
  return 2 * Math.ceil(minConnections(gossip) / 2);
}

/** Of nodes that are run with these keys, which may not say it. */
function minConnections({ min_connections: min, degree = 0 }: GossipKeys): number {
  return min ?? Math.max(4, degree);
}
