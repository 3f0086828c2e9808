/**
 * The rooms of a node. They do not know each other: here they are made and introduced to one another, and whatever one
 * of them tells another goes through this file.
 */
import type { Random } from '../basics/random.ts';
import type { PeerAnnounce } from '../wire/peer-messages.ts';
import { Connections, type EndCode, type Link } from './connections/connections.ts';
import { Dissemination } from './dissemination/dissemination.ts';
import type { TrackedMessage } from './dissemination/tracked-message.ts';
import type { Outbox } from './effects.ts';
import type { GateOutcome } from './events.ts';
import { Exchange } from './exchange/exchange.ts';
import { Intake } from './intake/intake.ts';
import { Membership } from './membership/membership.ts';
import { PeerBook } from './peer-book/peer-book.ts';
import { Pressure } from './pressure/pressure.ts';
import { Profiles } from './profiles.ts';
import type { Instant, Proofs, Settings } from './settings.ts';
import type { LoadedState, StoredPeers } from './stored-state.ts';
import { Subscriptions } from './subscriptions/subscriptions.ts';

export interface RoomsOptions {
  readonly settings: Settings;
  readonly random: Random;
  readonly proofs: Proofs;
  readonly out: Outbox;
  readonly stored?: LoadedState | undefined;
  readonly storedPeers?: StoredPeers | undefined;
}

export class Rooms {
  readonly settings: Settings;
  readonly connections: Connections;
  readonly book: PeerBook;
  readonly membership: Membership;
  readonly dissemination: Dissemination;
  readonly subscriptions: Subscriptions<TrackedMessage>;
  readonly pressure: Pressure;
  readonly intake: Intake;
  readonly exchange: Exchange<TrackedMessage> | undefined;
  /** The time of the input at hand, for call-backs between the rooms. */
  now: Instant = 0;

  constructor(options: RoomsOptions) {
    const { settings, out, storedPeers } = options;
    this.settings = settings;
    const profiles = new Profiles(settings);
    this.pressure = new Pressure({ out });
    this.intake = new Intake(profiles);
    this.book = new PeerBook({ ...options, bounds: settings.bounds, stored: storedPeers });
    this.connections = this.#newConnections(options);
    this.membership = new Membership({
      ...options,
      links: this.connections,
      book: this.book,
      anchors: storedPeers?.anchors,
    });
    this.subscriptions = this.#newSubscriptions(options);
    this.exchange = settings.extension ? this.#newExchange(options, profiles) : undefined;
    this.dissemination = this.#newDissemination(options, profiles);
  }

  onWake(now: Instant): void {
    this.exchange?.onWake(now);
    this.connections.onWake(now);
    this.subscriptions.onWake(now);
    this.membership.onWake(now);
    this.pressure.onWake(now);
  }

  earliestDeadline(): Instant | undefined {
    let next: Instant | undefined;
    for (const deadline of [
      this.connections.nextDeadline(),
      this.exchange?.nextDeadline(),
      this.membership.nextDeadline(),
      this.subscriptions.nextDeadline(),
      this.pressure.nextDeadline(),
    ]) {
      if (deadline !== undefined && (next === undefined || deadline < next)) next = deadline;
    }
    return next;
  }

  #newConnections(options: RoomsOptions): Connections {
    return new Connections({
      ...options,
      knowsOthers: () => this.membership.knowsOthers,
      isUnread: (link) => this.pressure.isPaused(link),
      events: {
        onEstablished: (link, now) => this.#onEstablished(link, now),
        onEnded: (link, code, now) => this.#onEnded(link, code, now),
      },
    });
  }

  #newSubscriptions(options: RoomsOptions): Subscriptions<TrackedMessage> {
    return new Subscriptions({
      ...options,
      events: {
        onGateEnded: (waiting, outcome) => {
          this.#onVerdict(waiting, outcome);
          this.dissemination.onGateEnded(waiting, outcome, this.now);
        },
        onBehind: (client, now) => this.pressure.onBehind(client, now),
        onCaughtUp: (client, now) => this.pressure.onCaughtUp(client, now),
      },
    });
  }

  #newExchange(options: RoomsOptions, profiles: Profiles): Exchange<TrackedMessage> {
    const { relay } = options.settings;
    return new Exchange<TrackedMessage>({
      ...options,
      profiles,
      around: {
        wants: (dataType) => relay === 'all' || this.subscriptions.hasSubscribers(dataType),
        mayBring: (link, dataType, now) => this.intake.mayBring(link, dataType, now),
        wouldImprove: (message, ttl) => this.dissemination.wouldImprove(message, ttl),
        dataOf: (message) => message.data,
        onForgotten: (message) => this.dissemination.onForgotten(message),
        interest: () => this.subscriptions.interest(),
      },
    });
  }

  #newDissemination(options: RoomsOptions, profiles: Profiles): Dissemination {
    return new Dissemination({
      ...options,
      profiles,
      around: {
        exchange: this.exchange,
        openLinks: () => this.connections.open.length,
        receivers: () => this.connections.receivers(),
        hasSubscribers: (dataType) => this.subscriptions.hasSubscribers(dataType),
        mayTake: (link, dataType, now) => this.intake.mayTake(link, dataType, now),
        ask: (message, gate) => this.#ask(message, gate),
        tell: (dataType, data, announcer) => {
          this.subscriptions.ask({ dataType, data }, undefined, announcer, this.now);
        },
      },
    });
  }

  #onEstablished(link: Link, now: Instant): void {
    this.intake.onEstablished(link.id);
    this.exchange?.onEstablished(link.id, link.isExtended, now);
    this.membership.onEstablished(link, now);
  }

  #onEnded(link: Link, code: EndCode, now: Instant): void {
    this.exchange?.onEnded(link.id, now);
    this.intake.onEnded(link.id);
    this.pressure.onLinkEnded(link.id, now);
    this.membership.onEnded(link, code, now);
  }

  #ask(message: PeerAnnounce, gate: TrackedMessage): 'undecided' | 'abstained' {
    const answer = this.subscriptions.ask(message, gate, undefined, this.now);
    if (answer === 'abstained') this.#onVerdict(gate, answer);
    return answer;
  }

  /** What local programs say about a message in the end, also about one that had to make room meanwhile. */
  #onVerdict({ owner }: TrackedMessage, outcome: GateOutcome): void {
    this.intake.onVerdict(owner, outcome);
    if (outcome === 'accepted') this.connections.onUseful(owner, this.now);
  }
}
