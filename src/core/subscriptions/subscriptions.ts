/**
 * The local programs and the gate. A message from a peer travels on only after every program that was
 * notified of it has said V=1; one V=0 ends it at once. A program abstains when it disconnects, does not
 * answer within `validationTimeout`, or could not be notified (its queue or its IDs are full). If at least
 * one other said V=1 and none V=0, the message goes on; if all abstained, it does not.
 *
 * A program that lets three notifications in a row time out is notified but not waited for, until it
 * answers one in time again. Its answers still count while others keep a gate open; a gate that waits for
 * nobody else ends at once. Announcements of local programs are put to the others in the same way, only
 * without a gate: their answers hold nothing back, but their time-outs count.
 *
 * Message IDs are random, never 0, and not used again on a connection while they are unanswered, nor for
 * twice the time-out after they timed out. One ID usually serves all the programs that are told of a
 * message, so that one encoded frame does.
 */
import type { Random } from '../../basics/random.ts';
import { TYPES_MAX } from '../../wire/extension-messages.ts';
import type { Outbox } from '../effects.ts';
import type { GateOutcome } from '../events.ts';
import type { ClientId, QueueState } from '../inputs.ts';
import type { Instant, Settings } from '../settings.ts';
import { Audience } from './audience.ts';
import { assignOwnIds, drawSharedId } from './message-ids.ts';
import { RestingIds } from './resting-ids.ts';
import { Round, Rounds, type Ballot } from './round.ts';
import { Subscriber } from './subscriber.ts';

/** Time-outs in a row after which a program is not waited for any more. */
const TIMEOUTS_UNTIL_SILENT = 3;
/** Data types whose subscribers are kept as ready lists; at the bound all lists are made anew on demand. */
const AUDIENCES_MAX = 1_024;
/**
 * A program that owes this many answers is behind, and is no more when it owes half as many, or when nobody
 * waits for it any more. Half as many or four times as many cost a relay more: measured.
 */
const BEHIND = 4_096;

/** What the parent does with the news from here. */
export interface SubscriptionEvents<Gate> {
  /** A gate has ended. */
  readonly onGateEnded: (gate: Gate, outcome: GateOutcome) => void;
  /** A program has got behind with its answers, or has caught up. */
  readonly onBehind: (client: ClientId, now: Instant) => void;
  readonly onCaughtUp: (client: ClientId, now: Instant) => void;
}

/** `Gate` is whatever the parent wants to have back when a gate ends. */
export class Subscriptions<Gate extends object> {
  readonly #settings: Settings;
  readonly #random: Random;
  readonly #out: Outbox;
  readonly #events: SubscriptionEvents<Gate>;
  readonly #subscribers = new Map<ClientId, Subscriber>();
  readonly #audiences = new Map<number, Audience>();
  readonly #rounds = new Rounds<Gate>();
  readonly #resting = new RestingIds();
  #nextSequence = 0;

  constructor(options: {
    readonly settings: Settings;
    readonly random: Random;
    readonly out: Outbox;
    readonly events: SubscriptionEvents<Gate>;
  }) {
    this.#settings = options.settings;
    this.#random = options.random;
    this.#out = options.out;
    this.#events = options.events;
  }

  get clientCount(): number {
    return this.#subscribers.size;
  }

  onClientJoined(client: ClientId): void {
    if (this.#subscribers.size >= this.#settings.bounds.clientsMax) {
      const clientsMax = this.#settings.bounds.clientsMax;
      this.#out.report({ kind: 'client-refused', client, clientsMax });
      this.#out.put({ kind: 'drop-client', client });
      return;
    }
    this.#subscribers.set(client, new Subscriber(client));
  }

  /** The program is gone: it abstains from everything it owed. */
  onClientGone(client: ClientId): void {
    const subscriber = this.#subscribers.get(client);
    if (subscriber === undefined) return;
    this.#subscribers.delete(client);
    this.#audiences.clear();
    if (subscriber.owed === 0) return;
    for (const round of this.#rounds.owedBy(subscriber)) {
      this.#settle(round, subscriber);
      if (round.ballot.sequence >= subscriber.waitedFrom) this.#abstain(round.ballot);
    }
  }

  onSubscribe(client: ClientId, dataType: number): void {
    const subscriber = this.#subscribers.get(client);
    if (subscriber?.subscribe(dataType) === true) this.#audiences.delete(dataType);
  }

