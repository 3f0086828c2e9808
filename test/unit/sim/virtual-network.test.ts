import { describe, expect, it } from 'vitest';
import type { TravellingMessage } from '../../../src/sim/announcement.ts';
import { EventQueue } from '../../../src/sim/event-queue.ts';
import type { LinkEnd } from '../../../src/sim/link-end.ts';
import { VirtualNetwork } from '../../../src/sim/virtual-network.ts';
import { peerMessageSize } from '../../../src/wire/peer-messages.ts';
import { DeafMachine, info, runTo } from './support.ts';

const PORT = 6_001;

/** Two machines 10 ms apart; the second listens. */
function pair(hosts: readonly [string, string] = ['10.0.0.1', '10.0.0.2']) {
  const events = new EventQueue();
  const network = new VirtualNetwork<TravellingMessage>({
    events,
    latency: () => 10,
    sizeOf: peerMessageSize,
    silenceMax: 60_000,
  });
  const a = new DeafMachine(events, 1, hosts[0]);
  const b = new DeafMachine(events, 2, hosts[1]);
  network.listen(b, PORT);
  const dial = (): void => network.dial(a, { host: b.host, port: PORT });
  return { events, network, a, b, dial };
}

function linked() {
  const world = pair();
  world.dial();
  runTo(world.events, 100);
  const [near] = world.a.ends;
  const [far] = world.b.ends;
  world.a.heard.length = 0;
  world.b.heard.length = 0;
  return { ...world, near: near!, far: far! };
}

describe('a dial', () => {
  it('opens the link here after a round trip and there when the answer has arrived', () => {
    const { events, a, b, dial } = pair();
    dial();
    runTo(events, 100);
    expect(a.heard).toEqual(['20 opened']);
    expect(b.heard).toEqual(['30 dialled by peer']);
  });

  it('shows the dialled side the host of the dialler with a port of no listener', () => {
    const { near, far } = linked();
    expect(near.dialled).toEqual({ host: '10.0.0.2', port: PORT });
    expect(near.remote).toEqual({ host: '10.0.0.2', port: PORT });
    expect(far.dialled).toBeUndefined();
    expect(far.remote).toEqual(near.local);
    expect(far.local).toEqual(near.remote);
    expect(far.remote.host).toBe('10.0.0.1');
    expect(far.remote.port).toBeGreaterThanOrEqual(32_768);
  });

  it('is refused after a round trip where a machine is but nobody listens', () => {
    const { events, network, a } = pair();
    network.dial(a, { host: '10.0.0.2', port: 7_001 });
    runTo(events, 100_000);
    expect(a.heard).toEqual(['20 no link to 10.0.0.2:7001: connection refused']);
  });

  it('fails after 10 s where no machine is', () => {
    const { events, network, a } = pair();
    network.dial(a, { host: '10.9.9.9', port: PORT });
    runTo(events, 100_000);
    expect(a.heard).toEqual(['10000 no link to 10.9.9.9:6001: timed out']);
  });

  it('gets through when the machine appears while it knocks', () => {
    const { events, network, a } = pair();
    network.dial(a, { host: '10.0.0.3', port: PORT });
    const late = new DeafMachine(events, 3, '10.0.0.3');
    runTo(events, 2_000);
    network.listen(late, PORT);
    runTo(events, 20_000);
    expect(a.heard).toEqual(['3020 opened']);
  });

  it('is refused when the listener goes while it is under way', () => {
    const { events, network, a, b, dial } = pair();
    dial();
    runTo(events, 5);
    b.isRunning = false;
    network.close(b);
    runTo(events, 20_000);
    expect(a.heard).toEqual(['20 no link to 10.0.0.2:6001: connection refused']);
  });

  it('to oneself gives two ends on one machine', () => {
    const { events, network, b } = pair();
    network.dial(b, { host: b.host, port: PORT });
    runTo(events, 100);
    expect(b.heard).toEqual(['20 opened', '30 dialled by peer']);
  });

  it('reaches loopback addresses from loopback only', () => {
    const { events, network, a, b, dial } = pair(['127.0.0.1', '127.0.0.1']);
    dial();
    const elsewhere = new DeafMachine(events, 3, '10.0.0.3');
    network.listen(elsewhere, PORT);
    network.dial(elsewhere, { host: '127.0.0.1', port: PORT });
    network.dial(a, { host: '10.0.0.3', port: PORT });
    runTo(events, 20_000);
    expect(b.heard).toEqual(['30 dialled by peer']);
    expect(elsewhere.heard).toEqual(['0 no link to 127.0.0.1:6001: connection refused']);
    expect(a.heard).toContain('10000 no link to 10.0.0.3:6001: timed out');
  });
});

