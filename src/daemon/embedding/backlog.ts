/**
 * How far a subscription in this process is behind: what it was notified of and has not dealt with. It plays
 * the part that the send queue plays for a client on a socket, and speaks the same language to the core:
 * while it is `high` and moving, whoever sends more is held back; while it is `full`, it is told of nothing.
 */
import type { QueueLevel, QueueState } from '../../core/inputs.ts';

export interface BacklogBounds {
  /** From here on it counts as high, until it is below the low mark again. */
  readonly highItems: number;
  readonly lowItems: number;
  readonly highBytes: number;
  readonly lowBytes: number;
  /** From here on it counts as full, until it is below the high mark again: what comes meanwhile is missed. */
  readonly fullItems: number;
  readonly fullBytes: number;
  /** A high backlog of which nothing is dealt with for this many ticks does not count as moving. */
  readonly stalledTicks: number;
}

const KIB = 1024;
const MIB = 1024 * KIB;

/**
 * Guesses. A read of 64 KiB holds at most some 3,800 messages, so a validator that answers at once is never
 * high; the bytes are those of a client's send queue (full with room for one more of any size).
 */
export const BACKLOG_BOUNDS: BacklogBounds = {
  highItems: 4_096,
  lowItems: 2_048,
  highBytes: MIB,
  lowBytes: 512 * KIB,
  fullItems: 16_384,
  fullBytes: 8 * MIB - 64 * KIB,
  stalledTicks: 2,
};

export class Backlog {
  readonly #bounds: BacklogBounds;
  readonly #onState: (state: QueueState) => void;
  #items = 0;
  #bytes = 0;
  #level: QueueLevel = 'low';
  #isMoving = true;
  #idleTicks = 0;

  /** `onState` is told whenever level or movement changes. */
  constructor(bounds: BacklogBounds, onState: (state: QueueState) => void) {
    this.#bounds = bounds;
    this.#onState = onState;
  }

  get items(): number {
    return this.#items;
  }

  get bytes(): number {
    return this.#bytes;
  }

  add(bytes: number): void {
    this.#items++;
    this.#bytes += bytes;
    this.#update(this.#isMoving);
  }

  /** One of those that were added has been dealt with. */
  remove(bytes: number): void {
    this.#items--;
    this.#bytes -= bytes;
    this.#idleTicks = 0;
    this.#update(true);
  }

  /** One interval of the housekeeping timer has passed. */
  tick(): void {
    if (this.#level === 'low') return;
    this.#idleTicks++;
    if (this.#idleTicks >= this.#bounds.stalledTicks) this.#update(false);
  }

  #update(isMoving: boolean): void {
    const level = this.#nextLevel();
    if (level === 'low') this.#idleTicks = 0;
    const isMovingNow = isMoving || level === 'low';
    if (level === this.#level && isMovingNow === this.#isMoving) return;
    this.#level = level;
    this.#isMoving = isMovingNow;
    this.#onState({ level, isMoving: isMovingNow });
  }

  #nextLevel(): QueueLevel {
    const { highItems, lowItems, highBytes, lowBytes, fullItems, fullBytes } = this.#bounds;
    if (this.#isAtLeast(fullItems, fullBytes)) return 'full';
    if (this.#isAtLeast(highItems, highBytes)) return this.#level === 'full' ? 'full' : 'high';
    if (this.#level === 'low' || !this.#isAtLeast(lowItems, lowBytes)) return 'low';
    return 'high';
  }

  #isAtLeast(items: number, bytes: number): boolean {
    return this.#items >= items || this.#bytes >= bytes;
  }
}
