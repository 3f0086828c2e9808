/**
 * What nodes say to each other that know more than 504 to 510: who has what, who wants it, and what either
 * missed. Towards existing nodes nothing of it is ever sent.
 *
 * The dissemination decides what may travel, with which TTL; this room decides on which links it is sent
 * whole, on which it is only named (spreading.ts), keeps it for those who ask (knowledge-base.ts), asks for
 * what others name (wishes.ts), and compares notes with a peer when a link opens and from time to time
 * (catch-up.ts). What a peer may cost is bounded in extended-peer.ts and wishes.ts.
 *
 * What always holds: nothing is named, kept or given before its verdicts; what is kept goes by number, bytes
 * and age, oldest first; a digest binds id, type and data, so that nobody can claim or suppress what he does
 * not have; and nothing is taken that was announced before this node first started.
 */
import type { Random } from '../../basics/random.ts';
import type { MessageDigest } from '../../wire/digest.ts';
import { type ExtensionMessage, type HaveEntry } from '../../wire/extension-messages.ts';
import { violation, type Violation } from '../../wire/violation.ts';
import type { Outbox } from '../effects.ts';
import type { LinkId } from '../inputs.ts';
import type { Profiles } from '../profiles.ts';
import type { Instant, Millis, Proofs, Settings } from '../settings.ts';
import { CatchUp } from './catch-up.ts';
import { DigestIndex } from './digest-index.ts';
import { ExtendedPeer } from './extended-peer.ts';
import { Greetings } from './greetings.ts';
import { KnowledgeBase } from './knowledge-base.ts';
import { Receipts } from './receipts.ts';
import { Serving } from './serving.ts';
import { Spreading } from './spreading.ts';
import { addHolder, addTold, ENDS_HERE, wasTold, type Tracked } from './tracked.ts';
import type { ExchangeSurroundings, Former } from './surroundings.ts';
import { Wishes } from './wishes.ts';

/** Digests asked of one peer in one 523. */
const ASKED_MAX = 64;
/** From this size on those who often push are told at once that they need not. */
const LARGE_BYTES = 16 * 1_024;
/** A 522 that came so much before the message says that a push would have been worth it. */
const EARLY: Millis = 30;
/** Messages named to a peer because of one 527: no more than it would listen to. */
const NAMED_MAX = 2_048;

export class Exchange<M extends Tracked> {
  readonly #profiles: Profiles;
  readonly #proofs: Proofs;
  readonly #out: Outbox;
  readonly #around: ExchangeSurroundings<M>;
  readonly #peers = new Map<LinkId, ExtendedPeer>();
  readonly #greetings: Greetings;
  readonly #index: DigestIndex<M>;
  readonly #base: KnowledgeBase<M>;
  readonly #spreading: Spreading<M>;
  readonly #serving: Serving<M>;
  readonly #receipts: Receipts<M>;
  readonly #wishes = new Wishes();
  readonly #catchUp: CatchUp<M>;
  #startedAt: Instant = 0;
  #now: Instant = 0;
  /** The message that has just come, and its data, which is at hand during this input. */
  #arriving: { readonly message: M; readonly data: Uint8Array } | undefined;

