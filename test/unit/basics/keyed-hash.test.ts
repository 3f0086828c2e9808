import { describe, expect, it } from 'vitest';
import { KeyedHash } from '../../../src/basics/keyed-hash.ts';
import { seededRandom } from '../../../src/basics/random.ts';

function hashOf(hash: KeyedHash, words: readonly number[], data = new Uint8Array()): string {
  hash.begin();
  for (const word of words) hash.absorb(word);
  hash.absorbBytes(data);
  return `${hash.high()}/${hash.low()}`;
}

describe('a keyed hash', () => {
  it('is the same for the same secret and input', () => {
    const first = new KeyedHash(seededRandom(1));
    const second = new KeyedHash(seededRandom(2), first.secret);
    const data = Uint8Array.from({ length: 13 }, (_, i) => i);
    expect(hashOf(first, [1, 2], data)).toBe(hashOf(second, [1, 2], data));
  });

  it('is another one for another secret', () => {
    const [first, second] = [new KeyedHash(seededRandom(1)), new KeyedHash(seededRandom(2))];
    expect(hashOf(first, [1])).not.toBe(hashOf(second, [1]));
  });

  it('reads bytes wherever they lie in a buffer', () => {
    const hash = new KeyedHash(seededRandom(1));
    const data = Uint8Array.of(9, 9, 9, 1, 2, 3, 4, 5, 6, 7);
    expect(hashOf(hash, [], data.subarray(3))).toBe(hashOf(hash, [], data.slice(3)));
  });

  it('tells inputs of any length up to 70 bytes apart, each from all others', () => {
    const hash = new KeyedHash(seededRandom(1));
    const seen = new Set<string>();
    for (let length = 0; length <= 70; length++) seen.add(hashOf(hash, [], new Uint8Array(length)));
    expect(seen.size).toBe(71);
  });
});
