/**
 * One message put to an audience under one message ID: who has not answered, and the gate that waits for
 * it, if any. Rounds stand in a list in the order in which they time out, which is the order of their
 * creation, and leave it when nobody owes them an answer any more.
 *
 * Rarely a message takes several rounds, because some of its subscribers still owe an answer to the ID that
 * the others get. These share one {@link Ballot}.
 */
import type { Instant } from '../settings.ts';
import type { Audience } from './audience.ts';
import type { Subscriber } from './subscriber.ts';

/** The vote on one message, and how it stands. */
export interface Ballot<Gate> {
  /** Votes are numbered in the order in which they begin. */
  readonly sequence: number;
  readonly dataType: number;
  readonly deadline: Instant;
  /** Present while a verdict can still change something. */
  gate: Gate | undefined;
  /** How many of those the gate waits for have not answered. */
  waiting: number;
  /** Whether somebody said V=1. */
  isAccepted: boolean;
}

export class Round<Gate> {
  readonly messageId: number;
  readonly audience: Audience;
  readonly ballot: Ballot<Gate>;
  /** Those who have not answered, each in its place of the audience; undefined as long as that is all. */
  #owing: (Subscriber | undefined)[] | undefined;
  #unanswered: number;
  previous: Round<Gate> | undefined = undefined;
  next: Round<Gate> | undefined = undefined;
  /** Another round under the same ID, for other programs. */
  nextOfId: Round<Gate> | undefined = undefined;

  constructor(messageId: number, audience: Audience, ballot: Ballot<Gate>) {
    this.messageId = messageId;
    this.audience = audience;
    this.ballot = ballot;
    this.#unanswered = audience.subscribers.length;
  }

  /** How many have not answered, waited for or not. */
  get unanswered(): number {
    return this.#unanswered;
  }

  isOwedBy(subscriber: Subscriber): boolean {
    return this.#owes(subscriber, this.audience.placeOf(subscriber));
  }

  /** Takes the answer off a subscriber's account; false if it did not owe it. */
  settle(subscriber: Subscriber): boolean {
    const place = this.audience.placeOf(subscriber);
    if (!this.#owes(subscriber, place)) return false;
    this.#unanswered--;
    // Whoever answers last, often the only one, needs no list.
    if (this.#unanswered === 0) this.#owing = NOBODY;
    else this.#owingApart()[place] = undefined;
    return true;
  }

  /** Takes all answers that are missing off the accounts, and tells whose they are. */
  settleAll(): readonly Subscriber[] {
    const debtors =
      this.#owing?.filter((subscriber) => subscriber !== undefined) ?? this.audience.subscribers;
    this.#owing = NOBODY;
    this.#unanswered = 0;
    return debtors;
  }

  #owes(subscriber: Subscriber, place: number): boolean {
    if (place < 0) return false;
    return this.#owing === undefined || this.#owing[place] === subscriber;
  }

  #owingApart(): (Subscriber | undefined)[] {
    this.#owing ??= this.audience.subscribers.slice();
    return this.#owing;
  }
}

const NOBODY: (Subscriber | undefined)[] = [];

/** From this many open rounds on they are found through an array of all IDs (512 KiB) instead of a Map. */
const MANY_ROUNDS = 256;
const IDS = 65_536;

/** A doubly linked list, so that a round leaves it from anywhere at no cost, and the rounds by ID. */
export class Rounds<Gate> {
  #first: Round<Gate> | undefined;
  #last: Round<Gate> | undefined;
  #byId: Map<number, Round<Gate>> | undefined = new Map();
  /** Twice as fast, and too large for the many nodes of a simulation: made when many rounds are open. */
  #byIdArray: (Round<Gate> | undefined)[] | undefined;

  get first(): Round<Gate> | undefined {
    return this.#first;
  }

  /** The round under this ID that a subscriber owes an answer. */
  find(messageId: number, subscriber: Subscriber): Round<Gate> | undefined {
    let round = this.#headOf(messageId);
    while (round !== undefined && !round.isOwedBy(subscriber)) round = round.nextOfId;
    return round;
  }

  /** All rounds that a subscriber owes an answer, oldest first. */
  owedBy(subscriber: Subscriber): readonly Round<Gate>[] {
    const owed: Round<Gate>[] = [];
    for (let round = this.#first; round !== undefined; round = round.next) {
      if (round.isOwedBy(subscriber)) owed.push(round);
    }
    return owed;
  }

  append(round: Round<Gate>): void {
    round.previous = this.#last;
    if (this.#last === undefined) this.#first = round;
    else this.#last.next = round;
    this.#last = round;
    round.nextOfId = this.#headOf(round.messageId);
    this.#setHead(round.messageId, round);
  }

  /** Takes out a round that is in the list. */
  remove(round: Round<Gate>): void {
    if (round.previous === undefined) this.#first = round.next;
    else round.previous.next = round.next;
    if (round.next === undefined) this.#last = round.previous;
    else round.next.previous = round.previous;
    round.previous = undefined;
    round.next = undefined;
    this.#removeFromId(round);
  }

  #removeFromId(round: Round<Gate>): void {
    const head = this.#headOf(round.messageId)!;
    if (head === round) {
      this.#setHead(round.messageId, round.nextOfId);
    } else {
      let before = head;
      while (before.nextOfId !== round) before = before.nextOfId!;
      before.nextOfId = round.nextOfId;
    }
    round.nextOfId = undefined;
  }

  #headOf(messageId: number): Round<Gate> | undefined {
    return this.#byIdArray === undefined ? this.#byId!.get(messageId) : this.#byIdArray[messageId];
  }

  #setHead(messageId: number, round: Round<Gate> | undefined): void {
    if (this.#byIdArray !== undefined) {
      this.#byIdArray[messageId] = round;
      return;
    }
    const byId = this.#byId!;
    if (round === undefined) byId.delete(messageId);
    else byId.set(messageId, round);
    if (byId.size > MANY_ROUNDS) this.#changeToArray(byId);
  }

  #changeToArray(byId: ReadonlyMap<number, Round<Gate>>): void {
    this.#byIdArray = Array.from<Round<Gate> | undefined>({ length: IDS });
    for (const [messageId, round] of byId) this.#byIdArray[messageId] = round;
    this.#byId = undefined;
  }
}
