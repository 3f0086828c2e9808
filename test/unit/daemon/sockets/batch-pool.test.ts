import { describe, expect, it } from 'vitest';
import {
  BATCH_BYTES,
  BatchPool,
  SMALL_BATCH_BYTES,
} from '../../../../src/daemon/sockets/batch-pool.ts';

describe('the pool', () => {
  it('hands a buffer out again that came back', () => {
    const pool = new BatchPool();
    const buffer = pool.takeLarge();
    pool.giveBack(buffer);
    expect(pool.takeLarge()).toBe(buffer);
  });

  it('never hands one buffer out twice', () => {
    const pool = new BatchPool();
    expect(pool.takeSmall()).not.toBe(pool.takeSmall());
  });

  it('has room for the largest message in a large buffer', () => {
    expect(new BatchPool().takeLarge().length).toBeGreaterThanOrEqual(65_535);
  });

  it('keeps 4 MiB of either size at most', () => {
    const pool = new BatchPool();
    for (let i = 0; i < 2_000; i++) pool.giveBack(new Uint8Array(SMALL_BATCH_BYTES));
    for (let i = 0; i < 100; i++) pool.giveBack(new Uint8Array(BATCH_BYTES));
    expect(pool.freeBytes).toBe(2 * 4 * 1024 * 1024);
  });
});
