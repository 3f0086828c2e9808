import { describe, expect, it } from 'vitest';
import { defaultWorkers } from '../../../../src/daemon/proof-of-work/solver.ts';

describe('the number of workers', () => {
  it.each([
    [1, 1],
    [2, 1],
    [3, 2],
    [5, 4],
    [64, 4],
  ])('on a machine with %i processors is %i by default', (processors, workers) => {
    expect(defaultWorkers(processors)).toBe(workers);
  });
});
