/**
 * A TCP connection between two virtual machines, as its two ends. In order and without loss inside, but it
 * can be late, stall, break, or go silent when a machine disappears.
 *
 * What the ends promise their machines is the host's contract of the core: `onLinkOpened` comes first, once;
 * messages arrive in the order in which they were sent; `onLinkClosed` comes last, once; and after
 * {@link LinkEnd.hangUp} nothing comes any more. Every call is an event of its own.
 *
 * Messages may be of any kind: the network only wants to know how large they are.
 */
import { assert } from '../basics/assert.ts';
import type { LinkId, QueueState, Secured } from '../core/inputs.ts';
import type { Lane } from '../core/lanes.ts';
import type { Instant, Millis, PeerIdentity } from '../core/settings.ts';
import type { Address } from '../wire/address.ts';
import type { TravellingMessage } from './announcement.ts';
import type { EventQueue } from './event-queue.ts';
import { Pipe } from './pipe.ts';
import { SendQueue, type SendQueueOwner } from './send-queue.ts';
import type { Sender, Uplink } from './uplink.ts';

/** Whoever has links: one running node. */
export interface Machine<M = TravellingMessage> {
  /** Which node this is; names it in latencies, partitions and traces. */
  readonly index: number;
  /** Its IP address, canonical. */
  readonly host: string;
  /** Whose key it holds; without one it speaks plain TCP. All machines of a network have keys, or none has. */
  readonly identity?: PeerIdentity | undefined;
  /** False once the process has ended; it is not called any more then. */
  readonly isRunning: boolean;
  /** Its way out; without one, whatever it sends leaves at once. */
  readonly uplink?: Uplink | undefined;
  newLinkId(): LinkId;
  onLinkOpened(end: LinkEnd<M>): void;
  onMessage(end: LinkEnd<M>, message: M): void;
  onLinkClosed(end: LinkEnd<M>, reason: string): void;
  onQueueChanged(end: LinkEnd<M>, queue: QueueState): void;
  onDialFailed(address: Address, reason: string): void;
}

/** Bytes on all links together. What was sent has been received, was lost, or is still there. */
export interface Traffic {
  sent: number;
  received: number;
  lost: number;
}

/** What the two ends of a connection, and all connections of a network, have in common. */
export interface Medium<M> {
  readonly events: EventQueue;
  readonly traffic: Traffic;
  /** Bytes of a message on the wire, at least 1. */
  readonly sizeOf: (message: M) => number;
  /** Called once for each end, when it is closed for good. */
  readonly onEnded: (end: LinkEnd<M>) => void;
}

/** Where one end of a connection stands. */
export interface LinkEndOptions<M> {
  readonly medium: Medium<M>;
  readonly machine: Machine<M>;
  /** What was dialled, at the end that dialled; undefined at the other. */
  readonly dialled: Address | undefined;
  readonly local: Address;
  readonly remote: Address;
  /** What TLS shows here. */
  readonly secured: Secured | undefined;
  /** How long a message takes from here to the other end. */
  readonly delay: Millis;
}

/** What arrives besides messages. Private fields, so that no message is taken for one. */
class Opening {
  readonly #kind = 'opening';
  get kind(): string {
    return this.#kind;
  }
}
class Closing {
  readonly #reason: string;
  constructor(reason: string) {
    this.#reason = reason;
  }
  get reason(): string {
    return this.#reason;
  }
}
const OPENING = new Opening();

type Arrival<M> = M | Opening | Closing;

