/**
 * The two tables of the peer book and who has which place in them. What always holds: an entry is in `new` or in
 * `tried`, never in both; it knows its places; in `new` it has one for each of its sources.
 */
import type { KeyedHash } from '../../basics/keyed-hash.ts';
import type { Random } from '../../basics/random.ts';
import { isHopeless, type BookEntry } from './book-entry.ts';
import { NEW_BUCKETS, Places, TRIED_BUCKETS } from './places.ts';
import { Table } from './table.ts';

/** Places that one address has in `new` at most, each from another source. Bitcoin Core has 8, in four times the buckets. */
export const NEW_PLACES_MAX = 4;
/** Addresses that compete for a place in `tried` at a time; a further one stays in `new`. A guess: half an hour of feelers. */
export const CHALLENGES_MAX = 16;

export class Tables {
  readonly #random: Random;
  readonly #places: Places;
  readonly #new = new Table(NEW_BUCKETS);
  readonly #tried = new Table(TRIED_BUCKETS);
  /** Who has found a peer and wants whose place in `tried`; the one that has it is dialled first. */
  readonly #challenges = new Map<BookEntry, BookEntry>();

  constructor(options: { readonly hash: KeyedHash; readonly random: Random }) {
    this.#random = options.random;
    this.#places = new Places(options.hash);
  }

  get triedCount(): number {
    return this.#tried.size;
  }

  get newCount(): number {
    return this.#new.size;
  }

  /**
   * The place in `new` that an entry could have from `source`; undefined if it has one from there, or as many as
   * one may have, or another one has it that still has hope.
   */
  placeInNew(entry: BookEntry, source: string, sourceGroup: string): number | undefined {
    const { newPlaces, sources } = entry;
    if (sources.includes(source) || newPlaces.length >= NEW_PLACES_MAX) return undefined;
    // Each further place is half as likely, or whoever repeats himself most had most places.
    if (this.#random.below(2 ** newPlaces.length) !== 0) return undefined;
    const first = this.#places.inNew(entry.key, entry.group, sourceGroup);
    const isSpare = (holder: BookEntry): boolean =>
      newPlaces.length === 0 && holder.newPlaces.length > 1;
    // Nothing that is told keeps a node from finding those on its own machine.
    const isElsewhere = (holder: BookEntry): boolean =>
      entry.scope === 'loopback' && holder.scope !== 'loopback';
    return this.#new.freePlace(first) ?? this.#new.placeOf(first, isHopeless, isSpare, isElsewhere);
  }

  /** Gives an entry that place, and returns who had it. */
  putIntoNew(entry: BookEntry, place: number, source: string): BookEntry | undefined {
    const former = this.#new.at(place);
    if (former === entry) return undefined;
    if (former !== undefined) leavePlace(former, place);
    this.#new.put(place, entry);
    entry.newPlaces = [...entry.newPlaces, place];
    entry.sources = [...entry.sources, source];
    return former;
  }

  /**
   * Moves an entry to `tried`. Returns whoever has lost his place for it: undefined if nobody, the entry itself if
   * it has to wait until it is known whether the one that has its place is still there.
   */
  promote(entry: BookEntry): BookEntry | undefined {
    const first = this.#places.inTried(entry.key, entry.group);
    const place = this.#tried.freePlace(first) ?? this.#tried.placeOf(first, isHopeless);
    if (place === undefined) {
      if (this.#challenges.size < CHALLENGES_MAX)
        this.#challenges.set(entry, this.#tried.at(first)!);
      return entry;
    }
    const holder = this.#tried.at(place);
    this.#takeTried(entry, place);
    return holder;
  }

  /** An entry of `tried` is there: whoever wants its place has lost. */
  defended(entry: BookEntry): void {
    for (const [challenger, holder] of this.#challenges) {
      if (holder === entry) this.#challenges.delete(challenger);
    }
  }

  /** An entry of `tried` is not there: whoever wants its place gets it. False if nobody does. */
  concede(entry: BookEntry): boolean {
    for (const [challenger, holder] of this.#challenges) {
      if (holder !== entry) continue;
      this.defended(entry);
      this.#takeTried(challenger, entry.triedPlace!);
      return true;
    }
    return false;
  }

  /** Takes an entry out of `new`; it keeps its sources. */
  leaveNew(entry: BookEntry): void {
    for (const place of entry.newPlaces) this.#new.clear(place);
    entry.newPlaces = [];
  }

  /** Takes an entry out of both tables; it keeps its sources. */
  remove(entry: BookEntry): void {
    this.leaveNew(entry);
    if (entry.triedPlace !== undefined) this.#tried.clear(entry.triedPlace);
    entry.triedPlace = undefined;
    this.#challenges.delete(entry);
    this.defended(entry);
  }

  pickNew(): BookEntry | undefined {
    return this.#new.pick(this.#random);
  }

  pickTried(): BookEntry | undefined {
    return this.#tried.pick(this.#random);
  }

  /**
   * Those that are wanted: in each step one of `new` or one of `tried`, with the same probability. `others` are wanted
   * too, and count as a bucket of `new`.
   */
  inRandomOrder(
    isWanted: (entry: BookEntry) => boolean,
    others: readonly BookEntry[],
  ): readonly BookEntry[] {
    const fresh = this.#new.inRandomOrder(this.#random, isWanted, others).reverse();
    const tried = this.#tried.inRandomOrder(this.#random, isWanted).reverse();
    const order: BookEntry[] = [];
    while (fresh.length > 0 && tried.length > 0) {
      order.push((this.#random.below(2) === 0 ? fresh : tried).pop()!);
    }
    return [...order, ...fresh.reverse(), ...tried.reverse()];
  }

  nextToFeel(isWanted: (entry: BookEntry) => boolean): BookEntry | undefined {
    for (const holder of this.#challenges.values()) if (isWanted(holder)) return holder;
    return this.#new.pickWanted(this.#random, isWanted);
  }

  #takeTried(entry: BookEntry, place: number): void {
    const former = this.#tried.at(place);
    if (former !== undefined) this.remove(former);
    this.remove(entry);
    this.#tried.put(place, entry);
    entry.triedPlace = place;
  }
}

function leavePlace(entry: BookEntry, place: number): void {
  const index = entry.newPlaces.indexOf(place);
  entry.newPlaces = entry.newPlaces.filter((_, i) => i !== index);
  entry.sources = entry.sources.filter((_, i) => i !== index);
}
