/**
 * One node of the overlay: the protocol without sockets, clocks or threads.
 *
 * `handle` takes one thing that happened and returns what to do about it, in order; `nextDeadline` says when
 * to call again although nothing happens; `snapshot` shows the state. The host's side of the contract
 * stands in inputs.ts. The rooms do not know each other: this file introduces them, and one message can be
 * followed through it from top to bottom.
 *
 *     connections    links and handshakes      dissemination   seen, gate, TTL, fan-out
 *     membership     whom to dial and ask      subscriptions   local programs and their verdicts
 *     peer-book      addresses                 pressure        who is held back
 *     intake         what each peer brings, and what became of it
 *     exchange       who has what, among nodes that know more than 504 to 510
 */
import { unreachable } from '../basics/assert.ts';
import type { Random } from '../basics/random.ts';
import type { ExtensionMessage } from '../wire/extension-messages.ts';
import { isExtension, type PeerAnnounce, type PeerMessage } from '../wire/peer-messages.ts';
import { Connections, type Link } from './connections/connections.ts';
import { Dissemination } from './dissemination/dissemination.ts';
import type { TrackedMessage } from './dissemination/tracked-message.ts';
import { Outbox, type Effect } from './effects.ts';
import type { GateOutcome } from './events.ts';
import type { Input, LinkId, LinkInput } from './inputs.ts';
import { Intake } from './intake/intake.ts';
import { Membership } from './membership/membership.ts';
import { PeerBook } from './peer-book/peer-book.ts';
import { Pressure } from './pressure/pressure.ts';
import { Exchange } from './exchange/exchange.ts';
import { Profiles } from './profiles.ts';
import type { Instant, Millis, Proofs, Settings } from './settings.ts';
import type { LoadedState, StoredPeers, StoredState } from './stored-state.ts';
import type { NodeSnapshot } from './snapshot.ts';
import { takeSnapshot } from './take-snapshot.ts';
import { Subscriptions } from './subscriptions/subscriptions.ts';

export interface GossipNodeOptions {
  readonly settings: Settings;
  /** Chance: cryptographic in the daemon, seeded in the simulator. Ids and challenges are drawn from it. */
  readonly random: Random;
  readonly proofs: Proofs;
  /** What an earlier life of this node has stored; see {@link GossipNode.store}. */
  readonly stored?: LoadedState | undefined;
  /** Which peers it knew; see {@link GossipNode.storePeers}. */
  readonly storedPeers?: StoredPeers | undefined;
}

export class GossipNode {
  readonly #settings: Settings;
  readonly #out = new Outbox();
  readonly #connections: Connections;
  readonly #book: PeerBook;
  readonly #membership: Membership;
  readonly #dissemination: Dissemination;
  readonly #subscriptions: Subscriptions<TrackedMessage>;
  readonly #pressure: Pressure;
  readonly #intake: Intake;
  readonly #exchange: Exchange<TrackedMessage> | undefined;
  /** The time of the input at hand, for call-backs between the rooms. */
  #now: Instant = 0;
  /** How old this node was when this life began, and when it first started by this life's clock. */
  readonly #ageThen: Millis;
  #startedAt: Instant = 0;
  /** Most inputs of a busy node are further copies of a message; they change no deadline. */
  #hasChanged = true;
  #isDeadlineKnown = false;
  #deadline: Instant | undefined;

