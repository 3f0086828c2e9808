/** What a scenario file may say, what it is completed with, and how it is refused. */
import { describe, expect, it } from 'vitest';
import {
  completeScenario,
  formatScenario,
  parseScenario,
} from '../../../../src/sim/scenario/parse-scenario.ts';
import { randomScenario } from '../../../../src/sim/scenario/random-scenario.ts';
import { ScenarioError } from '../../../../src/sim/scenario/scenario-error.ts';

/** The error that a scenario with these keys (and a name) is refused with. */
function refusal(keys: object): ScenarioError {
  try {
    parseScenario({ name: 'x', ...keys });
  } catch (error) {
    if (error instanceof ScenarioError) return error;
    throw error;
  }
  throw new Error('it was taken');
}

const LAID_OUT = { warmUp: { join: 'laid-out' } };

describe('a scenario of nothing but a name', () => {
  it('is complete', () => {
    expect(parseScenario({ name: 'x' })).toEqual({
      name: 'x',
      description: '',
      seed: 1,
      nodes: 100,
      gossip: {},
      network: {
        latencyMs: { min: 10, max: 100 },
        bandwidthMbps: null,
        dialFailures: 0,
        undialable: 0,
        netgroups: 200,
        transport: 'plain',
      },
      population: {
        subscribers: 1,
        validationMs: 0,
        slowValidators: 0,
        slowValidationMs: 1_000,
        silentSubscribers: 0,
        existing: 0,
      },
      workload: {
        announcements: 100,
        rate: 10,
        size: 100,
        ttl: 0,
        publishers: null,
        startMs: 0,
        settleMs: 30_000,
      },
      faults: [],
      adversaries: [],
      warmUp: { join: 'known-peers', within: 600_000 },
      liveness: { within: 1_200_000 },
      checks: true,
      wire: false,
    });
  });

  it('may name its schema, which is not kept', () => {
    expect(parseScenario({ $schema: './schema.json', name: 'x' })).toEqual(
      parseScenario({ name: 'x' }),
    );
  });
});

describe('a key that is given', () => {
  it.each([
    [
      { faults: [{ kind: 'crash' }] },
      { faults: [{ kind: 'crash', share: 0.3, restartAfter: null }] },
    ],
    [{ network: { latencyMs: 20 } }, { network: { latencyMs: 20, undialable: 0 } }],
    [{ liveness: null }, { liveness: null }],
    [{ adversaries: [{ role: 'hog', count: 3 }] }, { adversaries: [{ role: 'hog', count: 3 }] }],
    [{ gossip: { degree: 7 } }, { gossip: { degree: 7 } }],
  ])('is kept, and what is missing beside it is filled in: %j', (given, expected) => {
    expect(parseScenario({ name: 'x', ...given })).toMatchObject(expected);
  });

  it('leaves keys without a default away', () => {
    expect(parseScenario({ name: 'x', gossip: { degree: 2 } }).gossip).toEqual({ degree: 2 });
  });
});

describe('a value that is wrong by itself', () => {
  it.each([
    [{ nodes: '50' }, 'nodes', 'not a number'],
    [{ nodes: 2.5 }, 'nodes', 'not a whole number'],
    [{ nodes: 1 }, 'nodes', 'too small'],
    [{ nodes: 1_048_577 }, 'nodes', 'too large'],
    [{ nodes: null }, 'nodes', 'not a number'],
    [{ seed: -1 }, 'seed', 'too small'],
    [{ seed: 4_294_967_296 }, 'seed', 'too large'],
    [{ name: 'a b' }, 'name', 'not such a text'],
    [{ checks: 'yes' }, 'checks', 'not true or false'],
    [{ gossip: { relay: 'none' } }, 'gossip.relay', 'no such word'],
    [{ gossip: [] }, 'gossip', 'not an object'],
    [{ network: { latencyMs: 'fast' } }, 'network.latencyMs', 'not a latency'],
    [{ network: { latencyMs: { min: 1 } } }, 'network.latencyMs.max', 'missing'],
    [{ network: { latencyMs: { median: 1 } } }, 'network.latencyMs.sigma', 'missing'],
    [
      { network: { latencyMs: { regions: { 'a b': 1 }, table: {} } } },
      'network.latencyMs.regions["a b"]',
      'not such a name',
    ],
    [{ faults: {} }, 'faults', 'not a list'],
    [{ faults: [{}] }, 'faults[0].kind', 'missing'],
    [{ faults: [{ kind: 'crash' }, { kind: 'stall', share: 2 }] }, 'faults[1].share', 'too large'],
    [{ adversaries: [{ role: 'hog' }] }, 'adversaries[0]', 'neither share nor count'],
    [{ adversaries: [{ role: 'hog', share: 0.1, count: 1 }] }, 'adversaries[0]', 'share and count'],
  ])('is refused with its path: %j', (keys, path, problem) => {
    const error = refusal(keys);
    expect(error).toMatchObject({ code: 'scenario-value', path, problem });
  });

  it.each([
    [{ nodse: 5 }, 'nodse = 5: unknown key, did you mean nodes?'],
    [{ gossip: { minConnections: 4 } }, 'did you mean min_connections?'],
    [
      { faults: [{ kind: 'crash', shere: 1 }] },
      'faults[0].shere = 1: unknown key, did you mean share?',
    ],
    [{ faults: [{ kind: 'partitoin' }] }, 'unknown kind, did you mean partition?'],
    [
      { workload: { ttl: 256 } },
      'workload.ttl = 256: too large; allowed: a whole number from 0 to 255',
    ],
  ])('says what was probably meant, or what would be right: %j', (keys, message) => {
    expect(refusal(keys).message).toContain(message);
  });

  it.each([{ zzzzzz: 1 }, JSON.parse('{ "__proto__": 1 }') as object, { constructor: 1 }])(
    'has no suggestion where nothing is near: %j',
    (keys) => {
      expect(refusal({ ...keys }).message).not.toContain('did you mean');
    },
  );

  it.each([[], 'x', 5, null])('is one line even if nothing is right: %j', (json) => {
    expect(() => parseScenario(json)).toThrow(
      /^the scenario = .*: not an object; allowed: [^\n]*$/,
    );
  });

  it('shows no more of a long value than fits a line', () => {
    expect(refusal({ name: ' '.repeat(10_000) }).message.length).toBeLessThan(200);
  });
});

