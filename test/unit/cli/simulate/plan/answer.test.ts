import { describe, expect, it } from 'vitest';
import { explain, formatIni, settingsOf } from '../../../../../src/cli/simulate/plan/answer.ts';
import type { Question } from '../../../../../src/cli/simulate/plan/question.ts';
import type { Answer } from '../../../../../src/cli/simulate/plan/search.ts';
import {
  announcementsFor,
  trialScenario,
  type Trial,
} from '../../../../../src/cli/simulate/plan/trial.ts';

const QUESTION: Question = {
  nodes: 300,
  rate: 10,
  size: 100,
  target: 0.999,
  loss: 0,
  latencyMs: 50,
  bandwidthMbps: null,
  seed: 1,
  history: 60,
};
const BEST: Trial = {
  degree: 5,
  min: 6,
  max: 8,
  nodes: 300,
  seed: 3,
  chances: 100_000,
  reach: 1,
  copies: 4.5,
  p99Ms: 200,
  bytesPerSecond: 4_096,
  uplinkShare: null,
  attains: true,
};
const ANSWER: Answer = { best: BEST, isAttained: true, tried: [BEST] };

describe('the answer of a plan', () => {
  it('is a section with the reasons as comments before it', () => {
    const lines = formatIni(QUESTION, ANSWER, 'hearsay plan').split('\n');
    const section = [
      '[gossip]',
      'degree = 5',
      'min_connections = 6',
      'max_connections = 8',
      'cache_size = 1000',
    ];
    expect(lines.slice(-5)).toEqual(section);
    expect(lines.slice(0, -5).every((line) => line.startsWith('; '))).toBe(true);
  });

  it('has a knowledge base that holds the history at the rate', () => {
    const question = { ...QUESTION, rate: 50, history: 120 };
    expect(settingsOf(question, ANSWER).get('cache_size')).toBe(6_000);
  });

  it('never asks for a larger knowledge base than the configuration allows', () => {
    const question = { ...QUESTION, rate: 100_000, history: 86_400 };
    expect(settingsOf(question, ANSWER).get('cache_size')).toBe(1_000_000);
  });

  it('shortens the time messages are remembered where their number would be too large', () => {
    expect(settingsOf(QUESTION, ANSWER).has('seen_window')).toBe(false);
    const fast = { ...QUESTION, rate: 10_000 };
    expect(settingsOf(fast, ANSWER).get('seen_window')).toBe(100);
  });

  it('says so if it does not attain the target', () => {
    const best = { ...BEST, reach: 0.95 };
    const [verdict] = explain(QUESTION, { ...ANSWER, best, isAttained: false });
    expect(verdict).toContain('DOES NOT ATTAIN 99.9 %');
  });

  it('says from what to what it was scaled down, and what it takes for granted', () => {
    const large = { ...QUESTION, nodes: 100_000 };
    const best = { ...BEST, nodes: 2_000 };
    const text = explain(large, { ...ANSWER, best }).join(' ');
    expect(text).toContain('Searched with 500 nodes, checked with 2000.');
    expect(text).toContain('100,000 nodes were not run');
  });

  it('claims no more than so many nodes can show', () => {
    const fine = { ...QUESTION, target: 0.999_999 };
    expect(explain(fine, ANSWER).join(' ')).toContain('shows 99 % for sure');
  });
});

describe('a try', () => {
  it('makes as many announcements as it takes to see the target, within bounds', () => {
    expect(announcementsFor({ ...QUESTION, target: 0.5 }, 500)).toBe(50);
    expect(announcementsFor({ ...QUESTION, target: 0.9999 }, 500)).toBe(200);
    expect(announcementsFor({ ...QUESTION, target: 0.999_999_999 }, 500)).toBe(1_000);
    expect(announcementsFor({ ...QUESTION, target: 0.999_999 }, 3)).toBe(20_000);
  });

  it('loses the nodes it is told to, and nothing else goes wrong', () => {
    const scenario = trialScenario({ ...QUESTION, loss: 0.3 }, BEST, 500, 1);
    expect(scenario.faults).toEqual([
      expect.objectContaining({ kind: 'crash', share: 0.3, at: 0 }),
    ]);
    expect(trialScenario(QUESTION, BEST, 500, 1).faults).toEqual([]);
  });

  it('is no faster than asked where that would fill the uplinks', () => {
    const slow = { ...QUESTION, target: 0.9999, rate: 1 };
    const narrow = { ...slow, bandwidthMbps: 0.1 };
    expect(trialScenario(slow, BEST, 500, 1).workload.rate).toBe(10);
    expect(trialScenario(narrow, BEST, 500, 1).workload.rate).toBeLessThan(5);
  });
});
