/**
 * Which sequence numbers of one sender were used. Gossip does not keep order, so a lower number than the highest
 * may still be new: the highest ones are remembered one by one, and whatever lies below them counts as used.
 */
export class SequenceWindow {
  readonly #sizeMax: number;
  /** The highest numbers used, in ascending order, in the first {@link #size} places. */
  #used = new BigUint64Array(1);
  #size = 0;
  /** Numbers up to this one are no longer remembered one by one. */
  #floor = -1n;

  /** Remembers up to `sizeMax` numbers, 8 bytes each. */
  constructor(sizeMax: number) {
    this.#sizeMax = sizeMax;
  }

  /** `outdated`: too low for knowing whether it was used. */
  judge(sequence: bigint): 'new' | 'replayed' | 'outdated' {
    if (sequence <= this.#floor) return 'outdated';
    const place = this.#placeOf(sequence);
    return place > 0 && this.#used[place - 1] === sequence ? 'replayed' : 'new';
  }

  /** Notes a number that is new. When as many as allowed are remembered, the lowest makes room. */
  add(sequence: bigint): void {
    const place = this.#placeOf(sequence);
    this.#makeSpace();
    this.#used.copyWithin(place + 1, place, this.#size);
    this.#used[place] = sequence;
    this.#size += 1;
    if (this.#size > this.#sizeMax) this.#dropLowest();
  }

  /** How many of the remembered numbers are at most this one. */
  #placeOf(sequence: bigint): number {
    let [from, to] = [0, this.#size];
    while (from < to) {
      const middle = (from + to) >> 1;
      if (this.#used[middle]! <= sequence) from = middle + 1;
      else to = middle;
    }
    return from;
  }

  #makeSpace(): void {
    if (this.#size < this.#used.length) return;
    // One more than is kept, for the moment before the lowest goes.
    const larger = new BigUint64Array(Math.min(this.#used.length * 2, this.#sizeMax + 1));
    larger.set(this.#used);
    this.#used = larger;
  }

  #dropLowest(): void {
    this.#floor = this.#used[0]!;
    this.#used.copyWithin(0, 1, this.#size);
    this.#size -= 1;
  }
}