/** As a pipe it is the way to this end. */
export class LinkEnd<M = TravellingMessage>
  extends Pipe<Arrival<M>>
  implements SendQueueOwner, Sender
{
  readonly id: LinkId;
  readonly machine: Machine<M>;
  readonly dialled: Address | undefined;
  readonly local: Address;
  readonly remote: Address;
  readonly secured: Secured | undefined;
  /** Whether the node here has reported the link as open, that is usable for announcements. */
  isEstablished = false;
  readonly #medium: Medium<M>;
  readonly #delay: Millis;
  /** What waits here to be sent. */
  #queue: SendQueue<M> | undefined;
  #other: LinkEnd<M> = this;
  #isPaused = false;
  /**
   * `new`: the machine has not heard of it. `failing`: it is about to hear of the end. `silent`: the machine
   * is gone, and the other side does not know yet.
   */
  #state: 'new' | 'up' | 'failing' | 'silent' | 'ended' = 'new';

  constructor(options: LinkEndOptions<M>) {
    super(options.medium.events);
    this.machine = options.machine;
    this.id = options.machine.newLinkId();
    this.dialled = options.dialled;
    this.local = options.local;
    this.remote = options.remote;
    this.secured = options.secured;
    this.#medium = options.medium;
    this.#delay = options.delay;
  }

  get other(): LinkEnd<M> {
    return this.#other;
  }

  get isEnded(): boolean {
    return this.#state === 'ended' || this.#state === 'silent';
  }

  /** Whether it has broken and the machine is about to hear of it. */
  get isFailing(): boolean {
    return this.#state === 'failing';
  }

  /** Whether announcements can travel: both nodes take the link for open. */
  get isOpen(): boolean {
    return this.isEstablished && this.#other.isEstablished;
  }

  /** Whether nothing is on its way to this end, nor waits for it. */
  get isQuiet(): boolean {
    return this.length === 0 && this.#other.unsentBytes === 0;
  }

  /** Bytes sent from here that wait to leave. */
  get unsentBytes(): number {
    return this.#queue?.bytes ?? 0;
  }

  /** Bytes on the way to this end, without those that wait to leave. */
  get bytesUnderWay(): number {
    let bytes = 0;
    for (const item of this.items()) {
      if (!(item instanceof Opening || item instanceof Closing)) bytes += this.#medium.sizeOf(item);
    }
    return bytes;
  }

  /** Joins the two ends: here the connection stands at once, there when the last packet has arrived. */
  connect(other: LinkEnd<M>): void {
    this.#other = other;
    other.#other = this;
    const { now } = this.#medium.events;
    this.put(OPENING, now);
    other.put(OPENING, now + this.#delay);
  }

  /** Sends a message. `tag`: what {@link LinkEnd.withdraw} finds it by. */
  send(message: M, lane: Lane, tag?: number): void {
    const other = this.#other;
    if (this.#state === 'failing' || other.#state === 'failing' || other.#state === 'ended') return;
    const { sizeOf, traffic, events } = this.#medium;
    const bytes = sizeOf(message);
    traffic.sent += bytes;
    const { uplink } = this.machine;
    const isStopped = other.isHeld;
    if (!isStopped && this.unsentBytes === 0 && (uplink === undefined || uplink.isFree)) {
      return this.#depart(message, bytes);
    }
    this.#queue ??= new SendQueue(events, this);
    if (!this.#queue.put({ message, bytes, lane, tag })) traffic.lost += bytes;
    else if (!isStopped) uplink?.enqueue(this);
  }

  /** Takes back what was sent with a tag and has not begun to leave. */
  withdraw(tag: number): void {
    const queue = this.#queue;
    if (queue === undefined) return;
    this.#medium.traffic.sent -= queue.withdraw(tag);
    if (!queue.isEmpty) return;
    this.machine.uplink?.remove(this);
    if (queue.isDone) this.#queue = undefined;
  }

  /** The uplink has come to this link. */
  sendNext(): boolean {
    const queue = this.#queue;
    if (queue === undefined || this.#other.isHeld) return false;
    const next = queue.take();
    if (next !== undefined) this.#depart(next.message, next.bytes);
    if (queue.isDone) this.#queue = undefined;
    return !queue.isEmpty;
  }

  /** Closes from this side: what was sent still arrives, then the other side learns of it. */
  hangUp(reason = 'closed by the other side'): void {
    if (this.isEnded) return;
    const lastDeparture = this.#sendAll();
    const other = this.#other;
    this.#end('ended');
    other.put(new Closing(reason), lastDeparture + this.#delay);
  }

  /** The connection breaks: what is under way is lost, both sides learn of it at once. */
  breakDown(reason: string): void {
    this.#fail(reason);
    this.#other.#fail(reason);
  }

  /** The machine at this end is gone without a word; the other side notices after `silence`. */
  disappear(silence: Millis): void {
    if (this.isEnded) return;
    // What is sent here piles up unanswered, as the sender's queue would.
    this.hold();
    this.#end('silent');
    const { events } = this.#medium;
    events.put(events.now + silence, { fire: () => this.breakDown('timed out') });
  }

  override release(): void {
    super.release();
    if (!this.isHeld) this.#other.#resume();
  }

  /** The machine here stops or starts to read. */
  setPaused(isPaused: boolean): void {
    if (isPaused === this.#isPaused) return;
    this.#isPaused = isPaused;
    if (isPaused) this.hold();
    else this.release();
  }

  onQueueState(queue: QueueState): void {
    if (this.#queue?.isDone === true) this.#queue = undefined;
    this.machine.onQueueChanged(this, queue);
  }

  onStuck(): void {
    this.breakDown('the peer takes nothing');
  }

  /** Something arrives at this end. */
  protected override receive(arrival: Arrival<M>): void {
    if (arrival instanceof Opening) {
      this.#state = 'up';
      return this.machine.onLinkOpened(this);
    }
    if (arrival instanceof Closing) {
      this.#end('ended');
      return this.machine.onLinkClosed(this, arrival.reason);
    }
    assert(this.#state === 'up', 'a message arrived on a link that is not up');
    this.#medium.traffic.received += this.#medium.sizeOf(arrival);
    return this.machine.onMessage(this, arrival);
  }

  /** A message leaves now. */
  #depart(message: M, bytes: number): void {
    const { uplink } = this.machine;
    const left = uplink === undefined ? this.#medium.events.now : uplink.occupy(bytes);
    this.#dispatch(message, bytes, left);
  }

  #dispatch(message: M, bytes: number, left: Instant): void {
    const other = this.#other;
    if (other.#state === 'silent') this.#medium.traffic.lost += bytes;
    else other.put(message, left + this.#delay);
  }

  /** Something gets through to the other end again. */
  #resume(): void {
    if (this.#queue === undefined) return;
    const { uplink } = this.machine;
    if (uplink !== undefined) uplink.enqueue(this);
    else while (this.sendNext());
  }

  /** Puts all that waits on its way, out of turn, and returns when the last of it has left. */
  #sendAll(): Instant {
    const { now } = this.#medium.events;
    const other = this.#other;
    const queue = this.#queue;
    if (queue === undefined) return now;
    // What cannot get through waits at the other end instead: it does not use the uplink until then.
    const uplink = other.isHeld ? undefined : this.machine.uplink;
    let left = now;
    for (let next = queue.take(); next !== undefined; next = queue.take()) {
      if (uplink !== undefined) left = uplink.occupy(next.bytes);
      this.#dispatch(next.message, next.bytes, left);
    }
    return left;
  }

  #fail(reason: string): void {
    if (this.#state === 'ended' || this.#state === 'failing') return;
    this.#loseInbound();
    // A machine that was not told of the link's beginning is not told of its end, nor is one that is gone.
    if (this.#state !== 'up') return this.#end('ended');
    this.#state = 'failing';
    this.#loseQueue();
    const fire = (): void => {
      if (this.#state === 'ended') return;
      this.#end('ended');
      this.machine.onLinkClosed(this, reason);
    };
    const { events } = this.#medium;
    events.put(events.now, { fire });
  }

  #end(state: 'silent' | 'ended'): void {
    this.#loseInbound();
    this.#loseQueue();
    this.isEstablished = false;
    const wasEnded = this.isEnded;
    this.#state = state;
    if (state === 'ended') this.#other.#loseQueue();
    if (!wasEnded) this.#medium.onEnded(this);
  }

  #loseInbound(): void {
    this.#medium.traffic.lost += this.bytesUnderWay;
    this.close();
  }

  #loseQueue(): void {
    const queue = this.#queue;
    if (queue === undefined) return;
    this.#medium.traffic.lost += queue.bytes;
    queue.stop();
    this.machine.uplink?.remove(this);
    this.#queue = undefined;
  }
}
