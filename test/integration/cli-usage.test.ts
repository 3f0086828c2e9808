/** Exit codes, usage errors and the `config` commands; what needs a node is in the other cli files. */
import { execFileSync } from 'node:child_process';
import { mkdtemp, open, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import manifest from '../../package.json' with { type: 'json' };
import { CliProcess, runCli } from './cli-process.ts';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hearsay-cli-'));
});

afterAll(async () => {
  await rm(folder, { recursive: true });
});

async function file(name: string, text: string): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, text);
  return path;
}

describe('help', () => {
  it.each([
    [['--help'], 'Usage: hearsay '],
    [['run', '--help'], '--p2p-address <HOST:PORT>'],
    [['announce', '--help'], 'Examples:'],
    [['subscribe', '--help'], 'Examples:'],
    [['config', '--help'], 'check'],
    [['config', 'check', '--help'], 'Example:'],
    [['config', 'show', '--help'], 'Examples:'],
    [['help', 'announce'], 'Examples:'],
  ])('of %j goes to standard output', async (words, expected) => {
    const { code, stdout, stderr } = await runCli(words);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toContain(expected);
  });

  it('is on standard error, as an error, if no command is given', async () => {
    const { code, stdout, stderr } = await runCli([]);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain('Usage: hearsay ');
  });
});

describe('the version', () => {
  it.each(['--version', '-V'])('is that of the package with %s', async (flag) => {
    expect(await runCli([flag])).toMatchObject({ code: 0, stdout: `${manifest.version}\n` });
  });
});

describe('wrong usage', () => {
  it.each<[string[], string]>([
    [['anounce'], "unknown command 'anounce' (Did you mean announce?)"],
    [['frobnicate'], "unknown command 'frobnicate'; there are: run, announce, subscribe, config"],
    [['config', 'frobnicate'], "unknown command 'frobnicate'; there are: check, show"],
    [['config', 'chekc'], "unknown command 'chekc' (Did you mean check?)"],
    [['announce', '1', 'x', '--apii', 'y'], "unknown option '--apii' (Did you mean --api?)"],
    [['run', '--degre', '3'], "unknown option '--degre' (Did you mean --degree?)"],
    [['--pth', 'x'], "unknown option '--pth' (Did you mean --path?)"],
    [['announce'], "missing required argument 'TYPE'"],
    [['subscribe'], "missing required argument 'TYPE'"],
    [['announce', '65536', 'x'], 'A data type is a whole number from 0 to 65535.'],
    [['subscribe', '1', '0x10'], 'A data type is a whole number from 0 to 65535.'],
    [['announce', '1', 'x', '--ttl', '256'], 'A TTL is a whole number from 0 to 255.'],
    [['subscribe', '1', '--count', '0'], 'A count is a whole number from 1 '],
    [['announce', '1', 'x', '--api', '::1:7001'], 'an IPv6 host stands in brackets'],
    [['announce', '1', 'a', 'b'], 'too many arguments'],
    [['config', 'check'], 'config check needs a file: -c FILE'],
    [['run', '-c', 'a', '-p', 'b'], 'cannot be used with'],
    [['run', '--degree', '0'], '--degree 0: '],
  ])('%j ends with code 2 and one line', async (words, expected) => {
    const { code, stdout, stderr } = await runCli(words);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain(expected);
    expect(stderr).toMatch(/^hearsay: [^\n]*\n$/);
  });
});

describe('a configuration that cannot be used', () => {
  it.each([
    [['-c']],
    [['--config']],
    [['-p']],
    [['--path']],
    [['run', '-c']],
    [['config', 'check', '-c']],
  ])('ends with code 2 and one line that names file, line and key: %j', async (words) => {
    const path = await file('bad.ini', '[gossip]\ncache_size = 0x10\n');
    const { code, stdout, stderr } = await runCli([...words, path]);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(/^hearsay: [^\n]*bad\.ini:2 cache_size = 0x10[^\n]*\n$/);
  });

  it('ends with code 2 if there is no such file', async () => {
    const { code, stderr } = await runCli(['run', '-c', join(folder, 'none.ini')]);
    expect([code, stderr.split('\n').length]).toEqual([2, 2]);
  });
});

describe('what is no configuration file', () => {
  const BOTH = [[['run']], [['config', 'check']]];

  function pipe(name: string): string {
    const path = join(folder, name);
    execFileSync('mkfifo', [path]);
    return path;
  }

  async function expectRefusal(words: readonly string[], path: string, why: string): Promise<void> {
    const { code, stdout, stderr } = await runCli([...words, '-c', path]);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(/^hearsay: [^\n]*\n$/);
    expect(stderr).toContain(`${path}: ${why}`);
  }

  it.each(BOTH)('a pipe without a writer is refused by %j, not waited for', async (words) => {
    await expectRefusal(words, pipe(`${words.join('-')}.pipe`), 'is a pipe into which nobody');
  });

  it.each(BOTH)('a directory is refused by %j', async (words) => {
    await expectRefusal(words, folder, 'is a directory');
  });

  it.each(BOTH)('a device without an end is refused by %j', async (words) => {
    await expectRefusal(words, '/dev/zero', 'larger than 1048576 bytes');
  });

  it.each(BOTH)('a file of 100 MB is refused by %j', async (words) => {
    const path = await file('huge.ini', '[gossip]\n');
    await truncate(path, 100_000_000);
    await expectRefusal(words, path, 'larger than 1048576 bytes');
  });

  it('a pipe whose writer says nothing is given up', async () => {
    const path = pipe('silent.pipe');
    // For reading too: to open it for writing alone would wait for a reader.
    const writer = await open(path, 'r+');
    await expectRefusal(['config', 'check'], path, 'brings nothing for 10 s');
    await writer.close();
  });

  it('but a pipe is read like a file if somebody writes into it', async () => {
    const path = pipe('written.pipe');
    const checked = runCli(['config', 'check', '-c', path]);
    await writeFile(path, '[gossip]\ndegree = 3\n');
    expect(await checked).toMatchObject({ code: 0, stdout: `${path}: ok\n`, stderr: '' });
  });
});

describe('config check', () => {
  it('says that a file is fine', async () => {
    const path = await file('good.ini', '[gossip]\ncache_size = 10\n');
    expect(await runCli(['config', 'check', '-c', path])).toMatchObject({
      code: 0,
      stdout: `${path}: ok\n`,
      stderr: '',
    });
  });

  it('warns on standard error', async () => {
    const path = await file('warned.ini', '[gossip]\ndegre = 4\n');
    const { code, stdout, stderr } = await runCli(['config', 'check', '-c', path]);
    expect([code, stdout]).toEqual([0, `${path}: ok\n`]);
    expect(stderr).toMatch(/^hearsay: warning: [^\n]*degre[^\n]*degree[^\n]*\n$/);
  });
});

describe('config show', () => {
  it('prints a file that can be used, with what was set in file and flags', async () => {
    const path = await file('some.ini', '[gossip]\nsearch_cooldown = 7\n');
    const { code, stdout } = await runCli(['config', 'show', '-c', path, '--degree', '3']);
    const shown = await file('shown.ini', stdout);
    const again = await runCli(['config', 'check', '-c', shown]);
    expect([code, again.code]).toEqual([0, 0]);
    expect(stdout).toMatch(/^search_cooldown = 7$/m);
    expect(stdout).toMatch(/^degree = 3$/m);
  });

  it('ends well if nobody reads its output', async () => {
    const child = new CliProcess(['config', 'show']);
    child.closeStdout();
    expect(await child.ended).toMatchObject({ code: 0, stderr: '' });
  });
});
