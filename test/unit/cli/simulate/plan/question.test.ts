import { describe, expect, it } from 'vitest';
import { Failure } from '../../../../../src/cli/failure.ts';
import { readQuestion, type PlanFlags } from '../../../../../src/cli/simulate/plan/question.ts';

const FLAGS: PlanFlags = {
  nodes: '500',
  rate: '10',
  size: '100',
  target: '99.99%',
  lossOfNodes: '0%',
  latency: '10-100',
  bandwidth: 'none',
  seed: '1',
  history: '60',
};

function refusal(flags: Partial<PlanFlags>): string {
  try {
    readQuestion({ ...FLAGS, ...flags });
  } catch (error) {
    if (error instanceof Failure && error.exitCode === 2) return error.message;
    throw error;
  }
  return 'not refused';
}

describe('the target of a plan', () => {
  it.each([
    ['99.99%', 0.9999],
    ['99.99 %', 0.9999],
    ['0.9999', 0.9999],
    ['50%', 0.5],
    ['0.5', 0.5],
  ])('is understood as %s', (target, share) => {
    expect(readQuestion({ ...FLAGS, target }).target).toBe(share);
  });

  it.each(['100%', '1', '0', '0%', '1.5', '150%', '-1%', 'all', '', '%', '99,9%', '1e-1'])(
    'is refused as %j',
    (target) => {
      expect(refusal({ target })).toContain(`--target ${target}: `);
    },
  );
});

describe('the other flags of a plan', () => {
  it('become numbers', () => {
    const flags = { ...FLAGS, lossOfNodes: '30%', latency: '40', bandwidth: '2.5' };
    const expected = { loss: 0.3, latencyMs: 40, bandwidthMbps: 2.5 };
    expect(readQuestion(flags)).toMatchObject(expected);
  });

  it.each<[keyof PlanFlags, string, string]>([
    ['nodes', '2', '--nodes 2: '],
    ['nodes', '1.5', '--nodes 1.5: '],
    ['rate', '0', '--rate 0: '],
    ['rate', 'fast', '--rate fast: '],
    ['size', '65520', '--size 65520: '],
    ['lossOfNodes', '91%', '--loss-of-nodes 91%: '],
    ['lossOfNodes', 'some', '--loss-of-nodes some: '],
    ['latency', '100-10', '--latency 100-10: '],
    ['latency', '1-2-3', '--latency 1-2-3: '],
    ['latency', '-5', '--latency -5: '],
    ['latency', '60001', '--latency 60001: '],
    ['bandwidth', '0', '--bandwidth 0: '],
    ['seed', '-1', '--seed -1: '],
    ['history', '0', '--history 0: '],
  ])('are refused: %s %s', (flag, text, expected) => {
    expect(refusal({ [flag]: text })).toContain(expected);
  });
});
