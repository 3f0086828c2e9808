/**
 * A hash under a secret key: HalfSipHash-1-3 with 64 bits of output (J.-P. Aumasson and D. J. Bernstein,
 * reference implementation `halfsiphash.c`; 1-3 rounds are what hash tables use). Nobody outside knows the key
 * or sees an output, so nobody can choose inputs that collide or that crowd one corner of a table. It says
 * nothing to others: where they must come to the same result, a cryptographic digest is needed.
 */
import type { Random } from './random.ts';

/** The key: two integers of 32 bits. */
export type Secret = readonly [number, number];

export class KeyedHash {
  readonly #secret0: number;
  readonly #secret1: number;
  // The state: fields rather than an array, so that the rounds stay in registers.
  #v0 = 0;
  #v1 = 0;
  #v2 = 0;
  #v3 = 0;
  /** Of the buffer that bytes were last in: what was read together shares one. */
  #view: DataView = new DataView(new ArrayBuffer(0));

  /** `secret`: that of an earlier life, if its outputs are to mean something in this one. */
  constructor(random: Random, secret?: Secret) {
    this.#secret0 = (secret?.[0] ?? random.u32()) | 0;
    this.#secret1 = (secret?.[1] ?? random.u32()) | 0;
  }

  /** Never shown to anybody outside this machine. */
  get secret(): Secret {
    return [this.#secret0 >>> 0, this.#secret1 >>> 0];
  }

  /** Starts anew; then all of the input, then {@link high} and after it {@link low}. */
  begin(): void {
    this.#v0 = this.#secret0;
    this.#v1 = this.#secret1 ^ 0xee;
    this.#v2 = 0x6c79_6765 ^ this.#secret0;
    this.#v3 = 0x7465_6462 ^ this.#secret1;
  }

  /** One integer of 32 bits of the input. */
  absorb(word: number): void {
    this.#v3 ^= word;
    this.#round();
    this.#v0 ^= word;
  }

  /** Bytes of the input, and how many there are, as far as the last eight bits of that go. */
  absorbBytes(data: Uint8Array): void {
    // Four bytes at a time: a fifth faster than putting words together from bytes.
    if (this.#view.buffer !== data.buffer) this.#view = new DataView(data.buffer);
    const view = this.#view;
    const begin = data.byteOffset;
    const whole = data.length & ~3;
    let v0 = this.#v0;
    let v1 = this.#v1;
    let v2 = this.#v2;
    let v3 = this.#v3;
    for (let at = begin; at < begin + whole; at += 4) {
      const word = view.getInt32(at, true);
      v3 ^= word;
      // One SipRound, as in #round().
      v0 = (v0 + v1) | 0;
      v1 = ((v1 << 5) | (v1 >>> 27)) ^ v0;
      v0 = (v0 << 16) | (v0 >>> 16);
      v2 = (v2 + v3) | 0;
      v3 = ((v3 << 8) | (v3 >>> 24)) ^ v2;
      v0 = (v0 + v3) | 0;
      v3 = ((v3 << 7) | (v3 >>> 25)) ^ v0;
      v2 = (v2 + v1) | 0;
      v1 = ((v1 << 13) | (v1 >>> 19)) ^ v2;
      v2 = (v2 << 16) | (v2 >>> 16);
      v0 ^= word;
    }
    this.#v0 = v0;
    this.#v1 = v1;
    this.#v2 = v2;
    this.#v3 = v3;
    let tail = data.length << 24;
    for (let i = whole; i < data.length; i++) tail |= data[i]! << (8 * (i - whole));
    this.absorb(tail);
  }

  /** Ends the input: the first 32 bits of the output, signed. */
  high(): number {
    this.#v2 ^= 0xee;
    this.#finish();
    return this.#v1 ^ this.#v3;
  }

  /** The other 32 bits, once {@link high} was asked for; signed. */
  low(): number {
    this.#v1 ^= 0xdd;
    this.#finish();
    return this.#v1 ^ this.#v3;
  }

  #finish(): void {
    this.#round();
    this.#round();
    this.#round();
  }

  #round(): void {
    this.#v0 = (this.#v0 + this.#v1) | 0;
    this.#v1 = ((this.#v1 << 5) | (this.#v1 >>> 27)) ^ this.#v0;
    this.#v0 = (this.#v0 << 16) | (this.#v0 >>> 16);
    this.#v2 = (this.#v2 + this.#v3) | 0;
    this.#v3 = ((this.#v3 << 8) | (this.#v3 >>> 24)) ^ this.#v2;
    this.#v0 = (this.#v0 + this.#v3) | 0;
    this.#v3 = ((this.#v3 << 7) | (this.#v3 >>> 25)) ^ this.#v0;
    this.#v2 = (this.#v2 + this.#v1) | 0;
    this.#v1 = ((this.#v1 << 13) | (this.#v1 >>> 19)) ^ this.#v2;
    this.#v2 = (this.#v2 << 16) | (this.#v2 >>> 16);
  }
}
