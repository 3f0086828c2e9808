/**
 * Whom to send a message whole, whom to name it, and whom to say nothing.
 *
 * Existing nodes get messages whole, by chance, within `degree`. So do all when the message is small
 * (`lazyThreshold`), because a copy then costs less than avoiding it, when its TTL is limited, because its reach has to be exact, or when
 * it is this node's own, because nobody else has it. Of
 * the others those peers get it whole for which that has shown to be useful (usefulness.ts), up to `degree`,
 * and everybody else is named it in a 522 at once and may ask.
 */
import type { Random } from '../../basics/random.ts';
import type { HaveEntry } from '../../wire/extension-messages.ts';
import type { Outbox } from '../effects.ts';
import { OURSELVES, type LinkId } from '../inputs.ts';
import type { Profiles } from '../profiles.ts';
import type { Instant } from '../settings.ts';
import type { DigestIndex } from './digest-index.ts';
import type { GateTimes } from './gate-times.ts';
import { HAVE_DELAY, HAVES_COLLECTED_MAX, type ExtendedPeer } from './extended-peer.ts';
import type { Reliability } from './reliability.ts';
import { addTold, ageOf, isHolder, type Tracked } from './tracked.ts';
import { PUSH_FROM, PUSH_FROM_SLOW, Usefulness } from './usefulness.ts';

/** A push without news for this long was useful: longer than a peer's answer takes. A guess. */
const JUDGED_AFTER = 1_500;
/** Pushes that wait to be judged; beyond it the oldest are judged at once. */
const UNJUDGED_MAX = 4_096;
/** Seconds from which on a message is only named, with its age: it is old news, which not everybody wants. */
const OLD_SECONDS = 2;

export class Spreading<M extends Tracked> {
  readonly #profiles: Profiles;
  readonly #random: Random;
  readonly #out: Outbox;
  readonly #peers: ReadonlyMap<LinkId, ExtendedPeer>;
  readonly #index: DigestIndex<M>;
  readonly #reliability: Reliability;
  readonly #gateTimes: GateTimes;
  readonly #usefulness = new Usefulness();
  /** How many peers are behind. */
  #behind = 0;
  #unjudged: { readonly message: M; readonly at: Instant }[] = [];
  #judged = 0;
  /** Peers with entries that wait for company, and until when. */
  readonly #collecting = new Map<ExtendedPeer, Instant>();

  constructor(options: {
    readonly profiles: Profiles;
    readonly random: Random;
    readonly out: Outbox;
    readonly peers: ReadonlyMap<LinkId, ExtendedPeer>;
    readonly index: DigestIndex<M>;
    readonly reliability: Reliability;
    readonly gateTimes: GateTimes;
  }) {
    this.#profiles = options.profiles;
    this.#random = options.random;
    this.#out = options.out;
    this.#peers = options.peers;
    this.#index = options.index;
    this.#reliability = options.reliability;
    this.#gateTimes = options.gateTimes;
  }

  /**
   * The links on which to send a message whole; names it to those who are to ask. `receivers`: links on
   * which something can be sent, without the sender of the copy that is forwarded.
   */
  route(message: M, receivers: readonly LinkId[], now: Instant): readonly LinkId[] {
    this.#judge(now);
    if (this.#peers.size === 0) return this.#byChance(message, receivers);
    const links = this.#lacking(message, receivers);
    const isOwn = message.owner === OURSELVES;
    const isSmall = message.length < this.#profiles.of(message.dataType).lazyThreshold;
    const isPlain = isOwn || isSmall || message.ttlOut !== 0;
    const push = this.#pushedTo(message, isPlain, links, now);
    if (!isPlain) addTold(message, push);
    if (!isSmall && message.ttlOut === 0) this.#watch(message, push, now);
    if (push !== links) this.#nameToOthers(message, links, push, now);
    return push;
  }

  /** Of the links to those that lack a message, the ones on which to send it whole. */
  #pushedTo(
    message: M,
    isPlain: boolean,
    links: readonly LinkId[],
    now: Instant,
  ): readonly LinkId[] {
    const isOld = message.ttlOut === 0 && ageOf(message, now) > OLD_SECONDS;
    if (isOld) return this.#existingOnly(message, links);
    return isPlain ? this.#byChance(message, links) : this.#byUsefulness(message, links);
  }

