/**
 * One more link now and then, to somebody with whom this node has none, for some minutes. If all nodes had enough
 * links and were content, a network that fell into parts would stay in parts: a first node that was started anew
 * would be alone with whoever comes after it, and those before would know nothing of them. Whoever explores links
 * parts together that know of each other, and learns addresses there.
 *
 * If such a link brings plenty while one of the node's own choice brings hardly anything, it takes that one's place
 * (comparison.ts): no more than one each time, never that of a peer that the operator named, nor of an anchor.
 *
 * The peers that the operator named are dialled as often as all others together: they are where parts meet.
 */
import type { Random } from '../../basics/random.ts';
import { formatAddress, type Address } from '../../wire/address.ts';
import type { LinkId } from '../inputs.ts';
import { outboundTarget, type Instant, type Millis, type Settings } from '../settings.ts';
import type { Attempts } from './attempts.ts';
import type { Candidates } from './candidates.ts';
import { Comparison } from './comparison.ts';
import { jittered } from './feelers.ts';
import type { Neighbour, Neighbourhood } from './surroundings.ts';

/** Between two of these links, ± 20 %; so long each lasts. Bitcoin Core: `EXTRA_BLOCK_RELAY_ONLY_PEER_INTERVAL`. */
export const EXPLORE_EVERY: Millis = 300_000;

export class Explorer {
  readonly #settings: Settings;
  readonly #random: Random;
  readonly #links: Neighbourhood;
  readonly #attempts: Attempts;
  readonly #candidates: Candidates;
  readonly #comparison: Comparison;
  readonly #isKept: (link: Neighbour) => boolean;
  #next: Instant | undefined;
  /** The address dialled last. */
  #dialled: string | undefined;

  constructor(options: {
    readonly settings: Settings;
    readonly random: Random;
    readonly links: Neighbourhood;
    readonly attempts: Attempts;
    readonly candidates: Candidates;
    /** Announcements that a link has brought since it opened, those that were new and not refused. */
    readonly broughtBy: (link: LinkId) => number;
    /** Whether a link is kept whatever it brings. */
    readonly isKept: (link: Neighbour) => boolean;
  }) {
    this.#settings = options.settings;
    this.#random = options.random;
    this.#links = options.links;
    this.#attempts = options.attempts;
    this.#candidates = options.candidates;
    this.#comparison = new Comparison(options.broughtBy);
    this.#isKept = options.isKept;
  }

  onStart(now: Instant): void {
    this.#next = now + jittered(EXPLORE_EVERY, this.#random);
  }

  onShutDown(): void {
    this.#next = undefined;
  }

  nextDeadline(): Instant {
    return this.#next ?? Number.POSITIVE_INFINITY;
  }

  /** Whether it is time for another link. */
  isDue(now: Instant): boolean {
    return this.#next !== undefined && this.#next <= now;
  }

  /** Whether this link was dialled to explore. */
  isExploring({ dialled }: Neighbour): boolean {
    return dialled !== undefined && formatAddress(dialled) === this.#dialled;
  }

  onEstablished(link: Neighbour): void {
    if (this.isExploring(link)) this.#comparison.begin(this.#own.filter((own) => own !== link));
  }

  /** Ends the last such link, unless it is needed by now or better than another, and dials the next peer. */
  explore(now: Instant): void {
    this.#next = now + jittered(EXPLORE_EVERY, this.#random);
    const last = this.#links.open.find((link) => this.isExploring(link));
    if (last !== undefined && this.#own.length > outboundTarget(this.#settings)) {
      this.#endOneFor(last, now);
    }
    const address = this.#choose(now);
    this.#dialled = address === undefined ? undefined : formatAddress(address);
    if (address !== undefined) this.#attempts.begin(address, now);
  }

  /** The open links that this node dialled. */
  get #own(): readonly Neighbour[] {
    return this.#links.open.filter((link) => link.dialled !== undefined);
  }

  #endOneFor(newcomer: Neighbour, now: Instant): void {
    const others = this.#own.filter((link) => link !== newcomer && !this.#isKept(link));
    const worse = this.#comparison.end(newcomer, others);
    if (worse === undefined) {
      this.#links.hangUp(newcomer, 'explored', 'it was for a while, to learn of other peers', now);
    } else {
      const reason = 'it brings hardly any announcements, and another peer brings many';
      this.#links.hangUp(worse, 'replaced', reason, now);
    }
  }

  #choose(now: Instant): Address | undefined {
    if (this.#links.open.length === 0 || !this.#attempts.hasRoomToDial(now)) return undefined;
    const named = this.#random.pick(this.#candidates.named(now));
    if (named !== undefined && this.#random.below(2) === 0) return named.address;
    const [stranger] = this.#candidates.strangers(now);
    return (stranger ?? named)?.address;
  }
}
