import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../src/basics/random.ts';
import { u64 } from '../../src/basics/integers.ts';
import { MessageKeys, type MessageKey } from '../../src/core/dissemination/message-key.ts';
import { SeenTable, type SeenRecord } from '../../src/core/dissemination/seen-table.ts';

/** Keys that all want the first or the last place of the index, to make runs long and go round its end. */
function crowdedKey(n: number): MessageKey {
  const few = n % 3;
  return { idHigh: 0, idLow: n, hashHigh: n, hashLow: n % 2 === 0 ? few : ~few };
}

/** What the table must do, in the plainest way. */
class Model {
  readonly #window: number;
  readonly #max: number;
  records: { n: number; at: number; rank: number }[] = [];

  constructor(window: number, max: number) {
    this.#window = window;
    this.#max = max;
  }

  find(n: number, now: number): { rank: number } | undefined {
    this.records = this.records.filter(({ at }) => now - at < this.#window);
    return this.records.find((record) => record.n === n);
  }

  add(n: number, rank: number, now: number): void {
    this.find(n, now);
    if (this.records.length === this.#max) this.records.shift();
    this.records.push({ n, at: now, rank });
  }
}

describe('the seen table', () => {
  it('agrees with a plain list, whatever comes, crowded or not', () => {
    const step = fc.record({
      n: fc.nat(60),
      pause: fc.nat(20),
      rank: fc.nat(256),
    });
    fc.assert(
      fc.property(
        fc.array(step, { maxLength: 400 }),
        fc.integer({ min: 1, max: 40 }),
        fc.boolean(),
        (steps, max, crowded) => {
          const window = 150;
          const table = new SeenTable({ window, max });
          const model = new Model(window, max);
          const keys = new MessageKeys(seededRandom(1));
          let now = 0;
          for (const { n, pause, rank } of steps) {
            now += pause;
            const key = crowded ? crowdedKey(n) : keys.keyOf(u64(0, n), 1, new Uint8Array(0));
            const expected = model.find(n, now);
            const record = table.find(key, now);
            expect(record === undefined).toBe(expected === undefined);
            if (record === undefined) {
              table.add(key, rank, 'waiting', now);
              model.add(n, rank, now);
            } else {
              expect(table.rankOf(record)).toBe(expected!.rank);
            }
            expect(table.size).toBe(model.records.length);
          }
        },
      ),
    );
  });

  it('keeps rank and outcome of every record while it grows', () => {
    const table = new SeenTable({ window: 1e9, max: 100_000 });
    const keys = new MessageKeys(seededRandom(2));
    const records: SeenRecord[] = [];
    for (let i = 0; i < 20_000; i++) {
      const record = table.add(keys.keyOf(u64(i, i), 1, new Uint8Array(0)), i % 257, 'waiting', i);
      if (i % 2 === 0) table.settle(record, 'accepted');
      records.push(record);
    }
    for (let i = 0; i < 20_000; i++) {
      const record = table.find(keys.keyOf(u64(i, i), 1, new Uint8Array(0)), 20_000);
      expect(record).toBe(records[i]);
      expect(table.rankOf(record!)).toBe(i % 257);
      expect(table.outcomeOf(record!)).toBe(i % 2 === 0 ? 'accepted' : 'waiting');
    }
  });

  it('keeps every record while it grows from wherever its oldest record stands', () => {
    const keys = new MessageKeys(seededRandom(5));
    const keyOf = (n: number): MessageKey => keys.keyOf(u64(0, n), 1, new Uint8Array(0));
    // The table has room for 256 at first: the oldest stands in the middle, or in the second round.
    for (const forgotten of [1, 100, 255, 300, 500]) {
      const table = new SeenTable<string>({ window: 1_000, max: 100_000 });
      for (let n = 0; n < forgotten; n++) {
        if (n >= 200) table.find(keyOf(n), 1_000 + n - 200);
        table.add(keyOf(n), 0, 'waiting', n < 200 ? 0 : 1_000 + n - 200);
      }
      const now = 5_000;
      for (let n = 1_000; n < 2_100; n++) {
        table.attach(table.add(keyOf(n), n % 257, 'waiting', now), `message ${n}`);
      }
      for (let n = 1_000; n < 2_100; n++) {
        const record = table.find(keyOf(n), now)!;
        expect(table.rankOf(record)).toBe(n % 257);
        expect(table.attachedTo(record)).toBe(`message ${n}`);
      }
    }
  });

  it('ignores the outcome of a record that it has forgotten', () => {
    const table = new SeenTable({ window: 1e9, max: 1 });
    const old = table.add(crowdedKey(1), 0, 'waiting', 0);
    const young = table.add(crowdedKey(2), 0, 'waiting', 0);
    table.settle(old, 'accepted');
    expect(table.outcomeOf(young)).toBe('waiting');
  });
});

describe('message keys', () => {
  const keys = new MessageKeys(seededRandom(3));
  const text = (value: MessageKey): string => Object.values(value).join();

  it('differ when id, type, length or any byte differs, and only then', () => {
    const message = fc.record({
      high: fc.integer({ min: 0, max: 3 }),
      low: fc.integer({ min: 0, max: 3 }),
      dataType: fc.integer({ min: 0, max: 3 }),
      data: fc.uint8Array({ maxLength: 9, max: 2 }),
    });
    fc.assert(
      fc.property(message, message, (a, b) => {
        const same = JSON.stringify(a) === JSON.stringify(b);
        const keyA = text(keys.keyOf(u64(a.high, a.low), a.dataType, a.data));
        const keyB = text(keys.keyOf(u64(b.high, b.low), b.dataType, b.data));
        expect(keyA === keyB).toBe(same);
      }),
      { numRuns: 2_000 },
    );
  });

  it('are different in every process', () => {
    const other = new MessageKeys(seededRandom(4));
    const id = u64(1, 2);
    expect(text(keys.keyOf(id, 1, new Uint8Array(3)))).not.toBe(
      text(other.keyOf(id, 1, new Uint8Array(3))),
    );
  });

  it('spread ids that were chosen to crowd evenly over a table', () => {
    const places = new Uint32Array(256);
    // Multiples of a large power of two: equal in all the low bits a naive table would look at. The table
    // looks at the upper bits of the hash.
    for (let i = 0; i < 65_536; i++) {
      places[keys.keyOf(u64(i << 16, 0), 1, new Uint8Array(0)).hashLow >>> 24]!++;
    }
    // 256 expected in each; ± 6 standard deviations of a binomial.
    expect(Math.max(...places)).toBeLessThan(256 + 96);
    expect(Math.min(...places)).toBeGreaterThan(256 - 96);
  });
});
