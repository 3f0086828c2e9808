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
import type { Outbox } from '../effects.ts';
import type { ClientId, QueueState } from '../inputs.ts';
import type { Instant, Settings } from '../settings.ts';
import { Round, RoundList, type GateToken, type Party } from './round.ts';
import { MESSAGE_IDS, Subscriber } from './subscriber.ts';

export type { GateToken } from './round.ts';

/** Time-outs in a row after which a program is not waited for any more. */
const TIMEOUTS_UNTIL_SILENT = 3;
/** Attempts to find one ID that is free on all connections before each gets its own. */
const SHARED_ID_DRAWS = 4;
/** Data types whose subscribers are kept as ready lists; at the bound all lists are made anew on demand. */
const AUDIENCES_MAX = 1_024;

/** A program that owes this many answers is behind, and is no more when it owes half as many. A guess. */
const BEHIND = 16_384;

/** What the parent does with the news from here. */
export interface SubscriptionEvents {
  /** A gate has ended. */
  readonly onGateEnded: (gate: GateToken, outcome: 'accepted' | 'refused' | 'abstained') => void;
  /** A program has got behind with its answers, or has caught up. */
  readonly onBehind: (client: ClientId, now: Instant) => void;
  readonly onCaughtUp: (client: ClientId, now: Instant) => void;
}

export class Subscriptions {
  readonly #settings: Settings;
  readonly #random: Random;
  readonly #out: Outbox;
  readonly #events: SubscriptionEvents;
  readonly #subscribers = new Map<ClientId, Subscriber>();
  readonly #audiences = new Map<number, readonly Subscriber[]>();
  readonly #rounds = new RoundList();
  #nextSequence = 0;

  constructor(options: {
    readonly settings: Settings;
    readonly random: Random;
    readonly out: Outbox;
    readonly events: SubscriptionEvents;
  }) {
    this.#settings = options.settings;
    this.#random = options.random;
    this.#out = options.out;
    this.#events = options.events;
  }

  get clientCount(): number {
    return this.#subscribers.size;
  }

  /** Rounds somebody still owes an answer to. */
  get roundCount(): number {
    return this.#rounds.size;
  }

  hasClient(client: ClientId): boolean {
    return this.#subscribers.has(client);
  }

  /** The most answers that one program owes. */
  owedBy(client: ClientId): number {
    return this.#subscribers.get(client)?.owed.size ?? 0;
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
    const owed = [...subscriber.owed.values()];
    subscriber.owed.clear();
    for (const round of owed) this.#abstain(subscriber, round);
  }

  onSubscribe(client: ClientId, dataType: number): void {
    const subscriber = this.#subscribers.get(client);
    if (subscriber?.subscribe(dataType) === true) this.#audiences.delete(dataType);
  }

  onQueue(client: ClientId, queue: QueueState): void {
    const subscriber = this.#subscribers.get(client);
    if (subscriber !== undefined) subscriber.isQueueFull = queue.level === 'full';
  }

  /**
   * Puts a message to the subscribers of its type, `except` one. With a gate, `undecided` means that
   * `onGateEnded` will be called; without one the answer tells whether anybody was notified.
   */
  ask(
    message: { readonly dataType: number; readonly data: Uint8Array },
    gate: GateToken | undefined,
    except: ClientId | undefined,
    now: Instant,
  ): 'no-subscriber' | 'undecided' | 'abstained' {
    const audience = this.#audienceOf(message.dataType);
    const others = except === undefined ? audience : audience.filter((s) => s.client !== except);
    if (others.length === 0) return 'no-subscriber';
    const parties = this.#assignIds(others, message.dataType, now);
    if (parties.length === 0) return 'abstained';
    const { dataType, data } = message;
    for (const { messageId, subscribers } of parties) {
      const clients = subscribers.map((subscriber) => subscriber.client);
      this.#out.put({ kind: 'notify', clients, messageId, dataType, data });
    }
    return this.#open(parties, dataType, gate, now);
  }

  onVerdict(client: ClientId, messageId: number, isValid: boolean, now: Instant): void {
    const settled = this.#settle(client, messageId, now);
    if (settled === undefined) return;
    const { round, wasWaitedFor } = settled;
    if (wasWaitedFor) round.waiting--;
    if (isValid) round.isAccepted = true;
    if (!isValid) this.#end(round, 'refused');
    else if (round.waiting === 0) this.#end(round, 'accepted');
  }

  /** The program declines to judge. */
  onAbstain(client: ClientId, messageId: number, now: Instant): void {
    const settled = this.#settle(client, messageId, now);
    if (settled?.wasWaitedFor === true) this.#abstainFromGate(settled.round);
  }

  /** Ends the rounds whose time is up. */
  onWake(now: Instant): void {
    for (let round = this.#rounds.first; round !== undefined; round = this.#rounds.first) {
      if (round.deadline > now) return;
      this.#rounds.remove(round);
      this.#timeOut(round, now);
    }
  }

  nextDeadline(): Instant | undefined {
    return this.#rounds.first?.deadline;
  }

