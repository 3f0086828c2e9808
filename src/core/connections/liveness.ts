/**
 * Whether those on open links are still there. TCP notices a peer that vanished without a word only when
 * something is sent to it, and then late. So a peer that speaks the extension is asked (528) when nothing has come
 * from it for `pingAfter`, and let go when nothing has come for `silenceMax`. Whatever comes is a sign of life;
 * the answer (529) moreover shows how long a message takes to the peer and back.
 *
 * A node that was late itself suspects itself first: by as much as its own wake was late, everybody gets more time
 * (after Lifeguard, Dadgar et al. 2017, which found most false alarms at slow judges). From a link that the node
 * does not read nothing can come, so it is not judged.
 *
 * Peers that do not speak the extension are left to the host's TCP keepalive: there is nothing to ask them.
 */
import type { Random } from '../../basics/random.ts';
import type { Outbox } from '../effects.ts';
import type { LinkId } from '../inputs.ts';
import type { Instant, Millis, Settings } from '../settings.ts';
import type { Door } from './handshake.ts';
import type { Link } from './link.ts';

/** Wakes that are no later than this say nothing about this node. A guess: a timer on a busy machine. */
const PUNCTUAL: Millis = 1_000;
/** Tokens from here on are those of liveness; receipts count from 0 and never get so far. */
const TOKENS_FROM = 0x8000_0000;

export class Liveness {
  readonly #settings: Settings;
  readonly #random: Random;
  readonly #out: Outbox;
  readonly #door: Door;
  readonly #isUnread: (link: LinkId) => boolean;
  /** Open links of peers that answer 528. */
  readonly #watched = new Set<Link>();
  /** When to look at them again: no later than anything can be due. What is heard moves it only at the next look. */
  #lookAt: Instant | undefined;

  constructor(options: {
    readonly settings: Settings;
    readonly random: Random;
    readonly out: Outbox;
    readonly door: Door;
    /** Whether this node does not read from a link for now. */
    readonly isUnread: (link: LinkId) => boolean;
  }) {
    this.#settings = options.settings;
    this.#random = options.random;
    this.#out = options.out;
    this.#door = options.door;
    this.#isUnread = options.isUnread;
  }

  /** The peer has said that it speaks the extension: its first 528. */
  watch(link: Link, now: Instant): void {
    this.#watched.add(link);
    this.#ping(link, now);
    this.#lookNoLaterThan(this.#nextStepOf(link));
  }

  onEnded(link: Link): void {
    this.#watched.delete(link);
  }

  /** A 529. One that does not answer the latest 528 says nothing about times. */
  onPong(link: Link, token: number, now: Instant): void {
    if (link.ping?.token !== token) return;
    const roundTrip = now - link.ping.at;
    link.ping = undefined;
    // The least over time: queues on the way only ever add to it.
    link.roundTrip = Math.min(link.roundTrip ?? roundTrip, roundTrip);
  }

  onWake(now: Instant): void {
    if (this.#lookAt === undefined || this.#lookAt > now) return;
    const late = now - this.#lookAt;
    this.#lookAt = undefined;
    for (const link of this.#watched) {
      if (late > PUNCTUAL) link.heardAt = Math.min(now, link.heardAt + late);
      if (this.#isUnread(link.id)) link.heardAt = now;
      this.#judge(link, now);
    }
  }

  nextDeadline(): Instant | undefined {
    return this.#lookAt;
  }

  #judge(link: Link, now: Instant): void {
    const { pingAfter, silenceMax } = this.#settings.bounds;
    if (now - link.heardAt >= silenceMax) {
      const reason = `nothing has come from the peer for ${silenceMax / 1000} s`;
      this.#door.hangUp(link, 'silent', reason, now);
      return;
    }
    if (now - Math.max(link.heardAt, link.pingedAt) >= pingAfter) this.#ping(link, now);
    this.#lookNoLaterThan(this.#nextStepOf(link));
  }

  #ping(link: Link, now: Instant): void {
    const token = TOKENS_FROM + this.#random.below(TOKENS_FROM);
    link.pingedAt = now;
    link.ping = { token, at: now };
    this.#out.send(link.id, { kind: 'peer-ping', token });
  }

  #nextStepOf({ heardAt, pingedAt }: Link): Instant {
    const { pingAfter, silenceMax } = this.#settings.bounds;
    return Math.min(heardAt + silenceMax, Math.max(heardAt, pingedAt) + pingAfter);
  }

  #lookNoLaterThan(at: Instant): void {
    if (this.#lookAt === undefined || at < this.#lookAt) this.#lookAt = at;
  }
}
