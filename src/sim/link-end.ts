/**
 * A TCP connection between two virtual machines, as its two ends. In order and without loss inside, but it
 * can be late, stall, break, or go silent when a machine disappears.
 *
 * What the ends promise their machines is the host's contract of the core: `onLinkOpened` comes first, once;
 * messages arrive in the order in which they were sent; `onLinkClosed` comes last, once; and after
 * {@link LinkEnd.hangUp} nothing comes any more. Every call is an event of its own.
 */
import { assert } from '../basics/assert.ts';
import type { LinkId, QueueState } from '../core/inputs.ts';
import type { Millis } from '../core/settings.ts';
import type { Address } from '../wire/address.ts';
import { peerMessageSize } from '../wire/peer-messages.ts';
import type { TravellingMessage } from './announcement.ts';
import type { EventQueue } from './event-queue.ts';
import { Pipe, type Receiver } from './pipe.ts';
import { SendQueue, type SendQueueOwner } from './send-queue.ts';

/** Whoever has links: one running node. */
export interface Machine {
  /** Which node this is; names it in latencies, partitions and traces. */
  readonly index: number;
  /** Its IP address, canonical. */
  readonly host: string;
  /** False once the process has ended; it is not called any more then. */
  readonly isRunning: boolean;
  newLinkId(): LinkId;
  onLinkOpened(end: LinkEnd): void;
  onMessage(end: LinkEnd, message: TravellingMessage): void;
  onLinkClosed(end: LinkEnd, reason: string): void;
  onQueueChanged(end: LinkEnd, queue: QueueState): void;
  onDialFailed(address: Address, reason: string): void;
}

type Arrival =
  | TravellingMessage
  | { readonly kind: 'opening' }
  | { readonly kind: 'closing'; readonly reason: string };

/** Where the two ends of one connection stand. */
export interface LinkEndOptions {
  readonly events: EventQueue;
  readonly machine: Machine;
  /** What was dialled, at the end that dialled; undefined at the other. */
  readonly dialled: Address | undefined;
  readonly local: Address;
  readonly remote: Address;
  /** How long a message takes from here to the other end. */
  readonly delay: Millis;
  /** Called once, when this end is closed for good. */
  readonly onEnded: (end: LinkEnd) => void;
}

export class LinkEnd implements Receiver<Arrival>, SendQueueOwner {
  readonly id: LinkId;
  readonly machine: Machine;
  readonly dialled: Address | undefined;
  readonly local: Address;
  readonly remote: Address;
  /** Whether the node here has reported the link as open, that is usable for announcements. */
  isEstablished = false;
  readonly #events: EventQueue;
  readonly #delay: Millis;
  readonly #onEnded: (end: LinkEnd) => void;
  readonly #inbound: Pipe<Arrival>;
  /** What the other side has sent while nothing got through to here. */
  #waiting: SendQueue | undefined;
  #other: LinkEnd = this;
  #isPaused = false;
  /**
   * `new`: the machine has not heard of it. `failing`: it is about to hear of the end. `silent`: the machine
   * is gone, and the other side does not know yet.
   */
  #state: 'new' | 'up' | 'failing' | 'silent' | 'ended' = 'new';

  constructor(options: LinkEndOptions) {
    this.machine = options.machine;
    this.id = options.machine.newLinkId();
    this.dialled = options.dialled;
    this.local = options.local;
    this.remote = options.remote;
    this.#events = options.events;
    this.#delay = options.delay;
    this.#onEnded = options.onEnded;
    this.#inbound = new Pipe(options.events, this);
  }

  get other(): LinkEnd {
    return this.#other;
  }

  get isEnded(): boolean {
    return this.#state === 'ended' || this.#state === 'silent';
  }

  /** Whether announcements can travel: both nodes take the link for open. */
  get isOpen(): boolean {
    return this.isEstablished && this.#other.isEstablished;
  }

  /** Bytes sent from here that are held up. */
  get unsentBytes(): number {
    return this.#other.#waiting?.bytes ?? 0;
  }

  /** Joins the two ends: here the connection stands at once, there when the last packet has arrived. */
  connect(other: LinkEnd): void {
    this.#other = other;
    other.#other = this;
    this.#inbound.put({ kind: 'opening' }, this.#events.now);
    other.#inbound.put({ kind: 'opening' }, this.#events.now + this.#delay);
  }

  /** Sends a message. `isDroppable`: the first to go when the queue is full. */
  send(message: TravellingMessage, isDroppable: boolean): void {
    const other = this.#other;
    if (this.#state === 'failing' || other.#state === 'failing' || other.#state === 'ended') return;
    if (other.#inbound.isHeld && !other.#admit(message, isDroppable)) return;
    other.#inbound.put(message, this.#events.now + this.#delay);
  }

  /** Closes from this side: what was sent still arrives, then the other side learns of it. */
  hangUp(reason = 'closed by the other side'): void {
    if (this.isEnded) return;
    this.#end('ended');
    this.#other.#inbound.put({ kind: 'closing', reason }, this.#events.now + this.#delay);
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
    this.#inbound.hold();
    this.#end('silent');
    this.#events.put(this.#events.now + silence, { fire: () => this.breakDown('timed out') });
  }

  /** Lets nothing arrive here until {@link release}; holds are counted. */
  hold(): void {
    this.#inbound.hold();
  }

  release(): void {
    this.#inbound.release();
  }

  /** The machine here stops or starts to read. */
  setPaused(isPaused: boolean): void {
    if (isPaused === this.#isPaused) return;
    this.#isPaused = isPaused;
    if (isPaused) this.hold();
    else this.release();
  }

  onQueueState(queue: QueueState): void {
    this.machine.onQueueChanged(this, queue);
  }

  onStuck(): void {
    this.breakDown('the peer takes nothing');
  }

  /** Something comes out of the inbound pipe. */
  receive(arrival: Arrival): void {
    switch (arrival.kind) {
      case 'opening':
        this.#state = 'up';
        return this.machine.onLinkOpened(this);
      case 'closing':
        this.#end('ended');
        return this.machine.onLinkClosed(this, arrival.reason);
      default:
        assert(this.#state === 'up', 'a message arrived on a link that is not up');
        if (this.#waiting?.take(peerMessageSize(arrival)) === true) this.#waiting = undefined;
        return this.machine.onMessage(this, arrival);
    }
  }

  /** Whether the sender's queue has room for a message that cannot come here now. */
  #admit(message: TravellingMessage, isDroppable: boolean): boolean {
    this.#waiting ??= new SendQueue(this.#events, this.#other);
    return this.#waiting.admit(peerMessageSize(message), isDroppable);
  }

  #fail(reason: string): void {
    if (this.#state === 'ended' || this.#state === 'failing') return;
    this.#inbound.close();
    // A machine that was not told of the link's beginning is not told of its end, nor is one that is gone.
    if (this.#state !== 'up') return this.#end('ended');
    this.#state = 'failing';
    const fire = (): void => {
      if (this.#state === 'ended') return;
      this.#end('ended');
      this.machine.onLinkClosed(this, reason);
    };
    this.#events.put(this.#events.now, { fire });
  }

  #end(state: 'silent' | 'ended'): void {
    if (state === 'ended') this.#inbound.close();
    this.#other.#waiting?.stop();
    this.isEstablished = false;
    const wasEnded = this.isEnded;
    this.#state = state;
    if (!wasEnded) this.#onEnded(this);
  }
}
