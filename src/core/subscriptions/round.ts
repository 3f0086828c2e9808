/**
 * One message put to local programs: who was notified under which ID, who has not answered, and the gate
 * that waits for it, if any. Rounds stand in a list in the order in which they time out, which is the order
 * of their creation, and leave it when nobody owes them an answer any more.
 */
import type { Instant } from '../settings.ts';
import type { Subscriber } from './subscriber.ts';

/** What the owner of a gate gets back when it ends. */
export interface GateToken {
  readonly record: number;
}

/** Programs that were notified under the same message ID. */
export interface Party {
  readonly messageId: number;
  readonly subscribers: readonly Subscriber[];
}

export class Round {
  readonly sequence: number;
  readonly dataType: number;
  readonly deadline: Instant;
  readonly parties: readonly Party[];
  /** Present while a verdict can still change something. */
  gate: GateToken | undefined;
  /** How many of those the gate waits for have not answered. */
  waiting = 0;
  /** Whether somebody said V=1. */
  isAccepted = false;
  /** How many have not answered, waited for or not. */
  unanswered = 0;
  previous: Round | undefined;
  next: Round | undefined;

  constructor(options: {
    readonly sequence: number;
    readonly dataType: number;
    readonly deadline: Instant;
    readonly parties: readonly Party[];
    readonly gate: GateToken | undefined;
  }) {
    this.sequence = options.sequence;
    this.dataType = options.dataType;
    this.deadline = options.deadline;
    this.parties = options.parties;
    this.gate = options.gate;
  }
}

/** A doubly linked list, so that a round leaves it from anywhere at no cost. */
export class RoundList {
  #first: Round | undefined;
  #last: Round | undefined;
  #size = 0;

  get first(): Round | undefined {
    return this.#first;
  }

  get size(): number {
    return this.#size;
  }

  append(round: Round): void {
    round.previous = this.#last;
    if (this.#last === undefined) this.#first = round;
    else this.#last.next = round;
    this.#last = round;
    this.#size++;
  }

  /** Takes out a round that is in the list. */
  remove(round: Round): void {
    if (round.previous === undefined) this.#first = round.next;
    else round.previous.next = round.next;
    if (round.next === undefined) this.#last = round.previous;
    else round.next.previous = round.previous;
    round.previous = undefined;
    round.next = undefined;
    this.#size--;
  }
}
