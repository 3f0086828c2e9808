import { describe, expect, it } from 'vitest';
import { Failure } from '../../../../src/cli/failure.ts';
import { readRequest, type SimulateFlags } from '../../../../src/cli/simulate/request.ts';

function refusal(flags: SimulateFlags, word?: string): string {
  try {
    readRequest(word, flags);
  } catch (error) {
    if (error instanceof Failure && error.exitCode === 2) return error.message;
    throw error;
  }
  return 'not refused';
}

describe('what is asked of the simulator', () => {
  it('needs nothing at all', () => {
    expect(readRequest(undefined, {}).scenarios).toMatchObject([{ name: 'custom', seed: 1 }]);
  });

  it('takes flags over the file, and keeps the rest of it', () => {
    const { scenarios } = readRequest('smoke', { nodes: '40', degree: '3', latency: '5-25' });
    expect(scenarios).toMatchObject([
      {
        name: 'smoke',
        nodes: 40,
        gossip: { degree: 3 },
        network: { latencyMs: { min: 5, max: 25 } },
      },
    ]);
  });

  it('is a run for each of several seeds, beginning with the first', () => {
    const { scenarios } = readRequest(undefined, { seed: '7', seeds: '3' });
    expect(scenarios.map(({ seed }) => seed)).toEqual([7, 8, 9]);
  });

  it('can take away a limit of the uplinks', () => {
    const [scenario] = readRequest(undefined, { bandwidth: 'none' }).scenarios;
    expect(scenario!.network.bandwidthMbps).toBeNull();
  });

  it('switches checks off and the wire on', () => {
    const { scenarios } = readRequest(undefined, { checks: false, wire: true });
    expect(scenarios).toMatchObject([{ checks: false, wire: true }]);
  });

  it('may be drawn at random, in another size too', () => {
    const { scenarios } = readRequest(undefined, { random: '5', nodes: '20' });
    expect(scenarios).toMatchObject([{ name: 'random-5', seed: 5, nodes: 20 }]);
  });
});

describe('what cannot be', () => {
  it.each<[SimulateFlags, string]>([
    [{ nodes: '5', degree: '50' }, '--degree 50: more than a node has peers'],
    [{ nodes: 'many' }, '--nodes many: not a number; allowed: a whole number from 2 to'],
    [{ nodes: '1e3' }, '--nodes 1e3: not a number'],
    [{ size: '65520' }, '--size 65520: too large'],
    [{ latency: '50-10' }, '--latency 50-10: more than max'],
    [{ min: '5', max: '3' }, '--min 5: more than max_connections, which is 3'],
    [{ seed: '-1' }, '--seed -1: too small'],
    [{ seeds: '0' }, '--seeds 0: not a whole number from 1 to 1000'],
    [{ seeds: '1001' }, '--seeds 1001: not a whole number'],
    [{ seed: '4294967295', seeds: '2' }, 'the last seed would be 4294967296'],
    [{ random: '5', seed: '5' }, '--random 5: draws the whole scenario'],
    [{ random: '5', nodes: '3' }, '--nodes 3: not a whole number from 10'],
  ])('is refused with the flag that said it: %j', (flags, expected) => {
    expect(refusal(flags)).toContain(expected);
  });

  it('is refused with the name that nobody has, and the one that was meant', () => {
    expect(refusal({}, 'chrun')).toContain('did you mean churn?');
  });
});

describe('a run', () => {
  it('is repeated by its seed alone, with what else was said', () => {
    const flags = { seeds: '9', nodes: '50', wire: true, checks: false } as const;
    const { repetition, command } = readRequest('churn', flags);
    const words = 'churn --seed 4 --nodes 50 --wire --no-checks';
    expect(repetition(4).join(' ')).toBe(words);
    expect(command).toBe('hearsay simulate churn --seed 1 --nodes 50 --wire --no-checks --seeds 9');
  });

  it('that was drawn at random is repeated by what it was drawn from', () => {
    const { repetition } = readRequest(undefined, { random: '5', nodes: '20' });
    expect(repetition(5)).toEqual(['--random', '5', '--nodes', '20']);
  });
});
