import { describe, expect, it } from 'vitest';
import { LANES, Lanes, PASSED_OVER_MAX, type Lane, type Waiting } from '../../../src/core/lanes.ts';

interface Named extends Waiting {
  readonly name: string;
}

function put(lanes: Lanes<Named>, lane: Lane, name: string, bytes = 100, tag?: number): void {
  lanes.put({ lane, name, bytes, tag });
}

function takeAll(lanes: Lanes<Named>): string[] {
  const names: string[] = [];
  for (let next = lanes.take(); next !== undefined; next = lanes.take()) names.push(next.name);
  return names;
}

describe('what waits for a link', () => {
  it('goes lane by lane, whatever came first', () => {
    const lanes = new Lanes<Named>();
    for (const lane of LANES.toReversed()) put(lanes, lane, lane);
    expect(takeAll(lanes)).toEqual(['control', 'own', 'forward', 'reply']);
  });

  it('goes in the order in which it came within a lane', () => {
    const lanes = new Lanes<Named>();
    for (const name of ['a', 'b', 'c']) put(lanes, 'forward', name);
    expect(takeAll(lanes)).toEqual(['a', 'b', 'c']);
  });

  it('does not starve behind what goes first, in any lane', () => {
    const lanes = new Lanes<Named>();
    for (const lane of ['forward', 'reply'] as const) put(lanes, lane, lane);
    const bytes = PASSED_OVER_MAX / 4;
    for (let i = 0; i < 12; i++) put(lanes, 'own', 'own', bytes);
    const order = takeAll(lanes);
    expect([order.indexOf('forward'), order.indexOf('reply')]).toEqual([4, 5]);
  });

  it('is passed over anew for each message', () => {
    const lanes = new Lanes<Named>();
    for (const name of ['a', 'b']) put(lanes, 'forward', name);
    for (let i = 0; i < 4; i++) put(lanes, 'own', 'own', PASSED_OVER_MAX);
    expect(takeAll(lanes)).toEqual(['own', 'a', 'own', 'b', 'own', 'own']);
  });

  it('counts in bytes and messages, until it is taken', () => {
    const lanes = new Lanes<Named>();
    put(lanes, 'own', 'a', 100);
    put(lanes, 'reply', 'b', 50);
    const before = [lanes.bytes, lanes.size];
    lanes.take();
    expect([before, lanes.bytes, lanes.size]).toEqual([[150, 2], 50, 1]);
  });

  it('can be withdrawn by its tag, wherever it stands, and nothing else with it', () => {
    const lanes = new Lanes<Named>();
    put(lanes, 'forward', 'a', 100, 1);
    put(lanes, 'forward', 'b', 200, 2);
    put(lanes, 'own', 'c', 300, 1);
    put(lanes, 'control', 'd', 400);
    expect([lanes.withdraw(1), lanes.bytes, takeAll(lanes)]).toEqual([400, 600, ['d', 'b']]);
  });

  it('is not changed by a tag that nothing has', () => {
    const lanes = new Lanes<Named>();
    put(lanes, 'control', 'a');
    expect([lanes.withdraw(1), lanes.size]).toEqual([0, 1]);
  });
});
