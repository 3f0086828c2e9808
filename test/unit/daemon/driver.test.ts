import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Effect } from '../../../src/core/effects.ts';
import type { Input } from '../../../src/core/inputs.ts';
import { Driver, type Hands } from '../../../src/daemon/driver.ts';
import { FlushScheduler } from '../../../src/daemon/sockets/flush-scheduler.ts';

interface Bench {
  readonly driver: Driver;
  /** What happened, in order: inputs by kind, effects by kind behind an arrow. */
  readonly story: string[];
  readonly clock: { now: number; deadline: number | undefined };
}

/** A driver of a core that answers each kind of input with the effects of `answers`. */
function bench(
  answers: Partial<Record<Input['kind'], readonly Effect[]>>,
  onEffect: (driver: Driver, story: string) => void = () => {},
): Bench {
  const story: string[] = [];
  const clock: Bench['clock'] = { now: 0, deadline: undefined };
  const done = (what: string) => (): void => {
    story.push(`→ ${what}`);
    onEffect(driver, what);
  };
  const hands: Hands = {
    transport: {
      send: done('send'),
      withdraw: done('unsend'),
      dial: done('dial'),
      hangUp: done('hang-up'),
      pause: done('pause-link'),
      resume: done('resume-link'),
    },
    api: {
      notify: done('notify'),
      drop: done('drop-client'),
      pause: done('pause-client'),
      resume: done('resume-client'),
    },
    solver: {
      solve: done('solve'),
      proveOffer: done('prove-offer'),
      cancel: done('cancel-proofs'),
    },
    resolve: done('resolve'),
    report: done('report'),
  };
  const core = {
    handle: (input: Input): readonly Effect[] => {
      story.push(input.kind);
      return answers[input.kind] ?? [];
    },
    nextDeadline: () => clock.deadline,
  };
  const scheduler = new FlushScheduler();
  const driver = new Driver({ core, hands, scheduler, now: () => clock.now });
  return { driver, story, clock };
}

const PAUSE: Effect = { kind: 'pause-link', link: 1 };
const HANG_UP: Effect = { kind: 'hang-up', link: 1 };
const DROP: Effect = { kind: 'drop-client', client: 7 };
const FULL = { level: 'full', isMoving: true } as const;

describe('the driver', () => {
  it('carries effects out in order before the next input', () => {
    const { driver, story } = bench({ start: [PAUSE, HANG_UP] });
    driver.give({ kind: 'start' });
    driver.give({ kind: 'wake' });
    expect(story).toEqual(['start', '→ pause-link', '→ hang-up', 'wake']);
  });

  it('lets an input that arises meanwhile wait until all effects are carried out', () => {
    const { driver, story } = bench({ start: [PAUSE, HANG_UP] }, (self, what) => {
      if (what === 'pause-link') self.give({ kind: 'link-queue', link: 2, queue: FULL });
    });
    driver.give({ kind: 'start' });
    expect(story).toEqual(['start', '→ pause-link', '→ hang-up', 'link-queue']);
  });

  it('delivers nothing of a link that was hung up, not even what arose before', () => {
    const { driver, story } = bench({ start: [PAUSE, HANG_UP] }, (self, what) => {
      if (what === 'pause-link') self.give({ kind: 'link-queue', link: 1, queue: FULL });
    });
    driver.give({ kind: 'start' });
    expect(story).toEqual(['start', '→ pause-link', '→ hang-up']);
  });

  it('delivers nothing of a client that was dropped, not even what arose before', () => {
    const { driver, story } = bench({ start: [PAUSE, DROP] }, (self, what) => {
      if (what === 'pause-link') self.give({ kind: 'client-queue', client: 7, queue: FULL });
    });
    driver.give({ kind: 'start' });
    expect(story).toEqual(['start', '→ pause-link', '→ drop-client']);
  });

  it('gives the core nothing after it was stopped', () => {
    const { driver, story } = bench({});
    driver.stop();
    driver.give({ kind: 'start' });
    expect(story).toEqual([]);
  });

  it('gives the core nothing after a defect, which goes on to whoever called', () => {
    const { driver, story } = bench({ start: [PAUSE] }, () => {
      throw new Error('defect');
    });
    expect(() => driver.give({ kind: 'start' })).toThrow('defect');
    driver.give({ kind: 'wake' });
    expect(story).toEqual(['start', '→ pause-link']);
  });
});

describe('waking the core', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setImmediate'] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  /** The next timer or immediate; a turn of the event loop has at most one of either here. */
  function step(): void {
    vi.advanceTimersToNextTimer();
  }

  it('happens when the deadline has come', () => {
    const { driver, story, clock } = bench({});
    clock.deadline = 5;
    driver.give({ kind: 'start' });
    step();
    clock.now = 5;
    step();
    step();
    expect(story).toEqual(['start', 'wake']);
  });

  it('does not happen when the deadline has moved on, but when it comes then', () => {
    const { driver, story, clock } = bench({});
    clock.deadline = 5;
    driver.give({ kind: 'start' });
    step();
    [clock.now, clock.deadline] = [5, 9];
    step();
    step();
    expect(story).toEqual(['start']);
    clock.now = 9;
    step();
    step();
    expect(story).toEqual(['start', 'wake']);
  });

  it('happens earlier when an earlier deadline comes up', () => {
    const { driver, story, clock } = bench({});
    clock.deadline = 1_000;
    driver.give({ kind: 'start' });
    step();
    clock.deadline = 5;
    driver.give({ kind: 'shut-down' });
    step();
    clock.now = 5;
    step();
    step();
    expect(story).toEqual(['start', 'shut-down', 'wake']);
  });

  it('waits for what has arrived meanwhile after the process was busy', () => {
    const { driver, story, clock } = bench({});
    clock.deadline = 5;
    driver.give({ kind: 'start' });
    step();
    clock.now = 10_000;
    step();
    driver.give({ kind: 'link-closed', link: 1, reason: 'read before the wake' });
    step();
    step();
    expect(story).toEqual(['start', 'link-closed', 'wake']);
  });

  it('takes deadlines that are further away than a timer can be set', () => {
    const { driver, story, clock } = bench({});
    clock.deadline = 400 * 24 * 3_600_000;
    driver.give({ kind: 'start' });
    step();
    vi.advanceTimersByTime(1_000);
    expect(story).toEqual(['start']);
  });

  it('ends with a stop', () => {
    const { driver, story, clock } = bench({});
    clock.deadline = 5;
    driver.give({ kind: 'start' });
    step();
    clock.now = 5;
    driver.stop();
    vi.advanceTimersByTime(100);
    expect(story).toEqual(['start']);
  });
});
