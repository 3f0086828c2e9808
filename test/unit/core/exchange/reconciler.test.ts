import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { u64 } from '../../../../src/basics/integers.ts';
import { seededRandom } from '../../../../src/basics/random.ts';
import { compare, fingerprint, opening } from '../../../../src/core/exchange/reconciler.ts';
import type { MessageDigest } from '../../../../src/wire/digest.ts';
import { MESSAGE_BYTES_MAX } from '../../../../src/wire/message-types.ts';
import { encodePeerMessage, peerMessageReader } from '../../../../src/wire/peer-messages.ts';
import { KEY_SPACE, type Range } from '../../../../src/wire/reconciliation.ts';

/** Sixteen random bytes; with `keys`, the first four out of so few that many digests share them. */
function randomDigests(seed: number, count: number, keys = KEY_SPACE): MessageDigest[] {
  const random = seededRandom(seed);
  return Array.from({ length: count }, () => {
    const key = random.below(keys) * Math.floor(KEY_SPACE / keys);
    const head = [24, 16, 8, 0].map((shift) => (key >>> shift) & 0xff);
    return String.fromCharCode(...head, ...Array.from({ length: 12 }, () => random.below(256)));
  });
}

function sorted(digests: Iterable<MessageDigest>): MessageDigest[] {
  return [...new Set(digests)].sort();
}

/** The ranges as they come out of the wire at the other side. */
function carry(ranges: readonly Range[]): readonly Range[] {
  const bytes = encodePeerMessage({
    kind: 'peer-reconcile',
    exchange: 1,
    windowSeconds: 1,
    ranges,
  });
  const reader = peerMessageReader();
  reader.push(bytes);
  const message = reader.next();
  if (message?.kind !== 'peer-reconcile') throw new Error(`not taken: ${JSON.stringify(message)}`);
  expect(bytes.length).toBeLessThanOrEqual(MESSAGE_BYTES_MAX);
  return message.ranges;
}

interface Outcome {
  /** What has come to light, on whichever side: who has it. */
  readonly onlyLeft: MessageDigest[];
  readonly onlyRight: MessageDigest[];
  readonly messages: number;
  readonly bytes: number;
}

function exchange(left: readonly MessageDigest[], right: readonly MessageDigest[]): Outcome {
  const onlyLeft = new Set<MessageDigest>();
  const onlyRight = new Set<MessageDigest>();
  let ranges: readonly Range[] | undefined = opening(left);
  let messages = 0;
  let bytes = 0;
  while (ranges !== undefined) {
    if (++messages > 20) throw new Error('no end of answers');
    const isRight = messages % 2 === 1;
    bytes += encodePeerMessage({
      kind: 'peer-reconcile',
      exchange: 1,
      windowSeconds: 1,
      ranges,
    }).length;
    const found = compare(isRight ? right : left, carry(ranges));
    for (const one of found.extra) (isRight ? onlyRight : onlyLeft).add(one);
    for (const one of found.lacking) (isRight ? onlyLeft : onlyRight).add(one);
    ranges = found.answer;
  }
  return { onlyLeft: sorted(onlyLeft), onlyRight: sorted(onlyRight), messages, bytes };
}

/** For failures that can be read. */
function hex(digest: MessageDigest): string {
  return Buffer.from(digest, 'latin1').toString('hex');
}

function without(
  some: readonly MessageDigest[],
  others: readonly MessageDigest[],
): MessageDigest[] {
  const known = new Set(others);
  return some.filter((one) => !known.has(one));
}

/** Two sets with something in common, of up to 300 digests each, as few numbers. */
const twoSets = fc.record({
  seed: fc.nat(0x7fff_ffff),
  count: fc.nat(300),
  percentInLeft: fc.nat(100),
  percentInRight: fc.nat(100),
  keys: fc.constantFrom(KEY_SPACE, 65_536, 64),
});

