import { describe, expect, it } from 'vitest';
import { flatten, formatParameters } from '../../../../src/cli/simulate/parameters.ts';
import { SAMPLE_SCENARIO } from './sample-result.ts';

describe('the parameters of a run', () => {
  const lines = formatParameters([SAMPLE_SCENARIO]);

  it('begin with name and seed', () => {
    expect(lines[0]).toBe('sample: seed 1, 1000 nodes, checks on, wire off');
  });

  it('are all there', () => {
    const text = lines.join('\n');
    const { name: _, description: __, ...rest } = SAMPLE_SCENARIO;
    const values = flatten(rest).map(([, value]) => value);
    expect(
      values
        .filter((value) => !['true', 'false'].includes(value))
        .filter((value) => !text.includes(value)),
    ).toEqual([]);
  });

  it('name the first and the last of several seeds', () => {
    const scenarios = [1, 2, 3].map((seed) => ({ ...SAMPLE_SCENARIO, seed }));
    expect(formatParameters(scenarios)[0]).toContain('seeds 1 to 3');
  });

  it('fit a terminal', () => {
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(100);
  });
});
