/** `hearsay plan` as its users meet it. Needs `npm run build`. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CliProcess, runCli } from './cli-process.ts';

/** Small enough for a few seconds. */
const SMALL = ['plan', '--nodes', '40', '--rate', '10', '--size', '100', '--target', '99%'];

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hearsay-plan-'));
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

describe('a plan', () => {
  it('is a configuration that can be used, and says why', async () => {
    const { code, stdout, stderr } = await runCli(SMALL);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^; hearsay plan /);
    expect(stdout).toMatch(/^degree = \d+$/m);
    expect(stderr).toMatch(/attains it/);
    const path = join(folder, 'plan.ini');
    await writeFile(path, stdout);
    expect(await runCli(['config', 'check', '-c', path])).toMatchObject({ code: 0, stderr: '' });
  });

  it('is JSON if asked', async () => {
    const { stdout } = await runCli([...SMALL, '--json', '-']);
    expect(JSON.parse(stdout)).toMatchObject({
      isAttained: true,
      gossip: { degree: expect.any(Number), cache_size: 1_000 },
    });
  });

  it('fails with the best that was found if the target cannot be attained', async () => {
    // An uplink of 0.01 Mbit/s carries a hundredth of this.
    const { code, stdout, stderr } = await runCli([
      'plan',
      '--nodes',
      '10',
      '--rate',
      '100',
      '--size',
      '2000',
      '--target',
      '99.9%',
      '--bandwidth',
      '0.01',
    ]);
    expect(code).toBe(1);
    expect(stdout).toContain('DOES NOT ATTAIN 99.9 %');
    expect(stderr).toMatch(/^hearsay: 99.9 % cannot be attained: /m);
  });

  it('ends at Ctrl-C with what was tried so far', async () => {
    const words = ['plan', '--nodes', '500', '--rate', '1', '--size', '1', '--target', '99.9999%'];
    const child = new CliProcess(words);
    await child.stderr.line(/plan: seed 1/);
    child.kill('SIGINT');
    expect(await child.ended).toMatchObject({ code: 130 });
  });

  it.each<[string, string, string]>([
    ['--target', '100%', '--target 100%: no measurement can show'],
    ['--target', 'most', '--target most: '],
    ['--nodes', '2', '--nodes 2: '],
    ['--loss-of-nodes', '95%', '--loss-of-nodes 95%: '],
    ['--json', '/no/such/folder/x', '--json /no/such/folder/x: '],
  ])('is refused with code 2 and one line for %s %s', async (flag, value, expected) => {
    const { code, stdout, stderr } = await runCli([...SMALL, flag, value]);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain(expected);
    expect(stderr).toMatch(/^hearsay: [^\n]*\n$/);
  });
});
