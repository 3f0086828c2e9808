/**
 * What a relayed message costs, as counts, so that a regression shows on any machine without a stopwatch.
 * The limits are about 1.3 times what was counted when they were set; lower them when the counts fall.
 * `node bench/counts.mjs --sites` shows which functions allocate.
 */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';

/** Two nodes together, bursts of a thousand messages. Exactly 8 were counted. */
const WRITES_PER_THOUSAND_MAX = 10;
/** Two nodes together, messages of 100 bytes with a verdict. 2,064 were counted. */
const BYTES_PER_MESSAGE_MAX = 2_700;

const COUNTS_MJS = fileURLToPath(new URL('../../bench/counts.mjs', import.meta.url));

interface Counts {
  readonly writesPerThousand: number;
  readonly bytesPerMessage: number;
}

describe('a message relayed through two nodes under load', () => {
  let counts: Counts;

  beforeAll(async () => {
    const { stdout } = await promisify(execFile)(process.execPath, [COUNTS_MJS]);
    counts = JSON.parse(stdout);
  });

  it('takes few writes, because messages that wait leave together', () => {
    expect(counts.writesPerThousand).toBeGreaterThan(0);
    expect(counts.writesPerThousand).toBeLessThanOrEqual(WRITES_PER_THOUSAND_MAX);
  });

  it('allocates no more than it did', () => {
    expect(counts.bytesPerMessage).toBeGreaterThan(0);
    expect(counts.bytesPerMessage).toBeLessThanOrEqual(BYTES_PER_MESSAGE_MAX);
  });
});
