/**
 * Hosts one core for one life, from start to stop, as the daemon does in the real world: turns what happens
 * into inputs, has the effects carried out in order, and keeps the one timer.
 *
 * Every input is an event of its own, so `handle` is never entered while effects are carried out.
 */
import type { NodeEvent } from '../core/events.ts';
import type { ClientId, Input, LinkId, QueueState } from '../core/inputs.ts';
import type { Effect } from '../core/effects.ts';
import type { Instant, PeerIdentity, Settings } from '../core/settings.ts';
import type { Address } from '../wire/address.ts';
import { Alarm, type Sleeper } from './alarm.ts';
import type { Announcement, TravellingMessage } from './announcement.ts';
import { borrowed } from './borrowed.ts';
import { isIdle, NodeChecker, type Step } from './checkers.ts';
import type { Counters } from './counters.ts';
import { EffectRunner } from './effect-runner.ts';
import type { LinkEnd, Machine } from './link-end.ts';
import { Prover } from './proof-of-work.ts';
import type { SimClient } from './sim-client.ts';
import type { LoadedState, StoredPeers, StoredState } from '../core/stored-state.ts';
import { Uplink } from './uplink.ts';
import { streamOf, type Core, type World } from './world.ts';

/** What a node has stored, and when. */
export interface Stored {
  readonly state: StoredState;
  readonly peers?: StoredPeers | undefined;
  readonly at: Instant;
}

/** What outlasts the lives of a node. */
export interface Station {
  readonly counters: Counters;
  /** What the node has stored for its next life, and when; undefined: nothing. */
  stored: Stored | undefined;
  /** Since when it remembers what it has seen: this life's beginning, or that of the first whose store it has. */
  rememberedSince: Instant;
  newLinkId(): LinkId;
}

export interface NodeHostOptions {
  readonly world: World;
  readonly index: number;
  /** Counts the starts of this node, from 0. */
  readonly life: number;
  readonly address: Address;
  readonly settings: Settings;
  readonly station: Station;
  readonly isDialable: boolean;
  readonly isHostile: boolean;
  readonly bandwidth: number | undefined;
}

export class NodeHost implements Machine, Sleeper {
  readonly index: number;
  readonly host: string;
  readonly address: Address;
  readonly core: Core;
  readonly isHostile: boolean;
  readonly uplink: Uplink | undefined;
  readonly #station: Station;
  readonly #counters: Counters;
  readonly #world: World;
  readonly #settings: Settings;
  readonly #startedAt: Instant;
  readonly #checker: NodeChecker | undefined;
  readonly #prover: Prover;
  readonly #effects: EffectRunner;
  readonly #alarm: Alarm;
  readonly #links = new Map<LinkId, LinkEnd>();
  readonly #clients = new Map<ClientId, SimClient>();
  #isRunning = true;
  /** The index of the node whose message is being dealt with. */
  #senderNode = -1;
  /** What the core has said last about when to wake it. */
  #deadline: Instant | undefined;

