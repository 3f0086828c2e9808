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
 *     announcement.reached; // most of the 99
 */
import { assert } from '../basics/assert.ts';
import type { Random } from '../basics/random.ts';
import { GossipNode } from '../core/gossip-node.ts';
import type { Instant, Millis } from '../core/settings.ts';
import { formatAddress, type Address } from '../wire/address.ts';
import { peerMessageSize } from '../wire/peer-messages.ts';
import type { Announcement, TravellingMessage } from './announcement.ts';
import { AnnouncementLedger } from './announcement-ledger.ts';
import type { Blockade } from './blockade.ts';
import { EventQueue } from './event-queue.ts';
import { audit, type AuditedNode } from './audit.ts';
import { CheckFailure, SimulationFailure } from './failure.ts';
import { latencyOf } from './latency.ts';
import type { LinkEnd } from './link-end.ts';
import { nodeSettings, securedSettings, type SettingsOverrides } from './node-settings.ts';
import { components, type Overlay } from './overlay.ts';
import { SimulatedProofs } from './proof-of-work.ts';
import { SimNode } from './sim-node.ts';
import type {
  NodeOptions,
  Partition,
  RunOptions,
  SimulationOptions,
} from './simulation-options.ts';
import { Trace } from './trace.ts';
import { VirtualNetwork } from './virtual-network.ts';
import { streamOf, type CurrentStep, type World } from './world.ts';

/** So many events without time passing are nodes that keep each other busy for ever. */
const EVENTS_PER_INSTANT_MAX = 1_000_000;
/** And so many more for each node: a million that start at once have a lot to do at once. */
const EVENTS_PER_NODE_AND_INSTANT_MAX = 100;
const EVENTS_BETWEEN_AUDITS = 2_000;
const EVENTS_PER_NODE_BETWEEN_AUDITS = 100;
const DEFAULT_PORT = 6_001;
const LOOPBACK_PORT_MIN = 20_000;

export class Simulation {
  readonly seed: number;
  /** For scenarios: its draws disturb no node's. */
  readonly random: Random;
  readonly #options: SimulationOptions;
  readonly #world: World;
  readonly #nodes: SimNode[] = [];
  #isRunning = false;
  /** Events until the next audit. */
  #untilAudit = EVENTS_BETWEEN_AUDITS;
  /** The millisecond of the last event, and the events in it so far. */
  #instant: Instant = -1;
  #eventsOfInstant = 0;
  /** What ended it: nothing that happened after a broken promise would mean anything. */
  #failure: SimulationFailure | undefined;