  constructor(options: {
    readonly settings: Settings;
    readonly profiles: Profiles;
    readonly random: Random;
    readonly out: Outbox;
    readonly proofs: Proofs;
    readonly around: ExchangeSurroundings<M>;
  }) {
    const { settings, profiles, random, out, proofs, around } = options;
    this.#profiles = profiles;
    this.#proofs = proofs;
    this.#out = out;
    this.#around = around;
    const peers = this.#peers;
    const { historyWindow } = profiles.usual;
    this.#index = new DigestIndex<M>({
      compute: (message) => proofs.digest(message.id, message.dataType, this.#dataOf(message)),
      window: settings.seenWindow,
    });
    this.#base = new KnowledgeBase<M>({
      messagesMax: settings.cacheSize,
      profiles,
      onForgotten: (message) => {
        // Hashing all that passes through would cost more than passing it on: whoever names it later gives a
        // second copy.
        this.#index.drop(message, false, this.#now);
        around.onForgotten(message);
      },
    });
    const index = this.#index;
    this.#spreading = new Spreading<M>({ profiles, random, out, peers, index });
    const spreading = this.#spreading;
    this.#serving = new Serving<M>({ out, index, spreading, profiles });
    this.#receipts = new Receipts<M>(out);
    const { interest } = around;
    this.#greetings = new Greetings({ settings, out, historyWindow, interest });
    this.#catchUp = new CatchUp<M>({
      profiles,
      random,
      out,
      peers,
      index,
      base: this.#base,
      ageOfNode: (now) => now - this.#startedAt,
    });
  }

  get sizes(): { readonly kept: number; readonly keptBytes: number; readonly wishes: number } {
    return { kept: this.#base.size, keptBytes: this.#base.bytes, wishes: this.#wishes.size };
  }

  /** `age`: how long ago this node started for the very first time, in this or an earlier life. */
  onStart(now: Instant, age: Millis): void {
    this.#startedAt = now - age;
  }

  /** A link has opened. `isExtended`: the peer has said that it speaks the extension. */
  onEstablished(link: LinkId, isExtended: boolean, now: Instant): void {
    if (isExtended) this.#greetings.greet(link, now);
  }

  onEnded(link: LinkId, now: Instant): void {
    this.#greetings.onDone(link);
    this.#spreading.onLinkEnded(link, this.#peers.get(link));
    if (!this.#peers.delete(link)) return;
    this.#wishes.onLinkEnded(link, now);
    this.#catchUp.onLinkEnded(link);
  }

  /** A message from 520 on, on an open link; returns what is wrong with it. */
  onMessage(
    link: { readonly id: LinkId; readonly isOutbound: boolean; readonly isGreeted: boolean },
    message: ExtensionMessage,
    now: Instant,
  ): Violation | undefined {
    this.#now = now;
    const peer = this.#peers.get(link.id);
    if (message.kind === 'peer-hello') {
      if (peer !== undefined) return violation('wrong-state', 'a second PEER HELLO (520)');
      // Where nothing answers a 507, the 520 of the receiver is the first that the initiator hears.
      if (!link.isGreeted) this.#greetings.greet(link.id, now);
      this.#greetings.onDone(link.id);
      const newcomer = new ExtendedPeer(link.id, message, now);
      this.#peers.set(link.id, newcomer);
      this.#catchUp.onPeer(newcomer, link.isOutbound, now);
      return undefined;
    }
    if (peer === undefined) {
      return violation('wrong-state', 'a message of the extension before PEER HELLO (520)');
    }
    this.#onPeerMessage(peer, message, now);
    return undefined;
  }

  /** The first copy of a message has come; its verdicts are still out. */
  onFirst(message: M, link: LinkId, data: Uint8Array, now: Instant): void {
    this.#now = now;
    this.#arriving = { message, data };
    this.#index.add(message);
    if (this.#peers.size === 0) return;
    const peer = this.#peers.get(link);
    if (peer !== undefined && message.ttl === 0) addHolder(message, link);
    if (this.#wishes.mayConcern(message.dataType, data.length)) {
      this.#onWishCame(this.#index.digestOf(message), message, peer, now);
    }
    if (data.length >= LARGE_BYTES && message.ttl === 0) this.#warnOff(message, link);
  }

  /** A further copy of a message has come. */
  onCopy(message: M, link: LinkId, copy: { readonly ttl: number; readonly bytes: number }): void {
    const peer = this.#peers.get(link);
    if (peer === undefined || copy.ttl !== 0) return;
    const isNews = !wasTold(message, link);
    addHolder(message, link);
    this.#spreading.onHad(message, link);
    if (!isNews || message.ttl !== 0) return;
    if (copy.bytes < this.#profiles.of(message.dataType).lazyThreshold) return;
    // It learns from this that pushing was not worth it.
    addTold(message, [link]);
    this.#out.send(link, { kind: 'peer-dont-want', digests: [this.#index.digestOf(message)] });
  }

  /** A copy has come of a message that is not kept any more, perhaps because it was asked for again. */
  onFormer(message: Former, link: LinkId, now: Instant): void {
    const { id, dataType, data } = message;
    if (!this.#wishes.mayConcern(dataType, data.length)) return;
    const digest = this.#proofs.digest(id, dataType, data);
    if (this.#wishes.onArrived(digest, now, link) === undefined) return;
    this.#peers.get(link)?.onKept();
    this.#index.remember(digest, now);
  }

  /** It was new and not taken from this link: if it was wished for, another is asked, and the promise was kept. */
  onTurnedAway(message: Former, link: LinkId, now: Instant): void {
    const { id, dataType, data } = message;
    if (!this.#wishes.mayConcern(dataType, data.length)) return;
    this.#wishes.onGone(this.#proofs.digest(id, dataType, data), link, now);
    this.#peers.get(link)?.onKept();
  }

  /** The links to send an accepted message on; keeps it, and names it to others. */
  spread(
    message: M,
    data: Uint8Array,
    receivers: readonly LinkId[],
    now: Instant,
  ): readonly LinkId[] {
    this.#now = now;
    if (message.kept === undefined) this.#base.keep(message, data, now);
    return this.#spreading.route(message, data.length, receivers, now);
  }

  /** An accepted message that ends here. */
  keep(message: M, data: Uint8Array, now: Instant): void {
    this.#now = now;
    message.ttlOut = ENDS_HERE;
    this.#base.keep(message, data, now);
  }

  /** A message that was refused, or that nobody judged. */
  onSettled(message: M, now: Instant): void {
    this.#now = now;
    this.#index.drop(message, this.#peers.size > 0, now);
  }

  /** One's own announcement, or a message that was known and forgotten: found by its digest from now on. */
  track(message: M): void {
    this.#index.add(message);
  }

  /** Somebody wants to know who gets an own announcement, which was just sent on `links`. */
  expectReceipt(receipt: number, message: M, links: readonly LinkId[]): void {
    const asked = links.filter((link) => this.#peers.has(link));
    this.#receipts.expect(receipt, message, asked);
  }

  known(receipt: number): number | undefined {
    return this.#receipts.known(receipt);
  }

  onInterestChanged(now: Instant): void {
    this.#greetings.onInterestChanged(now);
  }

  onWake(now: Instant): void {
    this.#now = now;
    this.#spreading.onWake(now);
    this.#askDue(now);
    this.#catchUp.onWake(now);
    this.#greetings.onWake([...this.#peers.keys()], now);
  }

  nextDeadline(): Instant | undefined {
    let next = this.#spreading.nextDeadline();
    const consider = (at: Instant | undefined): void => {
      if (at !== undefined && (next === undefined || at < next)) next = at;
    };
    consider(this.#wishes.nextDeadline());
    consider(this.#catchUp.nextDeadline());
    consider(this.#greetings.nextDeadline());
    return next;
  }

  #dataOf(message: M): Uint8Array {
    if (message.kept !== undefined) return message.kept;
    if (message === this.#arriving?.message) return this.#arriving.data;
    return this.#around.dataOf(message);
  }

  #onPeerMessage(
    peer: ExtendedPeer,
    message: Exclude<ExtensionMessage, { kind: 'peer-hello' }>,
    now: Instant,
  ): void {
    switch (message.kind) {
      case 'peer-have':
        for (const entry of message.entries) this.#onNamed(peer, entry, now);
        return this.#askDue(now);
      case 'peer-want':
        return this.#serving.serve(peer, message.digests, now);
      case 'peer-dont-want':
        return this.#onHad(peer, message.digests);
      case 'peer-gone':
        for (const digest of message.digests) this.#wishes.onGone(digest, peer.link, now);
        return this.#askDue(now);
      case 'peer-push':
        for (const digest of message.digests) {
          const wanted = this.#index.find(digest);
          if (wanted !== undefined) this.#spreading.onWanted(wanted, peer.link);
        }
        return undefined;
      case 'peer-interest':
        peer.onInterest(message.interest);
        return undefined;
      case 'peer-reconcile': {
        const { lacking, extra } = this.#catchUp.onStep(peer, message, now);
        this.#ask(
          peer.link,
          lacking.filter((digest) => this.#isUnknown(digest, now)),
        );
        const unnamed = extra.filter((other) => !wasTold(other, peer.link));
        for (const other of unnamed.slice(0, NAMED_MAX)) this.#serving.name(peer, other, now);
        return undefined;
      }
      case 'peer-ping':
        return this.#out.send(peer.link, { kind: 'peer-pong', token: message.token });
      case 'peer-pong':
        return this.#receipts.onPong(message.token, peer.link);
    }
  }

  #onNamed(peer: ExtendedPeer, entry: HaveEntry, now: Instant): void {
    const message = this.#index.find(entry.digest);
    if (message !== undefined) {
      if (entry.ttl === 0) addHolder(message, peer.link);
      this.#spreading.onHad(message, peer.link);
      if (this.#around.wouldImprove(message, entry.ttl)) this.#ask(peer.link, [entry.digest]);
      return;
    }
    if (this.#index.wasKnown(entry.digest, now) || !peer.isTrusted(now)) return;
    if (!this.#around.wants(entry.dataType) || this.#isTooOld(entry, now)) return;
    if (!this.#around.mayBring(peer.link, entry.dataType, now)) return;
    const isFresh = entry.age <= 1;
    this.#wishes.onNamed(entry, peer.link, isFresh, now);
  }

  /** Announced before this node was there, or too long ago for its type. */
  #isTooOld({ dataType, age }: HaveEntry, now: Instant): boolean {
    const { askedWindow } = this.#profiles.of(dataType);
    return age * 1_000 > now - this.#startedAt + 1_000 || age * 1_000 >= askedWindow;
  }

  #isUnknown(digest: MessageDigest, now: Instant): boolean {
    return this.#index.find(digest) === undefined && !this.#index.wasKnown(digest, now);
  }

  #onHad(peer: ExtendedPeer, digests: readonly MessageDigest[]): void {
    for (const digest of digests) {
      const message = this.#index.find(digest);
      if (message === undefined) continue;
      addHolder(message, peer.link);
      this.#spreading.onHad(message, peer.link);
    }
  }

  #onWishCame(
    digest: MessageDigest,
    message: M,
    sender: ExtendedPeer | undefined,
    now: Instant,
  ): void {
    const came = this.#wishes.onArrived(digest, now, sender?.link);
    if (came === undefined) return;
    message.ageThen = came.wasAsked ? came.age : 0;
    sender?.onKept();
    const { farthest } = came;
    if (this.#around.wouldImprove(message, farthest.entry.ttl)) this.#ask(farthest.link, [digest]);
    const { entry } = came.first;
    const first = this.#peers.get(came.first.link);
    if (first === undefined) return;
    if (entry.ttl === 0) addHolder(message, first.link);
    const { lazyThreshold } = this.#profiles.of(message.dataType);
    const isEarly = now - came.first.at > EARLY && entry.size >= lazyThreshold;
    if (isEarly && entry.age <= 1 && entry.ttl === 0) {
      this.#out.send(first.link, { kind: 'peer-push', digests: [digest] });
    }
  }

  /** Tells everybody who may be about to push a large message that this node has it. */
  #warnOff(message: M, sender: LinkId): void {
    const digests = [this.#index.digestOf(message)];
    const links = [...this.#peers.keys()].filter((link) => link !== sender);
    if (links.length === 0) return;
    addTold(message, links);
    this.#out.put({
      kind: 'send',
      links,
      message: { kind: 'peer-dont-want', digests },
      own: false,
    });
  }

  #askDue(now: Instant): void {
    const asks = this.#wishes.takeDue(now, (link) => this.#peers.get(link)?.onBroken(now));
    for (const [link, digests] of asks) this.#ask(link, digests);
  }

  #ask(link: LinkId, digests: readonly MessageDigest[]): void {
    if (!this.#peers.has(link)) return;
    for (let i = 0; i < digests.length; i += ASKED_MAX) {
      this.#out.send(link, { kind: 'peer-want', digests: digests.slice(i, i + ASKED_MAX) });
    }
  }
}
