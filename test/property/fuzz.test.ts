/**
 * Every input that once broke a rule, and a short run of each fuzz target with a new seed every time. A seed
 * is set again with FUZZ_SEED; longer runs are `npm run fuzz`, see docs/fuzzing.md.
 */
import { randomInt } from 'node:crypto';
import { basename } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { Campaign, outcomeOf, type Finding, type Target } from '../../fuzz/campaign.mjs';
import { corpusFiles, formatInput, readInput } from '../../fuzz/corpus.mjs';
import { createTargets } from '../../fuzz/targets.mjs';
import * as random from '../../src/basics/random.ts';
import * as node from '../../src/core/gossip-node.ts';
import * as settings from '../../src/core/settings.ts';
import * as config from '../../src/daemon/config/config.ts';
import * as address from '../../src/wire/address.ts';
import * as api from '../../src/wire/api-messages.ts';
import * as offer from '../../src/wire/offer-text.ts';
import * as peer from '../../src/wire/peer-messages.ts';

const seed = Number(process.env['FUZZ_SEED'] ?? randomInt(2 ** 32));
const code = { ...random, ...node, ...settings, ...config, ...address, ...api, ...offer, ...peer };
const targets = new Map(createTargets(code).map((target) => [target.name, target]));

/** Some tenths of a second each. */
const EXECUTIONS: Readonly<Record<string, number>> = {
  frames: 150_000,
  messages: 10_000,
  'offer-text': 5_000,
  config: 200,
  connections: 500,
  pair: 500,
};

afterAll(() => {
  for (const target of targets.values()) target.close?.();
});

describe.each([...targets])('%s', (name, target) => {
  const inputs = corpusFiles(name).map((path) => ({ path, title: basename(path, '.hex') }));

  it.each(inputs)('breaks no rule with "$title"', ({ path }) => {
    expect(outcomeOf(target, readInput(path))).toBeUndefined();
  });

  it(`breaks no rule in ${EXECUTIONS[name]} executions with FUZZ_SEED=${seed}`, () => {
    const corpus = inputs.map(({ path }) => readInput(path));
    const campaign = new Campaign({ target, random: random.seededRandom(seed), corpus });
    const finding = campaign.run({ executionsMax: EXECUTIONS[name]! });
    expect(finding === undefined ? '' : story(target, finding)).toBe('');
  });
});

describe('frames', () => {
  it('breaks no rule with any stream of the corpus, whoever sends it and however it is cut', () => {
    const target = targets.get('frames')!;
    const wrong = corpusFiles('frames').flatMap((path) => {
      const input = readInput(path);
      return everyHead(input).flatMap((other) => outcomeOf(target, other)?.message ?? []);
    });
    expect(wrong).toEqual([]);
  });
});

/** The same stream from each of the three senders, in each of the 256 patterns of cuts. */
function everyHead(input: Uint8Array): Uint8Array[] {
  return Array.from({ length: 3 * 256 }, (_, i) => {
    const other = input.slice();
    other[0] = i >> 8;
    other[1] = i;
    return other;
  });
}

/** What was found, and the file to put into the corpus. */
function story(target: Target, { rule, message, stack, input }: Finding): string {
  const lines = [...target.describe(input).slice(-40), `${rule}: ${message}`, stack];
  return [...lines, formatInput(input, [`${rule}: ${message}`])].join('\n');
}
