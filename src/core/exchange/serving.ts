/**
 * Giving peers what they ask for (523), within bounds: a few bytes must not buy the same 64 KiB for ever.
 */
import type { MessageDigest } from '../../wire/digest.ts';
import { dataOf } from '../data-blocks.ts';
import type { Outbox } from '../effects.ts';
import type { Profiles } from '../profiles.ts';
import type { Instant } from '../settings.ts';
import type { DigestIndex } from './digest-index.ts';
import type { ExtendedPeer } from './extended-peer.ts';
import type { Spreading } from './spreading.ts';
import { addHolder, ENDS_HERE, wasTold, type Tracked } from './tracked.ts';

/** How often one message is given to one peer that asks for it. */
export const SERVED_MAX = 3;

export class Serving<M extends Tracked> {
  readonly #out: Outbox;
  readonly #index: DigestIndex<M>;
  readonly #spreading: Spreading<M>;
  readonly #profiles: Profiles;

  constructor(options: {
    readonly out: Outbox;
    readonly index: DigestIndex<M>;
    readonly spreading: Spreading<M>;
    readonly profiles: Profiles;
  }) {
    this.#out = options.out;
    this.#index = options.index;
    this.#spreading = options.spreading;
    this.#profiles = options.profiles;
  }

  /** A 523: gives what there is, and says what there is not (525). */
  serve(peer: ExtendedPeer, digests: readonly MessageDigest[], now: Instant): void {
    const gone: MessageDigest[] = [];
    for (const digest of digests) {
      const message = this.#servable(digest, now);
      if (message === undefined) gone.push(digest);
      else if (!hasHeardOf(peer, message, digest)) this.name(peer, message, now);
      else if (!this.#give(peer, message, now)) gone.push(digest);
    }
    if (gone.length > 0) this.#out.send(peer.link, { kind: 'peer-gone', digests: gone });
  }

  /** Tells a peer of a message that is kept. */
  name(peer: ExtendedPeer, message: M, now: Instant): void {
    if (message.ttlOut === ENDS_HERE) return;
    this.#spreading.name(peer, message, now);
  }

  #servable(digest: MessageDigest, now: Instant): M | undefined {
    const message = this.#index.find(digest);
    if (message?.isKept !== true || message.ttlOut === ENDS_HERE) return undefined;
    const { historyWindow } = this.#profiles.of(message.dataType);
    return now - message.seenAt < historyWindow ? message : undefined;
  }

  #give(peer: ExtendedPeer, message: M, now: Instant): boolean {
    const served = message.served?.get(peer.link) ?? 0;
    if (served >= SERVED_MAX || !peer.mayServe(message.length, now)) return false;
    message.served ??= new Map();
    message.served.set(peer.link, served + 1);
    if (message.ttlOut === 0) addHolder(message, peer.link);
    const { id, dataType, ttlOut: ttl } = message;
    const data = dataOf(message);
    const reply = { kind: 'peer-announce', id, ttl, dataType, data } as const;
    const tag = message.record;
    this.#out.put({
      kind: 'send',
      links: [peer.link],
      message: reply,
      own: false,
      isReply: true,
      tag,
    });
    return true;
  }
}

/** One that was not named, or not sent yet what names it, does not know how old the message is. */
function hasHeardOf(peer: ExtendedPeer, message: Tracked, digest: MessageDigest): boolean {
  return wasTold(message, peer.link) && !peer.haves.some((entry) => entry.digest === digest);
}
