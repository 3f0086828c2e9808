/**
 * A local program at a simulated node: announces, subscribes, and answers notifications as it was told.
 * Its connection to the node takes no time, but keeps order, and stands still while the node does not read.
 */
import type { Random } from '../basics/random.ts';
import type { ClientId, Input } from '../core/inputs.ts';
import type { Instant, Millis } from '../core/settings.ts';
import { Announcement } from './announcement.ts';
import type { NodeHost } from './node-host.ts';
import { Pipe } from './pipe.ts';
import type { World } from './world.ts';

/** A 502 as the program got it. */
export interface Received {
  readonly at: Instant;
  readonly messageId: number;
  readonly dataType: number;
  readonly data: Uint8Array;
  /** The announcement it tells of. */
  readonly announcement: Announcement | undefined;
}

/** What a program says to a notification; `abstain`: that it declines to judge; `silent`: nothing at all. */
export type VerdictChoice = 'accept' | 'reject' | 'abstain' | 'silent';

/** How a program answers notifications of one data type. */
export interface Validator {
  /** Default: `accept`. */
  readonly verdict?: VerdictChoice | ((received: Received) => VerdictChoice);
  /** Time until the answer, in ms, rounded; drawn anew for each if it is a function. Default: 0. */
  readonly delay?: Millis | ((random: Random) => Millis);
}

export interface AnnounceOptions {
  /** Hops it may travel, 0 … 255; 0, the default, is without limit. */
  readonly ttl?: number;
  readonly dataType: number;
  /** 0 … 65,519 bytes; none by default. */
  readonly data?: Uint8Array;
}

/** Notifications a client keeps for its test to read; beyond it the oldest are forgotten. */
export const NOTIFICATIONS_KEPT = 10_000;

const EMPTY = new Uint8Array(0);

/** The record of an announcement that a node is about to be given, and the input that gives it. */
export function announceInput(
  from: {
    readonly node: number;
    readonly isHostile: boolean;
    readonly client: ClientId | undefined;
  },
  options: AnnounceOptions,
  now: Instant,
): { readonly input: Input; readonly announcement: Announcement } {
  const { ttl = 0, dataType, data = EMPTY } = options;
  const { node, isHostile, client } = from;
  const announcement = new Announcement(node, { ttl, dataType, data }, now, isHostile);
  return {
    announcement,
    input: { kind: 'announce', client, ttl, dataType, data: announcement.data },
  };
}

interface Outgoing {
  readonly input: Input;
  readonly announcement: Announcement | undefined;
}

/** As a pipe it is the way from the program to its node. */
export class SimClient extends Pipe<Outgoing> {
  readonly id: ClientId;
  readonly #world: World;
  readonly #host: NodeHost;
  readonly #random: Random;
  readonly #validators = new Map<number, Validator>();
  readonly #received: Received[] = [];
  #receivedTotal = 0;
  #isPaused = false;
  #isConnected = true;

  constructor(world: World, host: NodeHost, id: ClientId, random: Random) {
    super(world.events);
    this.id = id;
    this.#world = world;
    this.#host = host;
    this.#random = random;
    this.#send({ kind: 'client-joined', client: id });
  }

  /** False once either side has closed the connection. */
  get isConnected(): boolean {
    return this.#isConnected;
  }

  /** Whether the node has stopped to read from this program. */
  get isPaused(): boolean {
    return this.#isPaused;
  }

  /** The notifications so far, oldest first; at most the last {@link NOTIFICATIONS_KEPT}. */
  get received(): readonly Received[] {
    return this.#received;
  }

  /** How many notifications there were, forgotten ones included. */
  get receivedTotal(): number {
    return this.#receivedTotal;
  }

  /** Spreads data; the record tells where it got to. */
  announce(options: AnnounceOptions): Announcement {
    const { now } = this.#world.events;
    const { index: node, isHostile } = this.#host;
    const from = { node, isHostile, client: this.id };
    const { input, announcement } = announceInput(from, options, now);
    this.#send(input, announcement);
    return announcement;
  }

  /** Asks for notifications of a data type, and says how to answer them. A later call replaces the answer. */
  subscribe(dataType: number, validator: Validator = {}): void {
    this.#validators.set(dataType, validator);
    this.#send({ kind: 'subscribe', client: this.id, dataType });
  }

  /** Answers a notification by hand. */
  answer(messageId: number, choice: VerdictChoice): void {
    const client = this.id;
    if (choice === 'abstain') this.#send({ kind: 'abstain', client, messageId });
    else if (choice !== 'silent') {
      this.#send({ kind: 'verdict', client, messageId, valid: choice === 'accept' });
    }
  }

  /** Closes the connection; what was sent before is still read. */
  disconnect(): void {
    this.#send({ kind: 'client-gone', client: this.id });
    this.#isConnected = false;
  }

  /** The node has notified this program. */
  onNotified(received: Received): void {
    if (!this.#isConnected) return;
    this.#receivedTotal++;
    this.#received.push(received);
    if (this.#received.length > NOTIFICATIONS_KEPT) this.#received.shift();
    const { verdict = 'accept', delay = 0 } = this.#validators.get(received.dataType) ?? {};
    const choice = typeof verdict === 'function' ? verdict(received) : verdict;
    if (choice === 'silent') return;
    const wait = Math.round(typeof delay === 'function' ? delay(this.#random) : delay);
    this.#world.events.put(this.#world.events.now + wait, {
      fire: () => this.answer(received.messageId, choice),
    });
  }

  /** The node has closed the connection, or is gone. */
  onDropped(): void {
    this.#isConnected = false;
    this.close();
  }

  /** The node stops or starts to read. */
  setPaused(isPaused: boolean): void {
    if (isPaused === this.#isPaused) return;
    this.#isPaused = isPaused;
    if (isPaused) this.hold();
    else this.release();
  }

  #send(input: Input, announcement?: Announcement): void {
    if (this.#isConnected) this.put({ input, announcement }, this.#world.events.now);
  }

  /** What this program has sent arrives at its node. */
  protected override receive(outgoing: Outgoing): void {
    const { input, announcement } = outgoing;
    if (input.kind === 'client-joined') this.#host.onClientJoined(this);
    else if (input.kind === 'client-gone') this.#host.onClientGone(this);
    else this.#host.step(input, announcement);
  }
}
