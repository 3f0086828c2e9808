/**
 * Hosts one core in the real world: gives it what happens, one thing after the other, carries out what it
 * answers, and wakes it when it wants to be woken. The host's side of the contract in core/inputs.ts is
 * kept here:
 *
 * - An input that arises while effects are being carried out waits until all of them are done.
 * - Time is the machine's monotonic clock; it never runs backwards, whatever is done to the calendar.
 * - After a process was stopped or busy, its sockets are read before anybody is found to be late: a timer
 *   that fires only asks for a wake behind the sockets that are readable now.
 * - Of a link that was hung up and a client that was dropped, nothing more is delivered.
 */
import { unreachable } from '../basics/assert.ts';
import { laneOf, type Effect } from '../core/effects.ts';
import type { NodeEvent } from '../core/events.ts';
import type { GossipNode } from '../core/gossip-node.ts';
import type { ClientId, Input, LinkId } from '../core/inputs.ts';
import type { Instant, PeerName } from '../core/settings.ts';
import type { Api } from './api/api.ts';
import type { ProofSolver } from './proof-of-work/solver.ts';
import type { EndOfTurn, FlushScheduler } from './sockets/flush-scheduler.ts';
import type { Transport } from './transport/transport.ts';

/** Those who carry effects out. None of them throws or waits. */
export interface Hands {
  readonly transport: Pick<Transport, 'send' | 'withdraw' | 'dial' | 'hangUp' | 'pause' | 'resume'>;
  readonly api: Pick<Api, 'notify' | 'drop' | 'pause' | 'resume'>;
  readonly solver: Pick<ProofSolver, 'solve' | 'proveOffer' | 'cancel'>;
  /** Looks a name up and gives `resolved`. */
  readonly resolve: (name: PeerName) => void;
  readonly report: (event: NodeEvent) => void;
}

export interface DriverOptions {
  readonly core: Pick<GossipNode, 'handle' | 'nextDeadline'>;
  readonly hands: Hands;
  readonly scheduler: FlushScheduler;
  /** Default `performance.now` in whole milliseconds. */
  readonly now?: () => Instant;
}

type Commission = Extract<
  Effect,
  { kind: 'dial' | 'resolve' | 'solve' | 'prove-offer' | 'cancel-proofs' | 'report' }
>;

/** The longest time that setTimeout takes; a later deadline is looked at again then. */
const TIMER_MILLIS_MAX = 2 ** 31 - 1;

export class Driver implements EndOfTurn {
  readonly #core: DriverOptions['core'];
  readonly #hands: Hands;
  readonly #scheduler: FlushScheduler;
  readonly #now: () => Instant;
  /** What arose while effects were carried out: a few changes of queues, bounded by links and clients. */
  #waiting: Input[] = [];
  #isHandling = false;
  #isMarked = false;
  /** The time of the present turn: asking the clock for each message would cost more than some of them. */
  #turnAt: Instant = 0;
  #isStopped = false;
  #timer: NodeJS.Timeout | undefined;
  #timerAt: Instant = 0;

  constructor(options: DriverOptions) {
    this.#core = options.core;
    this.#hands = options.hands;
    this.#scheduler = options.scheduler;
    this.#now = options.now ?? wholeMillis;
  }

  /**
   * Hands one input to the core and carries out what it answers, before returning; or later, if this is
   * called while effects are carried out. Does nothing after {@link stop}.
   */
  give(input: Input): void {
    if (this.#isStopped) return;
    if (this.#isHandling) {
      this.#waiting.push(input);
      return;
    }
    this.#isHandling = true;
    this.#beginTurn();
    try {
      this.#handle(input);
      while (this.#waiting.length > 0) this.#handle(this.#waiting.shift()!);
    } catch (error) {
      // A defect: nothing that this core says can be relied on any more.
      this.stop();
      throw error;
    }
    this.#isHandling = false;
  }

  /** Called once at the end of a turn in which something was handled: sets the timer. */
  endTurn(): void {
    this.#isMarked = false;
    this.#setTimer();
  }

  /** Gives the core nothing more. */
  stop(): void {
    this.#isStopped = true;
    this.#waiting = [];
    clearTimeout(this.#timer);
  }

  #handle(input: Input): void {
    for (const effect of this.#core.handle(input, this.#turnAt)) this.#carryOut(effect);
  }

  #beginTurn(): void {
    if (this.#isMarked) return;
    this.#isMarked = true;
    this.#turnAt = this.#now();
    this.#scheduler.mark(this);
  }

  /** A timer that is set for an earlier time stays: the deadline is looked at again when it fires. */
  #setTimer(): void {
    if (this.#isStopped) return;
    const deadline = this.#core.nextDeadline();
    if (deadline === undefined) return;
    if (this.#timer !== undefined && this.#timerAt <= deadline) return;
    clearTimeout(this.#timer);
    const delay = Math.min(Math.max(Math.ceil(deadline - this.#now()), 1), TIMER_MILLIS_MAX);
    this.#timerAt = deadline;
    this.#timer = setTimeout(() => setImmediate(this.#onTimer), delay);
  }

  readonly #onTimer = (): void => {
    this.#timer = undefined;
    const deadline = this.#core.nextDeadline();
    if (deadline !== undefined && deadline <= this.#now()) this.give({ kind: 'wake' });
    else this.#setTimer();
  };

  #carryOut(effect: Effect): void {
    const { transport, api } = this.#hands;
    switch (effect.kind) {
      case 'send':
        transport.send(effect.links, effect.message, laneOf(effect), effect.tag);
        return;
      case 'unsend':
        transport.withdraw(effect.links, effect.tag);
        return;
      case 'notify':
        api.notify(effect.clients, effect.messageId, effect.dataType, effect.data);
        return;
      case 'hang-up':
        transport.hangUp(effect.link);
        this.#forgetLink(effect.link);
        return;
      case 'drop-client':
        api.drop(effect.client);
        this.#forgetClient(effect.client);
        return;
      case 'pause-link':
        transport.pause(effect.link);
        return;
      case 'resume-link':
        transport.resume(effect.link);
        return;
      case 'pause-client':
        api.pause(effect.client);
        return;
      case 'resume-client':
        api.resume(effect.client);
        return;
      default:
        this.#commission(effect);
    }
  }

  /** What is begun here and answered by an input later, if at all. */
  #commission(effect: Commission): void {
    const { transport, solver, resolve, report } = this.#hands;
    switch (effect.kind) {
      case 'dial':
        transport.dial(effect.address);
        return;
      case 'resolve':
        resolve(effect.name);
        return;
      case 'solve': {
        const { link, challenge, difficulty, hashesMax } = effect;
        solver.solve({ link, challenge, difficulty, hashesMax });
        return;
      }
      case 'prove-offer':
        solver.proveOffer({ link: effect.link, challenge: effect.challenge, text: effect.text });
        return;
      case 'cancel-proofs':
        solver.cancel(effect.link);
        return;
      case 'report':
        report(effect.event);
        return;
      default:
        unreachable(effect);
    }
  }

  #forgetLink(link: LinkId): void {
    this.#waiting = this.#waiting.filter((input) => !('link' in input) || input.link !== link);
  }

  #forgetClient(client: ClientId): void {
    this.#waiting = this.#waiting.filter(
      (input) => !('client' in input) || input.client !== client,
    );
  }
}

/**
 * No deadline is finer than a millisecond, and a small integer can be handed from function to function for
 * nothing, where a fraction is put on the heap every time: some fifty bytes a message.
 */
function wholeMillis(): Instant {
  return Math.floor(performance.now());
}
