/**
 * What each peer brings: how many announcements, how many of them were new, what local programs said about those,
 * and how many more of a type it may bring now.
 *
 * Who brought the first copy answers for a message: the verdict counts for that link, whoever else sent the same,
 * and also when the link is gone by then. Copies count and are held against nobody, because nobody can know what
 * others have sent already. The limit is on what is new; a message over it is not remembered as seen, so that
 * another peer may still bring it. Local programs are never refused: who announces faster than peers may is told
 * for how long it is to be held back.
 */
import { TokenBucket } from '../../basics/token-bucket.ts';
import type { GateOutcome } from '../events.ts';
import type { LinkId } from '../inputs.ts';
import type { Profiles } from '../profiles.ts';
import type { Instant } from '../settings.ts';
import type { IntakeCounts } from '../snapshot.ts';

type Counts = { -readonly [Count in keyof IntakeCounts]: number };

/** What is known of one open link. */
interface Source {
  readonly counts: Counts;
  /** By data type; at most one for each type that has a limit. */
  readonly buckets: Map<number, TokenBucket>;
}

export class Intake {
  readonly #profiles: Profiles;
  /** One for each open link. */
  readonly #sources = new Map<LinkId, Source>();
  /** What local programs announce, by data type, as for links. */
  readonly #own = new Map<number, TokenBucket>();
  readonly #total = noCounts();

  constructor(profiles: Profiles) {
    this.#profiles = profiles;
  }

  /** Of all links there ever were. */
  get total(): IntakeCounts {
    return { ...this.#total };
  }

  /** Of one open link. */
  countsOf(link: LinkId): IntakeCounts {
    return { ...(this.#sources.get(link)?.counts ?? NOTHING) };
  }

  /** Announcements that came first on an open link, and that no local program has refused. */
  useful(link: LinkId): number {
    const counts = this.#sources.get(link)?.counts;
    return counts === undefined ? 0 : counts.first - counts.refused;
  }

  onEstablished(link: LinkId): void {
    this.#sources.set(link, { counts: noCounts(), buckets: new Map() });
  }

  onEnded(link: LinkId): void {
    this.#sources.delete(link);
  }

  /** A 504 has come on an open link. */
  onReceived(link: LinkId, was: 'first' | 'copies' | 'overRate'): void {
    const { counts } = this.#sources.get(link)!;
    counts.received++;
    counts[was]++;
    this.#total.received++;
    this.#total[was]++;
  }

  /** The gate has ended of a message whose first copy came on this link, which may be gone. */
  onVerdict(link: LinkId, outcome: GateOutcome): void {
    const counts = this.#sources.get(link)?.counts;
    if (counts !== undefined) counts[outcome]++;
    this.#total[outcome]++;
  }

  /** Whether a new message of this type would be within the limit. */
  mayBring(link: LinkId, dataType: number, now: Instant): boolean {
    return this.#bucketOf(link, dataType, now)?.has(now) ?? true;
  }

  /** The same, and counts it as brought. */
  mayTake(link: LinkId, dataType: number, now: Instant): boolean {
    return this.#bucketOf(link, dataType, now)?.take(now) ?? true;
  }

  /** A local program announces. Until when to hold it back, so that it stays within the limit: `now` is not at all. */
  onOwn(dataType: number, now: Instant): Instant {
    return this.#bucketIn(this.#own, dataType, now)?.owe(now) ?? now;
  }

  #bucketOf(link: LinkId, dataType: number, now: Instant): TokenBucket | undefined {
    // Nearly always so, and asked for every new message.
    if (this.#profiles.of(dataType).rateLimit === undefined) return undefined;
    return this.#bucketIn(this.#sources.get(link)!.buckets, dataType, now);
  }

  #bucketIn(
    buckets: Map<number, TokenBucket>,
    dataType: number,
    now: Instant,
  ): TokenBucket | undefined {
    const { rateLimit } = this.#profiles.of(dataType);
    if (rateLimit === undefined) return undefined;
    let bucket = buckets.get(dataType);
    if (bucket === undefined) buckets.set(dataType, (bucket = new TokenBucket(rateLimit, now)));
    return bucket;
  }
}

function noCounts(): Counts {
  return {
    received: 0,
    first: 0,
    copies: 0,
    overRate: 0,
    accepted: 0,
    refused: 0,
    abstained: 0,
  };
}

const NOTHING: IntakeCounts = noCounts();
