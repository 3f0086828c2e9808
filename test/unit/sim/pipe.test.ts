import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EventQueue } from '../../../src/sim/event-queue.ts';
import { Pipe } from '../../../src/sim/pipe.ts';
import { runTo } from './support.ts';

/** A pipe that notes what comes out of it, and when. */
class Line extends Pipe<string> {
  readonly out: string[] = [];
  readonly #events: EventQueue;

  constructor(events: EventQueue) {
    super(events);
    this.#events = events;
  }

  override put(item: string, arrival: number): void {
    super.put(item, arrival);
  }

  override close(): void {
    super.close();
  }

  protected override receive(item: string): void {
    this.out.push(`${this.#events.now} ${item}`);
  }
}

function pipe(): { events: EventQueue; out: string[]; pipe: Line } {
  const events = new EventQueue();
  const line = new Line(events);
  return { events, out: line.out, pipe: line };
}

describe('a pipe', () => {
  it('lets everything out in order, also what would arrive earlier than what went before', () => {
    const { events, out, pipe: line } = pipe();
    line.put('slow', 100);
    line.put('fast', 50);
    runTo(events, 200);
    expect(out).toEqual(['100 slow', '100 fast']);
  });

  it('keeps back what is due while it is held, and lets it out in order when released', () => {
    const { events, out, pipe: line } = pipe();
    line.put('a', 10);
    line.put('b', 20);
    line.put('c', 500);
    line.hold();
    runTo(events, 100);
    expect(out).toEqual([]);
    line.release();
    runTo(events, 1_000);
    expect(out).toEqual(['100 a', '100 b', '500 c']);
  });

  it('is released only after as many releases as holds', () => {
    const { events, out, pipe: line } = pipe();
    line.hold();
    line.hold();
    line.put('a', 10);
    line.release();
    runTo(events, 20);
    expect(out).toEqual([]);
    line.release();
    runTo(events, 20);
    expect(out).toEqual(['20 a']);
  });

  it('lets nothing out once it is closed', () => {
    const { events, out, pipe: line } = pipe();
    line.put('a', 10);
    line.close();
    line.put('b', 10);
    runTo(events, 100);
    expect([out, line.length]).toEqual([[], 0]);
  });

  it('loses nothing and keeps the order under any holds and releases', () => {
    const action = fc.oneof(
      fc.record({ kind: fc.constant('put' as const), delay: fc.nat({ max: 50 }) }),
      fc.record({ kind: fc.constantFrom('hold' as const, 'release' as const) }),
      fc.record({ kind: fc.constant('wait' as const), delay: fc.nat({ max: 60 }) }),
    );
    fc.assert(
      fc.property(fc.array(action, { maxLength: 300 }), (actions) => {
        const { events, out, pipe: line } = pipe();
        let put = 0;
        let holds = 0;
        for (const step of actions) {
          if (step.kind === 'put') line.put(String(put++), events.now + step.delay);
          else if (step.kind === 'wait') runTo(events, events.now + step.delay);
          else if (step.kind === 'hold') [holds] = [holds + 1, line.hold()];
          else [holds] = [Math.max(0, holds - 1), line.release()];
        }
        for (; holds > 0; holds--) line.release();
        runTo(events, events.now + 1_000);
        expect(out.map((line_) => Number(line_.split(' ')[1]))).toEqual(
          Array.from({ length: put }, (_, i) => i),
        );
      }),
    );
  });
});
