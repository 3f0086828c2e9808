import { describe, expect, it } from 'vitest';
import type { Lane } from '../../../src/core/lanes.ts';
import type { TravellingMessage } from '../../../src/sim/announcement.ts';
import { EventQueue } from '../../../src/sim/event-queue.ts';
import { QUEUE_BYTES_HIGH, QUEUE_BYTES_MAX } from '../../../src/sim/send-queue.ts';
import { VirtualNetwork } from '../../../src/sim/virtual-network.ts';
import { peerMessageSize } from '../../../src/wire/peer-messages.ts';
import { announce, DeafMachine, info, runTo } from './support.ts';

const BIG = 60_000;

/** A link whose receiving end is held up, at 100 ms. */
function stalledLink() {
  const events = new EventQueue();
  const network = new VirtualNetwork<TravellingMessage>({
    events,
    latency: () => 10,
    sizeOf: peerMessageSize,
  });
  const [a, b] = [new DeafMachine(events, 1), new DeafMachine(events, 2)];
  network.listen(b, 6_001);
  network.dial(a, { host: b.host, port: 6_001 });
  runTo(events, 100);
  const near = a.ends[0]!;
  const far = b.ends[0]!;
  far.hold();
  a.heard.length = 0;
  b.heard.length = 0;
  const fill = (bytes: number, lane: Lane = 'forward'): void => {
    for (let sent = 0; sent < bytes; sent += BIG) near.send(announce(BIG), lane);
  };
  return { events, a, b, near, far, fill };
}

describe('the queue of a link that is held up', () => {
  it('is told of as high above its mark, then as not moving', () => {
    const { events, a, fill } = stalledLink();
    fill(QUEUE_BYTES_HIGH - BIG);
    runTo(events, 1_000);
    expect(a.heard).toEqual([]);
    fill(2 * BIG);
    runTo(events, 10_000);
    expect(a.heard).toEqual(['1000 queue high', '3000 queue high, not moving']);
  });

  it('is told of as low again once it has drained', () => {
    const { events, a, b, far, fill } = stalledLink();
    fill(2 * QUEUE_BYTES_HIGH);
    runTo(events, 500);
    far.release();
    runTo(events, 10_000);
    expect(a.heard).toEqual(['100 queue high', '1100 queue low']);
    expect(b.heard).toHaveLength(Math.ceil((2 * QUEUE_BYTES_HIGH) / BIG));
  });

  it('never holds more than its maximum; what belongs to others is dropped first', () => {
    const { a, events, near, fill } = stalledLink();
    fill(2 * QUEUE_BYTES_MAX);
    const foreign = near.unsentBytes;
    expect(foreign).toBeLessThan(QUEUE_BYTES_MAX);
    fill(2 * QUEUE_BYTES_MAX, 'own');
    expect(near.unsentBytes).toBeGreaterThan(foreign);
    expect(near.unsentBytes).toBeLessThanOrEqual(QUEUE_BYTES_MAX);
    runTo(events, 200);
    expect(a.heard).toEqual(['100 queue full']);
  });

  it('ends the link after 30 s full without anything being taken', () => {
    const { events, a, b, fill } = stalledLink();
    fill(QUEUE_BYTES_MAX);
    runTo(events, 200_000);
    expect(a.heard.at(-1)).toBe('30100 closed: the peer takes nothing');
    expect(b.heard).toEqual(['30100 closed: the peer takes nothing']);
  });

  it('does not end the link if it is taken from in between', () => {
    const { events, a, far, fill } = stalledLink();
    fill(QUEUE_BYTES_MAX);
    runTo(events, 20_000);
    far.release();
    runTo(events, 20_000);
    far.hold();
    fill(QUEUE_BYTES_MAX);
    runTo(events, 40_000);
    expect(a.heard.filter((line) => line.includes('closed'))).toEqual([]);
  });
});

describe('the queue of a link that moves', () => {
  it('takes everything', () => {
    const { events, a, b, near, far } = stalledLink();
    far.release();
    for (let i = 0; i < 200; i++) near.send(announce(BIG), 'forward');
    near.send(info(1), 'control');
    runTo(events, 1_000);
    expect(a.heard).toEqual([]);
    expect(b.heard).toHaveLength(201);
  });
});
