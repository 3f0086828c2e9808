/**
 * Watches one node's clients and the gate between them and the overlay: who is notified of what, with which
 * message ID, and that no message of a peer travels on before those who were asked have allowed it.
 *
 * It keeps its own books from inputs and effects alone and believes the node in one thing only: which
 * subscribers are silent, that is notified but not waited for.
 */
import type { Effect } from '../core/effects.ts';
import type { NodeEvent } from '../core/events.ts';
import type { ClientId, Input } from '../core/inputs.ts';
import type { Profiles } from '../core/profiles.ts';
import type { Instant, Settings } from '../core/settings.ts';
import { bytesEqual, type Announcement, type ArrivalKind } from './announcement.ts';
import { CheckFailure } from './failure.ts';
import { Fifo } from './fifo.ts';

/** One input on its way through a node. */
export interface Step {
  readonly input: Input;
  readonly now: Instant;
  /** The announcement that the input carries, if any. */
  readonly announcement: Announcement | undefined;
  /** What its arrival meant; undefined if it is none of an announcement from a peer. */
  readonly arrival: ArrivalKind | undefined;
  /** Whether a node that remembers all it has to must tell its subscribers now. */
  readonly isSurelyNew: boolean;
  /** Whether records of announcements were dropped, so that one may look new that is not. */
  readonly hasForgotten: boolean;
}

interface Question {
  readonly askedAt: Instant;
  /** Undefined for announcements of local clients: nothing waits for the answer. */
  readonly gate: Gate | undefined;
}

interface ClientBook {
  readonly types: Set<number>;
  /** Unanswered notifications by message ID. */
  readonly questions: Map<number, Question>;
  isSilent: boolean;
}

interface Gate {
  readonly openedAt: Instant;
  /** `optional`: its answer counts but is not waited for. `abstained`: nothing comes from there. */
  readonly asked: Map<ClientId, 'waiting' | 'optional' | 'valid' | 'abstained'>;
  isRefused: boolean;
  hasPassed: boolean;
}

export class GateChecker {
  readonly #settings: Settings;
  readonly #profiles: Profiles;
  readonly #clients = new Map<ClientId, ClientBook>();
  /** Oldest first. Forgotten once the message may be taken for new again. */
  readonly #gates = new Map<Announcement, Gate>();
  /** When the gates that may still be open were opened, oldest first. */
  readonly #openings = new Fifo<Instant>();
  /** Clients told, or reported as not reachable, of this step's announcement. */
  readonly #served = new Set<ClientId>();
  /** Whether the message that came in went at once, so that nobody has to be told. */
  #isDropped = false;

  constructor(settings: Settings, profiles: Profiles) {
    this.#settings = settings;
    this.#profiles = profiles;
  }

