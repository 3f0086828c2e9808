/**
 * The beginning of the extension on a link (520), and the news about what local programs subscribe to (521).
 */
import { EXTENSION_VERSION, Feature, type Interest } from '../../wire/extension-messages.ts';
import type { Outbox } from '../effects.ts';
import type { LinkId } from '../inputs.ts';
import type { Instant, Millis, Settings } from '../settings.ts';

/** A peer that says it speaks the extension has this long to begin. */
const HELLO_WITHIN: Millis = 10_000;
/** Between two 521s. */
const INTEREST_EVERY: Millis = 1_000;

export class Greetings {
  readonly #settings: Settings;
  readonly #out: Outbox;
  readonly #historyWindow: Millis;
  readonly #interest: () => Interest;
  /** Links on which a 520 is due, and until when; at most one for each open link. */
  readonly #awaited = new Map<LinkId, Instant>();
  #interestDue: Instant | undefined;
  #interestAt: Instant = Number.NEGATIVE_INFINITY;

  constructor(options: {
    readonly settings: Settings;
    readonly out: Outbox;
    readonly historyWindow: Millis;
    /** The types that local programs subscribe to. */
    readonly interest: () => Interest;
  }) {
    this.#settings = options.settings;
    this.#out = options.out;
    this.#historyWindow = options.historyWindow;
    this.#interest = options.interest;
  }

  /** Says the 520, and waits for the other side's. */
  greet(link: LinkId, now: Instant): void {
    this.#awaited.set(link, now + HELLO_WITHIN);
    this.#out.send(link, {
      kind: 'peer-hello',
      version: EXTENSION_VERSION,
      historySeconds: Math.min(0xffff, Math.floor(this.#historyWindow / 1_000)),
      features: this.#settings.relay === 'all' ? Feature.relaysAll : 0,
      interest: this.#interest(),
    });
  }

  /** The other side's 520 is here, or the link is gone. */
  onDone(link: LinkId): void {
    this.#awaited.delete(link);
  }

  onInterestChanged(now: Instant): void {
    this.#interestDue ??= Math.max(now, this.#interestAt + INTEREST_EVERY);
  }

  /** `links`: those of peers that have said their 520. */
  onWake(links: readonly LinkId[], now: Instant): void {
    for (const [link, until] of this.#awaited) {
      if (until > now) continue;
      this.#awaited.delete(link);
      this.#out.report({ kind: 'extension-silent', link });
    }
    if (this.#interestDue === undefined || this.#interestDue > now) return;
    this.#interestDue = undefined;
    this.#interestAt = now;
    if (links.length === 0) return;
    const message = { kind: 'peer-interest', interest: this.#interest() } as const;
    this.#out.put({ kind: 'send', links, message, own: false });
  }

  nextDeadline(): Instant | undefined {
    let next = this.#interestDue;
    for (const until of this.#awaited.values()) {
      if (next === undefined || until < next) next = until;
    }
    return next;
  }
}
