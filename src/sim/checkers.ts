/**
 * The promises that every node has to keep at every step, under whatever faults. A checker sees what a node
 * is told and what it does, and nothing else; a broken promise is a {@link CheckFailure}.
 *
 * - Sizes: open links, links not open yet and clients stay within their maxima. Nothing is done to links or
 *   clients that are not there, and only handshakes travel on links that are not open (link-checker.ts).
 * - Clients: nobody is notified twice of one message, or of what he did not subscribe to; all others are.
 *   A message ID is not used again too early (gate-checker.ts).
 * - Forwarding: only what came in, once for each strictly larger TTL, one hop less, to at most `degree`
 *   links, never back to the sender, and not before its verdicts (here).
 * - Extension: it is spoken with those alone that understand it, what it says is true, and what answers was asked
 *   for (exchange-checker.ts).
 * - Pending work: no more messages wait for verdicts than were asked about within the time-out, no more
 *   dials and proofs are under way than were asked for.
 * - Proof of work: every challenge is used at most once (proof-of-work.ts).
 */
import { assert } from '../basics/assert.ts';
import type { Effect } from '../core/effects.ts';
import type { Input, LinkId } from '../core/inputs.ts';
import { Profiles } from '../core/profiles.ts';
import type { Settings } from '../core/settings.ts';
import { rankOf, type Announcement, type TravellingAnnounce } from './announcement.ts';
import type { Sizes } from '../core/snapshot.ts';
import { CheckFailure } from './failure.ts';
import { ExchangeChecker, NOT_LOOKED_AT, type DigestLookUp } from './exchange-checker.ts';
import { GateChecker, type Step } from './gate-checker.ts';
import { LinkChecker } from './link-checker.ts';
import type { Core } from './world.ts';

export type { Step } from './gate-checker.ts';

/** Of the steps of a flood, one in this many is followed by a look at all sizes. */
const LOOK_EVERY = 64;

/**
 * Whether a step needs no checks: a further copy came in, and the node did nothing. That is most of what
 * happens in a flood; all that the checks look at is as it was before.
 */
export function isIdle(step: Step, effects: readonly Effect[]): boolean {
  return step.arrival === 'duplicate' && effects.length === 0;
}

/**
 * Checks one life of one node. For each step that is not {@link isIdle} call {@link begin}, {@link effect} for
 * each effect in order, {@link end}.
 */
export class NodeChecker {
  readonly #node: number;
  readonly #profiles: Profiles;
  readonly #links: LinkChecker;
  readonly #gates: GateChecker;
  readonly #exchange: ExchangeChecker;
  #step: Step | undefined;
  #steps = 0;
  /** Links each announcement was sent on in this step. */
  readonly #sent = new Map<Announcement, Set<LinkId>>();

  /** `lookUp`: for what the extension says of messages. Default: it is not looked at. */
  constructor(node: number, settings: Settings, lookUp: DigestLookUp = NOT_LOOKED_AT) {
    this.#node = node;
    this.#profiles = new Profiles(settings);
    this.#links = new LinkChecker(settings);
    this.#gates = new GateChecker(settings, this.#profiles);
    this.#exchange = new ExchangeChecker(lookUp, (one) => this.#expectNameable(one));
  }

