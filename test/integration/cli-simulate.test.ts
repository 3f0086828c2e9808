/** `hearsay simulate` as its users meet it. Needs `npm run build`. */
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CliProcess, runCli } from './cli-process.ts';

/** Small enough for a second. */
const SMALL = ['--nodes', '30', '--announcements', '10'];

interface Json {
  readonly seed: number;
  readonly nodes: number;
  readonly reach: number;
  readonly copiesPerDelivery: number;
  readonly latencyMs: Readonly<Record<string, number>>;
  readonly hops: Readonly<Record<string, number>>;
  readonly controlBytesPerNodePerMessage: number;
  readonly isPartial: boolean;
  readonly run?: Readonly<Record<string, unknown>>;
  readonly runs?: readonly { readonly seed: number }[];
}

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hearsay-simulate-'));
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

async function file(name: string, text: string): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, text);
  return path;
}

async function json(...words: string[]): Promise<Json> {
  const { stdout } = await runCli(['simulate', ...words, '--json', '-']);
  return JSON.parse(stdout) as Json;
}

describe('a simulation', () => {
  it('says its seed and all parameters first, and prints a table', async () => {
    const { code, stdout, stderr } = await runCli(['simulate', ...SMALL, '--seed', '7']);
    expect(code).toBe(0);
    expect(stderr).toMatch(/^hearsay: custom: seed 7, 30 nodes,/);
    expect(stderr).toContain('announcements 10');
    expect(stdout).toMatch(/^reach +[\d.]+ %$/m);
    expect(stdout).toMatch(/^latency( +[\d,.]+( ms)?){6}$/m);
  });

  it('is JSON on standard output and nothing else, if asked', async () => {
    const result = await json(...SMALL, '--seed', '3');
    expect(result).toMatchObject({ seed: 3, nodes: 30, isPartial: false });
    expect(result.reach).toBeGreaterThan(0.5);
    expect(result.reach).toBeLessThanOrEqual(1);
    for (const key of ['copiesPerDelivery', 'controlBytesPerNodePerMessage'] as const) {
      expect(typeof result[key]).toBe('number');
    }
    for (const part of [result.latencyMs, result.hops]) {
      expect(part).toMatchObject(
        Object.fromEntries(['p50', 'p90', 'p99', 'max'].map((p) => [p, expect.any(Number)])),
      );
    }
  });

  it('is the same for the same seed, but for what the machine needed', async () => {
    const [one, two] = [await json(...SMALL), await json(...SMALL)];
    expect(Object.keys(one.run!).sort()).toEqual(Object.keys(two.run!).sort());
    expect({ ...one, run: undefined }).toEqual({ ...two, run: undefined });
  });

  it('shows the single runs of several seeds beside all together', async () => {
    const result = await json(...SMALL, '--seeds', '2', '--seed', '5');
    expect(result.runs?.map(({ seed }) => seed)).toEqual([5, 6]);
  });

  it('takes a scenario from a file', async () => {
    const path = await file('mine.json', '{ "name": "mine", "nodes": 25 }');
    expect(await json(path, '--announcements', '5')).toMatchObject({ nodes: 25 });
  });

  it('writes JSON, report and trace where it is told to', async () => {
    const [result, report, trace] = ['r.json', 'r.html', 't.jsonl'].map((n) => join(folder, n));
    const outputs = ['--json', result!, '--report', report!, '--trace', trace!];
    const { code } = await runCli(['simulate', ...SMALL, ...outputs]);
    expect(code).toBe(0);
    expect(JSON.parse(await readFile(result!, 'utf8'))).toMatchObject({ nodes: 30 });
    expect(await readFile(report!, 'utf8')).toMatch(/^<!doctype html>/);
    const lines = (await readFile(trace!, 'utf8')).trimEnd().split('\n');
    const steps = lines.map((line) => JSON.parse(line) as object);
    expect(steps[0]).toEqual(expect.objectContaining({ node: 0, input: { kind: 'start' } }));
  });

  it('lists the scenarios that come with the package', async () => {
    const { code, stdout } = await runCli(['simulate', '--list']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^smoke +\S/m);
    expect(stdout).not.toMatch(/^(schema|baseline) /m);
  });

  it('fails with the line that repeats it if a promise is broken', async () => {
    // Nothing can be whole again within a millisecond.
    const faults = '[{ "kind": "crash", "at": 2999, "share": 0.6 }]';
    const workload = '{ "announcements": 1, "settleMs": 3000 }';
    const text = `{ "name": "x", "nodes": 30, "faults": ${faults}, "workload": ${workload}, "liveness": { "within": 1 } }`;
    const path = await file('broken.json', text);
    const { code, stdout, stderr } = await runCli(['simulate', path, '--seed', '4', '--wire']);
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(
      /^hearsay: .*to repeat it: .* simulate \S+broken\.json --seed 4 --wire$/m,
    );
  });
});

