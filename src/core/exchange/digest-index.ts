/**
 * Which messages this node knows, by digest. Digests are computed when first needed: a message that never
 * meets a peer that was not sent it whole costs no hash.
 */
import type { MessageDigest } from '../../wire/digest.ts';
import type { Instant, Millis } from '../settings.ts';
import type { Tracked } from './tracked.ts';

/** Digests remembered of messages that are kept no more; the oldest is forgotten. A guess: 4 MB. */
export const FORMER_MAX = 65_536;

/** Messages that are gone may stay in a list until there are so many more of them than of others. */
const STALE_MAX = 64;

export class DigestIndex<M extends Tracked> {
  readonly #compute: (message: M) => MessageDigest;
  readonly #window: Millis;
  readonly #live = new Map<MessageDigest, M>();
  /**
   * Messages whose digest was not needed so far, and some that were dropped since, at most as many and
   * {@link STALE_MAX}. Not a set: every message goes in and out, and that showed in the relay's CPU time.
   */
  #undigested: M[] = [];
  #undigestedCount = 0;
  /** Those that are not kept, or were refused, with the time from which they are forgotten. */
  readonly #former = new Map<MessageDigest, Instant>();

  constructor(options: {
    readonly compute: (message: M) => MessageDigest;
    readonly window: Millis;
  }) {
    this.#compute = options.compute;
    this.#window = options.window;
  }

  /** Digests remembered without their messages. */
  get formerSize(): number {
    return this.#former.size;
  }

  /** A message that this node has and whose data is at hand until {@link drop}. */
  add(message: M): void {
    if (message.digest !== undefined) return this.#enter(message, message.digest);
    message.awaitsDigest = true;
    this.#undigestedCount++;
    this.#undigested.push(message);
    if (this.#undigested.length > 2 * this.#undigestedCount + STALE_MAX) {
      this.#undigested = this.#undigested.filter(({ awaitsDigest }) => awaitsDigest);
    }
  }

  digestOf(message: M): MessageDigest {
    if (message.digest === undefined) {
      message.digest = this.#compute(message);
      if (this.#takeOut(message)) this.#enter(message, message.digest);
    }
    return message.digest;
  }

  /** Its data is about to go. `isRemembered`: its digest is worth computing, so that nobody is asked for it. */
  drop(message: M, isRemembered: boolean, now: Instant): void {
    if (isRemembered) this.digestOf(message);
    this.#takeOut(message);
    if (message.digest === undefined) return;
    if (this.#live.get(message.digest) !== message) return;
    this.#live.delete(message.digest);
    this.remember(message.digest, now);
  }

  remember(digest: MessageDigest, now: Instant): void {
    this.#former.delete(digest);
    this.#former.set(digest, now + this.#window);
    for (const [oldest, until] of this.#former) {
      if (until > now && this.#former.size <= FORMER_MAX) break;
      this.#former.delete(oldest);
    }
  }

  /** The message with a digest; undefined if it is not at hand. */
  find(digest: MessageDigest): M | undefined {
    if (this.#undigestedCount > 0) this.#digestAll();
    return this.#live.get(digest);
  }

  /** Whether it was had within the window although it is not at hand. */
  wasKnown(digest: MessageDigest, now: Instant): boolean {
    const until = this.#former.get(digest);
    return until !== undefined && until > now;
  }

  #digestAll(): void {
    const messages = this.#undigested;
    this.#undigested = [];
    for (const message of messages) if (message.awaitsDigest) this.digestOf(message);
  }

  /** False if it was not among those without a digest. */
  #takeOut(message: M): boolean {
    if (!message.awaitsDigest) return false;
    message.awaitsDigest = false;
    this.#undigestedCount--;
    return true;
  }

  /** The same message may have come anew after its record was forgotten: the later one counts. */
  #enter(message: M, digest: MessageDigest): void {
    const other = this.#live.get(digest);
    if (other === undefined || other.seenAt <= message.seenAt) this.#live.set(digest, message);
  }
}
