/**
 * A whole network in one thread under virtual time: real cores, virtual machines, links, clients and proofs
 * of work. One seed gives one history, down to the last message.
 *
 *     const simulation = new Simulation({ seed: 1, latency: { min: 10, max: 100 } });
 *     const first = simulation.addNode();
 *     const others = simulation.addNodes(99, { bootstrapper: first.address });
 *     simulation.run({ for: 10 * 60_000 });
 *     const announcement = first.announce({ dataType: 1337 });
 *     simulation.run({ for: 5_000 });
 *     announcement.reached; // 99
 */
import { assert } from '../basics/assert.ts';
import type { Random } from '../basics/random.ts';
import { GossipNode } from '../core/gossip-node.ts';
import type { Instant, Millis } from '../core/settings.ts';
import { formatAddress, type Address } from '../wire/address.ts';
import { AnnouncementLedger, type Announcement } from './announcements.ts';
import type { Blockade } from './blockade.ts';
import { EventQueue } from './event-queue.ts';
import { SimulationFailure } from './failure.ts';
import { latencyOf, type LatencyChoice } from './latency.ts';
import type { LinkEnd } from './link-end.ts';
import { nodeSettings, type SettingsOverrides } from './node-settings.ts';
import { components, type Overlay } from './overlay.ts';
import { SimulatedProofs } from './proof-of-work.ts';
import { SimNode } from './sim-node.ts';
import { Trace } from './trace.ts';
import { VirtualNetwork } from './virtual-network.ts';
import {
  streamOf,
  type CoreFactory,
  type CurrentStep,
  type StepReport,
  type World,
} from './world.ts';

export interface SimulationOptions {
  /** Any 32-bit integer. Everything random follows from it. */
  readonly seed: number;
  /** One-way delay of every link. Default: 20 ms. */
  readonly latency?: LatencyChoice;
  /** What differs from the default settings, for all nodes. */
  readonly settings?: SettingsOverrides;
  /** Hashes per second that each node can do. Default: 2,000,000, a worker without SIMD. */
  readonly hashRate?: number;
  /** `private`: a machine of its own in 10.0.0.0/8 for each node; `loopback`: ports of 127.0.0.1. */
  readonly addresses?: 'private' | 'loopback';
  /** How long a link over which nothing can travel lasts, in ms. Default: 60,000. */
  readonly silenceMax?: Millis;
  /** Whether the promises in checkers.ts are checked at every step. Default: true. */
  readonly checks?: boolean;
  /** Announcements remembered, see announcements.ts. Default: 4,096. */
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
  /** What it runs instead of the simulation's choice. */
  readonly core?: CoreFactory;
}

/** How far {@link Simulation.run} goes. */
export type RunOptions =
  | { readonly for: Millis }
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

const DEFAULT_PORT = 6_001;
const LOOPBACK_PORT_MIN = 20_000;

export class Simulation {
  readonly seed: number;
  /** For scenarios: its draws disturb no node's. */
  readonly random: Random;
  readonly #options: SimulationOptions;
  readonly #world: World;
  readonly #nodes: SimNode[] = [];

