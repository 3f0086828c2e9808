/** Links that are not open yet, from where they come. */
import { describe, expect, it } from 'vitest';
import type { LinkId } from '../../../src/core/inputs.ts';
import type { PeerMessage } from '../../../src/wire/peer-messages.ts';
import { Bench, address, events, hungUp } from './support.ts';

const INFO: PeerMessage = { kind: 'peer-info', port: 6001 };

function crowd(bench: Bench, count: number, host: (index: number) => string): LinkId[] {
  return Array.from({ length: count }, (_, i) => bench.accept({ host: host(i), port: 40_000 + i }));
}

function waiting(bench: Bench): number {
  return bench.node.snapshot().sizes.pendingLinks.size;
}

describe('links of one host that are not open yet', () => {
  it('are four at most, whatever they have said', () => {
    const bench = new Bench({ proofOfWork: 'connection' });
    const links = crowd(bench, 1_000, () => '10.9.9.9');
    for (const link of links) bench.message(link, INFO);
    expect(waiting(bench)).toBe(4);
    expect(new Set(events(bench.take(), 'handshake-failed').map(({ code }) => code))).toEqual(
      new Set(['too-many-pending']),
    );
  });

  it('are not counted on loopback', () => {
    const bench = new Bench({ proofOfWork: 'connection' });
    crowd(bench, 50, () => '127.0.0.1');
    expect(waiting(bench)).toBe(50);
  });

  it('are those of one /64 of IPv6', () => {
    const bench = new Bench({ proofOfWork: 'connection' });
    crowd(bench, 50, (i) => `2a02:8100:1:2::${(i + 1).toString(16)}`);
    expect(waiting(bench)).toBe(4);
  });
});

describe('links of one range of addresses that are not open yet', () => {
  it('are eight at most once half of the places at the door are taken', () => {
    const bench = new Bench({ proofOfWork: 'connection' }, { pendingInboundMax: 40 });
    crowd(bench, 20, (i) => `10.${i}.0.1`);
    crowd(bench, 20, (i) => `10.99.9.${i}`);
    expect(waiting(bench)).toBe(28);
  });

  it('may be more while there is room, so that a local network finds together', () => {
    const bench = new Bench({ proofOfWork: 'connection' }, { pendingInboundMax: 40 });
    crowd(bench, 20, (i) => `10.99.9.${i}`);
    expect(waiting(bench)).toBe(20);
  });
});

describe('a crowd that says where it listens and never solves', () => {
  it('of one range does not keep out an honest newcomer of another', () => {
    const bench = new Bench({ proofOfWork: 'connection' });
    const links = Array.from({ length: 224 }, (_, i) => bench.accept(address(`10.${i}.0.1:4000`)));
    const pair = bench.accept(address('10.7.0.2:4000'));
    for (const link of [...links, pair]) bench.message(link, INFO);
    bench.take();
    const newcomer = bench.accept(address('172.16.0.1:4000'));
    const gone = hungUp(bench.take());
    expect(gone).toHaveLength(1);
    expect(gone).not.toContain(newcomer);
  });
});
