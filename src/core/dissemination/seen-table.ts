/**
 * The messages this node has seen, for `window` milliseconds or `max` of them, whichever ends first.
 *
 * Records stand in a ring in the order of their arrival, so the oldest is always the next to go; an open-
 * addressed index finds a record by its key. Typed arrays throughout: at a million messages a second a Map
 * of objects would be all that a node does. The arrays double as they fill, from {@link CAPACITY_MIN} up to
 * the power of two above `max` (about 50 bytes a record), so an idle node or a simulated one stays small.
 */
import { assert } from '../../basics/assert.ts';
import type { Instant, Millis } from '../settings.ts';
import type { MessageKey } from './message-key.ts';

/** What became of a message. `waiting`: its gate is open. `stopped`: it went no further, for whatever reason. */
export type SeenOutcome = 'own' | 'waiting' | 'accepted' | 'stopped';

/** Names a record for as long as it lives; never given twice. */
export type SeenRecord = number;

const OUTCOMES: readonly SeenOutcome[] = ['own', 'waiting', 'accepted', 'stopped'];
/** A power of two. Small, because a simulation has many tables, and growing is cheap. */
const CAPACITY_MIN = 16;
const KEY_INTS = 4;
/** A place of the index: the hash, and the slot plus one; 0 there where it is empty. */
const PLACE_INTS = 2;
/** The most records a table can be made for: the index then takes 16 MiB. */
const RECORDS_MAX = 2 ** 20;

/** `Waiting` is what can be attached to a record while its gate is open. */
export class SeenTable<Waiting = never> {
  readonly #window: Millis;
  readonly #max: number;
  /** Records in [#oldest, #next) are alive; record r stands in slot r % capacity. */
  #oldest: SeenRecord = 0;
  #next: SeenRecord = 0;
  #capacity = CAPACITY_MIN;
  #keys = new Int32Array(CAPACITY_MIN * KEY_INTS);
  #times = new Float64Array(CAPACITY_MIN);
  #ranks = new Uint16Array(CAPACITY_MIN);
  #outcomes = new Uint8Array(CAPACITY_MIN);
  /** By slot; made when first needed, since most nodes of a simulation have no subscribers. */
  #attached: (Waiting | undefined)[] | undefined;
  /**
   * Where the record with a key stands: twice as many places as slots, so at most half are taken. The upper
   * bits of a hash choose its place, so places are in the order of the hashes (but for neighbours that got
   * in each other's way), and a larger index is filled from one end to the other. The hash stands in the
   * index itself, because looking for it among the keys would miss the processor's cache every time.
   */
  #index = new Int32Array(CAPACITY_MIN * 2 * PLACE_INTS);
  /** The place mask, and how far a hash is shifted to the right to be a place. */
  #mask = CAPACITY_MIN * 2 - 1;
  #shift = Math.clz32(CAPACITY_MIN * 2) + 1;

  constructor(options: { readonly window: Millis; readonly max: number }) {
    assert(
      options.max >= 1 && options.max <= RECORDS_MAX,
      'more records than the bound allows for',
    );
    this.#window = options.window;
    this.#max = options.max;
  }

  get size(): number {
    return this.#next - this.#oldest;
  }

  /** The record of a message, if it was seen within the window. */
  find(key: MessageKey, now: Instant): SeenRecord | undefined {
    this.#expire(now);
    const slot = this.#slotWith(key);
    return slot < 0 ? undefined : this.#recordIn(slot);
  }