  constructor(options: SimulationOptions) {
    this.seed = options.seed;
    this.#options = options;
    this.random = streamOf(options.seed, 'scenario', 0, 0);
    const events = new EventQueue();
    const latency = latencyOf(options.latency ?? 20, options.seed);
    this.#world = {
      seed: options.seed,
      events,
      network: new VirtualNetwork({ events, latency, silenceMax: options.silenceMax }),
      ledger: new AnnouncementLedger(options.announcementsMax),
      trace: new Trace(),
      proofs: new SimulatedProofs(),
      newCore: options.core ?? ((core) => new GossipNode(core)),
      hashRate: options.hashRate ?? 2_000_000,
      names: options.names ?? new Map(),
      nameDelay: 20,
      hasChecks: options.checks ?? true,
      onStep: options.onStep,
      current: { node: undefined, input: undefined },
    };
  }

  /** Virtual time in ms since the beginning. */
  get now(): Instant {
    return this.#world.events.now;
  }

  /** The fingerprint of all that happened so far; equal for equal histories. */
  get traceHash(): string {
    return this.#world.trace.hash;
  }

  /** Inputs given to nodes so far. */
  get inputs(): number {
    return this.#world.trace.inputs;
  }

  /** All nodes ever added, running or not, by index. */
  get nodes(): readonly SimNode[] {
    return this.#nodes;
  }

  /** What was announced so far, oldest first. */
  get announcements(): readonly Announcement[] {
    return this.#world.ledger.all;
  }

  /** Adds a node, and starts it unless told otherwise. */
  addNode(settings: SettingsOverrides = {}, options: NodeOptions = {}): SimNode {
    const index = this.#nodes.length;
    const address = options.address ?? settings.listenAddress ?? this.#addressOf(index);
    const complete = nodeSettings(address, this.#options.settings, settings);
    const world = { ...this.#world, newCore: options.core ?? this.#world.newCore };
    const node = new SimNode(world, index, address, complete);
    this.#nodes.push(node);
    if (options.isStarted ?? true) node.start();
    return node;
  }

  addNodes(count: number, settings: SettingsOverrides = {}, options: NodeOptions = {}): SimNode[] {
    return Array.from({ length: count }, () => this.addNode(settings, options));
  }

  /**
   * Lets virtual time pass. Returns whether the condition was met (true without one). Throws
   * {@link SimulationFailure} if a core throws or a promise is broken.
   */
  run(options: RunOptions): boolean {
    if ('for' in options) {
      this.#runTo(this.now + options.for);
      return true;
    }
    const end = this.now + options.within;
    while (!options.until()) {
      if (this.now >= end) return false;
      this.#runTo(Math.min(end, this.now + (options.every ?? 100)));
    }
    return true;
  }

  /** Calls `action` at a point of virtual time that is not past. */
  at(time: Instant, action: () => void): void {
    this.#world.events.put(time, { fire: action });
  }

  /** Every open link once, as the end that dialled. */
  links(): LinkEnd[] {
    return this.#nodes.flatMap((node) =>
      node.links.filter((end) => end.dialled !== undefined && end.isOpen),
    );
  }

  /** Who has an open link with whom. */
  overlay(): Overlay {
    return this.#nodes.map((node) => new Set(node.peers));
  }

  /** The running nodes in groups that can reach each other. One group is a connected overlay. */
  components(): SimNode[][] {
    const running = this.#nodes.filter((node) => node.isRunning).map((node) => node.index);
    return components(this.overlay(), running).map((group) =>
      group.map((index) => this.#nodes[index]!),
    );
  }

  /** Breaks a link: what is under way is lost, both nodes learn of it at once. */
  breakLink(end: LinkEnd): void {
    end.breakDown('connection reset');
  }

  /** Lets a link deliver nothing for a while, in both directions; then everything, in order. */
  stallLink(end: LinkEnd, duration: Millis): void {
    const ends = [end, end.other];
    for (const one of ends) one.hold();
    this.at(this.now + duration, () => {
      for (const one of ends) one.release();
    });
  }

  /**
   * Cuts the network between two groups until healed: dials between them get no answer, what is sent
   * waits, and links that stay cut for `silenceMax` break. `oneWay`: only messages from the first to the
   * second group are stopped; but dials fail both ways, since they need an answer.
   */
  partition(
    from: readonly SimNode[],
    to: readonly SimNode[],
    options: { readonly oneWay?: boolean } = {},
  ): Partition {
    const first = new Set(from.map((node) => node.index));
    const second = new Set(to.map((node) => node.index));
    const { network } = this.#world;
    const blockades: Blockade[] = [network.block(first, second)];
    if (options.oneWay !== true) blockades.push(network.block(second, first));
    return {
      heal() {
        for (const blockade of blockades) blockade.lift();
      },
    };
  }

  #runTo(end: Instant): void {
    const { events } = this.#world;
    try {
      for (let event = events.take(end); event !== undefined; event = events.take(end))
        event.fire();
    } catch (cause) {
      throw this.#failure(cause);
    }
  }

  #failure(cause: unknown): SimulationFailure {
    const { current, trace } = this.#world;
    const during = describe(current);
    const { seed, now } = this;
    return new SimulationFailure({ seed, now, inputs: trace.inputs, during }, cause);
  }

  #addressOf(index: number): Address {
    if (this.#options.addresses === 'loopback') {
      assert(index < 12_000, 'no more ports below the ephemeral ones');
      return { host: '127.0.0.1', port: LOOPBACK_PORT_MIN + index };
    }
    const number = index + 1;
    const host = `10.${(number >>> 16) & 255}.${(number >>> 8) & 255}.${number & 255}`;
    return { host, port: DEFAULT_PORT };
  }
}

function describe({ node, input }: CurrentStep): string {
  if (node === undefined || input === undefined) return 'between two inputs';
  const link = 'link' in input ? ` on link ${input.link}` : '';
  const what = input.kind === 'message' ? input.message.kind : input.kind;
  return `node ${node.index} (${formatAddress(node.address)}), ${what}${link}`;
}
