/**
 * What this node knows of one peer that speaks the extension, and what it is about to tell it.
 */
import { TokenBucket, type Rate } from '../../basics/token-bucket.ts';
import {
  Feature,
  type HaveEntry,
  type Interest,
  type PeerHello,
} from '../../wire/extension-messages.ts';
import type { LinkId } from '../inputs.ts';
import type { Instant, Millis } from '../settings.ts';

/** Entries collected for one 522 before it goes out whatever the time. */
export const HAVES_COLLECTED_MAX = 64;
/** Entries of one 522 wait this long for more, if the last one is not longer ago than that. */
export const HAVE_DELAY: Millis = 10;
/** Bytes that a peer may ask for: 24 bytes must not cost 64 KiB for ever. */
const SERVED_BYTES: Rate = { perSecond: 8_192_000, burst: 8 * 1024 * 1024 };
/** Promises in a row that a peer may break before its 522s are ignored, and for how long. */
const BROKEN_MAX = 8;
const DISTRUST: Millis = 600_000;
/** How much one message counts in the share of those that a peer pushes instead of naming them. A guess. */
const PUSH_WEIGHT = 0.05;
/** From this share on a peer is warned before it may push. A guess. */
const LIKELY = 0.1;

export class ExtendedPeer {
  readonly link: LinkId;
  readonly historySeconds: number;
  readonly #relaysAll: boolean;
  #interest: Interest;
  /** Entries that wait to be sent in a 522. */
  haves: HaveEntry[] = [];
  /** Whether so much waits to be sent to it that nothing is pushed to it. */
  isBehind = false;
  /** When the last 522 was sent. */
  havesSentAt: Instant = Number.NEGATIVE_INFINITY;
  #broken = 0;
  #distrustedUntil: Instant = Number.NEGATIVE_INFINITY;
  readonly #servable: TokenBucket;
  /** Of the messages of some size that came or were named, which share it pushed. */
  #pushShare = 1;

  constructor(link: LinkId, hello: PeerHello, now: Instant) {
    this.link = link;
    this.historySeconds = hello.historySeconds;
    this.#relaysAll = (hello.features & Feature.relaysAll) !== 0;
    this.#interest = hello.interest;
    this.#servable = new TokenBucket(SERVED_BYTES, now);
  }

  /** Whether messages of this type are any use to it. */
  wants(dataType: number): boolean {
    return this.#relaysAll || this.#interest === 'many' || this.#interest.includes(dataType);
  }

  /** Whether it passes on messages of this type only once programs of its own have accepted them. */
  vouchesFor(dataType: number): boolean {
    if (!this.#relaysAll) return true;
    return this.#interest !== 'many' && this.#interest.includes(dataType);
  }

  /** A 521. */
  onInterest(interest: Interest): void {
    this.#interest = interest;
  }

  /** Whether it is to be expected that it pushes a message of some size that it does not know we have. */
  get isLikelyToPush(): boolean {
    return this.#pushShare >= LIKELY;
  }

  /** It has sent a message of some size, instead of naming it. */
  onPushed(): void {
    this.#pushShare += PUSH_WEIGHT * (1 - this.#pushShare);
  }

  onOnlyNamed(): void {
    this.#pushShare -= PUSH_WEIGHT * this.#pushShare;
  }

  isTrusted(now: Instant): boolean {
    return now >= this.#distrustedUntil;
  }

  /** It has sent what it named. */
  onKept(): void {
    this.#broken = 0;
  }

  /** It did not send what it named and was asked for. */
  onBroken(now: Instant): void {
    if (++this.#broken < BROKEN_MAX) return;
    this.#broken = 0;
    this.#distrustedUntil = now + DISTRUST;
  }

  /** Whether it may be given this many bytes now because it asked for them. */
  mayServe(bytes: number, now: Instant): boolean {
    return this.#servable.take(now, bytes);
  }
}
