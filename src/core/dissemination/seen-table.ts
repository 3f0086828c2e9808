/**
 * The messages this node has seen, for `window` milliseconds or `max` of them, whichever ends first.
 *
 * Records stand in a ring in the order of their arrival, so the oldest is always the next to go; an open-
 * addressed index finds a record by its key. Typed arrays throughout: at a million messages a second a Map
 * of objects would be all that a node does. The arrays double as they fill, from {@link CAPACITY_MIN} up to
 * the power of two above `max` (about 45 bytes a record), so an idle node or a simulated one stays small.
 */
import { assert } from '../../basics/assert.ts';
import type { Instant, Millis } from '../settings.ts';
import type { MessageKey } from './message-key.ts';

/** What became of a message. `waiting`: its gate is open. `stopped`: it went no further, for whatever reason. */
export type SeenOutcome = 'own' | 'waiting' | 'accepted' | 'stopped';

/** Names a record for as long as it lives; never given twice. */
export type SeenRecord = number;

const OUTCOMES: readonly SeenOutcome[] = ['own', 'waiting', 'accepted', 'stopped'];
const CAPACITY_MIN = 256;
const KEY_INTS = 4;
const SLOT_BITS = 20;
const SLOT_MASK = 2 ** SLOT_BITS - 1;
/** The most records a table can be made for. */
const RECORDS_MAX = 2 ** SLOT_BITS;

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
   * Where the record with a key stands: its slot, and above it a few bits of its hash, so that other
   * keys are passed over without a look at them; 0 where empty. There are twice as many places as slots, so
   * at most half are taken.
   */
  #index = new Int32Array(CAPACITY_MIN * 2);

  constructor(options: { readonly window: Millis; readonly max: number }) {
    assert(options.max >= 1 && options.max <= RECORDS_MAX, 'the index has 20 bits for a slot');
    this.#window = options.window;
    this.#max = options.max;
  }

  get size(): number {
    return this.#next - this.#oldest;
  }

  /** The record of a message, if it was seen within the window. */
  find(key: MessageKey, now: Instant): SeenRecord | undefined {
    this.#expire(now);
    const entry = this.#index[this.#placeOf(key)]!;
    return entry === 0 ? undefined : this.#recordIn(entry & SLOT_MASK);
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
    this.#insertIntoIndex(slot);
    return record;
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
    if (this.#attached !== undefined) this.#attached[slot] = undefined;
  }

  /** Attaches what waits for the outcome of a message, until {@link settle}. */
  attach(record: SeenRecord, waiting: Waiting): void {
    this.#attached ??= Array.from<Waiting | undefined>({ length: this.#capacity });
    this.#attached[this.#slotOf(record)] = waiting;
  }

  attachedTo(record: SeenRecord): Waiting | undefined {
    return this.#attached?.[this.#slotOf(record)];
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
    const mask = this.#index.length - 1;
    let place = this.#homeOf(slot);
    const entry = this.#entryOf(slot);
    while (this.#index[place] !== entry) place = (place + 1) & mask;
    this.#emptyPlace(place);
    if (this.#attached !== undefined) this.#attached[slot] = undefined;
    this.#oldest++;
  }

  /** Takes an entry out and moves the followers of its run up, so that no look-up stops too early. */
  #emptyPlace(place: number): void {
    const mask = this.#index.length - 1;
    let hole = place;
    let next = (hole + 1) & mask;
    while (this.#index[next] !== 0) {
      const home = this.#homeOf(this.#index[next]! & SLOT_MASK);
      // The follower may move into the hole unless its home lies between the hole and itself.
      if (((next - home) & mask) >= ((next - hole) & mask)) {
        this.#index[hole] = this.#index[next]!;
        hole = next;
      }
      next = (next + 1) & mask;
    }
    this.#index[hole] = 0;
  }

  /** Where the key stands in the index, or the empty place where it would. */
  #placeOf(key: MessageKey): number {
    const mask = this.#index.length - 1;
    const tag = tagOf(key.hashHigh);
    let place = key.hashLow & mask;
    for (;;) {
      const entry = this.#index[place]!;
      if (entry === 0) return place;
      if (entry >>> SLOT_BITS === tag && this.#keyEquals(entry & SLOT_MASK, key)) return place;
      place = (place + 1) & mask;
    }
  }

  #entryOf(slot: number): number {
    return slot | (tagOf(this.#keys[slot * KEY_INTS + 2]!) << SLOT_BITS);
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

  #homeOf(slot: number): number {
    return this.#keys[slot * KEY_INTS + 3]! & (this.#index.length - 1);
  }

  #grow(): void {
    const [keys, times, ranks, outcomes] = [this.#keys, this.#times, this.#ranks, this.#outcomes];
    const from = this.#capacity;
    const to = from * 2;
    this.#keys = new Int32Array(to * KEY_INTS);
    this.#times = new Float64Array(to);
    this.#ranks = new Uint16Array(to);
    this.#outcomes = new Uint8Array(to);
    this.#index = new Int32Array(to * 2);
    // The table is full: its records are two runs of slots, each of which stays a run in the larger ring.
    const edge = this.#oldest - (this.#oldest % from) + from;
    for (const [begin, end] of [
      [this.#oldest, edge],
      [edge, this.#next],
    ] as const) {
      const [slot, length, target] = [begin % from, end - begin, begin % to];
      this.#keys.set(keys.subarray(slot * KEY_INTS, (slot + length) * KEY_INTS), target * KEY_INTS);
      this.#times.set(times.subarray(slot, slot + length), target);
      this.#ranks.set(ranks.subarray(slot, slot + length), target);
      this.#outcomes.set(outcomes.subarray(slot, slot + length), target);
    }
    const attached = this.#attached;
    if (attached !== undefined) {
      this.#attached = Array.from<Waiting | undefined>({ length: to });
      for (let record = this.#oldest; record < this.#next; record++) {
        this.#attached[record % to] = attached[record % from];
      }
    }
    this.#capacity = to;
    for (let record = this.#oldest; record < this.#next; record++) {
      this.#insertIntoIndex(record % to);
    }
  }

  #insertIntoIndex(slot: number): void {
    const mask = this.#index.length - 1;
    let place = this.#homeOf(slot);
    while (this.#index[place] !== 0) place = (place + 1) & mask;
    this.#index[place] = this.#entryOf(slot);
  }
}

/** Twelve bits of the half of the hash that does not choose the place; never 0. */
function tagOf(hashHigh: number): number {
  return (hashHigh & 0x7ff) | 0x800;
}