  begin(step: Step): void {
    this.#served.clear();
    this.#isDropped = false;
    // What is new to the node has no gate yet, whatever became of it when it was new before.
    if (step.arrival === 'first') this.#gates.delete(step.announcement!);
    const input = step.input;
    switch (input.kind) {
      case 'client-joined':
        this.#clients.set(input.client, {
          types: new Set(),
          questions: new Map(),
          isSilent: false,
        });
        break;
      case 'subscribe':
        this.#clients.get(input.client)?.types.add(input.dataType);
        break;
      case 'verdict':
        this.#onAnswer(input, input.valid ? 'valid' : 'invalid', step.now);
        break;
      case 'abstain':
        this.#onAnswer(input, 'abstained', step.now);
        break;
      case 'client-gone':
        this.#forgetClient(input.client);
        break;
      default:
    }
  }

  effect(effect: Effect, step: Step): void {
    if (effect.kind === 'notify') this.#onNotify(effect, step);
    else if (effect.kind === 'drop-client') this.#forgetClient(effect.client);
    else if (effect.kind === 'report') this.#onReport(effect.event);
  }

  end(step: Step): void {
    if (this.#clients.size > this.#settings.bounds.clientsMax) {
      throw new CheckFailure(`${this.#clients.size} clients at once`);
    }
    if (!step.isSurelyNew || step.announcement === undefined || this.#isDropped) return;
    const announcer = step.input.kind === 'announce' ? step.input.client : undefined;
    for (const [client, book] of this.#clients) {
      if (client === announcer || !book.types.has(step.announcement.dataType)) continue;
      if (!this.#served.has(client)) throw new CheckFailure(`client ${client} was not notified`);
    }
  }

  /** The most messages that can be waiting for verdicts now: those asked about within the time-out. */
  waitingMax(now: Instant): number {
    const { validationTimeout } = this.#settings;
    while (this.#openings.length > 0 && now - this.#openings.first! > validationTimeout) {
      this.#openings.shift();
    }
    return this.#openings.length;
  }

  /** A message of a peer leaves the node: was that allowed? */
  expectPassed(announcement: Announcement, now: Instant): void {
    const gate = this.#gates.get(announcement);
    if (gate === undefined) {
      if (this.#settings.relay === 'all') return;
      throw new CheckFailure(
        'a message without a subscriber was forwarded with relay = subscribed',
      );
    }
    if (gate.hasPassed) return;
    if (gate.isRefused) throw new CheckFailure('a refused message was forwarded');
    let valid = 0;
    for (const [client, answer] of gate.asked) {
      if (answer === 'valid') valid++;
      else if (answer === 'waiting' && now - gate.openedAt < this.#settings.validationTimeout) {
        throw new CheckFailure(`a message was forwarded without the verdict of client ${client}`);
      }
    }
    if (valid === 0) throw new CheckFailure('a message was forwarded that nobody called valid');
    gate.hasPassed = true;
  }

  #onAnswer(
    from: { readonly client: ClientId; readonly messageId: number },
    answer: 'valid' | 'invalid' | 'abstained',
    now: Instant,
  ): void {
    const questions = this.#clients.get(from.client)?.questions;
    const question = questions?.get(from.messageId);
    if (questions === undefined || question === undefined) return;
    const waited = now - question.askedAt;
    // At the very millisecond of the time-out the answer may count or not.
    if (waited > this.#settings.validationTimeout) return;
    questions.delete(from.messageId);
    const gate = question.gate;
    if (gate === undefined) return;
    if (answer !== 'invalid') gate.asked.set(from.client, answer);
    else if (waited < this.#settings.validationTimeout) gate.isRefused = true;
  }

  #onNotify(effect: Extract<Effect, { kind: 'notify' }>, step: Step): void {
    const announcement = step.announcement;
    if (announcement === undefined || announcement.dataType !== effect.dataType) {
      throw new CheckFailure(`clients were notified although no such announcement came in`);
    }
    if (!bytesEqual(effect.data, announcement.data)) {
      throw new CheckFailure('clients were notified of other data than came in');
    }
    if (effect.messageId < 1 || effect.messageId > 65_535) {
      throw new CheckFailure(`message ID ${effect.messageId}`);
    }
    const gate = step.arrival === undefined ? undefined : this.#gateOf(announcement, step);
    for (const client of effect.clients) {
      this.#expectMayBeAsked(client, announcement, step);
      this.#ask(client, effect.messageId, gate, step.now);
    }
  }

  /** The gate of a message that came in just now. */
  #gateOf(announcement: Announcement, step: Step): Gate {
    if (step.arrival !== 'first') throw new CheckFailure('clients were notified of a further copy');
    this.#forgetOldGates(step.now);
    const known = this.#gates.get(announcement);
    if (known?.openedAt === step.now) return known;
    const gate: Gate = {
      openedAt: step.now,
      asked: new Map(),
      isRefused: false,
      hasPassed: false,
    };
    this.#gates.delete(announcement);
    this.#gates.set(announcement, gate);
    this.#openings.push(step.now);
    return gate;
  }

  #expectMayBeAsked(client: ClientId, announcement: Announcement, step: Step): void {
    const book = this.#clients.get(client);
    if (book === undefined) throw new CheckFailure(`notify for client ${client}: no such client`);
    if (!book.types.has(announcement.dataType)) {
      throw new CheckFailure(`client ${client} was notified of a type it did not subscribe to`);
    }
    if (this.#served.has(client)) throw new CheckFailure(`client ${client} was notified twice`);
    if (step.input.kind === 'announce' && step.input.client === client) {
      throw new CheckFailure(`client ${client} was notified of its own announcement`);
    }
  }

  #ask(client: ClientId, messageId: number, gate: Gate | undefined, now: Instant): void {
    const { questions, isSilent } = this.#clients.get(client)!;
    const quarantine = 3 * this.#settings.validationTimeout;
    for (const [id, question] of questions) {
      if (now - question.askedAt < quarantine) break;
      questions.delete(id);
    }
    if (questions.has(messageId)) {
      throw new CheckFailure(`message ID ${messageId} was used again for client ${client}`);
    }
    questions.set(messageId, { askedAt: now, gate });
    gate?.asked.set(client, isSilent ? 'optional' : 'waiting');
    this.#served.add(client);
  }

  #onReport(event: NodeEvent): void {
    if (event.kind === 'notification-dropped') this.#served.add(event.client);
    else if (event.kind === 'subscriber-silent') this.#setSilent(event.client, true);
    else if (event.kind === 'subscriber-answers') this.#setSilent(event.client, false);
    else if (event.kind === 'message-stopped' && event.why === 'over-capacity') {
      this.#isDropped = true;
    } else if (event.kind === 'rate-exceeded') {
      if (this.#profiles.of(event.dataType).rateLimit === undefined) {
        throw new CheckFailure('a message was dropped for a rate that nobody has set');
      }
      this.#isDropped = true;
    }
  }

  #setSilent(client: ClientId, isSilent: boolean): void {
    const book = this.#clients.get(client);
    if (book === undefined) return;
    book.isSilent = isSilent;
    if (isSilent) dropClaims(client, book, 'optional');
  }

  #forgetClient(client: ClientId): void {
    const book = this.#clients.get(client);
    if (book === undefined) return;
    dropClaims(client, book, 'abstained');
    this.#clients.delete(client);
  }

  #forgetOldGates(now: Instant): void {
    for (const [announcement, gate] of this.#gates) {
      if (now - gate.openedAt < this.#settings.seenWindow) return;
      this.#gates.delete(announcement);
    }
  }
}

/** The gates that wait for a client do so no more. */
function dropClaims(client: ClientId, book: ClientBook, left: 'optional' | 'abstained'): void {
  for (const { gate } of book.questions.values()) {
    if (gate?.asked.get(client) === 'waiting') gate.asked.set(client, left);
  }
}
