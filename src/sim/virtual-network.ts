/**
 * The network between the machines: who listens where, how a dial goes, and what stands in the way.
 *
 * It behaves like TCP over IP seen from an application: a dial to a machine where nobody listens is refused
 * after a round trip, one into the void fails after {@link NetworkOptions.dialTimeout}; a partition delays
 * what is under way, and breaks the links that cross it once they have been silent for too long.
 */
import type { Millis } from '../core/settings.ts';
import { formatAddress, scopeOf, type Address } from '../wire/address.ts';
import { Blockade } from './blockade.ts';
import type { EventQueue } from './event-queue.ts';
import type { Latency } from './latency.ts';
import type { TravellingMessage } from './announcement.ts';
import { securedBy } from './keys.ts';
import { LinkEnd, type Machine, type Medium, type Traffic } from './link-end.ts';

export interface NetworkOptions<M> {
  readonly events: EventQueue;
  readonly latency: Latency;
  /** Bytes of a message on the wire. */
  readonly sizeOf: (message: M) => number;
  /** Whether a dial fails by chance, asked once for each. Default: never. */
  readonly failsByChance?: (() => boolean) | undefined;
  /** After this a dial that gets no answer fails, in ms. Default: 10,000, as in the daemon. */
  readonly dialTimeout?: Millis | undefined;
  /** A link over which nothing can travel breaks after this, in ms. Default: 60,000, a guess at keep-alive. */
  readonly silenceMax?: Millis | undefined;
}

/** When an unanswered dial knocks again, in ms from its start: TCP's doubling retransmissions. */
const KNOCK_AGAIN_AT: readonly Millis[] = [1_000, 3_000, 7_000];
/** The range from which most systems take the port of an outgoing connection. */
const EPHEMERAL_PORT_MIN = 32_768;
const EPHEMERAL_PORTS = 28_232;

interface Dial<M> {
  readonly machine: Machine<M>;
  readonly address: Address;
  readonly startedAt: number;
}

type Route<M> =
  | { readonly kind: 'answered'; readonly by: Machine<M> }
  | { readonly kind: 'refused'; readonly after: Millis }
  | { readonly kind: 'silence' };

const NO_LINKS: readonly never[] = [];

export class VirtualNetwork<M = TravellingMessage> {
  readonly #events: EventQueue;
  readonly #latency: Latency;
  readonly #dialTimeout: Millis;
  readonly #silenceMax: Millis;
  readonly #listeners = new Map<string, Machine<M>>();
  /** The address each machine listens on. */
  readonly #addresses = new Map<Machine<M>, string>();
  /** Machines that are switched on, by host, with the index of a node on each. */
  readonly #hosts = new Map<string, number>();
  /** Lists that are never changed but replaced, so each has just the room it needs. */
  readonly #links = new Map<Machine<M>, readonly LinkEnd<M>[]>();
  readonly #blockades = new Set<Blockade>();
  readonly #medium: Medium<M>;
  readonly #failsByChance: () => boolean;
  #dials = 0;

