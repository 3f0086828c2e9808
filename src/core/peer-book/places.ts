/**
 * Where an address stands in the tables of the peer book. Each has buckets of {@link BUCKET_PLACES} places, and
 * for every address and source one bucket that follows from a secret, so that
 *
 * - one source netgroup can fill at most {@link BUCKETS_PER_SOURCE} of the {@link NEW_BUCKETS} of `new`, however
 *   many addresses it tells of, and addresses of one netgroup only one bucket for each source netgroup;
 * - addresses of one netgroup fill at most {@link BUCKETS_PER_GROUP} of the {@link TRIED_BUCKETS} of `tried`;
 * - nobody knows which address competes with which.
 *
 * After Heilman et al. 2015, section 7, and Bitcoin Core, `addrman.cpp`; with fewer buckets, since this book
 * remembers 4,096 addresses.
 */
import type { KeyedHash } from '../../basics/keyed-hash.ts';

export const BUCKET_PLACES = 16;
export const NEW_BUCKETS = 256;
export const TRIED_BUCKETS = 64;
/** Buckets of `new` that one source netgroup can reach. */
export const BUCKETS_PER_SOURCE = 16;
/** Buckets of `tried` that the addresses of one netgroup can reach. */
export const BUCKETS_PER_GROUP = 4;

/** What is hashed for what. */
const Purpose = {
  sourceBucket: 1,
  newBucket: 2,
  triedChoice: 3,
  triedBucket: 4,
  place: 5,
} as const;

export function bucketOf(place: number): number {
  return Math.floor(place / BUCKET_PLACES);
}

/** The first place of a bucket that is as wanted, counted from `place` on and around; undefined if there is none. */
export function findPlace(place: number, isWanted: (place: number) => boolean): number | undefined {
  const first = place - (place % BUCKET_PLACES);
  for (let i = 0; i < BUCKET_PLACES; i++) {
    const next = first + ((place + i) % BUCKET_PLACES);
    if (isWanted(next)) return next;
  }
  return undefined;
}

export class Places {
  readonly #hash: KeyedHash;

  constructor(hash: KeyedHash) {
    this.#hash = hash;
  }

  /** The place in `new` that is first for an address of `group` of which somebody of `sourceGroup` told. */
  inNew(key: string, group: string, sourceGroup: string): number {
    const choice = this.#draw(Purpose.sourceBucket, BUCKETS_PER_SOURCE, sourceGroup, group);
    const bucket = this.#draw(Purpose.newBucket, NEW_BUCKETS, sourceGroup, String(choice));
    return bucket * BUCKET_PLACES + this.#draw(Purpose.place, BUCKET_PLACES, `new ${bucket}`, key);
  }

  /** The place in `tried` that is first for an address of `group`. */
  inTried(key: string, group: string): number {
    const choice = this.#draw(Purpose.triedChoice, BUCKETS_PER_GROUP, key);
    const bucket = this.#draw(Purpose.triedBucket, TRIED_BUCKETS, group, String(choice));
    return (
      bucket * BUCKET_PLACES + this.#draw(Purpose.place, BUCKET_PLACES, `tried ${bucket}`, key)
    );
  }

  /** A number below `bound` (a power of two) that follows from the secret and all that is given. */
  #draw(purpose: number, bound: number, ...texts: readonly string[]): number {
    this.#hash.begin();
    this.#hash.absorb(purpose);
    for (const text of texts) {
      this.#hash.absorb(text.length);
      for (let i = 0; i < text.length; i++) this.#hash.absorb(text.charCodeAt(i));
    }
    return this.#hash.high() & (bound - 1);
  }
}
