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
import type { ExtensionMessage } from '../../wire/extension-messages.ts';
import { violation, type Violation } from '../../wire/violation.ts';
import { dataOf, type DataBlocks } from '../data-blocks.ts';
import type { Outbox } from '../effects.ts';
import { OURSELVES, type LinkId, type QueueState } from '../inputs.ts';
import type { Profiles } from '../profiles.ts';
import type { Instant, Millis, Proofs, Settings } from '../settings.ts';
import { Asking } from './asking.ts';
import { CatchUp } from './catch-up.ts';
import { DigestIndex } from './digest-index.ts';
import { ExtendedPeer } from './extended-peer.ts';
import { GateTimes } from './gate-times.ts';
import { Greetings } from './greetings.ts';
import { KnowledgeBase } from './knowledge-base.ts';
import { Receipts } from './receipts.ts';
import { Reliability } from './reliability.ts';
import { Serving } from './serving.ts';
import { Spreading } from './spreading.ts';
import { addHolder, addTold, ENDS_HERE, isHolder, wasTold, type Tracked } from './tracked.ts';
import type { ExchangeSurroundings, Former } from './surroundings.ts';

/** From this size on those who often push are told at once that they need not. */
const LARGE_BYTES = 16 * 1_024;
/** Messages named to a peer because of one 527: no more than it would listen to. */
const NAMED_MAX = 2_048;

export class Exchange<M extends Tracked> {
  readonly #profiles: Profiles;
  readonly #out: Outbox;
  readonly #peers = new Map<LinkId, ExtendedPeer>();
  readonly #greetings: Greetings;
  readonly #index: DigestIndex<M>;
  readonly #base: KnowledgeBase<M>;
  readonly #spreading: Spreading<M>;
  readonly #serving: Serving<M>;
  readonly #receipts: Receipts<M>;
  readonly #reliability = new Reliability();
  readonly #gateTimes = new GateTimes();
  readonly #asking: Asking<M>;
  readonly #catchUp: CatchUp<M>;
  #startedAt: Instant = 0;
  #now: Instant = 0;