  onQueue(client: ClientId, queue: QueueState): void {
    const subscriber = this.#subscribers.get(client);
    if (subscriber !== undefined) subscriber.isQueueFull = queue.level === 'full';
  }

  /** The data types that anybody subscribes to, ascending; `many` if there are more than can be listed. */
  interest(): readonly number[] | 'many' {
    const types = new Set<number>();
    for (const subscriber of this.#subscribers.values()) {
      for (const type of subscriber.types()) types.add(type);
      if (types.size > TYPES_MAX) return 'many';
    }
    return [...types].toSorted((a, b) => a - b);
  }

  hasSubscribers(dataType: number): boolean {
    return this.#audienceOf(dataType).subscribers.length > 0;
  }

  /**
   * Puts a message to the subscribers of its type, `except` one. With a gate, `undecided` means that
   * `onGateEnded` will be called; `abstained` that it will not, because nobody is waited for.
   */
  ask(
    message: { readonly dataType: number; readonly data: Uint8Array },
    gate: Gate | undefined,
    except: ClientId | undefined,
    now: Instant,
  ): 'undecided' | 'abstained' {
    const { dataType } = message;
    const audience = this.#reachable(dataType, except);
    if (audience.subscribers.length === 0) return 'abstained';
    const ballot: Ballot<Gate> = {
      sequence: this.#nextSequence++,
      dataType,
      deadline: now + this.#settings.validationTimeout,
      gate,
      waiting: 0,
      isAccepted: false,
    };
    const messageId = drawSharedId(audience, this.#random);
    if (messageId === undefined) this.#askApart(audience, message, ballot, now);
    else this.#askParty(messageId, audience, message, ballot, now);
    if (ballot.waiting > 0) return 'undecided';
    ballot.gate = undefined;
    return 'abstained';
  }

  onVerdict(client: ClientId, messageId: number, isValid: boolean, now: Instant): void {
    const ballot = this.#answer(client, messageId, now);
    if (ballot === undefined) return;
    if (isValid) ballot.isAccepted = true;
    if (!isValid) this.#end(ballot, 'refused');
    else if (ballot.waiting === 0) this.#end(ballot, 'accepted');
  }

  /** The program declines to judge. */
  onAbstain(client: ClientId, messageId: number, now: Instant): void {
    const ballot = this.#answer(client, messageId, now);
    if (ballot?.waiting === 0) this.#endUnrefused(ballot);
  }

  /** Ends the rounds whose time is up. */
  onWake(now: Instant): void {
    for (let round = this.#rounds.first; round !== undefined; round = this.#rounds.first) {
      if (round.ballot.deadline > now) return;
      this.#timeOut(round, now);
    }
  }

  nextDeadline(): Instant | undefined {
    return this.#rounds.first?.ballot.deadline;
  }

  #audienceOf(dataType: number): Audience {
    const known = this.#audiences.get(dataType);
    if (known !== undefined) return known;
    const subscribers = [...this.#subscribers.values()].filter((s) => s.isSubscribedTo(dataType));
    const audience = new Audience(subscribers);
    if (this.#audiences.size >= AUDIENCES_MAX) this.#audiences.clear();
    this.#audiences.set(dataType, audience);
    return audience;
  }

  /** The subscribers of a type, except one and those whose queue is full. */
  #reachable(dataType: number, except: ClientId | undefined): Audience {
    const audience = this.#audienceOf(dataType);
    if (!audience.hasUnreachable(except)) return audience;
    const others = audience.subscribers.filter((s) => s.client !== except);
    for (const subscriber of others) {
      if (subscriber.isQueueFull) this.#reportDropped(subscriber, dataType, 'queue-full');
    }
    return new Audience(others.filter((s) => !s.isQueueFull));
  }

  #reportDropped(
    subscriber: Subscriber,
    dataType: number,
    why: 'queue-full' | 'no-message-id',
  ): void {
    const client = subscriber.client;
    this.#out.report({ kind: 'notification-dropped', client, dataType, why });
  }

