import { describe, expect, it } from 'vitest';
import type { QueueState } from '../../../../src/core/inputs.ts';
import { QueueWatch } from '../../../../src/daemon/sockets/queue-watch.ts';
import { SMALL_BOUNDS } from './fakes.ts';

/** A watch of a queue that has grown to `bytes`. */
function watchAt(bytes: number): QueueWatch {
  const watch = new QueueWatch(SMALL_BOUNDS);
  watch.update(bytes);
  return watch;
}

/** What a watch says after each of several ticks in which nothing was taken. */
function idleTicks(watch: QueueWatch, bytes: number, count: number): unknown[] {
  return Array.from({ length: count }, () => watch.onTick(bytes, 0));
}

describe('the level of a queue', () => {
  it('is low below the high-water mark, and nothing is told', () => {
    const watch = new QueueWatch(SMALL_BOUNDS);
    expect(watch.update(999)).toBeUndefined();
    expect(watch.state).toEqual({ level: 'low', isMoving: true });
  });

  it('is high from the high-water mark on', () => {
    const watch = new QueueWatch(SMALL_BOUNDS);
    expect(watch.update(1_000)).toEqual({ level: 'high', isMoving: true });
  });

  it('is told once, not at every change of the bytes', () => {
    const watch = watchAt(1_000);
    expect([watch.update(1_500), watch.update(600), watch.update(999)]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });

  it('is low again only below the low-water mark', () => {
    const watch = watchAt(1_000);
    expect(watch.update(500)).toBeUndefined();
    expect(watch.update(499)).toEqual({ level: 'low', isMoving: true });
  });

  it('is full as soon as a message of any size might not fit', () => {
    const watch = watchAt(1_000);
    expect(watch.update(3_900)).toBeUndefined();
    expect(watch.update(3_901)).toEqual({ level: 'full', isMoving: true });
  });

  it('is high again only when there is some room', () => {
    const watch = watchAt(3_901);
    expect(watch.update(3_700)).toBeUndefined();
    expect(watch.update(3_650)).toEqual({ level: 'high', isMoving: true });
  });

  it('stays high when a frame is refused but the queue moves', () => {
    const watch = watchAt(3_000);
    expect(watch.onRefused(3_000)).toBeUndefined();
  });

  it('is full when frames are refused and nothing moves', () => {
    const watch = watchAt(3_000);
    idleTicks(watch, 3_000, 1 + SMALL_BOUNDS.stalledTicks);
    expect(watch.onRefused(3_000)).toEqual({ level: 'full', isMoving: false });
  });
});

describe('a queue that is not taken from', () => {
  it('counts as moving for the first ticks', () => {
    expect(idleTicks(watchAt(1_000), 1_000, SMALL_BOUNDS.stalledTicks)).toEqual([
      undefined,
      undefined,
    ]);
  });

  it('does not move after that', () => {
    const said = idleTicks(watchAt(1_000), 1_000, 1 + SMALL_BOUNDS.stalledTicks);
    expect(said.at(-1)).toEqual({ level: 'high', isMoving: false });
  });

  it('moves again when enough is taken', () => {
    const watch = watchAt(1_000);
    idleTicks(watch, 1_000, 1 + SMALL_BOUNDS.stalledTicks);
    expect(watch.onTick(1_000, SMALL_BOUNDS.stalledBytes)).toEqual({
      level: 'high',
      isMoving: true,
    });
  });

  it('counts as moving once it is low', () => {
    const watch = watchAt(1_000);
    idleTicks(watch, 1_000, 1 + SMALL_BOUNDS.stalledTicks);
    expect(watch.update(499)).toEqual({ level: 'low', isMoving: true });
  });

  it('moves as long as enough is taken in every stretch of ticks', () => {
    const watch = watchAt(1_000);
    let taken = 0;
    const said: (QueueState | string | undefined)[] = [];
    for (let i = 0; i < 20; i++) said.push(watch.onTick(1_000, (taken += 32)));
    expect(said.every((state) => state === undefined)).toBe(true);
  });
});

describe('a full queue', () => {
  const { stuckTicks } = SMALL_BOUNDS;

  it('is stuck when hardly anything was taken for the whole time', () => {
    const said = idleTicks(watchAt(3_950), 3_950, 1 + stuckTicks);
    expect(said.at(-1)).toBe('stuck');
    expect(said.slice(0, -1)).not.toContain('stuck');
  });

  it('is not stuck if it was taken from in between', () => {
    const watch = watchAt(3_950);
    idleTicks(watch, 3_950, stuckTicks);
    watch.onTick(3_950, SMALL_BOUNDS.stuckBytes);
    const said = Array.from({ length: stuckTicks - 1 }, () =>
      watch.onTick(3_950, SMALL_BOUNDS.stuckBytes),
    );
    expect(said).not.toContain('stuck');
  });

  it('counts as full while only relayed frames are refused', () => {
    const watch = watchAt(3_000);
    watch.onRefused(3_000);
    expect(idleTicks(watch, 3_000, 1 + stuckTicks).at(-1)).toBe('stuck');
  });

  it('begins anew after it was half empty', () => {
    const watch = watchAt(3_950);
    idleTicks(watch, 3_950, stuckTicks);
    watch.update(2_000);
    watch.update(3_950);
    expect(idleTicks(watch, 3_950, stuckTicks)).not.toContain('stuck');
  });
});

describe('a queue that is high but never full', () => {
  it('is never stuck', () => {
    expect(idleTicks(watchAt(2_000), 2_000, 1_000)).not.toContain('stuck');
  });
});
