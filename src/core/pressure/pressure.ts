/**
 * Holding senders back when something downstream cannot keep up.
 *
 * Two things can be behind: a link whose send queue is high, and a local subscriber whose queue is high or
 * who owes a great many answers. As long as they move, whoever sends more is not read from:
 *
 * - a client that announces, until nothing is behind any more; so it is slowed down and loses nothing;
 * - the links that bring the most (by bytes, decaying), until nothing is behind. Quiet links are read on.
 *
 * A client that announces more of a type than its profile allows is not read from either until it may again.
 *
 * What does not move is left out of account: it will lose what it does not take, and in the end its
 * connection, but it holds up nobody. Two nodes that wait for each other's links must not stand still for
 * ever either: for the sake of a link, another link is paused for {@link LINK_PAUSE} at a time and then read
 * for {@link LINK_GAP} at least. And a link is never paused for the sake of itself: what it brings does not
 * go back to it.
 */
import type { Outbox } from '../effects.ts';
import type { ClientId, LinkId, QueueState } from '../inputs.ts';
import type { Instant, Millis } from '../settings.ts';

/** How long a link is paused at a time. A guess: short beside a user's patience, long beside a round trip. */
const LINK_PAUSE: Millis = 200;
/** How long a link is read at least between two pauses for the sake of another link. A guess. */
const LINK_GAP: Millis = 50;
/** A subscriber that owes answers and has given none for this long does not count as moving. */
const ANSWER_HOPE: Millis = 1_000;
const NOT_MOVING: Instant = Number.NEGATIVE_INFINITY;
/** A link is paused if it brings at least this share of what the busiest brings. */
const BUSY_SHARE = 0.5;
/** Time in which the memory of a link's intake halves. */
const INTAKE_HALF_LIFE: Millis = 1_000;

interface Intake {
  bytes: number;
  since: Instant;
}

export class Pressure {
  readonly #out: Outbox;
  readonly #slowLinks = new Set<LinkId>();
  readonly #slowClients = new Set<ClientId>();
  /** Subscribers that owe many answers: when each last gave one. */
  readonly #behind = new Map<ClientId, Instant>();
  readonly #intakes = new Map<LinkId, Intake>();
  readonly #pausedClients = new Set<ClientId>();
  /** Clients that announced too much of a type, and until when they are not read from whatever else. */
  readonly #held = new Map<ClientId, Instant>();
  /** Paused links: when to look again. */
  readonly #pausedLinks = new Map<LinkId, Instant>();
  /** Links that were resumed to keep things going: not paused for another link before this. */
  readonly #gaps = new Map<LinkId, Instant>();

  constructor(options: { readonly out: Outbox }) {
    this.#out = options.out;
  }

  get pausedCount(): number {
    return this.#pausedClients.size + this.#pausedLinks.size;
  }

