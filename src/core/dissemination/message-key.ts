/**
 * What makes two copies the same message: id, data type and data. Not the id alone, or whoever sees an id
 * first could send junk under it and so suppress the real message.
 *
 * The content enters as a hash keyed with a secret of this process (HalfSipHash-1-3 with 64 bits of output,
 * J.-P. Aumasson and D. J. Bernstein, reference implementation `halfsiphash.c`; 1-3 rounds are what hash
 * tables use). Nobody outside knows the key or sees an output, so nobody can choose messages that collide
 * or that crowd one corner of a table. A cryptographic digest would cost more than the whole relay.
 */
import type { U64 } from '../../basics/integers.ts';
import type { Random } from '../../basics/random.ts';

/** A message key: the id as it came, and the keyed hash of everything. Four 32-bit integers. */
export interface MessageKey {
  readonly idHigh: number;
  readonly idLow: number;
  readonly hashHigh: number;
  readonly hashLow: number;
}

type MutableKey = { -readonly [K in keyof MessageKey]: MessageKey[K] };

/** Two integers of 32 bits. */
export type Secret = readonly [number, number];

/** Computes keys under one secret. */
export class MessageKeys {
  readonly #secret0: number;
  readonly #secret1: number;
  readonly #key: MutableKey = { idHigh: 0, idLow: 0, hashHigh: 0, hashLow: 0 };
  // The state of the hash: fields rather than an array, so that the rounds stay in registers.
  #v0 = 0;
  #v1 = 0;
  #v2 = 0;
  #v3 = 0;
  /** Of the buffer that data was last in, because messages that were read together share one. */
  #view: DataView = new DataView(new ArrayBuffer(0));

  /** `secret`: that of an earlier life, if its keys are to mean something in this one. */
  constructor(random: Random, secret?: Secret) {
    this.#secret0 = (secret?.[0] ?? random.u32()) | 0;
    this.#secret1 = (secret?.[1] ?? random.u32()) | 0;
  }

  /** Never shown to anybody outside this machine. */
  get secret(): Secret {
    return [this.#secret0 >>> 0, this.#secret1 >>> 0];
  }

  /** The key of a message; the object is used again for the next. */
  keyOf(id: U64, dataType: number, data: Uint8Array): MessageKey {
    this.#v0 = this.#secret0;
    this.#v1 = this.#secret1 ^ 0xee;
    this.#v2 = 0x6c79_6765 ^ this.#secret0;
    this.#v3 = 0x7465_6462 ^ this.#secret1;
    this.#absorb(id.high | 0);
    this.#absorb(id.low | 0);
    this.#absorb((dataType << 16) | data.length);
    this.#absorbBytes(data);
    this.#v2 ^= 0xee;
    this.#finish();
    const key = this.#key;
    key.idHigh = id.high | 0;
    key.idLow = id.low | 0;
    key.hashHigh = this.#v1 ^ this.#v3;
    this.#v1 ^= 0xdd;
    this.#finish();
    key.hashLow = this.#v1 ^ this.#v3;
    return key;
  }

  #absorbBytes(data: Uint8Array): void {
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
    this.#absorb(tail);
  }

  #absorb(word: number): void {
    this.#v3 ^= word;
    this.#round();
    this.#v0 ^= word;
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
