/**
 * One node of a simulation, across its lives: where it stands, what runs on it, and who is connected.
 */
import { assert } from '../basics/assert.ts';
import type { NodeEvent } from '../core/events.ts';
import type { ClientId, LinkId } from '../core/inputs.ts';
import type { Settings } from '../core/settings.ts';
import type { Address } from '../wire/address.ts';
import type { Announcement } from './announcement.ts';
import type { AuditedNode } from './audit.ts';
import { Counters } from './counters.ts';
import type { LinkEnd } from './link-end.ts';
import { type Stored, NodeHost, type Station } from './node-host.ts';
import { announceInput, SimClient, type AnnounceOptions } from './sim-client.ts';
import { streamOf, type Core, type World } from './world.ts';

export interface SimNodeOptions {
  readonly world: World;
  readonly index: number;
  readonly address: Address;
  readonly settings: Settings;
  readonly isDialable: boolean;
  readonly isHostile: boolean;
  /** Bytes per millisecond; undefined is without limit. */
  readonly bandwidth: number | undefined;
}

export interface StartOptions {
  /** Whether it finds what an earlier life has stored; otherwise that is gone for good. Default: false. */
  readonly keepsStore?: boolean;
}

export class SimNode implements Station {
  /** Its place in `Simulation.nodes`. */
  readonly index: number;
  /** Where others reach it. */
  readonly address: Address;
  readonly settings: Settings;
  readonly isDialable: boolean;
  /** Whether it is an adversary. */
  readonly isHostile: boolean;
  /** What it has sent and received, over all its lives. */
  readonly counters = new Counters();
  /** What it has stored for its next life; undefined: nothing. */
  stored: Stored | undefined = undefined;
  rememberedSince = 0;
  readonly #world: World;
  readonly #bandwidth: number | undefined;
  #host: NodeHost | undefined;
  #lives = 0;
  #links: LinkId = 0;
  #clients: ClientId = 0;

  constructor(options: SimNodeOptions) {
    this.#world = options.world;
    this.index = options.index;
    this.address = options.address;
    this.settings = options.settings;
    this.isDialable = options.isDialable;
    this.isHostile = options.isHostile;
    this.#bandwidth = options.bandwidth;
  }

  /** How often it has been started. */
  get lives(): number {
    return this.#lives;
  }

  get isRunning(): boolean {
    return this.#host !== undefined;
  }

  /** What runs on it, for looking inside. Only while it runs. */
  get core(): Core {
    return this.#running().core;
  }

  /** Its ends of all links it knows of, also those that are not open yet. */
  get links(): readonly LinkEnd[] {
    return [...(this.#host?.links ?? [])];
  }

  /** The indices of the nodes to which a link is open on both sides; twice if there are two. */
  get peers(): number[] {
    const peers: number[] = [];
    for (const end of this.#host?.links ?? []) {
      if (end.isOpen) peers.push(end.other.machine.index);
    }
    return peers;
  }

  /** Links that this node takes for open. */
  get openLinks(): number {
    let count = 0;
    for (const end of this.#host?.links ?? []) if (end.isEstablished) count++;
    return count;
  }

  /** What {@link audit} looks at; undefined while it does not run. */
  get audited(): AuditedNode | undefined {
    const host = this.#host;
    if (host === undefined) return undefined;
    const { links, provenLinks } = host;
    const { index, isHostile } = this;
    return { index, isHostile, links, provenLinks, snapshot: host.core.snapshot?.() };
  }

  /** How often the node has reported an event since its start. */
  reported(kind: NodeEvent['kind']): number {
    return this.#host?.reported(kind) ?? 0;
  }

  /** Starts it, with nothing remembered but what is stored. Its link and client numbers go on. */
  start({ keepsStore = false }: StartOptions = {}): void {
    assert(this.#host === undefined, `node ${this.index} runs already`);
    if (!keepsStore) this.stored = undefined;
    this.#host = new NodeHost({
      world: this.#world,
      index: this.index,
      life: this.#lives++,
      address: this.address,
      settings: this.settings,
      station: this,
      isDialable: this.isDialable,
      isHostile: this.isHostile,
      bandwidth: this.#bandwidth,
    });
  }

  /** Ends it as a killed process does: its connections are closed, and dials to it are refused. */
  stop(): void {
    this.#running().end('exit');
    this.#host = undefined;
  }

  /** Ends it as a power cut does: nobody is told, and nobody gets an answer. */
  powerOff(): void {
    this.#running().end('power-off');
    this.#host = undefined;
  }

  newLinkId(): LinkId {
    return ++this.#links;
  }

  /** Tells it that it is going to be stopped. */
  shutDown(): void {
    this.#running().post({ kind: 'shut-down' });
  }

  /** Connects a local program. */
  client(): SimClient {
    const id = ++this.#clients;
    const random = streamOf(this.#world.seed, 'client', this.index, id);
    return new SimClient(this.#world, this.#running(), id, random);
  }

  /** Announces as the process itself, without a client. */
  announce(options: AnnounceOptions): Announcement {
    const { now } = this.#world.events;
    const from = { node: this.index, isHostile: this.isHostile, client: undefined };
    const { input, announcement } = announceInput(from, options, now);
    this.#running().post(input, announcement);
    return announcement;
  }

  #running(): NodeHost {
    assert(this.#host !== undefined, `node ${this.index} does not run`);
    return this.#host;
  }
}
