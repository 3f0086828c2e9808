/** Who is who in a scenario's network. */
import { describe, expect, it } from 'vitest';
import { Cast } from '../../../../src/sim/scenario/cast.ts';
import { headcount } from '../../../../src/sim/scenario/headcount.ts';
import { completeScenario } from '../../../../src/sim/scenario/parse-scenario.ts';

const SCENARIO = completeScenario({
  name: 'test',
  nodes: 100,
  population: { subscribers: 0.5, silentSubscribers: 0.1, slowValidators: 0.2, existing: 0.25 },
  network: { undialable: 0.3 },
  adversaries: [
    { role: 'dropper', share: 0.1 },
    { role: 'hog', count: 10 },
  ],
  faults: [{ kind: 'join', count: 400 }],
});
const NODES = Array.from({ length: SCENARIO.nodes }, (_, i) => i);
const cast = new Cast(SCENARIO);

function count(isCounted: (node: number) => boolean): number {
  return NODES.filter(isCounted).length;
}

describe('a cast', () => {
  it('has as many adversaries of each plan as the scenario says', () => {
    expect([0, 1].map((plan) => count((node) => cast.planOf(node) === plan))).toEqual([10, 10]);
  });

  it('gives the shares of the population to honest nodes, rounded', () => {
    expect(headcount(SCENARIO)).toMatchObject({
      honest: 80,
      undialable: 24,
      existing: 20,
      subscribers: 40,
      silent: 4,
      slow: 8,
    });
    expect({
      undialable: count((node) => !cast.isDialable(node)),
      existing: count((node) => cast.isExisting(node)),
      subscribers: count((node) => cast.hasSubscriber(node)),
      silent: count((node) => cast.temperOf(node) === 'silent'),
      slow: count((node) => cast.temperOf(node) === 'slow'),
    }).toEqual({ undialable: 24, existing: 20, subscribers: 40, silent: 4, slow: 8 });
  });

  it('has no adversary with a part of an honest node', () => {
    const hostile = NODES.filter((node) => cast.isHostile(node));
    expect(hostile.filter((node) => !cast.isDialable(node) || cast.hasSubscriber(node))).toEqual(
      [],
    );
  });

  it.each([1, 2, 3, 4, 5])(
    'has a first node that is honest and can be dialled (seed %i)',
    (seed) => {
      const crowded = completeScenario({
        name: 'test',
        seed,
        nodes: 10,
        network: { undialable: 0.5 },
        adversaries: [{ role: 'hog', count: 8 }],
      });
      const first = new Cast(crowded);
      expect([first.isHostile(0), first.isDialable(0)]).toEqual([false, true]);
    },
  );

  it('makes newcomers honest, and what the shares say in the mean', () => {
    const newcomers = Array.from({ length: 400 }, (_, i) => SCENARIO.nodes + i);
    expect(newcomers.filter((node) => cast.isHostile(node))).toEqual([]);
    const subscribers = newcomers.filter((node) => cast.hasSubscriber(node)).length;
    expect(subscribers).toBeGreaterThan(150);
    expect(subscribers).toBeLessThan(250);
  });
});