  constructor(options: NodeHostOptions) {
    const { world, index, life, address, settings, bandwidth, station } = options;
    const { events, seed } = world;
    this.index = index;
    this.host = address.host;
    this.isHostile = options.isHostile;
    this.uplink = bandwidth === undefined ? undefined : new Uplink(events, bandwidth);
    this.#station = station;
    this.#counters = station.counters;
    this.#world = world;
    this.address = address;
    this.#settings = settings;
    if (station.stored === undefined) station.rememberedSince = events.now;
    this.#startedAt = station.rememberedSince;
    this.#checker =
      world.hasChecks && !options.isHostile
        ? new NodeChecker(index, settings, world.ledger.lookUpOf(index, world.proofs))
        : undefined;
    this.#prover = new Prover(events, streamOf(seed, 'prover', index, life), world.hashRate);
    this.#effects = new EffectRunner({
      world,
      machine: this,
      links: this.#links,
      clients: this.#clients,
      prover: this.#prover,
      checker: this.#checker,
      counters: this.#counters,
      isHostile: this.isHostile,
      step: (input) => this.step(input),
    });
    const random = streamOf(seed, 'core', index, life);
    const stored = loaded(station.stored, events.now);
    const storedPeers = station.stored?.peers;
    this.core = world.newCore({ settings, random, proofs: world.proofs, stored, storedPeers });
    this.#alarm = new Alarm(events, this);
    if (options.isDialable) world.network.listen(this, settings.listenAddress.port);
    this.post({ kind: 'start' });
  }

  get identity(): PeerIdentity | undefined {
    return this.#settings.ownIdentity;
  }

  get isRunning(): boolean {
    return this.#isRunning;
  }

  /** This side's ends of all links the node knows of, open or not. */
  get links(): Iterable<LinkEnd> {
    return this.#links.values();
  }

  /** The links for which proofs are searched. */
  get provenLinks(): readonly LinkId[] {
    return this.#prover.links;
  }

  reported(kind: NodeEvent['kind']): number {
    return this.#effects.reported(kind);
  }

  /** Gives the node an input as the next event of this instant. */
  post(input: Input, announcement?: Announcement): void {
    const { events } = this.#world;
    events.put(events.now, { fire: () => this.step(input, announcement) });
  }

  /** Ends this life. `exit`: the process ends, its connections are closed; `power-off`: silence. */
  end(how: 'exit' | 'power-off'): void {
    this.#isRunning = false;
    // As if it were written to disk all the time: the daemon is a few seconds behind when power fails.
    const state = this.core.store?.();
    const peers = this.core.storePeers?.();
    if (state !== undefined) this.#station.stored = { state, peers, at: this.#world.events.now };
    for (const client of this.#clients.values()) client.onDropped();
    if (how === 'exit') this.#world.network.close(this);
    else this.#world.network.disappear(this);
    this.#links.clear();
    this.#clients.clear();
  }

  newLinkId(): LinkId {
    return this.#station.newLinkId();
  }

  nextDeadline(): Instant | undefined {
    return this.core.nextDeadline();
  }

  /** Its time has come. */
  onDue(): void {
    this.step({ kind: 'wake' });
  }

  onClientJoined(client: SimClient): void {
    this.#clients.set(client.id, client);
    this.step({ kind: 'client-joined', client: client.id });
  }

  onClientGone(client: SimClient): void {
    if (this.#clients.delete(client.id)) this.step({ kind: 'client-gone', client: client.id });
  }

  onLinkOpened(end: LinkEnd): void {
    this.#links.set(end.id, end);
    const { id: link, dialled, remote, local, secured } = end;
    this.step({ kind: 'link-opened', link, dialled, remote, local, secured });
  }

  onMessage(end: LinkEnd, message: TravellingMessage): void {
    this.#counters.noteReceived(message);
    this.#senderNode = end.other.machine.index;
    const input: Input = { kind: 'message', link: end.id, message };
    this.step(input, message.kind === 'peer-announce' ? message.announcement : undefined);
  }

  onLinkClosed(end: LinkEnd, reason: string): void {
    this.#links.delete(end.id);
    this.step({ kind: 'link-closed', link: end.id, reason });
  }

  onQueueChanged(end: LinkEnd, queue: QueueState): void {
    if (this.#links.has(end.id)) this.step({ kind: 'link-queue', link: end.id, queue });
  }

  onDialFailed(address: Address, reason: string): void {
    this.step({ kind: 'dial-failed', address, reason });
  }

  /** Hands the core an input; `announcement` is the one that it carries. */
  step(input: Input, announcement?: Announcement): void {
    if (!this.#isRunning) return;
    if (!this.#world.reusesBuffers) return this.#turn(input, announcement);
    const loan = borrowed(input);
    this.#turn(loan.input, announcement);
    loan.overwrite();
  }

  /** One turn of the core: handle, carry out, check, set the alarm. */
  #turn(input: Input, announcement: Announcement | undefined): void {
    const world = this.#world;
    const now = world.events.now;
    world.current.node = this;
    world.current.input = input;
    world.trace.add(now, this.index, input);
    const step = this.#checker !== undefined ? this.#describe(input, announcement, now) : undefined;
    if (step === undefined && announcement !== undefined)
      this.#noteArrival(input, announcement, now);
    if (input.kind === 'announce' && announcement !== undefined) {
      world.ledger.expect(announcement);
    }
    const effects = this.core.handle(input, now);
    const checker = step === undefined || isIdle(step, effects) ? undefined : this.#checker;
    checker?.begin(step!);
    for (const effect of effects) this.#effects.run(effect, announcement);
    checker?.end(this.core);
    if (effects.some(isTurnedAway)) announcement?.takeBackArrival(this.index, this.isHostile);
    world.onStep?.({ now, node: this.index, input, effects });
    this.#setAlarm(input);
    world.current.node = undefined;
  }

  /** Most inputs change no deadline. */
  #setAlarm(input: Input): void {
    const deadline = this.core.nextDeadline();
    if (deadline === this.#deadline && input.kind !== 'wake') return;
    this.#deadline = deadline;
    this.#alarm.set(deadline);
  }

  #describe(input: Input, announcement: Announcement | undefined, now: Instant): Step {
    const isFromPeer = input.kind === 'message' && announcement !== undefined;
    // Asked before the arrival is noted.
    const { hasForgotten } = this.#world.ledger;
    const isSurelyNew = isFromPeer
      ? !hasForgotten && !announcement.wasAt(this.index, this.#startedAt)
      : input.kind === 'announce';
    const arrival = isFromPeer ? this.#noteArrival(input, announcement, now) : undefined;
    return { input, now, announcement, arrival, isSurelyNew, hasForgotten };
  }

  #noteArrival(input: Input, announcement: Announcement, now: Instant): Step['arrival'] {
    if (input.kind !== 'message' || input.message.kind !== 'peer-announce') return undefined;
    return announcement.noteArrival({
      node: this.index,
      ttl: input.message.ttl,
      sender: input.link,
      senderNode: this.#senderNode,
      isHostile: this.isHostile,
      now,
      // What was seen exactly one window ago may be forgotten.
      since: Math.max(this.#startedAt, now - this.#settings.seenWindow + 1),
    });
  }
}

function loaded(stored: Stored | undefined, now: Instant): LoadedState | undefined {
  return stored === undefined ? undefined : { ...stored.state, storedAgoMs: now - stored.at };
}

/** Whether a node has dropped a message that was more than its sender may bring. */
function isTurnedAway(effect: Effect): boolean {
  return effect.kind === 'report' && effect.event.kind === 'rate-exceeded';
}