describe('Ctrl-C', () => {
  const LONG = ['simulate', '--nodes', '300', '--announcements', '100000', '--json'];

  it('ends it with what was measured so far', async () => {
    const path = join(folder, 'partial.json');
    const child = new CliProcess([...LONG, path]);
    await child.stderr.line(/liveness/);
    child.kill('SIGINT');
    const { code, stdout } = await child.ended;
    expect(code).toBe(130);
    expect(stdout).toContain('interrupted: these are the figures so far');
    expect(JSON.parse(await readFile(path, 'utf8'))).toMatchObject({ isPartial: true });
  });
});

describe('what cannot be run', () => {
  it.each<[string, string, string]>([
    [
      'key.json',
      '{ "name": "x", "nodse": 5 }',
      'key.json: nodse = 5: unknown key, did you mean nodes?',
    ],
    ['type.json', '{ "name": "x", "nodes": "5" }', 'type.json: nodes = "5": not a number'],
    [
      'range.json',
      '{ "name": "x", "faults": [{ "kind": "reset", "share": 2 }] }',
      'faults[0].share = 2: ',
    ],
    [
      'degree.json',
      '{ "name": "x", "nodes": 9, "gossip": { "degree": 9 } }',
      'gossip.degree = 9: ',
    ],
    ['comma.json', '{ "name": "x",\n  "nodes": 5,,\n}', 'comma.json:2:14: not JSON: '],
    ['list.json', '[]', 'list.json: '],
    [
      'twice.json',
      '{ "name": "x", "name": "y" }',
      'twice.json:1:16: not JSON: the key "name" stands here twice',
    ],
  ])('ends with code 2 and one line: %s', async (name, text, expected) => {
    const { code, stdout, stderr } = await runCli(['simulate', await file(name, text)]);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain(expected);
    expect(stderr).toMatch(/^hearsay: [^\n]*\n$/);
  });

  it.each<[readonly string[], string]>([
    [['none.json'], 'none.json: no such file'],
    [['.'], '.: a directory'],
    [['chrun'], 'did you mean churn?'],
    [['--nodes', '5', '--degree', '50'], '--degree 50: '],
    [['--nodes', 'x'], '--nodes x: not a number'],
    [['--json', '/no/such/folder/x.json'], '--json /no/such/folder/x.json: no such folder'],
    [['--report', '/'], '--report /: '],
    [['--trace', '/no/such/folder/t'], '--trace /no/such/folder/t: no such folder'],
    [['--trace', 't', '--seeds', '2'], '--trace t: follows one run'],
    [['--report', '-'], '--report -: '],
    [['--json', 'same', '--report', './same'], 'need a file each'],
  ])('ends with code 2 and one line: %j', async (words, expected) => {
    const { code, stdout, stderr } = await runCli(['simulate', ...words]);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain(expected);
    expect(stderr).toMatch(/^hearsay: [^\n]*\n$/);
  });

  it('leaves no empty files behind', async () => {
    const path = join(folder, 'never.json');
    await mkdir(join(folder, 'sub'));
    await runCli(['simulate', '--json', path, '--report', join(folder, 'sub')]);
    expect(existsSync(path)).toBe(false);
  });
});
