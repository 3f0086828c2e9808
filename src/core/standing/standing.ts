/**
 * What a peer has done wrong, and what follows. Each kind of wrong has a count that halves in ten minutes, so what was
 * long ago is forgiven; it outlasts the link, so a new link is no new beginning. Who gets to the bound is banned for a
 * while: by its key where there are keys, else by its host. On loopback nothing is held against anybody.
 *
 * What counts:
 *
 * - breaking the protocol (the link goes anyway): at once for what no node ever sends, after a few times for what
 *   a node with other settings, or a slow one, might;
 * - announcements that local programs refused: their number squared, so that a few hardly count and twenty in ten
 *   minutes are too many. One that was accepted makes up for one that was refused. They are held only against peers
 *   that vouch for what they forward (see rooms.ts): anybody could have others banned by sending them what is refused
 *   elsewhere;
 * - naming what it then does not give.
 *
 * Copies of what is known already are never held against anybody: that is how gossip works.
 */
import type { ViolationCode } from '../../wire/violation.ts';
import type { Whom } from '../inputs.ts';
import type { Instant, Millis } from '../settings.ts';
import { WRONGS, type StandingSnapshot, type Wrong } from '../snapshot.ts';

/** At this a peer is banned. */
export const BANNED_AT = 100;
/** A guess that many share: long enough to cost an attacker his place, short enough for a mistake. */
export const BANNED_FOR: Millis = 600_000;
const HALF_LIFE: Millis = 600_000;
/** What nothing was added to for so long is forgotten. */
const FORGOTTEN_AFTER: Millis = 1_800_000;

interface Weight {
  readonly each: number;
  readonly isSquared?: true;
}

const WEIGHTS: Readonly<Record<Wrong, Weight>> = {
  malformed: { each: 100 },
  misplaced: { each: 50 },
  stray: { each: 25 },
  slow: { each: 25 },
  // Twenty in ten minutes, evenly, count 14.7 by the end: 0.5 × 14.7² = 108.
  refused: { each: 0.5, isSquared: true },
  // A peer whose uplink is full breaks some; whoever breaks 200 at once does nothing else.
  'broken-promise': { each: 0.5 },
};

const WRONG_OF: Readonly<Record<ViolationCode, Wrong>> = {
  'bad-size': 'malformed',
  'bad-utf8': 'malformed',
  'bad-list': 'malformed',
  'wrong-proof': 'malformed',
  'wrong-offer-challenge': 'malformed',
  'too-many-challenges': 'malformed',
  'wrong-state': 'misplaced',
  'offer-not-asked-for': 'misplaced',
  'channel-binding': 'misplaced',
  'unknown-type': 'stray',
  'wrong-port': 'stray',
  'frame-timeout': 'slow',
  'challenge-expired': 'slow',
};

interface Count {
  count: number;
  at: Instant;
}

type Account = Map<Wrong, Count>;

export class Standing {
  readonly #max: number;
  readonly #onTooMuch: (whom: Whom, wrong: Wrong, now: Instant) => void;
  /** By key or host, at most `max`; the one with the least penalty makes room. */
  readonly #accounts = new Map<string, Account>();

  constructor(options: {
    /** Peers of whom anything is remembered. */
    readonly max: number;
    /** Somebody has got to {@link BANNED_AT}; `wrong` was the last thing. */
    readonly onTooMuch: (whom: Whom, wrong: Wrong, now: Instant) => void;
  }) {
    this.#max = options.max;
    this.#onTooMuch = options.onTooMuch;
  }

  get size(): number {
    return this.#accounts.size;
  }

  onViolation(whom: Whom, code: ViolationCode, now: Instant): void {
    this.#add(whom, WRONG_OF[code], now);
  }

  onRefused(whom: Whom, now: Instant): void {
    this.#add(whom, 'refused', now);
  }

  onBrokenPromise(whom: Whom, now: Instant): void {
    this.#add(whom, 'broken-promise', now);
  }

  onAccepted(whom: Whom, now: Instant): void {
    const refused = this.#accounts.get(nameOf(whom))?.get('refused');
    if (refused !== undefined) refused.count = Math.max(0, faded(refused, now) - 1);
    if (refused !== undefined) refused.at = now;
  }

  /** How a peer stands, and why. */
  of(whom: Whom, now: Instant): StandingSnapshot {
    const account = this.#accounts.get(nameOf(whom));
    const reasons = WRONGS.flatMap((wrong) => {
      const count = account?.get(wrong);
      if (count === undefined) return [];
      return [{ wrong, count: faded(count, now), penalty: penaltyOf(wrong, count, now) }];
    });
    const penalty = reasons.reduce((sum, reason) => sum + reason.penalty, 0);
    return { penalty, bannedAt: BANNED_AT, reasons };
  }

  #add(whom: Whom, wrong: Wrong, now: Instant): void {
    const account = this.#accountOf(nameOf(whom), now);
    const count = account.get(wrong);
    account.set(wrong, { count: 1 + (count === undefined ? 0 : faded(count, now)), at: now });
    if (totalOf(account, now) >= BANNED_AT) this.#onTooMuch(whom, wrong, now);
  }

  #accountOf(name: string, now: Instant): Account {
    const known = this.#accounts.get(name);
    if (known !== undefined) return known;
    if (this.#accounts.size >= this.#max) this.#makeRoom(now);
    const account: Account = new Map();
    this.#accounts.set(name, account);
    return account;
  }

  #makeRoom(now: Instant): void {
    let least: { readonly name: string; readonly total: number } | undefined;
    for (const [name, account] of this.#accounts) {
      const total = totalOf(account, now);
      if (least === undefined || total < least.total) least = { name, total };
    }
    if (least !== undefined) this.#accounts.delete(least.name);
  }
}

function nameOf(whom: Whom): string {
  return 'identity' in whom ? whom.identity : whom.host;
}

function faded({ count, at }: Count, now: Instant): number {
  const passed = now - at;
  return passed >= FORGOTTEN_AFTER ? 0 : count * 2 ** (-passed / HALF_LIFE);
}

function penaltyOf(wrong: Wrong, count: Count, now: Instant): number {
  const { each, isSquared } = WEIGHTS[wrong];
  const left = faded(count, now);
  return each * (isSquared === true ? left * left : left);
}

function totalOf(account: Account, now: Instant): number {
  let total = 0;
  for (const [wrong, count] of account) total += penaltyOf(wrong, count, now);
  return total;
}