  constructor(options: GossipNodeOptions) {
    const { settings, random, proofs } = options;
    const out = this.#out;
    const { stored } = options;
    this.#ageThen = (stored?.firstStartedAgoMs ?? 0) + (stored?.storedAgoMs ?? 0);
    this.#settings = settings;
    const profiles = new Profiles(settings);
    this.#pressure = new Pressure({ out });
    this.#intake = new Intake(profiles);
    this.#book = new PeerBook({
      bounds: settings.bounds,
      random,
      stored: options.storedPeers,
    });
    this.#connections = new Connections({
      settings,
      random,
      proofs,
      out,
      knowsOthers: () => this.#membership.knowsOthers,
      isUnread: (link) => this.#pressure.isPaused(link),
      events: {
        onEstablished: (link, now) => {
          this.#intake.onEstablished(link.id);
          this.#exchange?.onEstablished(link.id, link.isExtended, now);
          this.#membership.onEstablished(link, now);
        },
        onEnded: (link, code, now) => {
          this.#exchange?.onEnded(link.id, now);
          this.#intake.onEnded(link.id);
          this.#pressure.onLinkEnded(link.id, now);
          this.#membership.onEnded(link, code, now);
        },
      },
    });
    this.#membership = new Membership({
      settings,
      random,
      proofs,
      out,
      links: this.#connections,
      book: this.#book,
      anchors: options.storedPeers?.anchors,
    });
    this.#subscriptions = new Subscriptions({
      settings,
      random,
      out,
      events: {
        onGateEnded: (waiting, outcome) => {
          this.#onVerdict(waiting, outcome);
          this.#dissemination.onGateEnded(waiting, outcome, this.#now);
        },
        onBehind: (client, now) => this.#pressure.onBehind(client, now),
        onCaughtUp: (client, now) => this.#pressure.onCaughtUp(client, now),
      },
    });
    this.#exchange = settings.extension ? this.#newExchange(options, profiles) : undefined;
    this.#dissemination = new Dissemination({
      settings,
      profiles,
      random,
      out,
      stored: options.stored,
      around: {
        exchange: this.#exchange,
        openLinks: () => this.#connections.open.length,
        receivers: () => this.#connections.receivers(),
        hasSubscribers: (dataType) => this.#subscriptions.hasSubscribers(dataType),
        mayTake: (link, dataType, now) => this.#intake.mayTake(link, dataType, now),
        ask: (message, gate) => this.#ask(message, gate),
        tell: (dataType, data, announcer) => {
          this.#subscriptions.ask({ dataType, data }, undefined, announcer, this.#now);
        },
      },
    });
  }

  #newExchange(
    { settings, random, proofs }: GossipNodeOptions,
    profiles: Profiles,
  ): Exchange<TrackedMessage> {
    return new Exchange<TrackedMessage>({
      settings,
      profiles,
      random,
      proofs,
      out: this.#out,
      around: {
        wants: (dataType) =>
          settings.relay === 'all' || this.#subscriptions.hasSubscribers(dataType),
        mayBring: (link, dataType, now) => this.#intake.mayBring(link, dataType, now),
        wouldImprove: (message, ttl) => this.#dissemination.wouldImprove(message, ttl),
        dataOf: (message) => message.data,
        onForgotten: (message) => this.#dissemination.onForgotten(message),
        interest: () => this.#subscriptions.interest(),
      },
    });
  }

  /** Takes one input at time `now` and returns what to do, in order. */
  handle(input: Input, now: Instant): readonly Effect[] {
    this.#now = now;
    this.#hasChanged = true;
    this.#dispatch(input, now);
    if (this.#hasChanged) this.#isDeadlineKnown = false;
    return this.#out.take();
  }

  /** When to hand in a `wake` at the latest; undefined while nothing is due. */
  nextDeadline(): Instant | undefined {
    if (this.#isDeadlineKnown) return this.#deadline;
    this.#isDeadlineKnown = true;
    this.#deadline = this.#earliestDeadline();
    return this.#deadline;
  }

  #earliestDeadline(): Instant | undefined {
    let next: Instant | undefined;
    for (const deadline of [
      this.#connections.nextDeadline(),
      this.#exchange?.nextDeadline(),
      this.#membership.nextDeadline(),
      this.#subscriptions.nextDeadline(),
      this.#pressure.nextDeadline(),
    ]) {
      if (deadline !== undefined && (next === undefined || deadline < next)) next = deadline;
    }
    return next;
  }

  #dispatch(input: Input, now: Instant): void {
    switch (input.kind) {
      case 'message':
        this.#onMessage(input.link, input.message, now);
        return;
      case 'verdict':
        this.#pressure.onAnswer(input.client, now);
        this.#subscriptions.onVerdict(input.client, input.messageId, input.valid, now);
        return;
      case 'abstain':
        this.#pressure.onAnswer(input.client, now);
        this.#subscriptions.onAbstain(input.client, input.messageId, now);
        return;
      case 'announce':
        this.#onAnnounce(input, now);
        return;
      case 'wake':
        this.#onWake(now);
        return;
      case 'start':
        this.#startedAt = now - this.#ageThen;
        this.#exchange?.onStart(now, this.#ageThen);
        this.#dissemination.onStart(now);
        this.#membership.onStart(now);
        return;
      case 'shut-down':
        this.#membership.onShutDown();
        this.#connections.onShutDown();
        return;
      case 'client-joined':
        this.#subscriptions.onClientJoined(input.client);
        return;
      case 'subscribe':
        this.#subscriptions.onSubscribe(input.client, input.dataType);
        this.#exchange?.onInterestChanged(now);
        return;
      case 'client-queue':
        this.#subscriptions.onQueue(input.client, input.queue);
        this.#pressure.onClientQueue(input.client, input.queue, now);
        return;
      case 'client-gone':
        this.#subscriptions.onClientGone(input.client);
        this.#exchange?.onInterestChanged(now);
        this.#pressure.onClientGone(input.client, now);
        return;
      default:
        this.#onLinkInput(input, now);
    }
  }

  #onLinkInput(input: LinkInput, now: Instant): void {
    switch (input.kind) {
      case 'link-opened':
        this.#connections.onLinkOpened(
          input,
          now,
          this.#membership.onConnected(input.dialled, input.local),
        );
        return;
      case 'link-closed':
        this.#connections.onLinkClosed(input.link, input.reason, now);
        return;
      case 'message-begun':
        this.#connections.onMessageBegun(input.link, input.messageType, now);
        return;
      case 'garbage': {
        const link = this.#connections.find(input.link);
        if (link !== undefined) this.#connections.violate(link, input.violation, now);
        return;
      }
      case 'link-queue':
        this.#connections.onQueue(input.link, input.queue);
        this.#pressure.onLinkQueue(input.link, input.queue, now);
        return;
      case 'dial-failed':
        this.#membership.onDialFailed(input.address, input.reason, now);
        return;
      case 'resolved':
        this.#membership.onResolved(input.name, input.addresses, now);
        return;
      case 'proof-found':
        this.#connections.onProofFound(input.link, input.nonce, now);
        return;
      case 'offer-proven': {
        const link = this.#connections.find(input.link);
        if (link !== undefined) this.#membership.onOfferProven(link, input.body);
        return;
      }
      default:
        unreachable(input);
    }
  }

  #onMessage(id: LinkId, message: PeerMessage, now: Instant): void {
    const link = this.#connections.onMessage(id, message, now);
    if (link === undefined) return;
    switch (message.kind) {
      case 'peer-announce':
        this.#onPeerAnnounce(link, message, now);
        return;
      case 'peer-discovery':
        this.#membership.onDiscovery(link, message, now);
        return;
      case 'peer-offer': {
        const wrong = this.#membership.onOffer(link, message, now);
        if (wrong !== undefined) this.#connections.violate(link, wrong, now);
        return;
      }
      default:
        if (isExtension(message)) this.#onExtension(link, message, now);
    }
  }

  #onExtension(link: Link, message: ExtensionMessage, now: Instant): void {
    const { id, isExtended: isGreeted } = link;
    const isOutbound = link.dialled !== undefined;
    const wrong = this.#exchange?.onMessage({ id, isOutbound, isGreeted }, message, now);
    if (wrong !== undefined) return this.#connections.violate(link, wrong, now);
    link.isExtended = true;
    if (message.kind === 'peer-hello') this.#connections.onGreeted(link, now);
    else if (message.kind === 'peer-pong') this.#connections.onPong(link, message.token, now);
  }

  #onPeerAnnounce(link: Link, message: PeerAnnounce, now: Instant): void {
    const was = this.#dissemination.onPeerAnnounce(link.id, message, now);
    this.#intake.onReceived(link.id, was);
    if (was === 'first') this.#pressure.onLinkIntake(link.id, message.data.length, now);
    else if (was === 'copies') this.#hasChanged = false;
  }

  #ask(message: PeerAnnounce, gate: TrackedMessage): 'undecided' | 'abstained' {
    const answer = this.#subscriptions.ask(message, gate, undefined, this.#now);
    if (answer === 'abstained') this.#onVerdict(gate, answer);
    return answer;
  }

  /** What local programs say about a message in the end, also about one that had to make room meanwhile. */
  #onVerdict({ owner }: TrackedMessage, outcome: GateOutcome): void {
    this.#intake.onVerdict(owner, outcome);
    if (outcome === 'accepted') this.#connections.onUseful(owner, this.#now);
  }

  #onAnnounce(announcement: Extract<Input, { kind: 'announce' }>, now: Instant): void {
    this.#dissemination.onAnnounce(announcement, now);
    const until = this.#intake.onOwn(announcement.dataType, now);
    const { client } = announcement;
    if (client === undefined) return;
    this.#pressure.onClientIntake(client, now);
    if (until > now) this.#pressure.holdClient(client, until);
  }

  #onWake(now: Instant): void {
    this.#exchange?.onWake(now);
    this.#connections.onWake(now);
    this.#subscriptions.onWake(now);
    this.#membership.onWake(now);
    this.#pressure.onWake(now);
  }

  /** Grows whenever {@link store} would say more than before. */
  get storeRevision(): number {
    return this.#dissemination.revision;
  }

  /** What the next life of this node is to know, at the time of the last input. */
  store(): StoredState {
    const firstStartedAgoMs = Math.max(0, this.#now - this.#startedAt);
    return { ...this.#dissemination.store(this.#now), firstStartedAgoMs };
  }

  /** Grows whenever {@link storePeers} would say something else. */
  get peersRevision(): number {
    return this.#book.revision + this.#membership.anchorRevision;
  }

  /** Which peers the next life of this node is to know. */
  storePeers(): StoredPeers {
    return this.#book.store(this.#membership.anchors);
  }

  /**
   * How many peers are known to have an announcement that was made with a receipt; undefined if the receipt was
   * forgotten (they are, after a thousand others) or the extension is not spoken.
   */
  reached(receipt: number): { readonly known: number } | undefined {
    const known = this.#exchange?.known(receipt);
    return known === undefined ? undefined : { known };
  }

  snapshot(): NodeSnapshot {
    return takeSnapshot({
      settings: this.#settings,
      connections: this.#connections,
      book: this.#book,
      membership: this.#membership,
      dissemination: this.#dissemination,
      subscriptions: this.#subscriptions,
      intake: this.#intake,
      exchange: this.#exchange,
    });
  }
}
