/**
 * Strangers at the peer port of a node in another process, with a TLS client that says what no library would:
 * docs/fuzzing.md, target `tls`. Here each kind of stranger once, and a short run with a new seed every time, which
 * is set again with FUZZ_SEED.
 */
import { randomInt } from 'node:crypto';
import { basename } from 'node:path';
import { describe, expect, it } from 'vitest';
import { corpusFiles, readInput } from '../../fuzz/corpus.mjs';
import { describe as explain, outcomeOf, runCampaign, seeds } from '../../fuzz/tls/campaign.mjs';
import { seededRandom } from '../../src/basics/random.ts';

const seed = Number(process.env['FUZZ_SEED'] ?? randomInt(2 ** 32));
const EXECUTIONS = 200;

/** Those that do nothing else but be who they are, and the best of them in each other way. */
const kinds = seeds().filter(([who, hello, order]) => {
  const right = [who, hello, order].filter((kind) => kind === 0).length;
  return right >= 2;
});
const titled = kinds.map((input) => ({ title: explain(input)[0]!, input }));

describe('whoever knocks is let in if that is right, and not read if it is not', () => {
  it.each(titled)('$title', async ({ input }) => {
    expect(await outcomeOf(input)).toBeUndefined();
  });

  it.each(corpusFiles('tls').map((path) => ({ path, title: basename(path, '.hex') })))(
    '$title',
    async ({ path }) => {
      expect(await outcomeOf(readInput(path))).toBeUndefined();
    },
  );
});

describe('strangers in a crowd', () => {
  it(`break no rule in ${EXECUTIONS} handshakes with FUZZ_SEED=${seed}`, async () => {
    const random = seededRandom(seed);
    // The given ones come first, as they are: few, so that most are mutations of them.
    const result = await runCampaign({ random, given: kinds, executions: EXECUTIONS });
    const { finding } = result;
    const story = finding === undefined ? [] : [finding.rule, finding.message, ...finding.lines];
    expect(story).toEqual([]);
  });
});