  constructor(options: SimulationOptions) {
    this.seed = options.seed;
    this.#options = options;
    this.random = streamOf(options.seed, 'scenario', 0, 0);
    const events = new EventQueue();
    const latency = latencyOf(options.latency ?? 20, options.seed);
    this.#world = {
      seed: options.seed,
      events,
      network: new VirtualNetwork<TravellingMessage>({
        events,
        latency,
        sizeOf: peerMessageSize,
        failsByChance: this.#chanceOfFailure(),
        silenceMax: options.silenceMax,
      }),
      ledger: new AnnouncementLedger(options.announcementsMax),
      trace: new Trace(),
      proofs: new SimulatedProofs(),
      newCore: options.core ?? ((core) => new GossipNode(core)),
      hashRate: options.hashRate ?? 2_000_000,
      names: options.names ?? new Map(),
      nameDelay: 20,
      hasChecks: options.checks ?? true,
      reusesBuffers: options.reusesBuffers ?? false,
      usesWire: options.wire ?? false,
      onStep: options.onStep,
      current: { node: undefined, input: undefined },
      tally: { deliveries: 0 },
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

  /** Notifications given to clients so far. */
  get deliveries(): number {
    return this.#world.tally.deliveries;
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
    const secured = this.#options.transport === 'tls' ? securedSettings(this.seed, index) : {};
    const complete = nodeSettings(address, secured, this.#options.settings, settings);
    const world = { ...this.#world, newCore: options.core ?? this.#world.newCore };
    const node = new SimNode({
      world,
      index,
      address,
      settings: complete,
      isDialable: options.isDialable ?? true,
      isHostile: options.isHostile ?? false,
      bandwidth: options.bandwidth ?? this.#options.bandwidth,
    });
    this.#nodes.push(node);
    if (options.isStarted ?? true) node.start();
    return node;
  }

  addNodes(count: number, settings: SettingsOverrides = {}, options: NodeOptions = {}): SimNode[] {
    return Array.from({ length: count }, () => this.addNode(settings, options));
  }

  /**
   * Lets virtual time pass. Returns whether the condition was met, or without one whether all of the time has
   * passed. Throws {@link SimulationFailure} if a core throws or a promise is broken.
   */
  run(options: RunOptions): boolean {
    if ('for' in options) {
      return this.#runTo(this.now + options.for, options.eventsMax);
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

  /**
   * Looks at the whole network: bytes add up, both sides agree on every link, nobody works for links that are
   * gone. Called by itself every so often while {@link SimulationOptions.checks} is on.
   */
  audit(): void {
    const { network } = this.#world;
    audit(this.#audited(), network.ends(), network.traffic);
  }

  *#audited(): Iterable<AuditedNode> {
    for (const node of this.#nodes) if (node.audited !== undefined) yield node.audited;
  }

  /** Whether it got there before `eventsMax` events had fired. */
  #runTo(end: Instant, eventsMax = Number.POSITIVE_INFINITY): boolean {
    assert(!this.#isRunning, 'run() was called from within run()');
    if (this.#failure !== undefined) throw this.#failure;
    const { events, hasChecks } = this.#world;
    this.#isRunning = true;
    try {
      for (let fired = 0; fired < eventsMax; fired++) {
        const event = events.take(end);
        if (event === undefined) return true;
        this.#countAt(events.now);
        event.fire();
        if (hasChecks && --this.#untilAudit < 0) this.#auditOnTheWay();
      }
      return false;
    } catch (cause) {
      this.#failure = this.#describeFailure(cause);
      throw this.#failure;
    } finally {
      this.#isRunning = false;
    }
  }

  #countAt(now: Instant): void {
    if (now !== this.#instant) {
      this.#instant = now;
      this.#eventsOfInstant = 0;
    }
    const max = EVENTS_PER_INSTANT_MAX + EVENTS_PER_NODE_AND_INSTANT_MAX * this.#nodes.length;
    if (++this.#eventsOfInstant > max) throw new CheckFailure('time stands still');
  }

  /** Often enough to be near the cause, seldom enough to cost little beside the steps in between. */
  #auditOnTheWay(): void {
    this.#world.current.node = undefined;
    this.#untilAudit = EVENTS_BETWEEN_AUDITS + EVENTS_PER_NODE_BETWEEN_AUDITS * this.#nodes.length;
    this.audit();
  }

  #describeFailure(cause: unknown): SimulationFailure {
    const { current, trace } = this.#world;
    const { seed, now } = this;
    const during = describe(current);
    return new SimulationFailure({ seed, now, inputs: trace.inputs, during }, cause);
  }

  #chanceOfFailure(): (() => boolean) | undefined {
    const { dialFailures = 0, seed } = this.#options;
    assert(dialFailures >= 0 && dialFailures <= 1, `a share of failing dials of ${dialFailures}`);
    if (dialFailures === 0) return undefined;
    const random = streamOf(seed, 'network', 0, 0);
    return () => random.fraction() < dialFailures;
  }

  #addressOf(index: number): Address {
    if (this.#options.addresses === 'loopback') {
      assert(index < 12_000, 'no more ports below the ephemeral ones');
      return { host: '127.0.0.1', port: LOOPBACK_PORT_MIN + index };
    }
    // Neighbours are in different netgroups, and each has a /24 of its own.
    const host = `10.${index & 255}.${(index >>> 8) & 255}.${1 + (index >>> 16)}`;
    return { host, port: DEFAULT_PORT };
  }
}

function describe({ node, input }: CurrentStep): string {
  if (node === undefined || input === undefined) return 'between two inputs';
  const link = 'link' in input ? ` on link ${input.link}` : '';
  const what = input.kind === 'message' ? input.message.kind : input.kind;
  return `node ${node.index} (${formatAddress(node.address)}), ${what}${link}`;
}