describe('two nodes that compare notes', () => {
  it('find out exactly what either lacks, whatever the two have', () => {
    fc.assert(
      fc.property(twoSets, ({ seed, count, percentInLeft, percentInRight, keys }) => {
        const all = sorted(randomDigests(seed, count, keys));
        const random = seededRandom(seed + 1);
        const left = all.filter(() => random.below(100) < percentInLeft);
        const right = all.filter(() => random.below(100) < percentInRight);
        const { onlyLeft, onlyRight } = exchange(left, right);
        expect(onlyLeft.map(hex)).toEqual(without(left, right).map(hex));
        expect(onlyRight.map(hex)).toEqual(without(right, left).map(hex));
      }),
      { numRuns: 300 },
    );
  });

  it.each([
    ['nothing', 0, 0],
    ['nothing and 300', 0, 300],
    ['300 and nothing', 300, 0],
    ['300 and 300 others', 300, 300],
  ])('find out what either lacks if they have %s', (_, leftCount, rightCount) => {
    const left = sorted(randomDigests(1, leftCount));
    const right = sorted(randomDigests(2, rightCount));
    const { onlyLeft, onlyRight } = exchange(left, right);
    expect([onlyLeft.map(hex), onlyRight.map(hex)]).toEqual([left.map(hex), right.map(hex)]);
  });

  it('need one message and 28 bytes if they have the same', () => {
    const both = sorted(randomDigests(3, 10_000));
    expect(exchange(both, both)).toMatchObject({ messages: 1, bytes: 28, onlyLeft: [] });
  });

  it('find one difference among 100,000 at a cost of a few kilobytes', () => {
    const left = sorted(randomDigests(4, 100_000));
    const right = left.filter((_, i) => i !== 31_337);
    const { onlyLeft, onlyRight, bytes } = exchange(left, right);
    expect([onlyLeft, onlyRight]).toEqual([[left[31_337]], []]);
    expect(bytes).toBeLessThan(4_096);
  });

  it('come to an end within ten messages however much they differ', () => {
    const left = sorted(randomDigests(5, 20_000));
    const right = sorted(randomDigests(6, 20_000));
    expect(exchange(left, right).messages).toBeLessThanOrEqual(10);
  });
});

/** Ranges as a stranger may send them: anything that the wire lets through. */
const anyRanges: fc.Arbitrary<readonly Range[]> = fc
  .array(
    fc.tuple(
      fc.integer({ min: 1, max: KEY_SPACE - 1 }),
      fc.constantFrom('done' as const, 'fingerprint' as const, 'digests' as const),
      fc.constantFrom(0, 1, 2, 16, 17, 300, 65_535),
    ),
    { minLength: 1, maxLength: 1_024 },
  )
  .map((parts) => {
    const ends = [...new Set(parts.map(([end]) => end))].sort((a, b) => a - b);
    ends[ends.length - 1] = KEY_SPACE;
    return ends.map((end, i): Range => {
      const [, mode, count] = parts[i]!;
      if (mode === 'done') return { mode, end };
      if (mode === 'digests') return { mode, end, digests: [] };
      return { mode, end, count, fingerprint: u64(1, 1) };
    });
  });

describe('an answer', () => {
  const own = sorted([...randomDigests(7, 5_000), ...randomDigests(8, 5_000, 64)]);

  it('fits into one message whatever ranges a stranger sends', () => {
    fc.assert(
      fc.property(anyRanges, fc.nat(own.length), (ranges, count) => {
        const { answer } = compare(own.slice(0, count), ranges);
        if (answer !== undefined) carry(answer);
      }),
      { numRuns: 100 },
    );
  });

  it.each([[480], [1_024]])('fits with %i ranges of sixteen digests each', (count) => {
    const step = Math.floor(KEY_SPACE / count);
    const many = sorted(randomDigests(9, 16 * count));
    const ranges = Array.from({ length: count }, (_, i): Range => {
      const end = i === count - 1 ? KEY_SPACE : (i + 1) * step;
      return { mode: 'fingerprint', end, count: 17, fingerprint: u64(1, 1) };
    });
    expect(carry(compare(many, ranges).answer!).length).toBeGreaterThan(0);
  });

  it.each([[0], [1]])('fits if ranges are said to hold %i of many thousand digests', (count) => {
    const many = sorted(randomDigests(10, 10_000));
    const ranges: Range[] = [
      { mode: 'fingerprint', end: KEY_SPACE / 2, count, fingerprint: u64(1, 1) },
      { mode: 'fingerprint', end: KEY_SPACE, count, fingerprint: u64(1, 1) },
    ];
    expect(carry(compare(many, ranges).answer!).length).toBeGreaterThan(0);
  });

  it('is not due to ranges that are done', () => {
    const found = compare(own, [{ mode: 'done', end: KEY_SPACE }]);
    expect(found).toEqual({ answer: undefined, lacking: [], extra: [] });
  });
});

describe('the fingerprint', () => {
  it('is the one of docs/protocol.md: the sum of both halves, combined by exclusive or', () => {
    const one = (hex: string): MessageDigest =>
      String.fromCharCode(...hex.match(/../g)!.map((byte) => Number.parseInt(byte, 16)));
    const digests = [
      one('f724797389056fed321cea641251940a'),
      one('68553c0522c201cb7d3fa3788094cf6d'),
    ];
    expect([
      fingerprint(digests, 0, 1),
      fingerprint(digests, 1, 2),
      fingerprint(digests, 0, 2),
    ]).toEqual([
      u64(0xc5389317, 0x9b54fbe7),
      u64(0x156a9f7d, 0xa256cea6),
      u64(0xdaa33295, 0x3dabca8d),
    ]);
  });

  it('of nothing is 0', () => {
    expect(fingerprint([], 0, 0)).toEqual(u64(0, 0));
  });
});
