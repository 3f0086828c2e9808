/**
 * The rooms of a node. They do not know each other: here they are made and introduced to one another, and whatever one
 * of them tells another goes through this file.
 */
import type { Random } from '../basics/random.ts';
import type { Address } from '../wire/address.ts';
import type { PeerAnnounce } from '../wire/peer-messages.ts';
import { isViolation } from '../wire/violation.ts';
import { Connections, type EndCode, type Link } from './connections/connections.ts';
import { Dissemination } from './dissemination/dissemination.ts';
import type { TrackedMessage } from './dissemination/tracked-message.ts';
import { DataBlocks } from './data-blocks.ts';
import type { Outbox } from './effects.ts';
import type { GateOutcome } from './events.ts';
import { Exchange } from './exchange/exchange.ts';
import type { LinkId, Whom } from './inputs.ts';
import { Intake } from './intake/intake.ts';
import { Membership } from './membership/membership.ts';
import { PeerBook } from './peer-book/peer-book.ts';
import { Pressure } from './pressure/pressure.ts';
import { Profiles } from './profiles.ts';
import type { Instant, Millis, PeerIdentity, Proofs, Settings } from './settings.ts';
import type { Wrong } from './snapshot.ts';
import { Bans } from './standing/bans.ts';
import { BANNED_FOR, Standing } from './standing/standing.ts';
import type { LoadedState, StoredPeers } from './stored-state.ts';
import { Subscriptions } from './subscriptions/subscriptions.ts';

export interface RoomsOptions {
  readonly settings: Settings;
  readonly random: Random;
  readonly proofs: Proofs;
  readonly expectedAt?: ((address: Address) => readonly PeerIdentity[]) | undefined;
  readonly out: Outbox;
  readonly stored?: LoadedState | undefined;
  readonly storedPeers?: StoredPeers | undefined;
}

/** What those who handle messages have in common. */
interface SharedOptions extends RoomsOptions {
  readonly profiles: Profiles;
  readonly blocks: DataBlocks;
}

/** What {@link Rooms.ban} is told. */
export interface BanOrder {
  readonly whom: Whom;
  readonly forMillis: Millis;
  readonly reason: string;
  /** By the operator, not by the peer's standing. */
  readonly isOrdered: boolean;
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
  readonly standing: Standing;
  readonly bans: Bans;
  readonly #out: Outbox;
  readonly exchange: Exchange<TrackedMessage> | undefined;
  /** The time of the input at hand, for call-backs between the rooms. */
  now: Instant = 0;

  constructor(options: RoomsOptions) {
    const { settings, out, storedPeers } = options;
    this.settings = settings;
    const profiles = new Profiles(settings);
    this.#out = out;
    this.pressure = new Pressure({ out });
    this.bans = new Bans(settings.bounds.bansMax);
    this.standing = new Standing({
      max: settings.bounds.standingsMax,
      onTooMuch: (whom, wrong, now) => this.#discourage(whom, wrong, now),
    });
    this.intake = new Intake(profiles);
    this.book = new PeerBook({ ...options, bounds: settings.bounds, stored: storedPeers });
    this.connections = this.#newConnections(options);
    this.membership = new Membership({
      ...options,
      links: this.connections,
      book: this.book,
      broughtBy: (link) => this.intake.useful(link),
      expectedAt: options.expectedAt ?? nobody,
      anchors: storedPeers?.anchors,
    });
    this.subscriptions = this.#newSubscriptions(options);
    const blocks = new DataBlocks();
    const shared = { ...options, profiles, blocks };
    this.exchange = settings.extension ? this.#newExchange(shared) : undefined;
    this.dissemination = this.#newDissemination(shared);
  }

  onWake(now: Instant): void {
    this.bans.onWake(now);
    this.connections.onWake(now);
    // Behind those that end links: what their peers were asked for is asked of others.
    this.exchange?.onWake(now);
    this.subscriptions.onWake(now);
    this.membership.onWake(now);
    this.pressure.onWake(now);
  }

  /** Nobody there may have a link for a while; those that there are end. */
  ban(order: BanOrder, now: Instant): void {
    const { whom, forMillis, reason, isOrdered } = order;
    if (!this.bans.add({ whom, until: now + forMillis, reason, isOrdered })) return;
    this.#out.report({ kind: 'peer-banned', ...order });
    this.connections.closeBanned(now);
  }