  /** There is no ID that is free for all: each program gets one of its own. */
  #askApart(
    audience: Audience,
    message: { readonly dataType: number; readonly data: Uint8Array },
    ballot: Ballot<Gate>,
    now: Instant,
  ): void {
    this.#resting.wake(now);
    const parties = assignOwnIds(audience, this.#random, (subscriber) =>
      this.#reportDropped(subscriber, message.dataType, 'no-message-id'),
    );
    for (const party of parties) {
      this.#askParty(party.messageId, party.audience, message, ballot, now);
    }
  }

  #askParty(
    messageId: number,
    audience: Audience,
    { dataType, data }: { readonly dataType: number; readonly data: Uint8Array },
    ballot: Ballot<Gate>,
    now: Instant,
  ): void {
    this.#out.put({ kind: 'notify', clients: audience.clients, messageId, dataType, data });
    this.#rounds.append(new Round(messageId, audience, ballot));
    for (const subscriber of audience.subscribers) {
      subscriber.take(messageId);
      if (!subscriber.isSilent) ballot.waiting++;
      subscriber.owed++;
      this.#judgeDebt(subscriber, now);
    }
  }

  /** Takes an answer: the vote waits for it no more. Undefined if the program was not asked, or no longer. */
  #answer(client: ClientId, messageId: number, now: Instant): Ballot<Gate> | undefined {
    const subscriber = this.#subscribers.get(client);
    const round = subscriber && this.#rounds.find(messageId, subscriber);
    if (subscriber === undefined || round === undefined) {
      this.#out.report({ kind: 'verdict-ignored', client, messageId });
      return undefined;
    }
    const { ballot } = round;
    this.#settle(round, subscriber);
    subscriber.timeoutsInRow = 0;
    if (ballot.sequence >= subscriber.waitedFrom) ballot.waiting--;
    if (subscriber.isSilent) {
      subscriber.waitedFrom = this.#nextSequence;
      this.#out.report({ kind: 'subscriber-answers', client });
    }
    this.#judgeDebt(subscriber, now);
    return ballot;
  }

  #settle(round: Round<Gate>, subscriber: Subscriber): void {
    round.settle(subscriber);
    subscriber.free(round.messageId);
    subscriber.owed--;
    if (round.unanswered === 0) this.#rounds.remove(round);
  }

  /** Tells when a program that is waited for has got behind with its answers, and when that is over. */
  #judgeDebt(subscriber: Subscriber, now: Instant): void {
    const { client, owed, isSilent } = subscriber;
    if (subscriber.isBehind) {
      if (owed > BEHIND / 2 && !isSilent) return;
      subscriber.isBehind = false;
      this.#events.onCaughtUp(client, now);
    } else if (owed >= BEHIND && !isSilent) {
      subscriber.isBehind = true;
      this.#events.onBehind(client, now);
    }
  }

  /** Whoever has not answered abstains. */
  #timeOut(round: Round<Gate>, now: Instant): void {
    const restUntil = now + 2 * this.#settings.validationTimeout;
    const debtors = round.settleAll();
    this.#rounds.remove(round);
    this.#resting.wake(now);
    this.#resting.add(round.messageId, restUntil, debtors);
    for (const subscriber of debtors) {
      subscriber.owed--;
      this.#judgeDebt(subscriber, now);
      subscriber.timeoutsInRow++;
      if (round.ballot.sequence >= subscriber.waitedFrom) this.#abstain(round.ballot);
    }
    for (const subscriber of debtors) {
      if (subscriber.timeoutsInRow < TIMEOUTS_UNTIL_SILENT || subscriber.isSilent) continue;
      this.#stopWaitingFor(subscriber, round.ballot.dataType, now);
    }
  }

  #stopWaitingFor(subscriber: Subscriber, dataType: number, now: Instant): void {
    const waitedFrom = subscriber.waitedFrom;
    subscriber.waitedFrom = Number.POSITIVE_INFINITY;
    this.#out.report({ kind: 'subscriber-silent', client: subscriber.client, dataType });
    this.#judgeDebt(subscriber, now);
    for (const round of this.#rounds.owedBy(subscriber)) {
      if (round.ballot.sequence >= waitedFrom) this.#abstain(round.ballot);
    }
  }

  /** One of those the gate waits for abstains. */
  #abstain(ballot: Ballot<Gate>): void {
    ballot.waiting--;
    if (ballot.waiting === 0) this.#endUnrefused(ballot);
  }

  #endUnrefused(ballot: Ballot<Gate>): void {
    this.#end(ballot, ballot.isAccepted ? 'accepted' : 'abstained');
  }

  #end(ballot: Ballot<Gate>, outcome: GateOutcome): void {
    const gate = ballot.gate;
    if (gate === undefined) return;
    ballot.gate = undefined;
    this.#events.onGateEnded(gate, outcome);
  }
}
