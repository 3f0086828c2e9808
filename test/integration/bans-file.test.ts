/** Bans in their file: written, read and damaged. */
import { createHash } from 'node:crypto';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { StoredBan } from '../../src/core/stored-state.ts';
import { BANS_FILE_BYTES_MAX, decodeBans, encodeBans } from '../../src/daemon/store/bans-file.ts';
import { BANS_FILE, StateDirectory } from '../../src/daemon/store/state-directory.ts';

const KEY = '0f'.repeat(32);
const BANS: readonly StoredBan[] = [
  { whom: { identity: KEY }, forMillis: 86_400_000, reason: 'a test', isOrdered: true },
  { whom: { host: '10.1.0.7' }, forMillis: 1, reason: 'too bad; last: slow', isOrdered: false },
  { whom: { host: '2a02:8100::7' }, forMillis: 5, reason: '"ü\n\ud800 \u{1f600}', isOrdered: true },
];

/** The text with a right checksum, as a later version could write it. */
function sealed(...lines: readonly string[]): Buffer {
  const body = `${lines.join('\n')}\n`;
  return Buffer.from(`${body}sha256 ${createHash('sha256').update(body).digest('hex')}\n`);
}

describe('the file of the bans', () => {
  it('gives back what was stored, whatever stands in the reasons', () => {
    expect(decodeBans(encodeBans(BANS))).toEqual(BANS);
    expect(decodeBans(encodeBans([]))).toEqual([]);
  });

  it('that is cut off anywhere, or has one byte changed, is not used', () => {
    const whole = Buffer.from(encodeBans(BANS));
    for (let length = 0; length < whole.length; length++) {
      expect(decodeBans(whole.subarray(0, length))).toBeTypeOf('string');
      const changed = Buffer.from(whole);
      changed[length]! ^= 1;
      expect(decodeBans(changed)).toBeTypeOf('string');
    }
  });

  it.each([
    `identity ${KEY.slice(1)} 5 ordered "x"`,
    `identity ${KEY} 0 ordered "x"`,
    `identity ${KEY} 31536000001 ordered "x"`,
    `identity ${KEY} -5 ordered "x"`,
    `identity ${KEY} 5 maybe "x"`,
    `identity ${KEY} 5 ordered "x`,
    `identity ${KEY} 5 ordered 7`,
    'host gossip.example 5 ordered "x"',
    'host 010.1.0.7 5 ordered "x"',
    '',
  ])('that says %j is not used', (line) => {
    expect(decodeBans(sealed('hearsay bans 1', line))).toBe('line 2 says nothing');
  });

  it('of another version is not used', () => {
    expect(decodeBans(sealed('hearsay bans 2'))).toBe('it is no list of bans of this version');
  });

  it('has room for as many bans as can be, with the longest reasons', () => {
    const reason = '\u{ffff}'.repeat(200);
    const whom = { identity: KEY };
    const bans = Array.from({ length: 10_000 }, () => ({ ...BANS[0]!, whom, reason }));
    expect(encodeBans(bans).length).toBeLessThan(BANS_FILE_BYTES_MAX);
  });

  it('with rubbish in it is set aside, and told of', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'hearsay-bans-'));
    onTestFinished(() => rm(directory, { recursive: true, force: true }));
    await writeFile(join(directory, BANS_FILE), 'rubbish');
    const troubles: string[] = [];
    const { bans } = new StateDirectory(directory, (message) => troubles.push(message));
    expect(await bans.load()).toBeUndefined();
    expect(troubles).toEqual([
      'the stored list of bans is damaged; it was set aside, and nothing is remembered',
    ]);
    expect(await readdir(directory)).toMatchObject([expect.stringMatching(/^bans\.txt\.bad-/)]);
  });
});
