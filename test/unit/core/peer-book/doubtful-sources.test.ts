import { describe, expect, it } from 'vitest';
import {
  DoubtfulSources,
  DUPLICATES_MAX,
  MEMORY,
} from '../../../../src/core/peer-book/doubtful-sources.ts';

function doubting(source: string): DoubtfulSources {
  const sources = new DoubtfulSources();
  for (let i = 0; i < DUPLICATES_MAX; i++) sources.note(source, 1_000);
  return sources;
}

describe('a source whose addresses are peers that there are links to', () => {
  it('is followed as long as those are few', () => {
    const sources = new DoubtfulSources();
    for (let i = 1; i < DUPLICATES_MAX; i++) sources.note('10.1.0.1', 1_000);
    expect(sources.freeFrom(['10.1.0.1'], 2_000)).toBe(2_000);
  });

  it('is not followed for a while then, and later again', () => {
    const sources = doubting('10.1.0.1');
    expect(sources.freeFrom(['10.1.0.1'], 2_000)).toBe(1_000 + MEMORY);
    sources.note('10.1.0.1', 1_000 + MEMORY);
    expect(sources.freeFrom(['10.1.0.1'], 1_000 + MEMORY)).toBe(1_000 + MEMORY);
  });

  it('keeps nobody from what others told of too', () => {
    expect(doubting('10.1.0.1').freeFrom(['10.1.0.1', '10.2.0.1'], 2_000)).toBe(2_000);
  });

  it('is forgotten first when there are too many', () => {
    const sources = doubting('10.1.0.1');
    for (let i = 0; i < 2_000; i++) sources.note(`10.2.${i >>> 8}.${i & 255}`, 1_500);
    expect(sources.size).toBe(1_024);
    expect(sources.freeFrom(['10.1.0.1'], 2_000)).toBe(2_000);
  });
});
