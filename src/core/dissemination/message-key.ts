/**
 * What makes two copies the same message: id, data type and data. Not the id alone, or whoever sees an id
 * first could send junk under it and so suppress the real message.
 *
 * The content enters as a hash keyed with a secret of this node (basics/keyed-hash.ts), so nobody can choose
 * messages that collide or that crowd one corner of a table. A cryptographic digest would cost more than the
 * whole relay.
 */
import type { U64 } from '../../basics/integers.ts';
import { KeyedHash, type Secret } from '../../basics/keyed-hash.ts';
import type { Random } from '../../basics/random.ts';

/** A message key: the id as it came, and the keyed hash of everything. Four 32-bit integers. */
export interface MessageKey {
  readonly idHigh: number;
  readonly idLow: number;
  readonly hashHigh: number;
  readonly hashLow: number;
}

type MutableKey = { -readonly [K in keyof MessageKey]: MessageKey[K] };

/** Computes keys under one secret. */
export class MessageKeys {
  readonly #hash: KeyedHash;
  readonly #key: MutableKey = { idHigh: 0, idLow: 0, hashHigh: 0, hashLow: 0 };

  /** `secret`: that of an earlier life, if its keys are to mean something in this one. */
  constructor(random: Random, secret?: Secret) {
    this.#hash = new KeyedHash(random, secret);
  }

  get secret(): Secret {
    return this.#hash.secret;
  }

  /** The key of a message; the object is used again for the next. */
  keyOf(id: U64, dataType: number, data: Uint8Array): MessageKey {
    const hash = this.#hash;
    hash.begin();
    hash.absorb(id.high | 0);
    hash.absorb(id.low | 0);
    hash.absorb((dataType << 16) | data.length);
    hash.absorbBytes(data);
    const key = this.#key;
    key.idHigh = id.high | 0;
    key.idLow = id.low | 0;
    key.hashHigh = hash.high();
    key.hashLow = hash.low();
    return key;
  }
}
