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
  /** Another round in the same bucket of {@link Rounds}. */
  nextInBucket: Round<Gate> | undefined = undefined;

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

/** A power of two, for a node on which few rounds are open. */
const BUCKETS_MIN = 16;

/**
 * A doubly linked list, so that a round leaves it from anywhere at no cost, and the rounds by ID: in buckets, of which
 * there are at least as many as rounds and not many more. IDs are random, and a place for each of the 65,535 would miss the
 * processor's cache nearly every time.
 */
export class Rounds<Gate> {
  #first: Round<Gate> | undefined;
  #last: Round<Gate> | undefined;
  #size = 0;
  #buckets = emptyBuckets<Gate>(BUCKETS_MIN);

  get first(): Round<Gate> | undefined {
    return this.#first;
  }

  /** The round under this ID that a subscriber owes an answer. */
  find(messageId: number, subscriber: Subscriber): Round<Gate> | undefined {
    let round = this.#buckets[this.#bucketOf(messageId)];
    while (round !== undefined) {
      if (round.messageId === messageId && round.isOwedBy(subscriber)) return round;
      round = round.nextInBucket;
    }
    return undefined;
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
    this.#putIntoBucket(round);
    if (++this.#size > this.#buckets.length) this.#grow();
  }

  /** Takes out a round that is in the list. */
  remove(round: Round<Gate>): void {
    if (round.previous === undefined) this.#first = round.next;
    else round.previous.next = round.next;
    if (round.next === undefined) this.#last = round.previous;
    else round.next.previous = round.previous;
    round.previous = undefined;
    round.next = undefined;
    this.#takeFromBucket(round);
    this.#size--;
  }

  #bucketOf(messageId: number): number {
    return messageId & (this.#buckets.length - 1);
  }

  #putIntoBucket(round: Round<Gate>): void {
    const bucket = this.#bucketOf(round.messageId);
    round.nextInBucket = this.#buckets[bucket];
    this.#buckets[bucket] = round;
  }

  #takeFromBucket(round: Round<Gate>): void {
    const bucket = this.#bucketOf(round.messageId);
    let before = this.#buckets[bucket]!;
    if (before === round) {
      this.#buckets[bucket] = round.nextInBucket;
    } else {
      while (before.nextInBucket !== round) before = before.nextInBucket!;
      before.nextInBucket = round.nextInBucket;
    }
    round.nextInBucket = undefined;
  }

  #grow(): void {
    this.#buckets = emptyBuckets(2 * this.#buckets.length);
    for (let round = this.#first; round !== undefined; round = round.next) {
      this.#putIntoBucket(round);
    }
  }
}

function emptyBuckets<Gate>(count: number): (Round<Gate> | undefined)[] {
  return Array<Round<Gate> | undefined>(count).fill(undefined);
}
