/** How much of something each link may still have: a bucket for each that has asked. */
import { TokenBucket, type Rate } from '../../basics/token-bucket.ts';
import type { LinkId } from '../inputs.ts';
import type { Instant } from '../settings.ts';

export class Allowances {
  readonly #rate: Rate;
  /** As many as there are links. */
  readonly #buckets = new Map<LinkId, TokenBucket>();

  constructor(rate: Rate) {
    this.#rate = rate;
  }

  /** Takes one, if there is one. */
  take(link: LinkId, now: Instant): boolean {
    let bucket = this.#buckets.get(link);
    if (bucket === undefined) this.#buckets.set(link, (bucket = new TokenBucket(this.#rate, now)));
    return bucket.take(now);
  }

  /** Of all links the one that has used most of its burst: how much of it. */
  mostTaken(now: Instant): number {
    let most = 0;
    for (const bucket of this.#buckets.values()) most = Math.max(most, bucket.taken(now));
    return most;
  }

  onLinkEnded(link: LinkId): void {
    this.#buckets.delete(link);
  }
}