  #nameToOthers(message: M, links: readonly LinkId[], push: readonly LinkId[], now: Instant): void {
    for (const link of links) {
      const peer = this.#peers.get(link);
      if (peer !== undefined && !push.includes(link)) this.name(peer, message, now);
    }
  }

  /** Puts a message into the next 522 for a peer. */
  name(peer: ExtendedPeer, message: M, now: Instant): void {
    const { dataType, length: size, ttlOut: ttl } = message;
    const digest = this.#index.digestOf(message);
    const entry: HaveEntry = { digest, dataType, size, ttl, age: ageOf(message, now) };
    addTold(message, [peer.link]);
    peer.haves.push(entry);
    const isLate = now - peer.havesSentAt >= HAVE_DELAY;
    if (isLate || peer.haves.length >= HAVES_COLLECTED_MAX) this.#flush(peer, now);
    else if (!this.#collecting.has(peer)) this.#collecting.set(peer, now + HAVE_DELAY);
  }

  /** The peer has shown that it has a message, whoever it is from: what was pushed need not leave any more. */
  onHad(message: M, link: LinkId): void {
    const place = message.pushed?.indexOf(link) ?? -1;
    if (place < 0) return;
    message.pushed!.splice(place, 1);
    this.#out.put({ kind: 'unsend', links: [link], tag: message.record });
    if (!message.isJudged) this.#usefulness.learn(message.owner, link, false);
  }

  /** The peer would have liked to be sent this whole. */
  onWanted(message: M, link: LinkId): void {
    this.#usefulness.want(message.owner, link);
  }

  /** How much waits for a peer: one that is behind is only named what others have announced. */
  onQueue(peer: ExtendedPeer, isBehind: boolean): void {
    if (peer.isBehind === isBehind) return;
    peer.isBehind = isBehind;
    this.#behind += isBehind ? 1 : -1;
    if (isBehind) this.#out.report({ kind: 'peer-behind', link: peer.link });
  }

  /** Any link, also one to an existing node: messages have come from there. */
  onLinkEnded(link: LinkId, peer: ExtendedPeer | undefined): void {
    this.#usefulness.forget(link);
    if (peer === undefined) return;
    this.#collecting.delete(peer);
    if (peer.isBehind) this.#behind--;
  }

  onWake(now: Instant): void {
    for (const [peer, until] of this.#collecting) if (until <= now) this.#flush(peer, now);
  }

  nextDeadline(): Instant | undefined {
    let next: Instant | undefined;
    for (const until of this.#collecting.values()) {
      if (next === undefined || until < next) next = until;
    }
    return next;
  }

  #flush(peer: ExtendedPeer, now: Instant): void {
    this.#collecting.delete(peer);
    const entries = peer.haves;
    peer.haves = [];
    peer.havesSentAt = now;
    this.#out.send(peer.link, { kind: 'peer-have', entries });
  }

  #existingOnly(message: M, links: readonly LinkId[]): readonly LinkId[] {
    const existing = links.filter((link) => !this.#peers.has(link));
    return this.#random.sample(existing, this.#profiles.of(message.dataType).degree);
  }

  #byChance(message: M, links: readonly LinkId[]): readonly LinkId[] {
    const { degree } = this.#profiles.of(message.dataType);
    const isOwn = message.owner === OURSELVES;
    const able =
      this.#behind === 0 || isOwn ? links : links.filter((link) => !this.#isBehind(link));
    return able.length <= degree ? able : this.#random.sample(able, degree);
  }

  #byUsefulness(message: M, links: readonly LinkId[]): readonly LinkId[] {
    const scored: { readonly link: LinkId; readonly score: number }[] = [];
    const existing: LinkId[] = [];
    const from = this.#gateTimes.isSlow(message.dataType) ? PUSH_FROM_SLOW : PUSH_FROM;
    for (const link of links) {
      const peer = this.#peers.get(link);
      if (peer === undefined) {
        existing.push(link);
        continue;
      }
      const score = this.#scoreOf(message, link);
      if (score >= from && !peer.isBehind) scored.push({ link, score });
    }
    const { degree } = this.#profiles.of(message.dataType);
    // Existing nodes get at least their share: they hear of it in no other way.
    const share = Math.ceil((degree * existing.length) / Math.max(1, links.length));
    const eager = Math.min(scored.length, degree - Math.min(share, existing.length));
    if (scored.length > eager) scored.sort((a, b) => this.#rank(b) - this.#rank(a));
    const push = scored.slice(0, eager).map(({ link }) => link);
    push.push(...this.#random.sample(existing, degree - eager));
    return push;
  }

  /** Of those that are worth a push the ones come first that have given something themselves. */
  #rank({ link, score }: { readonly link: LinkId; readonly score: number }): number {
    return this.#reliability.hasProven(link) ? 1 + score : score;
  }

  /** Who names what he does not give gets nothing by looking as if every push were welcome. */
  #scoreOf(message: M, link: LinkId): number {
    if (this.#reliability.isPoor(link)) return 0;
    return this.#usefulness.score(message.owner, link);
  }

  #isBehind(link: LinkId): boolean {
    return this.#peers.get(link)?.isBehind === true;
  }

  /** Those that are not known to have it and have some use for it. Reach by TTL asks all again. */
  #lacking(message: M, receivers: readonly LinkId[]): readonly LinkId[] {
    // Often all of them; and a list that is made for each message costs more than looking at a few links twice.
    for (const link of receivers) {
      if (!this.#lacks(message, link)) return receivers.filter((one) => this.#lacks(message, one));
    }
    return receivers;
  }

  #lacks(message: M, link: LinkId): boolean {
    if (this.#peers.get(link)?.wants(message.dataType) === false) return false;
    return message.ttlOut !== 0 || !isHolder(message, link);
  }

  /** Remembers pushes to peers that will tell if they were too late; nothing is learnt from one's own messages. */
  #watch(message: M, push: readonly LinkId[], now: Instant): void {
    const watched = push.filter((link) => this.#peers.has(link));
    if (watched.length === 0) return;
    message.pushed = watched;
    message.isJudged = message.owner === OURSELVES;
    if (!message.isJudged) this.#unjudged.push({ message, at: now });
  }

  /** What nobody has said anything against until now was useful. */
  #judge(now: Instant): void {
    const unjudged = this.#unjudged;
    while (this.#judged < unjudged.length) {
      const { message, at } = unjudged[this.#judged]!;
      if (now - at < JUDGED_AFTER && unjudged.length - this.#judged <= UNJUDGED_MAX) break;
      this.#judged++;
      for (const link of message.pushed ?? NONE) {
        // Nothing is learnt about a link that has ended since: nobody would forget it.
        if (this.#peers.has(link)) this.#usefulness.learn(message.owner, link, true);
      }
      message.isJudged = true;
    }
    if (this.#judged > 64 && this.#judged * 2 > unjudged.length) {
      this.#unjudged = unjudged.slice(this.#judged);
      this.#judged = 0;
    }
  }
}

const NONE: readonly LinkId[] = [];