  constructor(options: {
    readonly settings: Settings;
    readonly profiles: Profiles;
    readonly random: Random;
    readonly out: Outbox;
    readonly proofs: Proofs;
    readonly around: ExchangeSurroundings<M>;
    readonly blocks: DataBlocks;
  }) {
    const { settings, profiles, random, out, proofs, around } = options;
    this.#profiles = profiles;
    this.#out = out;
    const peers = this.#peers;
    const { historyWindow } = profiles.usual;
    this.#index = new DigestIndex<M>({
      compute: (message) => proofs.digest(message.id, message.dataType, dataOf(message)),
      window: settings.seenWindow,
    });
    this.#base = new KnowledgeBase<M>({
      messagesMax: settings.cacheSize,
      profiles,
      blocks: options.blocks,
      onForgotten: (message) => {
        // Hashing all that passes through would cost more than passing it on: whoever names it later gives a
        // second copy.
        this.#index.drop(message, false, this.#now);
        around.onForgotten(message);
      },
    });
    const index = this.#index;
    const reliability = this.#reliability;
    const gateTimes = this.#gateTimes;
    this.#spreading = new Spreading<M>({
      profiles,
      random,
      out,
      peers,
      index,
      reliability,
      gateTimes,
    });
    const spreading = this.#spreading;
    const ageOfNode = (now: Instant): Millis => now - this.#startedAt;
    this.#asking = new Asking<M>({
      profiles,
      proofs,
      out,
      peers,
      index,
      spreading,
      reliability,
      around,
      ageOfNode,
    });
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
      ageOfNode,
    });
  }

  get sizes(): { readonly kept: number; readonly keptBytes: number; readonly wishes: number } {
    return { kept: this.#base.size, keptBytes: this.#base.bytes, wishes: this.#asking.size };
  }

  /** `age`: how long ago this node started for the very first time, in this or an earlier life. */
  onStart(now: Instant, age: Millis): void {
    this.#startedAt = now - age;
  }

  /** Whether a peer answers for what it passes on of this type; existing nodes are taken to. */
  vouches(link: LinkId, dataType: number): boolean {
    return this.#peers.get(link)?.vouchesFor(dataType) ?? true;
  }

  /** A link has opened. `isExtended`: the peer has said that it speaks the extension. */
  onEstablished(link: LinkId, isExtended: boolean, now: Instant): void {
    if (isExtended) this.#greetings.greet(link, now);
  }

  onQueue(link: LinkId, queue: QueueState): void {
    const peer = this.#peers.get(link);
    if (peer !== undefined) this.#spreading.onQueue(peer, queue.level !== 'low');
  }

  onEnded(link: LinkId, now: Instant): void {
    this.#greetings.onDone(link);
    this.#spreading.onLinkEnded(link, this.#peers.get(link));
    if (!this.#peers.delete(link)) return;
    this.#asking.onLinkEnded(link, now);
    this.#reliability.forget(link);
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
  onFirst(message: M, link: LinkId, now: Instant): void {
    this.#now = now;
    this.#index.add(message);
    if (this.#peers.size === 0) return;
    const peer = this.#peers.get(link);
    if (peer !== undefined && message.ttl === 0) addHolder(message, link);
    const isLazy = this.#isLazy(message.dataType, message.length);
    if (isLazy) this.#noteGiven(link, peer);
    this.#asking.onCame(message, peer, now);
    // A push that crosses would cost much, or is to be expected.
    const isWorthIt = message.length >= LARGE_BYTES || this.#gateTimes.isSlow(message.dataType);
    if (isLazy && isWorthIt && message.ttl === 0) this.#warnOff(message);
  }

  /** A further copy of a message has come. */
  onCopy(message: M, link: LinkId, copy: { readonly ttl: number; readonly bytes: number }): void {
    const peer = this.#peers.get(link);
    const isLazy = this.#isLazy(message.dataType, copy.bytes);
    if (isLazy) this.#noteGiven(link, peer);
    if (peer === undefined || copy.ttl !== 0) return;
    const isNews = !wasTold(message, link);
    addHolder(message, link);
    this.#spreading.onHad(message, link);
    if (!isNews || !isLazy || message.ttl !== 0) return;
    // It learns from this that pushing was not worth it.
    addTold(message, [link]);
    this.#out.send(link, { kind: 'peer-dont-want', digests: [this.#index.digestOf(message)] });
  }

  /** A copy has come of a message that is not kept any more. */
  onFormer(message: Former, link: LinkId, now: Instant): void {
    if (this.#isLazy(message.dataType, message.data.length)) {
      this.#noteGiven(link, this.#peers.get(link));
    }
    this.#asking.onFormer(message, link, now);
  }

  /** A message was new and was not taken from this link. */
  onTurnedAway(message: Former, link: LinkId, now: Instant): void {
    this.#asking.onTurnedAway(message, link, now);
  }

  /** The links to send an accepted message on; keeps it, and names it to others. */
  spread(message: M, receivers: readonly LinkId[], now: Instant): readonly LinkId[] {
    this.#now = now;
    if (message.owner !== OURSELVES) this.#gateTimes.learn(message.dataType, now - message.seenAt);
    if (!message.isKept) this.#base.keep(message, now);
    return this.#spreading.route(message, receivers, now);
  }

  /** An accepted message that ends here. */
  keep(message: M, now: Instant): void {
    this.#now = now;
    message.ttlOut = ENDS_HERE;
    this.#base.keep(message, now);
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
    this.#asking.askDue(now);
    this.#catchUp.onWake(now);
    this.#greetings.onWake([...this.#peers.keys()], now);
  }

  nextDeadline(): Instant | undefined {
    let next = this.#spreading.nextDeadline();
    const consider = (at: Instant | undefined): void => {
      if (at !== undefined && (next === undefined || at < next)) next = at;
    };
    consider(this.#asking.nextDeadline());
    consider(this.#catchUp.nextDeadline());
    consider(this.#greetings.nextDeadline());
    return next;
  }

  #onPeerMessage(
    peer: ExtendedPeer,
    message: Exclude<ExtensionMessage, { kind: 'peer-hello' }>,
    now: Instant,
  ): void {
    switch (message.kind) {
      case 'peer-have':
        return this.#asking.onNamed(peer, message.entries, now);
      case 'peer-want':
        return this.#serving.serve(peer, message.digests, now);
      case 'peer-dont-want':
        return this.#onHad(peer, message.digests);
      case 'peer-gone':
        return this.#asking.onGone(peer, message.digests, now);
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
        this.#asking.askFor(peer, lacking, now);
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

  /** Whether a message of some size is sent whole only to those for whom that is worth it. */
  #isLazy(dataType: number, bytes: number): boolean {
    return bytes >= this.#profiles.of(dataType).lazyThreshold;
  }

  /** A peer has sent a message that it might have only named. */
  #noteGiven(link: LinkId, peer: ExtendedPeer | undefined): void {
    if (peer === undefined) return;
    peer.onPushed();
    this.#reliability.onGiven(link);
  }

  #onHad(peer: ExtendedPeer, digests: readonly MessageDigest[]): void {
    for (const digest of digests) {
      const message = this.#index.find(digest);
      if (message === undefined) continue;
      addHolder(message, peer.link);
      this.#spreading.onHad(message, peer.link);
    }
  }

  /** Tells those who may be about to push a message that this node has it. */
  #warnOff(message: M): void {
    const links: LinkId[] = [];
    for (const peer of this.#peers.values()) {
      if (peer.isLikelyToPush && !isHolder(message, peer.link)) links.push(peer.link);
    }
    if (links.length === 0) return;
    addTold(message, links);
    const digests = [this.#index.digestOf(message)];
    this.#out.put({
      kind: 'send',
      links,
      message: { kind: 'peer-dont-want', digests },
      own: false,
    });
  }
}