  constructor(options: NetworkOptions<M>) {
    this.#events = options.events;
    this.#latency = options.latency;
    this.#dialTimeout = options.dialTimeout ?? 10_000;
    this.#silenceMax = options.silenceMax ?? 60_000;
    this.#failsByChance = options.failsByChance ?? (() => false);
    this.#medium = {
      events: options.events,
      sizeOf: options.sizeOf,
      traffic: { sent: 0, received: 0, lost: 0 },
      onEnded: (end) => this.#forget(end),
    };
  }

  /** Bytes on all links since the beginning. */
  get traffic(): Readonly<Traffic> {
    return this.#medium.traffic;
  }

  /** Both ends of all connections, those that only one side knows of included. */
  *ends(): Iterable<LinkEnd<M>> {
    for (const ends of this.#links.values()) yield* ends;
  }

  /** Connections to `port` of the machine's host are the machine's from now on. */
  listen(machine: Machine<M>, port: number): void {
    const address = formatAddress({ host: machine.host, port });
    this.#listeners.set(address, machine);
    this.#addresses.set(machine, address);
    this.#hosts.set(machine.host, machine.index);
  }

  /** The process ends: its links are closed, and dials to it are refused. */
  close(machine: Machine<M>): void {
    this.#stopListening(machine);
    for (const end of this.linksOf(machine)) end.hangUp();
  }

  /** The machine loses its power: nobody is told, and dials to it are not answered. */
  disappear(machine: Machine<M>): void {
    this.#stopListening(machine);
    if (scopeOf(machine.host) !== 'loopback') this.#hosts.delete(machine.host);
    for (const end of this.linksOf(machine)) end.disappear(this.#silenceMax);
  }

  /** The machine's ends of all connections that stand, including those it has not been told of. */
  linksOf(machine: Machine<M>): readonly LinkEnd<M>[] {
    return this.#links.get(machine) ?? NO_LINKS;
  }

  /** Connects `machine` to `address`; it hears `onLinkOpened` or `onDialFailed`, as a later event. */
  dial(machine: Machine<M>, address: Address): void {
    const dial = { machine, address, startedAt: this.#events.now };
    if (!this.#failsByChance()) return this.#knock(dial);
    const end = this.#events.now + this.#dialTimeout;
    this.#events.put(end, { fire: () => this.#fail(dial, 'timed out') });
  }

  /** Lets nothing more through from the nodes in `from` to those in `to`; the other direction is free. */
  block(from: ReadonlySet<number>, to: ReadonlySet<number>): Blockade {
    const held = [...this.#links.values()].flatMap((ends) =>
      ends.filter((end) => from.has(end.other.machine.index) && to.has(end.machine.index)),
    );
    const blockade = new Blockade(from, to, held, (lifted) => this.#blockades.delete(lifted));
    this.#blockades.add(blockade);
    this.#after(this.#silenceMax, () => blockade.breakLinks());
    return blockade;
  }

  #knock(dial: Dial<M>): void {
    const route = this.#route(dial.machine, dial.address);
    switch (route.kind) {
      case 'answered': {
        const roundTrip = this.#delay(dial.machine, route.by) + this.#delay(route.by, dial.machine);
        return this.#after(roundTrip, () => this.#answer(dial));
      }
      case 'refused':
        return this.#after(route.after, () => this.#fail(dial, 'connection refused'));
      case 'silence':
        return this.#knockAgain(dial);
    }
  }

  /** The listener's answer is back; the world may have changed in between. */
  #answer(dial: Dial<M>): void {
    if (!dial.machine.isRunning) return;
    const route = this.#route(dial.machine, dial.address);
    if (route.kind === 'answered') this.#connect(dial.machine, route.by, dial.address);
    else if (route.kind === 'refused') this.#fail(dial, 'connection refused');
    else this.#knockAgain(dial);
  }

  #knockAgain(dial: Dial<M>): void {
    const elapsed = this.#events.now - dial.startedAt;
    const next = KNOCK_AGAIN_AT.find((at) => at > elapsed && at < this.#dialTimeout);
    if (next === undefined) {
      this.#after(Math.max(0, this.#dialTimeout - elapsed), () => this.#fail(dial, 'timed out'));
    } else {
      this.#after(next - elapsed, () => this.#knock(dial));
    }
  }

  #fail(dial: Dial<M>, reason: string): void {
    if (dial.machine.isRunning) dial.machine.onDialFailed(dial.address, reason);
  }

  #route(dialler: Machine<M>, address: Address): Route<M> {
    const isLocal = scopeOf(address.host) === 'loopback';
    // Every machine has a loopback of its own; nodes with loopback addresses all stand on one machine.
    if (isLocal !== (scopeOf(dialler.host) === 'loopback')) {
      return isLocal ? { kind: 'refused', after: 0 } : { kind: 'silence' };
    }
    const listener = this.#listeners.get(formatAddress(address));
    const index = listener?.index ?? this.#hosts.get(address.host);
    if (index === undefined && !isLocal) return { kind: 'silence' };
    if (index !== undefined && this.#isCutOff(dialler.index, index)) return { kind: 'silence' };
    if (listener !== undefined) return { kind: 'answered', by: listener };
    const roundTrip =
      index === undefined
        ? 0
        : this.#latency(dialler.index, index) + this.#latency(index, dialler.index);
    return { kind: 'refused', after: Math.round(roundTrip) };
  }

  #isCutOff(a: number, b: number): boolean {
    for (const blockade of this.#blockades) {
      if (blockade.stops(a, b) || blockade.stops(b, a)) return true;
    }
    return false;
  }

  #connect(dialler: Machine<M>, listener: Machine<M>, dialled: Address): void {
    const channel = this.#dials++;
    const port = EPHEMERAL_PORT_MIN + (channel % EPHEMERAL_PORTS);
    const from: Address = { host: dialler.host, port };
    const medium = this.#medium;
    const near = new LinkEnd({
      medium,
      machine: dialler,
      dialled,
      local: from,
      remote: dialled,
      secured: securedBy(listener.identity, channel),
      delay: this.#delay(dialler, listener),
    });
    const far = new LinkEnd({
      medium,
      machine: listener,
      dialled: undefined,
      local: dialled,
      remote: from,
      secured: securedBy(dialler.identity, channel),
      delay: this.#delay(listener, dialler),
    });
    this.#remember(near);
    this.#remember(far);
    near.connect(far);
  }

  #delay(from: Machine<M>, to: Machine<M>): Millis {
    return Math.round(this.#latency(from.index, to.index));
  }

  #stopListening(machine: Machine<M>): void {
    const address = this.#addresses.get(machine);
    if (address === undefined) return;
    this.#addresses.delete(machine);
    if (this.#listeners.get(address) === machine) this.#listeners.delete(address);
  }

  #remember(end: LinkEnd<M>): void {
    this.#links.set(end.machine, [...this.linksOf(end.machine), end]);
  }

  #forget(end: LinkEnd<M>): void {
    const ends = this.linksOf(end.machine).filter((other) => other !== end);
    if (ends.length > 0) this.#links.set(end.machine, ends);
    else this.#links.delete(end.machine);
  }

  #after(delay: Millis, action: () => void): void {
    this.#events.put(this.#events.now + delay, { fire: action });
  }
}
