/**
 * Comparing notes: whoever dialled begins an exchange when a link opens, and every node from time to time one
 * with a random peer, about all messages that both keep. What a node was cut off from comes to light so.
 */
import type { Random } from '../../basics/random.ts';
import type { MessageDigest } from '../../wire/digest.ts';
import type { PeerReconcile } from '../../wire/extension-messages.ts';
import type { Outbox } from '../effects.ts';
import type { LinkId } from '../inputs.ts';
import type { Profiles } from '../profiles.ts';
import type { Instant, Millis } from '../settings.ts';
import type { DigestIndex } from './digest-index.ts';
import type { ExtendedPeer } from './extended-peer.ts';
import type { KnowledgeBase } from './knowledge-base.ts';
import { compare, opening } from './reconciler.ts';
import { ageOf, ENDS_HERE, type Tracked } from './tracked.ts';

/** Between two exchanges with a random peer. A guess: an insurance, not the way messages usually come. */
const EVERY: Millis = 30_000;
/** Messages younger than this are still on their way everywhere and would only look like differences. */
const YOUNGEST: Millis = 2_000;
/** The second exchange with a new peer comes so much after the youngest of the first are old enough. */
const SECOND_LOOK: Millis = 500;
/** Answers that one exchange may take: cutting into 16 parts finds any digest in eight steps. */
const STEPS_MAX = 10;
/** Exchanges with one peer begin no faster than this; others are ignored. */
const BEGIN_EVERY: Millis = 500;
/** An exchange without an answer for this long is over. */
const STEP_WITHIN: Millis = 10_000;

interface Running {
  readonly exchange: number;
  steps: number;
  readonly beganAt: Instant;
  lastAt: Instant;
}

export class CatchUp<M extends Tracked> {
  readonly #profiles: Profiles;
  readonly #random: Random;
  readonly #out: Outbox;
  readonly #peers: ReadonlyMap<LinkId, ExtendedPeer>;
  readonly #index: DigestIndex<M>;
  readonly #base: KnowledgeBase<M>;
  readonly #ageOfNode: (now: Instant) => Millis;
  /** The exchange with each peer, one at a time whoever began it. */
  readonly #running = new Map<LinkId, Running>();
  /** When the second look at what a new peer has is due. */
  readonly #second = new Map<LinkId, Instant>();
  #nextRound: Instant | undefined;

  constructor(options: {
    readonly profiles: Profiles;
    readonly random: Random;
    readonly out: Outbox;
    readonly peers: ReadonlyMap<LinkId, ExtendedPeer>;
    readonly index: DigestIndex<M>;
    readonly base: KnowledgeBase<M>;
    /** How long ago this node started for the first time. */
    readonly ageOfNode: (now: Instant) => Millis;
  }) {
    this.#profiles = options.profiles;
    this.#random = options.random;
    this.#out = options.out;
    this.#peers = options.peers;
    this.#index = options.index;
    this.#base = options.base;
    this.#ageOfNode = options.ageOfNode;
  }

  /** A peer has said its 520. `isOurs`: this node dialled it, so it begins. */
  onPeer(peer: ExtendedPeer, isOurs: boolean, now: Instant): void {
    this.#nextRound ??= now + EVERY;
    if (!isOurs) return;
    this.begin(peer, now);
    // What is too young now is worth a second look: it may be just what either has missed.
    this.#second.set(peer.link, now + YOUNGEST + SECOND_LOOK);
  }

  begin(peer: ExtendedPeer, now: Instant): void {
    const windowSeconds = this.#windowWith(peer, now);
    if (windowSeconds === 0) return;
    const exchange = this.#random.below(0x1_0000);
    this.#running.set(peer.link, { exchange, steps: 0, beganAt: now, lastAt: now });
    const ranges = opening(this.#sorted(windowSeconds, now));
    this.#out.send(peer.link, { kind: 'peer-reconcile', exchange, windowSeconds, ranges });
  }

  /** A 527: answers it, and says what to ask for and what to name. */
  onStep(
    peer: ExtendedPeer,
    message: PeerReconcile,
    now: Instant,
  ): { readonly lacking: readonly MessageDigest[]; readonly extra: readonly M[] } {
    const { exchange } = message;
    if (!this.#isInPlace(peer.link, exchange, now)) return NOTHING;
    const windowSeconds = Math.min(message.windowSeconds, this.#windowWith(peer, now));
    const sorted = this.#sorted(windowSeconds, now);
    const { answer, lacking, extra } = compare(sorted, message.ranges);
    if (answer !== undefined) {
      const ranges = answer;
      this.#out.send(peer.link, { kind: 'peer-reconcile', exchange, windowSeconds, ranges });
    }
    return { lacking, extra: extra.flatMap((digest) => this.#keptWith(digest)) };
  }

  onLinkEnded(link: LinkId): void {
    this.#running.delete(link);
    this.#second.delete(link);
  }

  onWake(now: Instant): void {
    for (const [link, at] of this.#second) {
      if (at > now) continue;
      this.#second.delete(link);
      const peer = this.#peers.get(link);
      if (peer !== undefined) this.begin(peer, now);
    }
    if (this.#nextRound === undefined || this.#nextRound > now) return;
    this.#nextRound = this.#peers.size === 0 ? undefined : now + EVERY;
    const peer = this.#random.pick([...this.#peers.values()]);
    if (peer !== undefined && !this.#isBusy(peer.link, now)) this.begin(peer, now);
  }

  nextDeadline(): Instant | undefined {
    let next = this.#nextRound;
    for (const at of this.#second.values()) if (next === undefined || at < next) next = at;
    return next;
  }

  #isBusy(link: LinkId, now: Instant): boolean {
    const running = this.#running.get(link);
    return running !== undefined && now - running.lastAt < STEP_WITHIN;
  }

  /** Whether a step belongs to the exchange with this peer, or begins one; and there are not too many. */
  #isInPlace(link: LinkId, exchange: number, now: Instant): boolean {
    const running = this.#running.get(link);
    if (running?.exchange !== exchange) {
      // Comparing costs a look at everything that is kept.
      if (running !== undefined && now - running.beganAt < BEGIN_EVERY) return false;
      this.#running.set(link, { exchange, steps: 0, beganAt: now, lastAt: now });
      return true;
    }
    running.lastAt = now;
    if (++running.steps <= STEPS_MAX) return true;
    return false;
  }

  #windowWith(peer: ExtendedPeer, now: Instant): number {
    const own = Math.min(this.#ageOfNode(now), this.#base.reach(now));
    return Math.min(peer.historySeconds, Math.ceil(own / 1_000));
  }

  /** The digests of what is kept and old enough to be everywhere, ascending. */
  #sorted(windowSeconds: number, now: Instant): MessageDigest[] {
    this.#base.expire(now);
    const digests: MessageDigest[] = [];
    for (const message of this.#base) {
      const here = now - message.seenAt;
      const { historyWindow } = this.#profiles.of(message.dataType);
      if (here < YOUNGEST || here >= historyWindow) continue;
      if (message.ttlOut === ENDS_HERE) continue;
      if (ageOf(message, now) >= windowSeconds) continue;
      digests.push(this.#index.digestOf(message));
    }
    return digests.sort();
  }

  #keptWith(digest: MessageDigest): M[] {
    const message = this.#index.find(digest);
    return message?.isKept !== true ? [] : [message];
  }
}

const NOTHING = { lacking: [], extra: [] } as const;
