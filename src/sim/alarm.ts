/**
 * The one timer of a hosted core: calls when `nextDeadline()` has come.
 */
import { assert } from '../basics/assert.ts';
import type { Instant } from '../core/settings.ts';
import type { EventQueue, SimEvent } from './event-queue.ts';
import { CheckFailure } from './failure.ts';

/** A core that wants to be woken this often without time passing will want it for ever. */
export const WAKES_PER_INSTANT_MAX = 1_000;

/** Whoever wants to be woken. */
export interface Sleeper {
  nextDeadline(): Instant | undefined;
  onDue(): void;
}

export class Alarm implements SimEvent {
  readonly #events: EventQueue;
  readonly #sleeper: Sleeper;
  /** When the earliest event that counts is due. */
  #at: Instant = Number.POSITIVE_INFINITY;
  #wokenAt: Instant = -1;
  #wakes = 0;

  constructor(events: EventQueue, sleeper: Sleeper) {
    this.#events = events;
    this.#sleeper = sleeper;
  }

  /** The sleeper's deadline is this now; call it whenever it has changed, and after every `onDue`. */
  set(deadline: Instant | undefined): void {
    if (deadline === undefined) return;
    assert(!Number.isNaN(deadline), 'nextDeadline() is not a number');
    const at = Math.max(this.#events.now, Math.ceil(deadline));
    if (at >= this.#at) return;
    this.#at = at;
    this.#events.put(at, this);
  }

  /** Events are never taken back: one that is not the earliest any more, or comes too early, does nothing. */
  fire(): void {
    const now = this.#events.now;
    if (now !== this.#at) return;
    this.#at = Number.POSITIVE_INFINITY;
    const deadline = this.#sleeper.nextDeadline();
    if (deadline === undefined || deadline > now) return this.set(deadline);
    this.#wakes = this.#wokenAt === now ? this.#wakes + 1 : 1;
    this.#wokenAt = now;
    if (this.#wakes > WAKES_PER_INSTANT_MAX) {
      throw new CheckFailure(`the node wants to be woken at ${deadline} again and again`);
    }
    this.#sleeper.onDue();
  }
}
