/** Nothing grows beyond its bound, at any step, whatever happens. The bounds are small to be reached. */
import { describe, expect, it } from 'vitest';
import type { Sizes } from '../../src/core/snapshot.ts';
import type { ProofOfWork } from '../../src/core/settings.ts';
import { Simulation } from '../../src/sim/simulation.ts';

const BOUNDS = {
  pendingLinksMax: 8,
  openDiscoveriesMax: 2,
  offerProofsMax: 2,
  offerAddressesMax: 6,
  offerIntakeMax: 4,
  addressesMax: 12,
  gatesMax: 4,
  gateBytesMax: 40_000,
  clientsMax: 3,
};

/** Sixty nodes in trouble; returns the largest size seen of everything that is bounded. */
function trouble(seed: number, proofOfWork: ProofOfWork): Map<string, number> {
  const largest = new Map<string, number>();
  const simulation: Simulation = new Simulation({
    seed,
    latency: { min: 1, max: 200 },
    settings: {
      proofOfWork,
      powDifficulty: 20,
      maxConnections: 6,
      searchCooldown: 2_000,
      validationTimeout: 4_000,
      bounds: BOUNDS,
    },
    onStep: ({ node }) => note(largest, simulation.nodes[node]!.core.sizes?.()),
  });
  const { random } = simulation;
  const first = simulation.addNode();
  simulation.addNodes(59, { bootstrapper: first.address });
  for (let round = 0; round < 60; round++) {
    simulation.run({ for: random.below(3_000) });
    const node = random.pick(simulation.nodes.filter((one) => one.isRunning))!;
    for (let i = 0; i < 4; i++) {
      node.client().subscribe(1, random.pick([{ verdict: 'silent' }, { delay: 2_000 }] as const));
    }
    for (let i = 0; i < 8; i++) {
      const data = new Uint8Array(random.below(15_000));
      random.pick(simulation.nodes.filter((one) => one.isRunning))!.announce({ dataType: 1, data });
    }
    for (const link of random.sample(simulation.links(), 3)) {
      if (random.below(2) === 0) simulation.breakLink(link);
      else simulation.stallLink(link, random.below(5_000));
    }
    if (round % 7 === 3 && node !== first) node.stop();
    else if (round % 7 === 5) simulation.nodes.find((one) => !one.isRunning)?.start();
  }
  return largest;
}

function note(largest: Map<string, number>, sizes: Sizes | undefined): void {
  for (const [name, { size, max }] of Object.entries(sizes ?? {})) {
    // Not by expect(): this runs some hundred thousand times.
    if (size > max || size < 0) throw new Error(`${name}: ${size}, allowed: ${max}`);
    if (size > (largest.get(name) ?? -1)) largest.set(name, size);
  }
}

describe.each([
  ['connection', 71],
  ['connection', 72],
  ['none', 73],
  ['discovery', 74],
] as const)('sixty nodes in trouble, proof_of_work = %s (seed %i)', (proofOfWork, seed) => {
  const largest = trouble(seed, proofOfWork);

  it.each(['openLinks', 'addresses', 'waitingMessages', 'clients'])(
    'hold the bound of %s, and reached it',
    (name) => {
      const max = { openLinks: 6, addresses: 12, waitingMessages: 4, clients: 3 }[name];
      expect(largest.get(name)).toBe(max);
    },
  );

  it('hold the bounds of everything else', () => {
    expect(largest.get('pendingLinks')).toBeLessThanOrEqual(BOUNDS.pendingLinksMax);
    expect(largest.get('waitingBytes')).toBeLessThanOrEqual(BOUNDS.gateBytesMax);
    expect(largest.get('offerProofs')).toBeLessThanOrEqual(BOUNDS.offerProofsMax);
  });
});

describe('twenty nodes that see more than they can remember (seed 75)', () => {
  it('hold the bound of the seen messages', () => {
    const largest = new Map<string, number>();
    const simulation: Simulation = new Simulation({
      seed: 75,
      settings: { proofOfWork: 'none', bounds: { seenMax: 10 } },
      // Who has forgotten a message takes it for new, which the checks would take for a fault.
      checks: false,
      onStep: ({ node }) => note(largest, simulation.nodes[node]!.core.sizes?.()),
    });
    const first = simulation.addNode();
    simulation.addNodes(19, { bootstrapper: first.address });
    simulation.run({ for: 10_000 });
    for (let i = 0; i < 50; i++) {
      simulation.random.pick(simulation.nodes)!.announce({ dataType: 1, ttl: 5 });
      simulation.run({ for: 100 });
    }
    expect(largest.get('seen')).toBe(10);
  });
});
