/**
 * Sources whose addresses turn out to be peers that this node has links to already, by other addresses. One machine
 * can have very many addresses, and dialling them all, because one offer names them, costs a handshake each and
 * brings nobody. So of a source that told of a few such addresses lately, none is followed for a while. A few are
 * nothing: an honest peer may have an address of each kind.
 */
import type { Instant, Millis } from '../settings.ts';

/** So many in {@link MEMORY} are too many. A guess: one address of IPv4, one of IPv6, and one more. */
export const DUPLICATES_MAX = 3;
export const MEMORY: Millis = 600_000;
/** Sources remembered; the one that was noted longest ago is forgotten. A guess. */
const SOURCES_MAX = 1_024;

interface Doubt {
  count: number;
  /** When the first of them was found. */
  since: Instant;
}

export class DoubtfulSources {
  /** Those that were noted last are last. */
  readonly #doubts = new Map<string, Doubt>();

  get size(): number {
    return this.#doubts.size;
  }

  /** An address of `source` has turned out to be a peer that this node has. */
  note(source: string, now: Instant): void {
    const known = this.#doubts.get(source);
    const doubt =
      known === undefined || now - known.since >= MEMORY ? { count: 0, since: now } : known;
    doubt.count++;
    this.#doubts.delete(source);
    this.#doubts.set(source, doubt);
    const [oldest] = this.#doubts.keys();
    if (this.#doubts.size > SOURCES_MAX) this.#doubts.delete(oldest!);
  }

  /** From when on an address may be dialled of which these have told: as soon as one of them is to be followed. */
  freeFrom(sources: readonly string[], now: Instant): Instant {
    if (this.#doubts.size === 0 || sources.length === 0) return now;
    let first = Number.POSITIVE_INFINITY;
    for (const source of sources) first = Math.min(first, this.#freeFrom(source, now));
    return first;
  }

  #freeFrom(source: string, now: Instant): Instant {
    const doubt = this.#doubts.get(source);
    if (doubt === undefined || doubt.count < DUPLICATES_MAX) return now;
    return Math.max(now, doubt.since + MEMORY);
  }
}
