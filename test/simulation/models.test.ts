/** The models that this node is compared with (bench/models) do what they say, on a small network. */
import { describe, expect, it } from 'vitest';
import { completeConditions, drawPlan, type Conditions } from '../../bench/models/conditions.mjs';
import { figuresOf, type Figures } from '../../bench/models/measures.mjs';
import { MODELS, runModel } from '../../bench/models/models.mjs';

/** No load: an announcement is over before the next one. */
const QUIET: Partial<Conditions> = {
  nodes: 50,
  links: { min: 6, max: 12 },
  messages: 20,
  rate: 1,
  warmUp: 20,
};

function figures(model: string, conditions: Partial<Conditions> = {}): Figures {
  return figuresOf([runModel(model, { ...QUIET, ...conditions })]);
}

/** Links of all nodes together, each counted at both of its ends. */
function linkEnds(): number {
  const { dials } = drawPlan(completeConditions(QUIET));
  return 2 * dials.reduce((sum, peers) => sum + peers.length, 0);
}

describe('flooding', () => {
  it('reaches everybody', () => {
    expect(figures('flood').reach).toBe(1);
  });

  it('takes every link both ways, but for the one on which a message came first', () => {
    const others = 50 - 1;
    expect(figures('flood').copiesPerDelivery).toBeCloseTo((linkEnds() - others) / others, 10);
  });

  it('has no control messages', () => {
    expect(figures('flood').controlBytesPerNodePerMessage).toBe(0);
  });
});

describe('random fan-out', () => {
  it('misses somebody when its degree is small', () => {
    expect(figures('random-2').reach).toBeLessThan(1);
  });

  it('makes as many copies as its degree, where it reaches everybody', () => {
    const { reach, copiesPerDelivery } = figures('random-5');
    expect({ reach, copies: Math.round(copiesPerDelivery) }).toEqual({ reach: 1, copies: 5 });
  });

  it('makes no fewer copies than the core of this node with the same degree', () => {
    const [model, node] = [figures('random-4'), figures('hearsay-4')];
    expect(node.copiesPerDelivery).toBeLessThanOrEqual(model.copiesPerDelivery * 1.02);
  });
});

describe('gossipsub', () => {
  it('reaches everybody', () => {
    expect(figures('gossipsub').reach).toBe(1);
  });

  it('reaches everybody by gossip where half of the nodes pass nothing on', () => {
    expect(figures('gossipsub', { freeRiders: 0.5 }).reach).toBe(1);
  });

  it('keeps its mesh within D_high, however many links there are', () => {
    const links = { min: 20, max: 30 };
    expect(figures('gossipsub-8', { links }).copiesPerDelivery).toBeLessThan(8);
  });

  it('is refused with a D_high below D', () => {
    expect(() => runModel('gossipsub-7', QUIET)).toThrow('D_high of 7');
  });

  it('saves copies of large messages by IDONTWANT', () => {
    const [small, large] = [figures('gossipsub', { size: 1_023 }), figures('gossipsub')];
    expect(large.copiesPerDelivery).toBeLessThan(small.copiesPerDelivery);
  });
});

describe('Plumtree', () => {
  it('makes nearly one copy without load', () => {
    const { reach, copiesPerDelivery } = figures('plumtree');
    expect({ reach, copies: copiesPerDelivery.toFixed(1) }).toEqual({ reach: 1, copies: '1.0' });
  });

  it('mends its tree after a crash', () => {
    expect(figures('plumtree', { crash: 0.3, rate: 5 }).reach).toBe(1);
  });
});

describe('each of the models', () => {
  const names = ['hearsay', 'random-4', 'flood', 'gossipsub', 'plumtree'];

  it.each(names)('%s does the same for the same seed', (name) => {
    expect(figures(name)).toEqual(figures(name));
  });

  it.each(names)('%s counts no arrival faster than the fastest link', (name) => {
    const { latencyMs } = figures(name, { latency: { min: 40, max: 40 } });
    expect(latencyMs.p50).toBeGreaterThanOrEqual(40);
  });

  it('has a name, and no other is taken', () => {
    expect(() => runModel('carrier-pigeon', QUIET)).toThrow(Object.keys(MODELS).join(', '));
  });
});