describe('a link', () => {
  it('carries messages in order, each as long as the latency', () => {
    const { events, near, b } = linked();
    near.send(info(1), 'control');
    near.send(info(2), 'control');
    runTo(events, 105);
    near.send(info(3), 'control');
    runTo(events, 200);
    expect(b.heard).toEqual(['110 info 1', '110 info 2', '115 info 3']);
  });

  it('delivers what was sent before a hang-up, then tells the other side, and this side nothing', () => {
    const { events, near, far, a, b } = linked();
    far.send(info(9), 'control');
    near.send(info(1), 'control');
    near.hangUp();
    runTo(events, 1_000);
    expect(b.heard).toEqual(['110 info 1', '110 closed: closed by the other side']);
    expect(a.heard).toEqual([]);
  });

  it('that breaks loses what is under way and tells both sides once', () => {
    const { events, near, a, b } = linked();
    near.send(info(1), 'control');
    near.breakDown('connection reset');
    near.breakDown('connection reset');
    runTo(events, 1_000);
    expect(a.heard).toEqual(['100 closed: connection reset']);
    expect(b.heard).toEqual(['100 closed: connection reset']);
  });

  it('that stalls delivers everything afterwards, in order', () => {
    const { events, near, far, a, b } = linked();
    near.send(info(1), 'control');
    far.hold();
    near.hold();
    runTo(events, 150);
    near.send(info(2), 'control');
    far.send(info(3), 'control');
    near.hangUp();
    runTo(events, 500);
    expect(b.heard).toEqual([]);
    far.release();
    runTo(events, 1_000);
    expect(b.heard).toEqual(['500 info 1', '500 info 2', '500 closed: closed by the other side']);
    expect(a.heard).toEqual([]);
  });

  it('is closed in an orderly way when the process at one end stops', () => {
    const { events, network, near, a, b } = linked();
    near.send(info(1), 'control');
    a.isRunning = false;
    network.close(a);
    runTo(events, 100_000);
    expect(b.heard).toEqual(['110 info 1', '110 closed: closed by the other side']);
    expect([...network.linksOf(a), ...network.linksOf(b)]).toEqual([]);
  });

  it('to a machine without power goes silent, and is found dead later', () => {
    const { events, network, far, a, b } = linked();
    a.isRunning = false;
    network.disappear(a);
    far.send(info(1), 'control');
    runTo(events, 60_099);
    expect(b.heard).toEqual([]);
    runTo(events, 100_000);
    expect(b.heard).toEqual(['60100 closed: timed out']);
    expect(a.heard).toEqual([]);
    network.dial(b, { host: a.host, port: PORT });
    runTo(events, 200_000);
    expect(b.heard[1]).toBe('110000 no link to 10.0.0.1:6001: timed out');
  });
});

describe('a blockade', () => {
  const ONE = new Set([1]);
  const TWO = new Set([2]);

  function both(network: VirtualNetwork): () => void {
    const blockades = [network.block(ONE, TWO), network.block(TWO, ONE)];
    return () => blockades.forEach((blockade) => blockade.lift());
  }

  function exchange(near: LinkEnd, far: LinkEnd): void {
    near.send(info(1), 'control');
    far.send(info(2), 'control');
  }

  it('holds what is under way until it is lifted; what was sent meanwhile leaves then', () => {
    const { events, network, near, far, a, b } = linked();
    exchange(near, far);
    const lift = both(network);
    exchange(near, far);
    runTo(events, 5_000);
    expect([...a.heard, ...b.heard]).toEqual([]);
    lift();
    runTo(events, 10_000);
    expect(a.heard).toEqual(['5000 info 2', '5010 info 2']);
    expect(b.heard).toEqual(['5000 info 1', '5010 info 1']);
  });

  it('in one direction lets the other through', () => {
    const { events, network, near, far, a, b } = linked();
    network.block(ONE, TWO);
    exchange(near, far);
    runTo(events, 5_000);
    expect([a.heard, b.heard]).toEqual([['110 info 2'], []]);
  });

  it('breaks the links that it has held for too long', () => {
    const { events, network, a, b } = linked();
    network.block(ONE, TWO);
    runTo(events, 100_000);
    expect([a.heard, b.heard]).toEqual([['60100 closed: timed out'], ['60100 closed: timed out']]);
  });

  it('breaks nothing if it is lifted before', () => {
    const { events, network, a, b } = linked();
    const lift = both(network);
    runTo(events, 50_000);
    lift();
    runTo(events, 200_000);
    expect([...a.heard, ...b.heard]).toEqual([]);
  });

  it.each([
    ['from the first to the second group', ONE, TWO],
    ['from the second to the first', TWO, ONE],
  ])('lets no dial through, also if it stops messages only %s', (_name, from, to) => {
    const { events, network, a, dial } = pair();
    network.block(from, to);
    dial();
    runTo(events, 20_000);
    expect(a.heard).toEqual(['10000 no link to 10.0.0.2:6001: timed out']);
  });

  it('that ends while a dial knocks lets it through', () => {
    const { events, network, a, dial } = pair();
    const lift = both(network);
    dial();
    runTo(events, 5_000);
    lift();
    runTo(events, 20_000);
    expect(a.heard).toEqual(['7020 opened']);
  });
});
