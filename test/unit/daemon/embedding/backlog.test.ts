import { describe, expect, it } from 'vitest';
import type { QueueState } from '../../../../src/core/inputs.ts';
import { Backlog, BACKLOG_BOUNDS } from '../../../../src/daemon/embedding/backlog.ts';
import { SMALL_BOUNDS } from './fakes.ts';

function track(bounds = SMALL_BOUNDS): { backlog: Backlog; states: QueueState[] } {
  const states: QueueState[] = [];
  return { backlog: new Backlog(bounds, (state) => states.push(state)), states };
}

function add(backlog: Backlog, count: number, bytes = 0): void {
  for (let i = 0; i < count; i++) backlog.add(bytes);
}

function remove(backlog: Backlog, count: number, bytes = 0): void {
  for (let i = 0; i < count; i++) backlog.remove(bytes);
}

describe('a backlog', () => {
  it('is high from the high mark until it is below the low mark', () => {
    const { backlog, states } = track();
    add(backlog, 4);
    remove(backlog, 2);
    expect(states).toEqual([{ level: 'high', isMoving: true }]);
    remove(backlog, 1);
    expect(states.at(-1)).toEqual({ level: 'low', isMoving: true });
  });

  it('is full from the full mark until it is below the high mark', () => {
    const { backlog, states } = track();
    add(backlog, 8);
    remove(backlog, 4);
    expect(states.map(({ level }) => level)).toEqual(['high', 'full']);
    remove(backlog, 1);
    expect(states.at(-1)?.level).toBe('high');
  });

  it('counts bytes as well', () => {
    const { backlog, states } = track();
    add(backlog, 1, 4_000);
    remove(backlog, 1, 4_000);
    expect(states.map(({ level }) => level)).toEqual(['full', 'low']);
  });

  it('does not move after two ticks in which nothing was dealt with', () => {
    const { backlog, states } = track();
    add(backlog, 4);
    backlog.tick();
    expect(states.length).toBe(1);
    backlog.tick();
    expect(states.at(-1)).toEqual({ level: 'high', isMoving: false });
  });

  it('moves again with the first that is dealt with', () => {
    const { backlog, states } = track();
    add(backlog, 5);
    backlog.tick();
    backlog.tick();
    remove(backlog, 1);
    expect(states.at(-1)).toEqual({ level: 'high', isMoving: true });
  });

  it('always moves while it is low', () => {
    const { backlog, states } = track();
    add(backlog, 1);
    for (let i = 0; i < 5; i++) backlog.tick();
    expect(states).toEqual([]);
  });

  it('is full before the core runs out of message IDs for a subscription', () => {
    expect(BACKLOG_BOUNDS.fullItems).toBeLessThan(65_535);
  });
});
