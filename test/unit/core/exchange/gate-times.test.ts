import { describe, expect, it } from 'vitest';
import { GateTimes, TYPES_MAX } from '../../../../src/core/exchange/gate-times.ts';

function newTimes(...times: number[]): GateTimes {
  const gateTimes = new GateTimes();
  for (const time of times) gateTimes.learn(7, time);
  return gateTimes;
}

describe('verdicts of a type', () => {
  it.each<[string, number[], boolean]>([
    ['are not slow while nothing is known of them', [], false],
    ['are not slow when they take a few milliseconds', [5, 5, 5], false],
    ['are slow when they take 200 ms', [200], true],
    ['are not slow because of a single one that was', [5, 5, 5, 200], false],
    ['are slow again after a while of slow ones', [5, ...Array<number>(10).fill(200)], true],
    [
      'are not slow any more after a while of fast ones',
      [200, ...Array<number>(30).fill(1)],
      false,
    ],
  ])('%s', (_, times, expected) => {
    expect(newTimes(...times).isSlow(7)).toBe(expected);
  });

  it('say nothing about another type', () => {
    expect(newTimes(200).isSlow(8)).toBe(false);
  });

  it(`are remembered for ${TYPES_MAX} types; the first makes room`, () => {
    const gateTimes = new GateTimes();
    for (let dataType = 0; dataType <= TYPES_MAX; dataType++) gateTimes.learn(dataType, 200);
    expect([gateTimes.size, gateTimes.isSlow(0), gateTimes.isSlow(TYPES_MAX)]).toEqual([
      TYPES_MAX,
      false,
      true,
    ]);
  });
});
