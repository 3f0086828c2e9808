/**
 * Asking for what peers have named (523): what is worth asking for, whom, and what comes of it. The counterpart of
 * serving.ts.
 */
import type { MessageDigest } from '../../wire/digest.ts';
import type { HaveEntry } from '../../wire/extension-messages.ts';
import type { Outbox } from '../effects.ts';
import type { LinkId } from '../inputs.ts';
import type { Profiles } from '../profiles.ts';
import type { Instant, Millis, Proofs } from '../settings.ts';
import type { DigestIndex } from './digest-index.ts';
import type { ExtendedPeer } from './extended-peer.ts';
import type { Reliability } from './reliability.ts';
import type { Spreading } from './spreading.ts';
import type { ExchangeSurroundings, Former } from './surroundings.ts';
import { addHolder, type Tracked } from './tracked.ts';
import { Wishes } from './wishes.ts';

/** Digests asked of one peer in one 523. */
const ASKED_MAX = 64;
/** A 522 that came so much before the message says that a push would have been worth it. Measured. */
const EARLY: Millis = 80;

interface AskingOptions<M extends Tracked> {
  readonly profiles: Profiles;
  readonly proofs: Proofs;
  readonly out: Outbox;
  readonly peers: ReadonlyMap<LinkId, ExtendedPeer>;
  readonly index: DigestIndex<M>;
  readonly spreading: Spreading<M>;
  readonly reliability: Reliability;
  readonly around: ExchangeSurroundings<M>;
  /** How long ago this node started for the first time. */
  readonly ageOfNode: (now: Instant) => Millis;
}

export class Asking<M extends Tracked> {
  readonly #options: AskingOptions<M>;
  readonly #wishes: Wishes;

  constructor(options: AskingOptions<M>) {
    this.#options = options;
    this.#wishes = new Wishes(options.reliability);
  }

  /** How many messages are wished for. */
  get size(): number {
    return this.#wishes.size;
  }

  /** A 522: notes what is lacking, or that the peer has what is not. */
  onNamed(peer: ExtendedPeer, entries: readonly HaveEntry[], now: Instant): void {
    for (const entry of entries) this.#onEntry(peer, entry, now);
    this.askDue(now);
  }

  /** A 525. */
  onGone(peer: ExtendedPeer, digests: readonly MessageDigest[], now: Instant): void {
    for (const digest of digests) {
      const hadNamedIt = this.#wishes.onGone(digest, peer.link, now);
      if (hadNamedIt) this.#options.reliability.onFailed(peer.link);
    }
    this.askDue(now);
  }

  /** The first copy of a message has come, perhaps of one that was wished for. */
  onCame(message: M, sender: ExtendedPeer | undefined, now: Instant): void {
    if (!this.#wishes.mayConcern(message.dataType, message.length)) return;
    const { around, index, out, peers, profiles } = this.#options;
    const digest = index.digestOf(message);
    const came = this.#wishes.onArrived(digest, now);
    if (came === undefined) return;
    message.ageThen = came.wasAsked ? came.age : 0;
    sender?.onKept();
    const { farthest } = came;
    if (around.wouldImprove(message, farthest.entry.ttl)) this.#ask(farthest.link, [digest]);
    const first = peers.get(came.first.link);
    const { ttl, age } = came.first.entry;
    if (first === undefined || ttl !== 0) return;
    addHolder(message, first.link);
    const isEarly = now - came.first.at > EARLY && age <= 1;
    if (!isEarly || message.length < profiles.of(message.dataType).lazyThreshold) return;
    out.send(first.link, { kind: 'peer-push', digests: [digest] });
  }

  /** A copy of a message that is not kept any more has come, perhaps because it was asked for again. */
  onFormer(message: Former, link: LinkId, now: Instant): void {
    const digest = this.#digestOfWished(message);
    if (digest === undefined || this.#wishes.onArrived(digest, now) === undefined) return;
    this.#options.peers.get(link)?.onKept();
    this.#options.index.remember(digest, now);
  }

  /** It was new and not taken from this link: if it was wished for, another is asked, and the promise was kept. */
  onTurnedAway(message: Former, link: LinkId, now: Instant): void {
    const digest = this.#digestOfWished(message);
    if (digest === undefined) return;
    this.#wishes.onGone(digest, link, now);
    this.#options.peers.get(link)?.onKept();
  }

  onLinkEnded(link: LinkId, now: Instant): void {
    this.#wishes.onLinkEnded(link, now);
  }

  /** Asks whoever is next for whatever is due. */
  askDue(now: Instant): void {
    const { peers, around } = this.#options;
    for (;;) {
      const { asks, broken } = this.#wishes.takeDue(now);
      for (const [link, digests] of asks) this.#ask(link, digests);
      for (const link of broken) {
        // An earlier one may have ended it.
        if (!peers.has(link)) continue;
        peers.get(link)!.onBroken(now);
        around.onBrokenPromise(link);
      }
      if (broken.length === 0) return;
    }
  }

  /** Asks a peer for those of the messages that it has listed which this node has never had. */
  askFor(peer: ExtendedPeer, listed: readonly MessageDigest[], now: Instant): void {
    const { index } = this.#options;
    const isUnknown = (digest: MessageDigest): boolean => {
      return index.find(digest) === undefined && !index.wasKnown(digest, now);
    };
    this.#ask(peer.link, listed.filter(isUnknown));
  }

  nextDeadline(): Instant | undefined {
    return this.#wishes.nextDeadline();
  }

  #onEntry(peer: ExtendedPeer, entry: HaveEntry, now: Instant): void {
    const { around, index, profiles, spreading } = this.#options;
    if (entry.size >= profiles.of(entry.dataType).lazyThreshold) peer.onOnlyNamed();
    const message = index.find(entry.digest);
    if (message !== undefined) {
      if (entry.ttl === 0) addHolder(message, peer.link);
      spreading.onHad(message, peer.link);
      if (around.wouldImprove(message, entry.ttl)) this.#ask(peer.link, [entry.digest]);
      return;
    }
    if (index.wasKnown(entry.digest, now) || !peer.isTrusted(now)) return;
    if (!around.wants(entry.dataType) || this.#isTooOld(entry, now)) return;
    if (!around.mayBring(peer.link, entry.dataType, now)) return;
    const isFresh = entry.age <= 1;
    this.#wishes.onNamed(entry, peer.link, isFresh, now);
  }

  /** Announced before this node was there, or too long ago for its type. */
  #isTooOld({ dataType, age }: HaveEntry, now: Instant): boolean {
    const { profiles, ageOfNode } = this.#options;
    return age * 1_000 > ageOfNode(now) + 1_000 || age * 1_000 >= profiles.of(dataType).askedWindow;
  }

  /** Hashes only what may have been wished for. */
  #digestOfWished({ id, dataType, data }: Former): MessageDigest | undefined {
    if (!this.#wishes.mayConcern(dataType, data.length)) return undefined;
    return this.#options.proofs.digest(id, dataType, data);
  }

  #ask(link: LinkId, digests: readonly MessageDigest[]): void {
    const { peers, out } = this.#options;
    if (!peers.has(link)) return;
    for (let i = 0; i < digests.length; i += ASKED_MAX) {
      out.send(link, { kind: 'peer-want', digests: digests.slice(i, i + ASKED_MAX) });
    }
  }
}
