import { describe, expect, it } from 'vitest';
import { latencyOf } from '../../../src/sim/latency.ts';
import { nodeSettings } from '../../../src/sim/node-settings.ts';
import { components, hopsFrom } from '../../../src/sim/overlay.ts';
import { Trace } from '../../../src/sim/trace.ts';

const HERE = { host: '10.0.0.1', port: 6001 };

function graph(...links: [number, number][]): Set<number>[] {
  const nodes = Array.from({ length: 1 + Math.max(...links.flat()) }, () => new Set<number>());
  for (const [a, b] of links) {
    nodes[a]!.add(b);
    nodes[b]!.add(a);
  }
  return nodes;
}

describe('the overlay', () => {
  it('knows the fewest hops to every node that can be reached', () => {
    const hops = hopsFrom(graph([0, 1], [1, 2], [2, 3], [0, 4], [4, 3], [5, 6]), 0);
    expect([...hops].toSorted((a, b) => a[0] - b[0])).toEqual([
      [0, 0],
      [1, 1],
      [2, 2],
      [3, 2],
      [4, 1],
    ]);
  });

  it('falls into the groups that can reach each other', () => {
    expect(components(graph([0, 1], [2, 3], [3, 4]), [0, 1, 2, 3, 4])).toEqual([
      [0, 1],
      [2, 3, 4],
    ]);
  });
});

describe('latency', () => {
  it('is the same both ways and each time, different from pair to pair, and within its range', () => {
    const latency = latencyOf({ min: 10, max: 20 }, 1);
    const drawn = new Set<number>();
    for (let i = 0; i < 100; i++) {
      expect(latency(i, 200)).toBe(latency(200, i));
      expect(latency(i, 200)).toBeGreaterThanOrEqual(10);
      expect(latency(i, 200)).toBeLessThan(20);
      drawn.add(latency(i, 200));
    }
    expect(drawn.size).toBe(100);
  });

  it('depends on the seed', () => {
    const range = { min: 10, max: 20 };
    expect(latencyOf(range, 1)(3, 4)).not.toBe(latencyOf(range, 2)(3, 4));
  });
});

describe('the settings of a node', () => {
  it('are the documented defaults', () => {
    expect(nodeSettings(HERE)).toMatchObject({
      degree: 8,
      minConnections: 8,
      maxConnections: 32,
      searchCooldown: 60_000,
      validationTimeout: 60_000,
      seenWindow: 600_000,
      challengeCooldown: 0,
      proofOfWork: 'connection',
      powDifficulty: 24,
      relay: 'all',
      listenAddress: HERE,
      advertisedPort: 6001,
    });
  });

  it.each([
    [{ degree: 6 }, [6, 8, 32]],
    [{ minConnections: 2 }, [2, 2, 32]],
    [{ maxConnections: 3 }, [3, 3, 3]],
    [{ degree: 40 }, [40, 40, 40]],
    [{ minConnections: 50, maxConnections: 60 }, [8, 50, 60]],
  ])('derive the counts that are not given: %j', (given, [degree, min, max]) => {
    expect(nodeSettings(HERE, given)).toMatchObject({
      degree,
      minConnections: min,
      maxConnections: max,
    });
  });

  it('let a single bound be changed', () => {
    const { bounds } = nodeSettings(HERE, { bounds: { seenMax: 5 } }, { bounds: { gatesMax: 6 } });
    expect(bounds).toMatchObject({ seenMax: 5, gatesMax: 6, pendingLinksMax: 256 });
  });
});

describe('the trace', () => {
  it('tells apart when, where, what and in which order', () => {
    const wake = { kind: 'wake' } as const;
    const start = { kind: 'start' } as const;
    const hash = (...steps: [number, number, typeof wake | typeof start][]): string => {
      const trace = new Trace();
      for (const step of steps) trace.add(...step);
      return trace.hash;
    };
    const hashes = [
      hash([1, 1, wake], [2, 2, start]),
      hash([2, 2, start], [1, 1, wake]),
      hash([1, 1, wake], [2, 3, start]),
      hash([1, 1, wake], [3, 2, start]),
      hash([1, 1, wake], [2, 2, wake]),
    ];
    expect(new Set(hashes).size).toBe(hashes.length);
    expect(hash([1, 1, wake])).toBe(hash([1, 1, wake]));
    expect(hashes[0]).toMatch(/^[0-9a-f]{16}$/);
  });
});