  /** Remembers a message that {@link find} did not find. */
  add(key: MessageKey, rank: number, outcome: SeenOutcome, now: Instant): SeenRecord {
    this.#expire(now);
    if (this.size === this.#max) this.#forgetOldest();
    if (this.size === this.#capacity) this.#grow();
    const record = this.#next++;
    const slot = record % this.#capacity;
    const at = slot * KEY_INTS;
    this.#keys[at] = key.idHigh;
    this.#keys[at + 1] = key.idLow;
    this.#keys[at + 2] = key.hashHigh;
    this.#keys[at + 3] = key.hashLow;
    this.#times[slot] = now;
    this.#ranks[slot] = rank;
    this.#outcomes[slot] = OUTCOMES.indexOf(outcome);
    this.#insertIntoIndex(key.hashLow, slot);
    return record;
  }

  /** Records ever added: it grows with every message. */
  get added(): number {
    return this.#next;
  }

  /** All records, oldest first. */
  *entries(): Iterable<{
    readonly key: MessageKey;
    readonly at: Instant;
    readonly rank: number;
    readonly outcome: SeenOutcome;
  }> {
    for (let record = this.#oldest; record < this.#next; record++) {
      const slot = record % this.#capacity;
      const at = slot * KEY_INTS;
      yield {
        key: {
          idHigh: this.#keys[at]!,
          idLow: this.#keys[at + 1]!,
          hashHigh: this.#keys[at + 2]!,
          hashLow: this.#keys[at + 3]!,
        },
        at: this.#times[slot]!,
        rank: this.#ranks[slot]!,
        outcome: OUTCOMES[this.#outcomes[slot]!]!,
      };
    }
  }

  /** When it was added. */
  timeOf(record: SeenRecord): Instant {
    return this.#times[this.#slotOf(record)]!;
  }

  /** The best TTL rank seen of this message. */
  rankOf(record: SeenRecord): number {
    return this.#ranks[this.#slotOf(record)]!;
  }

  outcomeOf(record: SeenRecord): SeenOutcome {
    return OUTCOMES[this.#outcomes[this.#slotOf(record)]!]!;
  }

  setRank(record: SeenRecord, rank: number): void {
    this.#ranks[this.#slotOf(record)] = rank;
  }

  /** Notes what became of a message, unless its record has been forgotten meanwhile. */
  settle(record: SeenRecord, outcome: SeenOutcome): void {
    if (record < this.#oldest) return;
    const slot = this.#slotOf(record);
    this.#outcomes[slot] = OUTCOMES.indexOf(outcome);
  }

  /** Whether a record has not been forgotten. */
  has(record: SeenRecord): boolean {
    return record >= this.#oldest && record < this.#next;
  }

  /**
   * Attaches what is known of a message beyond its record, until {@link detach} or the record goes. One whose
   * record was forgotten meanwhile stays without.
   */
  attach(record: SeenRecord, waiting: Waiting): void {
    if (!this.has(record)) return;
    this.#attached ??= emptyList(this.#capacity);
    this.#attached[this.#slotOf(record)] = waiting;
  }

  attachedTo(record: SeenRecord): Waiting | undefined {
    return this.#attached?.[this.#slotOf(record)];
  }

  detach(record: SeenRecord): void {
    if (this.#attached !== undefined && this.has(record)) {
      this.#attached[this.#slotOf(record)] = undefined;
    }
  }

  #slotOf(record: SeenRecord): number {
    assert(record >= this.#oldest && record < this.#next, 'a record that is not in the table');
    return record % this.#capacity;
  }

  #recordIn(slot: number): SeenRecord {
    const first = this.#oldest % this.#capacity;
    return this.#oldest + ((slot - first + this.#capacity) % this.#capacity);
  }

  #expire(now: Instant): void {
    while (
      this.#oldest < this.#next &&
      now - this.#times[this.#oldest % this.#capacity]! >= this.#window
    ) {
      this.#forgetOldest();
    }
  }

  #forgetOldest(): void {
    const slot = this.#oldest % this.#capacity;
    let place = this.#homeOf(this.#keys[slot * KEY_INTS + 3]!);
    while (this.#index[place * PLACE_INTS + 1] !== slot + 1) place = (place + 1) & this.#mask;
    this.#emptyPlace(place);
    if (this.#attached !== undefined) this.#attached[slot] = undefined;
    this.#oldest++;
  }

  /** Takes an entry out and moves the followers of its run up, so that no look-up stops too early. */
  #emptyPlace(place: number): void {
    const [index, mask] = [this.#index, this.#mask];
    let hole = place;
    let next = (hole + 1) & mask;
    while (index[next * PLACE_INTS + 1] !== 0) {
      const home = this.#homeOf(index[next * PLACE_INTS]!);
      // The follower may move into the hole unless its home lies between the hole and itself.
      if (((next - home) & mask) >= ((next - hole) & mask)) {
        index[hole * PLACE_INTS] = index[next * PLACE_INTS]!;
        index[hole * PLACE_INTS + 1] = index[next * PLACE_INTS + 1]!;
        hole = next;
      }
      next = (next + 1) & mask;
    }
    index[hole * PLACE_INTS + 1] = 0;
  }

  /** The slot of the record with this key; -1 if there is none. */
  #slotWith(key: MessageKey): number {
    const index = this.#index;
    for (let place = this.#homeOf(key.hashLow); ; place = (place + 1) & this.#mask) {
      const slot = index[place * PLACE_INTS + 1]! - 1;
      if (slot < 0) return slot;
      if (index[place * PLACE_INTS] === key.hashLow && this.#keyEquals(slot, key)) return slot;
    }
  }

  #keyEquals(slot: number, key: MessageKey): boolean {
    const at = slot * KEY_INTS;
    return (
      this.#keys[at] === key.idHigh &&
      this.#keys[at + 1] === key.idLow &&
      this.#keys[at + 2] === key.hashHigh &&
      this.#keys[at + 3] === key.hashLow
    );
  }

  #homeOf(hash: number): number {
    return hash >>> this.#shift;
  }

  #insertIntoIndex(hash: number, slot: number): void {
    let place = this.#homeOf(hash);
    while (this.#index[place * PLACE_INTS + 1] !== 0) place = (place + 1) & this.#mask;
    this.#index[place * PLACE_INTS] = hash;
    this.#index[place * PLACE_INTS + 1] = slot + 1;
  }

  #grow(): void {
    const from = this.#capacity;
    const edge = this.#oldest % from;
    // The table is full: from the edge on stand the older records, below it the newer ones. In a ring of
    // twice the size one of these runs keeps its slots, and the other is `from` slots further on.
    const above = (this.#oldest % (2 * from)) - edge;
    const move: Move = { edge, above, below: from - above };
    this.#capacity = 2 * from;
    this.#keys = moved(this.#keys, new Int32Array(2 * from * KEY_INTS), move, KEY_INTS);
    this.#times = moved(this.#times, new Float64Array(2 * from), move);
    this.#ranks = moved(this.#ranks, new Uint16Array(2 * from), move);
    this.#outcomes = moved(this.#outcomes, new Uint8Array(2 * from), move);
    this.#growIndex(move);
    if (this.#attached !== undefined) this.#attached = movedList(this.#attached, move);
  }

  #growIndex(move: Move): void {
    const old = this.#index;
    this.#index = new Int32Array(2 * old.length);
    this.#mask = 2 * this.#mask + 1;
    this.#shift--;
    for (let at = 0; at < old.length; at += PLACE_INTS) {
      const slot = old[at + 1]! - 1;
      if (slot >= 0) this.#insertIntoIndex(old[at]!, movedSlot(slot, move));
    }
  }
}

/** How far the slots of a ring move, below an edge and from it on, when the ring becomes twice as large. */
interface Move {
  readonly edge: number;
  readonly below: number;
  readonly above: number;
}

function movedSlot(slot: number, { edge, below, above }: Move): number {
  return slot + (slot < edge ? below : above);
}

function moved<Column extends Int32Array | Float64Array | Uint16Array | Uint8Array>(
  column: Column,
  larger: Column,
  { edge, below, above }: Move,
  width = 1,
): Column {
  larger.set(column.subarray(0, edge * width), below * width);
  larger.set(column.subarray(edge * width), (edge + above) * width);
  return larger;
}

function movedList<T>(list: readonly (T | undefined)[], move: Move): (T | undefined)[] {
  const larger = emptyList<T>(2 * list.length);
  for (let slot = 0; slot < list.length; slot++) larger[movedSlot(slot, move)] = list[slot];
  return larger;
}

/** Not `Array.from`, which takes a hundred times as long. */
function emptyList<T>(length: number): (T | undefined)[] {
  return Array<T | undefined>(length).fill(undefined);
}
