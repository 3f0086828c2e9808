/**
 * How much work a newcomer is asked, and how fast newcomers get in. The proof of work is a toll, not a wall: whoever
 * has enough machines pays it. So those who have paid are let in at a bounded rate, all together and those of one range
 * of addresses; who comes too soon waits, its work is not lost. Of those who wait the one goes in first of whose range
 * the fewest have come lately, then who came first: a crowd waits behind others, and pays for nobody's place but its own
 * when it goes away while it waits.
 *
 * On TLS the toll rises with the crowd: several rounds of 508 and 509 instead of one, doubled for each newcomer of a range
 * beyond a few, and once more while the node is nearly full or many come. Both fall again in minutes. On plain TCP it
 * is always one round: there are nodes that send one 509 and then wait for their 510 only, and one round is 24 bits
 * there, which is what sixteen rounds of 20 bits are.
 *
 * Loopback is exempt from all of it: who can dial from this machine has the machine.
 */
import { TokenBucket } from '../../basics/token-bucket.ts';
import type { Instant, Millis, Settings } from '../settings.ts';
import type { Link } from './link.ts';

/** Newcomers of a range count half after this. */
const HALF_LIFE: Millis = 300_000;
/** So many newcomers of a range are asked for one round. A guess: what a house or a rack starts at once. */
const FREE = 4;
/** More newcomers a second than this are many, on average over {@link ARRIVAL_WINDOW}. */
const MANY_PER_SECOND = 5;
const ARRIVAL_WINDOW: Millis = 10_000;
/** Once there were many, or few places left, everybody works twice as much for so long. */
const PRESSED_FOR: Millis = 300_000;

/** What is known of newcomers of one range. */
interface Range {
  count: number;
  countedAt: Instant;
  readonly bucket: TokenBucket;
}

export class Newcomers {
  readonly #settings: Settings;
  readonly #isNearlyFull: () => boolean;
  readonly #bucket: TokenBucket;
  /** Those that came last are last; the first makes room. */
  readonly #ranges = new Map<string, Range>();
  #arrivals = 0;
  #arrivedAt: Instant = 0;
  #pressedUntil: Instant = Number.NEGATIVE_INFINITY;

  constructor(options: {
    readonly settings: Settings;
    /** Whether more than four fifths of the places for inbound links are taken. */
    readonly isNearlyFull: () => boolean;
  }) {
    this.#settings = options.settings;
    this.#isNearlyFull = options.isNearlyFull;
    const { admissionsPerSecond: perSecond, admissionsBurst: burst } = options.settings.bounds;
    this.#bucket = new TokenBucket({ perSecond, burst }, 0);
  }

  /** Ranges that are known. */
  get rangeCount(): number {
    return this.#ranges.size;
  }

  /** How much of the burst for all newcomers is used for now. */
  taken(now: Instant): number {
    return this.#bucket.taken(now);
  }

  /** The same of the range that has used most of its own. */
  mostTaken(now: Instant): number {
    let most = 0;
    for (const { bucket } of this.#ranges.values()) most = Math.max(most, bucket.taken(now));
    return most;
  }

  /** A newcomer has said its 507. */
  onCome(link: Link, now: Instant): void {
    if (link.scope !== 'loopback') this.#rangeOf(link, now).count++;
  }

  /** How many challenges a newcomer has to solve that has just come, 1 … 16. */
  roundsFor(link: Link, now: Instant): number {
    if (link.scope === 'loopback' || link.secured === undefined) return 1;
    const doublings = Math.max(0, Math.floor(this.#rangeOf(link, now).count) - FREE);
    const rounds = 2 ** doublings * (this.#isPressed(now) ? 2 : 1);
    return Math.min(rounds, this.#settings.bounds.challengesPerLinkMax);
  }

  /** Whether this newcomer can be let in now; it is then taken to be in. */
  lets(link: Link, now: Instant): boolean {
    if (link.scope === 'loopback') return true;
    const { bucket } = this.#rangeOf(link, now);
    return bucket.has(now) && this.#bucket.take(now) && bucket.take(now);
  }

  /** Of those that wait, in the order in which they came, who goes in first, and from when on. */
  firstOf(
    waiting: readonly Link[],
    now: Instant,
  ): { readonly link: Link; readonly at: Instant } | undefined {
    const everybody = this.#bucket.readyAt(now);
    let first: Link | undefined;
    let at: Instant = Number.POSITIVE_INFINITY;
    let crowd = 0;
    for (const link of waiting) {
      const { bucket, count } = this.#rangeOf(link, now);
      const from = Math.max(everybody, bucket.readyAt(now));
      if (from > at || (from === at && count >= crowd)) continue;
      [first, at, crowd] = [link, from, count];
    }
    return first && { link: first, at };
  }

  #isPressed(now: Instant): boolean {
    const passed = now - this.#arrivedAt;
    this.#arrivals = 1 + this.#arrivals * Math.exp(-passed / ARRIVAL_WINDOW);
    this.#arrivedAt = now;
    const areMany = this.#arrivals > (MANY_PER_SECOND * ARRIVAL_WINDOW) / 1_000;
    if (areMany || this.#isNearlyFull()) this.#pressedUntil = now + PRESSED_FOR;
    return now < this.#pressedUntil;
  }

  #rangeOf({ block }: Link, now: Instant): Range {
    const range = this.#ranges.get(block) ?? this.#newRange(now);
    this.#ranges.delete(block);
    this.#ranges.set(block, range);
    range.count *= 2 ** (-(now - range.countedAt) / HALF_LIFE);
    range.countedAt = now;
    return range;
  }

  #newRange(now: Instant): Range {
    const { rangesMax, rangeAdmissionsPerSecond, rangeAdmissionsBurst } = this.#settings.bounds;
    if (this.#ranges.size >= rangesMax) {
      const [oldest] = this.#ranges.keys();
      this.#ranges.delete(oldest!);
    }
    const rate = { perSecond: rangeAdmissionsPerSecond, burst: rangeAdmissionsBurst };
    return { count: 0, countedAt: now, bucket: new TokenBucket(rate, now) };
  }
}
