/**
 * Which messages this node knows, by digest. Digests are computed when first needed: a message that never
 * meets a peer that was not sent it whole costs no hash.
 *
 * The messages stand in an array and the map holds their places in it. A map or set of the messages themselves would
 * double the cost of a small message: when so many entries come and go, its table is made anew all the time, an
 * old table refers to the new one, and the collector of young objects keeps all that the old ones still lead to.
 */
import type { MessageDigest } from '../../wire/digest.ts';
import type { Instant, Millis } from '../settings.ts';
import { NOWHERE, type Tracked } from './tracked.ts';

/** Digests remembered of messages that are kept no more; the oldest is forgotten. A guess: 4 MB. */
export const FORMER_MAX = 65_536;

export class DigestIndex<M extends Tracked> {
  readonly #compute: (message: M) => MessageDigest;
  readonly #window: Millis;
  /** Those at hand, by {@link Tracked.place}; with the places that are free, and how many have no digest so far. */
  readonly #messages: (M | undefined)[] = [];
  readonly #free: number[] = [];
  #undigested = 0;
  /** The places of those with a digest. */
  readonly #live = new Map<MessageDigest, number>();
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
    message.place = this.#free.pop() ?? this.#messages.length;
    this.#messages[message.place] = message;
    if (message.digest === undefined) this.#undigested++;
    else this.#enter(message, message.digest);
  }

  digestOf(message: M): MessageDigest {
    if (message.digest === undefined) {
      message.digest = this.#compute(message);
      if (message.place !== NOWHERE) {
        this.#undigested--;
        this.#enter(message, message.digest);
      }
    }
    return message.digest;
  }

  /** Its data is about to go. `isRemembered`: its digest is worth computing, so that nobody is asked for it. */
  drop(message: M, isRemembered: boolean, now: Instant): void {
    if (isRemembered) this.digestOf(message);
    const { place, digest } = message;
    if (place === NOWHERE) return;
    message.place = NOWHERE;
    this.#messages[place] = undefined;
    this.#free.push(place);
    if (digest === undefined) this.#undigested--;
    else if (this.#live.get(digest) === place) {
      this.#live.delete(digest);
      this.remember(digest, now);
    }
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
    if (this.#undigested > 0) {
      for (const message of this.#messages) if (message !== undefined) this.digestOf(message);
    }
    const place = this.#live.get(digest);
    return place === undefined ? undefined : this.#messages[place];
  }

  /** Whether it was had within the window although it is not at hand. */
  wasKnown(digest: MessageDigest, now: Instant): boolean {
    const until = this.#former.get(digest);
    return until !== undefined && until > now;
  }

  /** The same message may have come anew after its record was forgotten: the later one counts. */
  #enter(message: M, digest: MessageDigest): void {
    const place = this.#live.get(digest);
    const other = place === undefined ? undefined : this.#messages[place];
    if (other === undefined || other.seenAt <= message.seenAt) {
      this.#live.set(digest, message.place);
    }
  }
}
