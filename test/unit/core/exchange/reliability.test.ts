import { beforeEach, describe, expect, it } from 'vitest';
import { Reliability } from '../../../../src/core/exchange/reliability.ts';
import { FIRST, SECOND } from './support.ts';

let reliability: Reliability;

beforeEach(() => {
  reliability = new Reliability();
});

function give(times: number): void {
  for (let i = 0; i < times; i++) reliability.onGiven(FIRST);
}

function fail(times: number): void {
  for (let i = 0; i < times; i++) reliability.onFailed(FIRST);
}

function state(): [isPoor: boolean, hasProven: boolean] {
  return [reliability.isPoor(FIRST), reliability.hasProven(FIRST)];
}

describe('a peer', () => {
  it('of which nothing is known is neither poor nor proven', () => {
    expect(state()).toEqual([false, false]);
  });

  it('that has sent one message is proven', () => {
    give(1);
    expect(state()).toEqual([false, true]);
  });

  it('that has not given what it named is poor, however much it had sent before, after two failures', () => {
    give(1_000);
    fail(2);
    expect(state()).toEqual([true, false]);
  });

  it('that has failed for ever is proven again after nine messages', () => {
    fail(1_000);
    give(8);
    const before = state();
    give(1);
    expect([before, state()]).toEqual([
      [false, false],
      [false, true],
    ]);
  });

  it('is judged by itself, and forgotten with its link', () => {
    reliability.onFailed(SECOND);
    give(1);
    reliability.forget(FIRST);
    expect([state(), reliability.isPoor(SECOND)]).toEqual([[false, false], true]);
  });
});