  begin(step: Step): void {
    this.#step = step;
    if (this.#sent.size > 0) this.#sent.clear();
    this.#links.begin(step.input);
    this.#gates.begin(step);
    this.#exchange.begin(step.input, step.now);
    if (step.arrival === 'first') this.#exchange.onFirst(step.announcement!);
  }

  /** `travelling` is the copy that a `send` of a 504 puts on its links. */
  effect(effect: Effect, travelling: TravellingAnnounce | undefined): void {
    const step = this.#step;
    assert(step !== undefined, 'an effect outside a step');
    this.#links.effect(effect);
    this.#gates.effect(effect, step);
    this.#exchange.effect(effect);
    if (effect.kind === 'send' && travelling !== undefined) {
      this.#onForward(travelling, effect.links, step);
    }
  }

  end(core: Core): void {
    const step = this.#step;
    assert(step !== undefined, 'the end of a step that did not begin');
    this.#links.end();
    this.#gates.end(step);
    // To look costs more than most steps; a flood changes little that is to be seen.
    const isOfFlood = step.announcement !== undefined || step.input.kind === 'verdict';
    if (!isOfFlood || this.#steps++ % LOOK_EVERY === 0) {
      this.#expectSizes(core.sizes?.(), step);
    }
  }

  /** Nothing is larger than it may be, and no work is kept that nobody waits for any more. */
  #expectSizes(sizes: Sizes | undefined, { now }: Step): void {
    if (sizes === undefined) return;
    for (const name in sizes) {
      const { size, max } = sizes[name as keyof Sizes];
      if (size > max || size < 0) throw new CheckFailure(`${name}: ${size}, allowed: ${max}`);
    }
    expectAtMost(
      'messages wait for verdicts',
      sizes.waitingMessages.size,
      this.#gates.waitingMax(now),
    );
    expectAtMost('dials are under way', sizes.dials.size, this.#links.dials);
    expectAtMost('offers are being proven', sizes.offerProofs.size, this.#links.offerProofs);
  }

  #onForward(copy: TravellingAnnounce, links: readonly LinkId[], step: Step): void {
    const announcement = copy.announcement;
    if (isAskedFor(step.input)) {
      this.#exchange.onGiven(announcement, links);
      return this.#onReply(copy, step);
    }
    let sent = this.#sent.get(announcement);
    const isContinued = sent !== undefined;
    if (sent === undefined) this.#sent.set(announcement, (sent = new Set()));
    for (const link of links) {
      if (sent.has(link)) throw new CheckFailure(`one copy was sent twice on link ${link}`);
      sent.add(link);
    }
    const { degree } = this.#profiles.of(announcement.dataType);
    if (sent.size > degree) {
      throw new CheckFailure(`forwarded on ${sent.size} links, degree is ${degree}`);
    }
    if (step.input.kind === 'announce' && step.announcement === announcement) {
      if (copy.ttl !== announcement.ttl) throw new CheckFailure(`sent with TTL ${copy.ttl}`);
    } else if (!step.hasForgotten || announcement.bestAt(this.#node).rank > 0) {
      this.#expectForwardable(copy, links, isContinued);
      this.#gates.expectPassed(announcement, step.now);
    }
    announcement.noteForwarded(this.#node, copy.ttl);
  }

  /** Something is said of a message that was not there before its verdicts. */
  #expectNameable(announcement: Announcement): void {
    const step = this.#step;
    assert(step !== undefined, 'an effect outside a step');
    if (announcement.origin === this.#node) return;
    if (announcement.bestAt(this.#node).rank > 0) {
      return this.#gates.expectPassed(announcement, step.now);
    }
    if (!step.hasForgotten) throw new CheckFailure('a message was named that had not come in');
  }

  /** A message that a peer has asked for by its digest. */
  #onReply(copy: TravellingAnnounce, step: Step): void {
    const { announcement, ttl } = copy;
    // Its own; but what it announced in an earlier life may have come back to it as anybody's.
    if (announcement.origin === this.#node && ttl === announcement.ttl) return;
    if (step.hasForgotten && announcement.bestAt(this.#node).rank === 0) return;
    const { rank } = announcement.bestAt(this.#node);
    if (rank < 2 || ttl !== (rank === 256 ? 0 : rank - 1)) {
      throw new CheckFailure(`given with TTL ${ttl}, the rank of the best copy was ${rank}`);
    }
    this.#gates.expectPassed(announcement, step.now);
  }

  #expectForwardable(
    copy: TravellingAnnounce,
    links: readonly LinkId[],
    isContinued: boolean,
  ): void {
    const best = copy.announcement.bestAt(this.#node);
    if (best.rank === 0) throw new CheckFailure('a message was sent that had not come in');
    const ttl = best.rank === 256 ? 0 : best.rank - 1;
    if (best.rank === 1 || copy.ttl !== ttl) {
      const got = best.rank === 256 ? 0 : best.rank;
      throw new CheckFailure(`forwarded with TTL ${copy.ttl}, the largest that came in was ${got}`);
    }
    if (!isContinued && rankOf(copy.ttl) <= copy.announcement.forwardedAt(this.#node)) {
      throw new CheckFailure(`forwarded again with TTL ${copy.ttl}, which is no larger`);
    }
    if (links.includes(best.sender)) {
      throw new CheckFailure(`forwarded back to its sender on link ${best.sender}`);
    }
  }
}

function isAskedFor(input: Input): boolean {
  return input.kind === 'message' && input.message.kind === 'peer-want';
}

function expectAtMost(what: string, size: number, most: number): void {
  if (size > most) throw new CheckFailure(`${size} ${what}, although there can be ${most}`);
}