  earliestDeadline(): Instant | undefined {
    let next: Instant | undefined;
    for (const deadline of [
      this.connections.nextDeadline(),
      this.exchange?.nextDeadline(),
      this.membership.nextDeadline(),
      this.subscriptions.nextDeadline(),
      this.pressure.nextDeadline(),
      this.bans.nextDeadline(),
    ]) {
      if (deadline !== undefined && (next === undefined || deadline < next)) next = deadline;
    }
    return next;
  }

  #newConnections(options: RoomsOptions): Connections {
    return new Connections({
      ...options,
      expectedAt: options.expectedAt ?? nobody,
      knowsOthers: () => this.membership.knowsOthers,
      banOf: (peer) => this.bans.covers(peer)?.reason,
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

  #newExchange(options: SharedOptions): Exchange<TrackedMessage> {
    const { relay } = options.settings;
    return new Exchange<TrackedMessage>({
      ...options,
      around: {
        wants: (dataType) => relay === 'all' || this.subscriptions.hasSubscribers(dataType),
        mayBring: (link, dataType, now) => this.intake.mayBring(link, dataType, now),
        wouldImprove: (message, ttl) => this.dissemination.wouldImprove(message, ttl),
        onBrokenPromise: (link) => this.#holdAgainst(link, 'broken-promise'),
        onForgotten: (message) => this.dissemination.onForgotten(message),
        interest: () => this.subscriptions.interest(),
      },
    });
  }

  #newDissemination(options: SharedOptions): Dissemination {
    return new Dissemination({
      ...options,
      around: {
        exchange: this.exchange,
        openLinks: () => this.connections.open.length,
        receivers: () => this.connections.receivers(),
        hasSubscribers: (dataType) => this.subscriptions.hasSubscribers(dataType),
        mayTake: (link, dataType, now) => this.intake.mayTake(link, dataType, now),
        ask: (message, gate) => this.#ask(message, gate),
        tell: (message, announcer) => {
          this.subscriptions.ask(message, undefined, announcer, this.now);
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
    if (isViolation(code) && link.scope !== 'loopback') {
      this.standing.onViolation(whomOf(link), code, now);
    }
  }

  #ask(message: PeerAnnounce, gate: TrackedMessage): 'undecided' | 'abstained' {
    const answer = this.subscriptions.ask(message, gate, undefined, this.now);
    if (answer === 'abstained') this.#onVerdict(gate, answer);
    return answer;
  }

  /** What local programs say about a message in the end, also about one that had to make room meanwhile. */
  #onVerdict({ owner, dataType }: TrackedMessage, outcome: GateOutcome): void {
    this.intake.onVerdict(owner, outcome);
    if (outcome === 'accepted') this.#onAccepted(owner);
    if (outcome !== 'refused') return;
    // Whoever passes on what none of its programs has judged has done nothing wrong.
    const isVouchedFor = this.exchange?.vouches(owner, dataType) ?? true;
    if (isVouchedFor) this.#holdAgainst(owner, 'refused');
  }

  #onAccepted(id: LinkId): void {
    const link = this.connections.onUseful(id, this.now);
    // Nearly always nothing is held against anybody.
    if (link === undefined || this.standing.size === 0) return;
    this.standing.onAccepted(whomOf(link), this.now);
  }

  /** Of a link that has ended meanwhile nothing is known any more. */
  #holdAgainst(id: LinkId, wrong: 'refused' | 'broken-promise'): void {
    const link = this.connections.find(id);
    if (link === undefined || link.scope === 'loopback') return;
    if (wrong === 'refused') this.standing.onRefused(whomOf(link), this.now);
    else this.standing.onBrokenPromise(whomOf(link), this.now);
  }

  /** A peer has done too much wrong. */
  #discourage(whom: Whom, wrong: Wrong, now: Instant): void {
    const reason = `its standing is too bad; last: ${wrong}`;
    this.ban({ whom, forMillis: BANNED_FOR, reason, isOrdered: false }, now);
  }
}

function nobody(): readonly PeerIdentity[] {
  return [];
}

/** By its key where it has one: others may be on the same host. */
export function whomOf({ identity, remote }: Link): Whom {
  return identity === undefined ? { host: remote.host } : { identity };
}