  onLinkQueue(link: LinkId, queue: QueueState, now: Instant): void {
    if (isSlow(queue)) this.#slowLinks.add(link);
    else if (this.#slowLinks.delete(link)) this.#review(now);
  }

  onClientQueue(client: ClientId, queue: QueueState, now: Instant): void {
    if (isSlow(queue)) this.#slowClients.add(client);
    else if (this.#slowClients.delete(client)) this.#review(now);
  }

  /** A subscriber owes very many answers. */
  onBehind(client: ClientId, now: Instant): void {
    if (!this.#behind.has(client)) this.#behind.set(client, now);
  }

  onCaughtUp(client: ClientId, now: Instant): void {
    if (this.#behind.delete(client)) this.#review(now);
  }

  onAnswer(client: ClientId, now: Instant): void {
    if (this.#behind.has(client)) this.#behind.set(client, now);
  }

  /** `bytes` came in on a link and were new. */
  onLinkIntake(link: LinkId, bytes: number, now: Instant): void {
    const intake = this.#intakeOf(link, now);
    intake.bytes += bytes;
    if (this.#pausedLinks.has(link)) return;
    const isLocal = this.#isSubscriberBehind(undefined, now);
    if (!isLocal && !this.#isOtherLinkSlow(link)) return;
    if (!isLocal && (this.#gaps.get(link) ?? now) > now) return;
    if (intake.bytes < BUSY_SHARE * this.#busiest(now)) return;
    this.#pausedLinks.set(link, now + LINK_PAUSE);
    this.#out.put({ kind: 'pause-link', link });
  }

  /** A client announced something. */
  onClientIntake(client: ClientId, now: Instant): void {
    if (this.#pausedClients.has(client)) return;
    if (this.#slowLinks.size === 0 && !this.#isSubscriberBehind(client, now)) return;
    this.#pauseClient(client);
  }

  /** A client has announced more than it may, and is to be held back until then. */
  holdClient(client: ClientId, until: Instant): void {
    this.#held.set(client, Math.max(until, this.#held.get(client) ?? until));
    if (!this.#pausedClients.has(client)) this.#pauseClient(client);
  }

  /** Whether nothing is read from a link for now. */
  isPaused(link: LinkId): boolean {
    return this.#pausedLinks.has(link);
  }

  onLinkEnded(link: LinkId, now: Instant): void {
    this.#intakes.delete(link);
    this.#pausedLinks.delete(link);
    this.#gaps.delete(link);
    if (this.#slowLinks.delete(link)) this.#review(now);
  }

  onClientGone(client: ClientId, now: Instant): void {
    this.#pausedClients.delete(client);
    this.#held.delete(client);
    const wasSlow = this.#slowClients.delete(client);
    if (this.#behind.delete(client) || wasSlow) this.#review(now);
  }

  onWake(now: Instant): void {
    for (const [client, answeredAt] of this.#behind) {
      if (now - answeredAt >= ANSWER_HOPE) this.#behind.set(client, NOT_MOVING);
    }
    for (const [client, until] of this.#held) if (until <= now) this.#held.delete(client);
    this.#review(now);
    const isLocal = this.#isSubscriberBehind(undefined, now);
    for (const [link, until] of this.#pausedLinks) {
      if (until > now) continue;
      if (isLocal) this.#pausedLinks.set(link, now + LINK_PAUSE);
      else this.#resumeLink(link, now + LINK_GAP);
    }
  }

  nextDeadline(): Instant | undefined {
    let next: Instant | undefined;
    for (const until of this.#pausedLinks.values()) {
      if (next === undefined || until < next) next = until;
    }
    for (const until of this.#held.values()) if (next === undefined || until < next) next = until;
    if (this.#pausedClients.size === 0) return next;
    for (const answeredAt of this.#behind.values()) {
      const until = answeredAt + ANSWER_HOPE;
      if (answeredAt !== NOT_MOVING && (next === undefined || until < next)) next = until;
    }
    return next;
  }

  /** Something is not behind any more: whoever was paused for it alone is read from again. */
  #review(now: Instant): void {
    if (this.#slowLinks.size > 0) return;
    for (const client of this.#pausedClients) {
      if (this.#held.has(client) || this.#isSubscriberBehind(client, now)) continue;
      this.#pausedClients.delete(client);
      this.#out.put({ kind: 'resume-client', client });
    }
    if (this.#isSubscriberBehind(undefined, now)) return;
    for (const link of this.#pausedLinks.keys()) this.#out.put({ kind: 'resume-link', link });
    this.#pausedLinks.clear();
  }

  #pauseClient(client: ClientId): void {
    this.#pausedClients.add(client);
    this.#out.put({ kind: 'pause-client', client });
  }

  #resumeLink(link: LinkId, gapUntil: Instant): void {
    this.#pausedLinks.delete(link);
    this.#gaps.set(link, gapUntil);
    this.#out.put({ kind: 'resume-link', link });
  }

  /** Whether a subscriber other than `except` is behind and moves. */
  #isSubscriberBehind(except: ClientId | undefined, now: Instant): boolean {
    // Nearly always so, and asked for every message: an iterator each time would cost more than the answer.
    if (this.#slowClients.size === 0 && this.#behind.size === 0) return false;
    for (const client of this.#slowClients) if (client !== except) return true;
    for (const [client, answeredAt] of this.#behind) {
      if (client !== except && now - answeredAt < ANSWER_HOPE) return true;
    }
    return false;
  }

  #isOtherLinkSlow(link: LinkId): boolean {
    return this.#slowLinks.size > (this.#slowLinks.has(link) ? 1 : 0);
  }

  #intakeOf(link: LinkId, now: Instant): Intake {
    let intake = this.#intakes.get(link);
    if (intake === undefined) {
      intake = { bytes: 0, since: now };
      this.#intakes.set(link, intake);
    } else if (now - intake.since >= INTAKE_HALF_LIFE) {
      intake.bytes *= 2 ** (-(now - intake.since) / INTAKE_HALF_LIFE);
      intake.since = now;
    }
    return intake;
  }

  #busiest(now: Instant): number {
    let most = 0;
    for (const link of this.#intakes.keys()) {
      most = Math.max(most, this.#intakeOf(link, now).bytes);
    }
    return most;
  }
}

function isSlow(queue: QueueState): boolean {
  return queue.level !== 'low' && queue.isMoving;
}