describe('values that cannot go together', () => {
  const REGIONS = { regions: { a: 0.5, b: 0.5 }, table: { a: { a: 1, b: 2 }, b: { b: 1 } } };

  it.each([
    [{ nodes: 10, gossip: { degree: 10 } }, 'gossip.degree'],
    [{ nodes: 10, gossip: { min_connections: 10 } }, 'gossip.min_connections'],
    [{ gossip: { degree: 5, min_connections: 4 } }, 'gossip.degree'],
    [{ gossip: { min_connections: 9, max_connections: 8 } }, 'gossip.min_connections'],
    [{ gossip: { degree: 9, max_connections: 8 } }, 'gossip.degree'],
    [{ network: { latencyMs: { min: 2, max: 1 } } }, 'network.latencyMs.min'],
    [
      { network: { latencyMs: { ...REGIONS, regions: { a: 0.5, b: 0.4 } } } },
      'network.latencyMs.regions',
    ],
    [
      { network: { latencyMs: { ...REGIONS, table: { a: { a: 1, b: 2 } } } } },
      'network.latencyMs.table',
    ],
    [
      { network: { latencyMs: { ...REGIONS, table: { a: { a: 1, c: 2 } } } } },
      'network.latencyMs.table.a',
    ],
    [{ network: { undialable: 1 } }, 'network.undialable'],
    [{ population: { slowValidators: 0.6, silentSubscribers: 0.6 } }, 'population.slowValidators'],
    [{ nodes: 10, workload: { publishers: 11 } }, 'workload.publishers'],
    [{ workload: { announcements: 1_000_000, rate: 0.1 } }, 'workload.rate'],
    [{ nodes: 10, adversaries: [{ role: 'hog', count: 9 }] }, 'adversaries'],
    [{ nodes: 10, adversaries: [{ role: 'hog', share: 0.01 }] }, 'adversaries[0].share'],
    [{ nodes: 10, faults: [{ kind: 'partition', share: 0.01 }] }, 'faults[0].share'],
    [{ nodes: 10, faults: [{ kind: 'partition', share: 1 }] }, 'faults[0].share'],
    [{ nodes: 10, faults: [{ kind: 'crash', share: 0.01 }] }, 'faults[0].share'],
    [{ faults: [{ kind: 'reset', share: 0 }] }, 'faults[0].share'],
    [{ faults: [{ kind: 'reset', at: 39_900 }] }, 'faults[0].at'],
    [{ adversaries: [{ role: 'hog', count: 1, at: 39_900 }] }, 'adversaries[0].at'],
    [{ nodes: 1_048_576, faults: [{ kind: 'join', count: 1 }] }, 'nodes'],
    [{ ...LAID_OUT, faults: [{ kind: 'reset', share: 0.1 }] }, 'warmUp.join'],
    [{ ...LAID_OUT, adversaries: [{ role: 'hog', count: 1 }] }, 'warmUp.join'],
    [{ ...LAID_OUT, network: { undialable: 0.1 } }, 'warmUp.join'],
    [{ ...LAID_OUT, gossip: { min_connections: 7, max_connections: 7 } }, 'warmUp.join'],
    [{ ...LAID_OUT, nodes: 8, gossip: { min_connections: 7 } }, 'warmUp.join'],
  ])('are refused with the path of one of them: %j', (keys, path) => {
    expect(refusal(keys)).toMatchObject({ code: 'scenario-conflict', path });
  });

  it('take nobody for wrong who is right', () => {
    const scenario = { name: 'x', nodes: 10, gossip: { degree: 9, min_connections: 9 } };
    expect(parseScenario({ ...scenario, network: { latencyMs: REGIONS } }).nodes).toBe(10);
  });

  it('may begin until the last announcement has settled', () => {
    expect(completeScenario({ name: 'x', faults: [{ kind: 'reset', at: 39_899 }] }).nodes).toBe(
      100,
    );
  });
});

describe('the text of a scenario', () => {
  it.each([1, 2, 3, 4, 5, 6, 7, 8])('reads back as the same scenario (random seed %i)', (seed) => {
    const scenario = randomScenario(seed);
    expect(parseScenario(JSON.parse(formatScenario(scenario)))).toEqual(scenario);
  });

  it('has its keys in one order, whatever the order in the file', () => {
    const a = parseScenario({ name: 'x', nodes: 5, gossip: { degree: 1, relay: 'all' } });
    const b = parseScenario({ gossip: { relay: 'all', degree: 1 }, nodes: 5, name: 'x' });
    expect(formatScenario(a)).toBe(formatScenario(b));
  });
});
