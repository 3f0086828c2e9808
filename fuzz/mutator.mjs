/**
 * Makes new inputs of known ones: flips, interesting numbers, pieces taken out, doubled, moved or taken from
 * another input, size fields set to what is almost right, words of a dictionary.
 *
 * An input may consist of records of `unitBytes` behind a head of `headBytes`; pieces are then whole records,
 * so that what follows keeps its meaning. Everything happens in place, in one buffer: at a million inputs a
 * second an allocation is too much.
 *
 * @typedef {object} Shape
 * @property {number} bytesMax No input is longer.
 * @property {number} [headBytes] Bytes at the start that are only ever changed, never moved. Default 0.
 * @property {number} [unitBytes] Size of a record. Default 1: the input is a string of bytes. Where there are
 *   records, any bytes make a meaningful input, so half of the inputs are made of nothing.
 * @property {number} [freshAt] The byte here is drawn anew for each input, whatever it is made of.
 * @property {boolean} [hasFrames] Whether 16-bit size fields chain through it, from `headBytes` on.
 * @property {readonly Uint8Array[]} [dictionary] Words to put in.
 */

/** Values at which comparisons, shifts and lengths go wrong. */
const BYTES = Uint8Array.of(0, 1, 2, 3, 4, 5, 7, 8, 12, 15, 16, 17, 32, 64, 127, 128, 254, 255);
const SIZES = [
  0, 1, 2, 3, 4, 5, 7, 8, 9, 11, 12, 13, 15, 16, 17, 20, 24, 28, 36, 52, 64, 255, 256, 257,
];
const TYPES = [
  499, 500, 501, 502, 503, 504, 505, 506, 507, 508, 509, 510, 511, 519, 520, 521, 522, 523, 524,
  525, 526, 527, 528, 529, 530,
];
const LARGE = [0x7fff, 0x8000, 65_519, 65_520, 65_527, 65_528, 65_531, 65_534, 65_535];
const SHORTS = Uint16Array.of(...SIZES, ...TYPES, ...LARGE);
const PIECE_UNITS_MAX = 16;

export class Mutator {
  #random;
  #bytesMax;
  #head;
  #fresh;
  #unit;
  #dictionary;
  #hasFrames;
  #kinds;
  #work;
  #length = 0;
  #state = 1;

  /** @param {{ random: { u32(): number }, shape: Shape }} options */
  constructor({ random, shape }) {
    this.#random = random;
    this.#bytesMax = shape.bytesMax;
    this.#head = shape.headBytes ?? 0;
    this.#fresh = shape.freshAt ?? Number.POSITIVE_INFINITY;
    this.#unit = shape.unitBytes ?? 1;
    this.#dictionary = shape.dictionary ?? [];
    this.#hasFrames = shape.hasFrames ?? false;
    this.#kinds = this.#dictionary.length > 0 ? 12 : 10;
    this.#work = new Uint8Array(shape.bytesMax);
  }

  /** A new input made of `base` and perhaps a piece of `donor`; valid until the next call. */
  mutate(base, donor) {
    this.#state = this.#random.u32() | 1;
    if (this.#unit > 1 && this.#below(2) === 0) return this.#invent();
    this.#work.set(base);
    this.#length = base.length;
    for (let changes = 1 + this.#below(4); changes > 0; changes--) this.#change(donor);
    if (this.#fresh < this.#length) this.#work[this.#fresh] = this.#below(256);
    return this.#work.subarray(0, this.#length);
  }

  #invent() {
    const room = Math.floor((this.#bytesMax - this.#head) / this.#unit);
    this.#length = this.#head + (1 + this.#below(room)) * this.#unit;
    for (let at = 0; at < this.#length; at++) this.#work[at] = this.#below(256);
    return this.#work.subarray(0, this.#length);
  }

  #change(donor) {
    switch (this.#below(this.#kinds)) {
      case 0:
        this.#work[this.#below(this.#length)] ^= 1 << this.#below(8);
        return;
      case 1:
        this.#work[this.#below(this.#length)] = this.#below(256);
        return;
      case 2:
        this.#work[this.#below(this.#length)] = BYTES[this.#below(BYTES.length)];
        return;
      case 3:
        this.#work[this.#below(this.#length)] += this.#below(9) - 4;
        return;
      case 4:
        return this.#setShort(this.#below(this.#length), SHORTS[this.#below(SHORTS.length)]);
      case 5:
        return this.#hasFrames ? this.#editSize() : this.#copyInside();
      case 6:
        return this.#takeOut();
      case 7:
        return this.#copyInside();
      case 8:
      case 9:
        return this.#copyFrom(donor);
      default:
        return this.#putWord();
    }
  }

  /** 0 … bound − 1, and 0 for a bound of 0. One good draw starts each input; xorshift does for the rest. */
  #below(bound) {
    let x = this.#state;
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    this.#state = x;
    return bound < 2 ? 0 : (x >>> 1) % bound;
  }

  #setShort(at, value) {
    if (at + 1 >= this.#length) return;
    this.#work[at] = value >>> 8;
    this.#work[at + 1] = value;
  }

  /** Walks some size fields and sets one to what is there, or nearly. */
  #editSize() {
    let at = this.#head;
    for (let frames = this.#below(4); frames > 0; frames--) {
      const size = this.#work[at] * 256 + this.#work[at + 1];
      if (size < 4 || at + size + 2 > this.#length) break;
      at += size;
    }
    const rest = this.#length - at;
    const choices = [rest, rest + 1, rest - 1, this.#below(rest + 4), 4, 3];
    if (rest >= 2) this.#setShort(at, choices[this.#below(choices.length)]);
  }

  /** A random record, or the place behind the last. */
  #place() {
    const units = Math.floor((this.#length - this.#head) / this.#unit);
    return this.#head + this.#below(units + 1) * this.#unit;
  }

  #piece(available) {
    const units = Math.min(Math.floor(available / this.#unit), PIECE_UNITS_MAX);
    return units < 1 ? 0 : (1 + this.#below(units)) * this.#unit;
  }

  #takeOut() {
    if (this.#length <= this.#head) return;
    const at = this.#place();
    const bytes = this.#piece(this.#length - at);
    this.#work.copyWithin(at, at + bytes, this.#length);
    this.#length -= bytes;
  }

  #copyInside() {
    if (this.#length <= this.#head) return;
    const from = this.#place();
    const bytes = this.#piece(this.#length - from);
    this.#insert(this.#place(), this.#work.slice(from, from + bytes));
  }

  /** A piece of another input, or all of it from some place on. */
  #copyFrom(donor) {
    if (donor.length <= this.#head) return;
    const units = Math.floor((donor.length - this.#head) / this.#unit);
    const from = this.#head + this.#below(units) * this.#unit;
    if (this.#below(2) === 0) {
      this.#insert(this.#place(), donor.subarray(from, from + this.#piece(donor.length - from)));
    } else {
      const at = this.#place();
      this.#length = at;
      this.#insert(at, donor.subarray(from));
    }
  }

  #putWord() {
    this.#insert(this.#place(), this.#dictionary[this.#below(this.#dictionary.length)]);
  }

  #insert(at, bytes) {
    if (at < this.#head) return;
    const room = Math.floor((this.#bytesMax - this.#length) / this.#unit) * this.#unit;
    const taken = bytes.length > room ? bytes.subarray(0, room) : bytes;
    this.#work.copyWithin(at + taken.length, at, this.#length);
    this.#work.set(taken, at);
    this.#length += taken.length;
  }
}
