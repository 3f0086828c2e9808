/**
 * One table of the peer book: places in buckets, at most one entry in each. Empty places take no memory, since
 * most books are nearly empty.
 */
import type { Random } from '../../basics/random.ts';
import type { BookEntry } from './book-entry.ts';
import { BUCKET_PLACES, bucketOf, findPlace } from './places.ts';

export class Table {
  readonly #places: number;
  /** By place; undefined until the first. */
  #entries: Map<number, BookEntry> | undefined;

  constructor(buckets: number) {
    this.#places = buckets * BUCKET_PLACES;
  }

  /** Places that are taken. */
  get size(): number {
    return this.#entries?.size ?? 0;
  }

  /** The most that can be. */
  get max(): number {
    return this.#places;
  }

  at(place: number): BookEntry | undefined {
    return this.#entries?.get(place);
  }

  /** The first place of a bucket that nobody has, counted from `place` on; undefined if there is none. */
  freePlace(place: number): number | undefined {
    return findPlace(place, (one) => this.at(one) === undefined);
  }

  /** The first place of a full bucket, counted from `place` on, whose holder is of the first kind, or else the next. */
  placeOf(
    place: number,
    ...kinds: readonly ((holder: BookEntry) => boolean)[]
  ): number | undefined {
    for (const isOfKind of kinds) {
      const found = findPlace(place, (one) => isOfKind(this.at(one)!));
      if (found !== undefined) return found;
    }
    return undefined;
  }

  put(place: number, entry: BookEntry): void {
    this.#entries ??= new Map();
    this.#entries.set(place, entry);
  }

  clear(place: number): void {
    this.#entries?.delete(place);
  }

  /** Any of its entries, each place with equal probability; undefined if there is none. */
  pick(random: Random): BookEntry | undefined {
    if (this.#entries === undefined || this.#entries.size === 0) return undefined;
    // A table from which one must go is well filled; if not, it is small, and walked.
    for (let tries = 0; tries < 64; tries++) {
      const entry = this.#entries.get(random.below(this.#places));
      if (entry !== undefined) return entry;
    }
    return random.pick([...this.#entries.values()]);
  }

  /** One that is wanted, of a random bucket in which there is one; undefined if there is none. */
  pickWanted(random: Random, isWanted: (entry: BookEntry) => boolean): BookEntry | undefined {
    for (let tries = 0; this.size > 0 && tries < 64; tries++) {
      // A random place, and the next one of its bucket that is taken by somebody who is wanted.
      const place = findPlace(random.below(this.#places), (one) => {
        const entry = this.at(one);
        return entry !== undefined && isWanted(entry);
      });
      if (place !== undefined) return this.at(place);
    }
    // Hardly any bucket has one, so those are soon looked through.
    return this.inRandomOrder(random, isWanted)[0];
  }

  /**
   * Those that are wanted, each once: time and again a random one of a random bucket. So an address in a crowded
   * bucket, as somebody makes it who tells of many, comes later than one of an empty bucket. `others` count as one
   * more bucket.
   */
  inRandomOrder(
    random: Random,
    isWanted: (entry: BookEntry) => boolean,
    others: readonly BookEntry[] = [],
  ): BookEntry[] {
    const buckets = this.#byBucket(isWanted);
    if (others.length > 0) buckets.push([...others]);
    const order = new Set<BookEntry>();
    while (buckets.length > 0) {
      const which = random.below(buckets.length);
      const bucket = buckets[which]!;
      order.add(takeOut(bucket, random.below(bucket.length)));
      if (bucket.length === 0) takeOut(buckets, which);
    }
    return [...order];
  }

  #byBucket(isWanted: (entry: BookEntry) => boolean): BookEntry[][] {
    const buckets = new Map<number, BookEntry[]>();
    for (const [place, entry] of this.#entries ?? []) {
      if (!isWanted(entry)) continue;
      const number = bucketOf(place);
      const bucket = buckets.get(number);
      if (bucket === undefined) buckets.set(number, [entry]);
      else bucket.push(entry);
    }
    return [...buckets.values()];
  }
}

/** Takes one out of a list in no order: the last one takes its place. */
function takeOut<T>(list: T[], index: number): T {
  const taken = list[index]!;
  const last = list.pop()!;
  if (index < list.length) list[index] = last;
  return taken;
}
