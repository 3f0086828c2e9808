import { describe, expect, it } from 'vitest';
import { DigestIndex, FORMER_MAX } from '../../../../src/core/exchange/digest-index.ts';
import type { Tracked } from '../../../../src/core/exchange/tracked.ts';
import { digest, tracked } from './support.ts';

const WINDOW = 1_000;

/** An index with the numbers of the messages whose digests it has had to compute. */
function newIndex(): { index: DigestIndex<Tracked>; computed: number[] } {
  const computed: number[] = [];
  const index = new DigestIndex<Tracked>({
    window: WINDOW,
    compute: ({ id }) => {
      computed.push(id.low);
      return digest(id.low);
    },
  });
  return { index, computed };
}

describe('a message that is at hand', () => {
  it('is found by its digest', () => {
    const { index } = newIndex();
    const message = tracked({ number: 7 });
    index.add(message);
    expect(index.find(digest(7))).toBe(message);
  });

  it('costs no hash as long as nobody asks for a digest', () => {
    const { index, computed } = newIndex();
    index.add(tracked());
    index.drop(tracked(), false, 0);
    expect(computed).toEqual([]);
  });

  it('costs one hash however often it is asked for', () => {
    const { index, computed } = newIndex();
    const message = tracked({ number: 7 });
    index.add(message);
    index.digestOf(message);
    index.find(digest(7));
    index.digestOf(message);
    expect(computed).toEqual([7]);
  });

  it('is not one that was known', () => {
    const { index } = newIndex();
    const message = tracked({ number: 7 });
    index.add(message);
    index.digestOf(message);
    expect(index.wasKnown(digest(7), 0)).toBe(false);
  });
});

describe('a crowd of messages that comes and goes', () => {
  it('is found, each of those that are left, whatever places were used before', () => {
    const { index } = newIndex();
    const messages = Array.from({ length: 40 }, (_, number) => tracked({ number }));
    for (const [number, message] of messages.entries()) {
      index.add(message);
      if (number % 3 === 0) index.digestOf(message);
      if (number >= 10) index.drop(messages[number - 10]!, false, 0);
    }
    const found = messages.map((_, number) => index.find(digest(number)));
    expect(found).toEqual(messages.map((message, number) => (number < 30 ? undefined : message)));
  });
});

describe('a message that is dropped', () => {
  it('is found no more', () => {
    const { index } = newIndex();
    const message = tracked({ number: 7 });
    index.add(message);
    index.drop(message, true, 0);
    expect(index.find(digest(7))).toBeUndefined();
  });

  it('is remembered by its digest as long as the window lasts', () => {
    const { index } = newIndex();
    const message = tracked({ number: 7 });
    index.add(message);
    index.drop(message, true, 0);
    expect([WINDOW - 1, WINDOW].map((at) => index.wasKnown(digest(7), at))).toEqual([true, false]);
  });

  it('leaves nothing behind if its digest is worth nothing and was not computed', () => {
    const { index, computed } = newIndex();
    const message = tracked({ number: 7 });
    index.add(message);
    index.drop(message, false, 0);
    expect([index.find(digest(7)), index.formerSize, computed]).toEqual([undefined, 0, []]);
  });
});

describe('messages that were dropped', () => {
  it('cost no hash when another is looked for, however many they are', () => {
    const { index, computed } = newIndex();
    for (let number = 1; number <= 1_000; number++) {
      const message = tracked({ number });
      index.add(message);
      index.drop(message, false, 0);
    }
    const message = tracked({ number: 2_000 });
    index.add(message);
    expect([index.find(digest(2_000)), computed]).toEqual([message, [2_000]]);
  });
});

describe('what is remembered without its message', () => {
  it(`is at most ${FORMER_MAX} digests; the oldest is forgotten`, () => {
    const { index } = newIndex();
    for (let i = 0; i <= FORMER_MAX; i++) index.remember(digest(i), 0);
    expect(index.formerSize).toBe(FORMER_MAX);
    expect([0, 1].map((i) => index.wasKnown(digest(i), 0))).toEqual([false, true]);
  });

  it('goes when its time is over and something else is remembered', () => {
    const { index } = newIndex();
    for (let i = 0; i < 10; i++) index.remember(digest(i), 0);
    index.remember(digest(10), WINDOW);
    expect(index.formerSize).toBe(1);
  });

  it('lasts anew when it is remembered again', () => {
    const { index } = newIndex();
    index.remember(digest(1), 0);
    index.remember(digest(1), 500);
    expect([index.formerSize, index.wasKnown(digest(1), WINDOW + 499)]).toEqual([1, true]);
  });
});

describe('a message that comes anew when only the index still has it', () => {
  const [before, anew] = [tracked({ number: 7 }), tracked({ number: 7, seenAt: WINDOW })];

  it.each<[string, readonly Tracked[]]>([
    ['before', [before, anew]],
    ['after', [anew, before]],
    ['without', []],
  ])(
    'is still found when the old one goes, its digest computed %s the old one’s',
    (_, computed) => {
      const { index } = newIndex();
      const messages = [{ ...before }, { ...anew }] as const;
      for (const message of messages) index.add(message);
      for (const which of computed) index.digestOf(messages[which === before ? 0 : 1]);
      index.drop(messages[0], true, WINDOW);
      expect(index.find(digest(7))).toBe(messages[1]);
    },
  );

  it('is gone when it goes itself', () => {
    const { index } = newIndex();
    const [old, message] = [{ ...before }, { ...anew }];
    index.add(old);
    index.add(message);
    index.drop(old, true, WINDOW);
    index.drop(message, true, WINDOW);
    expect([index.find(digest(7)), index.wasKnown(digest(7), WINDOW)]).toEqual([undefined, true]);
  });
});