  /** Takes an answer off a program's account; undefined if it did not owe it. */
  #settle(
    client: ClientId,
    messageId: number,
    now: Instant,
  ): { readonly round: Round; readonly wasWaitedFor: boolean } | undefined {
    const subscriber = this.#subscribers.get(client);
    const round = subscriber?.owed.get(messageId);
    if (subscriber === undefined || round === undefined) {
      this.#out.report({ kind: 'verdict-ignored', client, messageId });
      return undefined;
    }
    subscriber.owed.delete(messageId);
    if (subscriber.owed.size === BEHIND / 2) this.#events.onCaughtUp(client, now);
    subscriber.timeoutsInRow = 0;
    const wasWaitedFor = round.sequence >= subscriber.waitedFrom;
    if (subscriber.isSilent) {
      subscriber.waitedFrom = this.#nextSequence;
      this.#out.report({ kind: 'subscriber-answers', client });
    }
    this.#answered(round);
    return { round, wasWaitedFor };
  }

  #audienceOf(dataType: number): readonly Subscriber[] {
    const known = this.#audiences.get(dataType);
    if (known !== undefined) return known;
    const audience: Subscriber[] = [];
    for (const subscriber of this.#subscribers.values()) {
      if (subscriber.isSubscribedTo(dataType)) audience.push(subscriber);
    }
    if (this.#audiences.size >= AUDIENCES_MAX) this.#audiences.clear();
    this.#audiences.set(dataType, audience);
    return audience;
  }

  /** Gives each program an ID that is free on its connection; those that cannot be notified are left out. */
  #assignIds(audience: readonly Subscriber[], dataType: number, now: Instant): readonly Party[] {
    const parties: Party[] = [];
    let rest = audience.every((subscriber) => !subscriber.isQueueFull)
      ? audience
      : audience.filter((subscriber) => this.#hasRoom(subscriber, dataType));
    for (let draw = 0; draw < SHARED_ID_DRAWS && rest.length > 0; draw++) {
      const messageId = this.#random.below(MESSAGE_IDS) + 1;
      if (rest.every((subscriber) => subscriber.mayUse(messageId))) {
        parties.push({ messageId, subscribers: rest });
        return parties;
      }
      const free = rest.filter((subscriber) => subscriber.mayUse(messageId));
      if (free.length > 0) parties.push({ messageId, subscribers: free });
      rest = rest.filter((subscriber) => !subscriber.mayUse(messageId));
    }
    for (const subscriber of rest) {
      const messageId = subscriber.drawFreeId(this.#random, now);
      if (messageId === undefined) this.#reportDropped(subscriber, dataType, 'no-message-id');
      else parties.push({ messageId, subscribers: [subscriber] });
    }
    return parties;
  }

  #hasRoom(subscriber: Subscriber, dataType: number): boolean {
    if (!subscriber.isQueueFull) return true;
    this.#reportDropped(subscriber, dataType, 'queue-full');
    return false;
  }

  #reportDropped(
    subscriber: Subscriber,
    dataType: number,
    why: 'queue-full' | 'no-message-id',
  ): void {
    const client = subscriber.client;
    this.#out.report({ kind: 'notification-dropped', client, dataType, why });
  }

  #open(
    parties: readonly Party[],
    dataType: number,
    gate: GateToken | undefined,
    now: Instant,
  ): 'undecided' | 'abstained' {
    const deadline = now + this.#settings.validationTimeout;
    const sequence = this.#nextSequence++;
    const round = new Round({ sequence, dataType, deadline, parties, gate });
    for (const { messageId, subscribers } of parties) {
      for (const subscriber of subscribers) {
        subscriber.owed.set(messageId, round);
        round.unanswered++;
        if (!subscriber.isSilent) round.waiting++;
        if (subscriber.owed.size === BEHIND) this.#events.onBehind(subscriber.client, now);
      }
    }
    this.#rounds.append(round);
    if (round.waiting > 0) return 'undecided';
    round.gate = undefined;
    return 'abstained';
  }

  #timeOut(round: Round, now: Instant): void {
    const restUntil = now + 2 * this.#settings.validationTimeout;
    const fallenSilent: Subscriber[] = [];
    for (const { messageId, subscribers } of round.parties) {
      for (const subscriber of subscribers) {
        if (subscriber.owed.get(messageId) !== round) continue;
        subscriber.owed.delete(messageId);
        if (subscriber.owed.size === BEHIND / 2) this.#events.onCaughtUp(subscriber.client, now);
        subscriber.rest(messageId, restUntil, now);
        subscriber.timeoutsInRow++;
        if (subscriber.timeoutsInRow >= TIMEOUTS_UNTIL_SILENT && !subscriber.isSilent) {
          fallenSilent.push(subscriber);
        }
      }
    }
    this.#end(round, round.isAccepted ? 'accepted' : 'abstained');
    for (const subscriber of fallenSilent) this.#stopWaitingFor(subscriber, round.dataType);
  }

  #stopWaitingFor(subscriber: Subscriber, dataType: number): void {
    const waitedFrom = subscriber.waitedFrom;
    subscriber.waitedFrom = Number.POSITIVE_INFINITY;
    this.#out.report({ kind: 'subscriber-silent', client: subscriber.client, dataType });
    for (const round of subscriber.owed.values()) {
      if (round.sequence >= waitedFrom) this.#abstainFromGate(round);
    }
  }

  #abstain(subscriber: Subscriber, round: Round): void {
    this.#answered(round);
    if (round.sequence >= subscriber.waitedFrom) this.#abstainFromGate(round);
  }

  #abstainFromGate(round: Round): void {
    round.waiting--;
    if (round.waiting === 0) this.#end(round, round.isAccepted ? 'accepted' : 'abstained');
  }

  #answered(round: Round): void {
    round.unanswered--;
    if (round.unanswered === 0) this.#rounds.remove(round);
  }

  #end(round: Round, outcome: 'accepted' | 'refused' | 'abstained'): void {
    const gate = round.gate;
    if (gate === undefined) return;
    round.gate = undefined;
    this.#events.onGateEnded(gate, outcome);
  }
}
