import { describe, expect, it } from 'vitest';
import type { TravellingMessage } from '../../../src/sim/announcement.ts';
import { EventQueue } from '../../../src/sim/event-queue.ts';
import { QUEUE_BYTES_MAX } from '../../../src/sim/send-queue.ts';
import { Uplink } from '../../../src/sim/uplink.ts';
import { VirtualNetwork } from '../../../src/sim/virtual-network.ts';
import { peerMessageSize } from '../../../src/wire/peer-messages.ts';
import { announce, DeafMachine, info, runTo } from './support.ts';

const HEAD = 16;

/** Machine a, with an uplink of 1,000 bytes per ms, linked to b and c, 10 ms away; at 100 ms. */
function star() {
  const events = new EventQueue();
  const network = new VirtualNetwork<TravellingMessage>({
    events,
    latency: () => 10,
    sizeOf: peerMessageSize,
  });
  const uplink = new Uplink(events, 1_000);
  const a = Object.assign(new DeafMachine(events, 1), { uplink });
  const [b, c] = [new DeafMachine(events, 2), new DeafMachine(events, 3)];
  for (const machine of [b, c]) {
    network.listen(machine, 6_001);
    network.dial(a, { host: machine.host, port: 6_001 });
  }
  runTo(events, 100);
  for (const machine of [a, b, c]) machine.heard.length = 0;
  const [toB, toC] = [a.ends[0]!, a.ends[1]!];
  return { events, network, uplink, a, b, c, toB, toC };
}

describe('an uplink', () => {
  it('lets a message take as long as its bytes, and then its way', () => {
    const { events, b, toB } = star();
    toB.send(announce(5_000 - HEAD), 'forward');
    runTo(events, 200);
    expect(b.heard).toEqual(['115 peer-announce']);
  });

  it('holds small messages up behind a large one of the same link', () => {
    const { events, b, toB } = star();
    toB.send(announce(50_000 - HEAD), 'forward');
    toB.send(info(1), 'control');
    runTo(events, 200);
    expect(b.heard).toEqual(['160 peer-announce', '161 info 1']);
  });

  it('lets control go before messages of the same link that have not begun to leave', () => {
    const { events, b, toB } = star();
    for (let i = 0; i < 2; i++) toB.send(announce(50_000 - HEAD), 'forward');
    toB.send(info(1), 'control');
    runTo(events, 300);
    expect(b.heard).toEqual(['160 peer-announce', '161 info 1', '211 peer-announce']);
  });

  it('does not carry what was taken back before it began to leave', () => {
    const { events, network, b, toB } = star();
    for (const tag of [1, 2, 3]) toB.send(announce(50_000 - HEAD), 'forward', tag);
    const before = network.traffic.sent;
    for (const tag of [1, 2]) toB.withdraw(tag);
    runTo(events, 300);
    expect(b.heard).toEqual(['160 peer-announce', '210 peer-announce']);
    expect(before - network.traffic.sent).toBe(50_000);
  });

  it('is free again when all that waited was taken back', () => {
    const { events, uplink, toB } = star();
    for (const tag of [1, 2]) toB.send(announce(50_000 - HEAD), 'forward', tag);
    toB.withdraw(2);
    runTo(events, 300);
    expect([uplink.isFree, toB.unsentBytes]).toEqual([true, 0]);
  });

  it('lets its links take turns, message by message', () => {
    const { events, b, c, toB, toC } = star();
    for (let i = 0; i < 3; i++) toB.send(announce(10_000 - HEAD), 'forward');
    toC.send(announce(10_000 - HEAD), 'forward');
    runTo(events, 200);
    expect(c.heard).toEqual(['140 peer-announce']);
    expect(b.heard.map((line) => line.split(' ')[0])).toEqual(['120', '130', '150']);
  });

  it('sends many small messages within a millisecond', () => {
    const { events, b, toB } = star();
    for (let i = 0; i < 250; i++) toB.send(info(1), 'control');
    runTo(events, 200);
    expect(b.heard.filter((line) => line.startsWith('111'))).toHaveLength(125);
    expect(b.heard.filter((line) => line.startsWith('112'))).toHaveLength(125);
  });

  it('goes on with its other links while nothing gets through on one', () => {
    const { events, b, c, toB, toC } = star();
    toB.other.hold();
    toB.send(announce(10_000 - HEAD), 'forward');
    toC.send(announce(10_000 - HEAD), 'forward');
    runTo(events, 500);
    expect([b.heard, c.heard]).toEqual([[], ['120 peer-announce']]);
    toB.other.release();
    runTo(events, 1_000);
    expect(b.heard).toEqual(['520 peer-announce']);
  });

  it('fills the queue of a link, up to its maximum, when more is sent than can leave', () => {
    const { events, a, network, toB } = star();
    for (let i = 0; i < 100; i++) toB.send(announce(60_000), 'forward');
    expect(toB.unsentBytes).toBeLessThanOrEqual(QUEUE_BYTES_MAX);
    runTo(events, 20_000);
    expect(a.heard).toEqual(['100 queue full', '1100 queue high', '3100 queue low']);
    const { sent, received, lost } = network.traffic;
    expect(lost).toBeGreaterThan(0);
    expect(received + lost).toBe(sent);
  });

  it('sends what waited before a hang-up', () => {
    const { events, b, toB } = star();
    for (let i = 0; i < 3; i++) toB.send(announce(10_000 - HEAD), 'forward');
    toB.hangUp();
    runTo(events, 1_000);
    expect(b.heard.at(-1)).toBe('140 closed: closed by the other side');
    expect(b.heard).toHaveLength(4);
  });

  it('drops what waits for a link that breaks, and sends the rest', () => {
    const { events, network, b, c, toB, toC } = star();
    for (let i = 0; i < 3; i++) toB.send(announce(10_000 - HEAD), 'forward');
    toC.send(info(1), 'control');
    toB.breakDown('connection reset');
    runTo(events, 1_000);
    expect(b.heard).toEqual(['100 closed: connection reset']);
    expect(c.heard).toEqual(['121 info 1']);
    expect(network.traffic.lost).toBe(30_000);
  });
});
