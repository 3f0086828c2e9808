/**
 * The solver with real threads. They run the built worker (`npm run build` comes first), or scripts of these
 * tests that fail on purpose.
 */
import { execFile } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { AssertionError } from '../../src/basics/assert.ts';
import { u64, type U64 } from '../../src/basics/integers.ts';
import { cryptoProofs } from '../../src/daemon/proof-of-work/crypto-proofs.ts';
import type { NonceJob } from '../../src/daemon/proof-of-work/jobs.ts';
import { RESTART_WINDOW, RESTARTS_MAX } from '../../src/daemon/proof-of-work/lane.ts';
import {
  JOBS_MAX,
  ProofSolver,
  type ProofSolverOptions,
} from '../../src/daemon/proof-of-work/solver.ts';
import { encodePeerMessage } from '../../src/wire/peer-messages.ts';

const CHALLENGE = u64(0xbc7a_300e, 0x74f6_cbcb);
const TEXT = new TextEncoder().encode('127.0.0.1:30002');
const REAL_WORKER = new URL('../../dist/daemon/proof-of-work/worker.js', import.meta.url);

const cleanUps: (() => unknown)[] = [];
/** Emits `change` whenever a solver has called back. */
const callbacks = new EventEmitter();

afterEach(async () => {
  vi.useRealTimers();
  for (const cleanUp of cleanUps.splice(0)) await cleanUp();
});

describe('the solver', () => {
  it('finds a nonce that the check accepts', async () => {
    const { solver, answers } = solverWithLog();
    solver.solve({ link: 1, challenge: CHALLENGE, difficulty: 16, hashesMax: 2 ** 40 });
    const [answer] = await seen(answers, 1);
    expect(cryptoProofs.checkNonce(CHALLENGE, answer!.nonce!, 16)).toBe(true);
  });

  it('proves an offer such that the check accepts the whole packet', async () => {
    const { solver, offers } = solverWithLog();
    solver.proveOffer({ link: 1, challenge: CHALLENGE, text: TEXT });
    const [{ body }] = (await seen(offers, 1)) as [Offer];
    expect(cryptoProofs.checkOffer(encodePeerMessage({ kind: 'peer-offer', body }))).toBe(true);
  });

  it('puts challenge and text into the body of the offer as they were', async () => {
    const { solver, offers } = solverWithLog();
    const text = Uint8Array.from(TEXT);
    solver.proveOffer({ link: 1, challenge: CHALLENGE, text });
    text.fill(0);
    const [{ body }] = (await seen(offers, 1)) as [Offer];
    const hex = Buffer.from(body).toString('hex');
    expect([hex.slice(0, 16), hex.slice(32)]).toEqual([
      'bc7a300e74f6cbcb',
      Buffer.from(TEXT).toString('hex'),
    ]);
  });

  it('answers a job without a nonce when its hashes are used up', async () => {
    const { solver, answers } = solverWithLog();
    solver.solve(hopeless(1, 1));
    expect(await seen(answers, 1)).toEqual([{ link: 1, nonce: undefined }]);
  });

  it('answers easy jobs while a hard one goes on', async () => {
    const { solver, answers } = solverWithLog();
    solver.solve(hopeless(1, 2 ** 40));
    for (const link of [2, 3, 4]) solver.solve(easy(link));
    expect(linksOf(await seen(answers, 3)).toSorted()).toEqual([2, 3, 4]);
  });

  it('calls nothing back before the method that started the job has returned', async () => {
    const { solver, answers } = solverWithLog({
      workerScript: UNUSABLE,
    });
    solver.solve(easy(1));
    expect(answers).toEqual([]);
  });

  it('gives jobs to all of its workers', async () => {
    const { solver, answers } = solverWithLog({ workers: 2, workerScript: ANSWERS_ONCE });
    solver.solve(easy(1));
    solver.solve(easy(2));
    expect(linksOf(await seen(answers, 2)).toSorted()).toEqual([1, 2]);
  });

  it('lets the process end while a job is being worked on', async () => {
    const solverFile = new URL('../../dist/daemon/proof-of-work/solver.js', import.meta.url);
    const program = `
      import { ProofSolver } from ${JSON.stringify(solverFile.href)};
      const solver = new ProofSolver({ onNonce() {}, onOffer() {}, onTrouble() {} });
      const challenge = { high: 1, low: 2 };
      solver.solve({ link: 1, challenge, difficulty: 31, hashesMax: 2 ** 50 });
      setTimeout(() => console.log('end of program'), 300);`;
    const file = join(temporaryFolder(), 'program.mjs');
    writeFileSync(file, program);
    const run = promisify(execFile)(process.execPath, [file]);
    cleanUps.push(() => run.child.kill());
    const { stdout } = await run;
    expect(stdout).toBe('end of program\n');
  });
});

describe('a job that cannot be done', () => {
  it('with a difficulty above 31 is our own defect', () => {
    const { solver } = solverWithLog();
    expect(() => solver.solve({ ...easy(1), difficulty: 32 })).toThrow(AssertionError);
  });

  it('with a text that does not fit into a 506 is our own defect', () => {
    const { solver } = solverWithLog();
    const offer = { link: 1, challenge: CHALLENGE, text: new Uint8Array(65_516) };
    expect(() => solver.proveOffer(offer)).toThrow(AssertionError);
  });
});

describe('a second nonce job of a link', () => {
  it('replaces the first, which is not answered', async () => {
    const { solver, answers } = await runningSolver();
    const other = u64(3, 4);
    solver.solve(hopeless(1, 2 ** 16));
    solver.solve({ ...easy(1), challenge: other, difficulty: 14 });
    // More slices than the replaced job had, so that it would have been answered by then.
    solver.solve(hopeless(2, 2 ** 20));
    const ended = await seen(answers, 2);
    expect(linksOf(ended)).toEqual([1, 2]);
    expect(cryptoProofs.checkNonce(other, ended[0]!.nonce!, 14)).toBe(true);
  });

  it('is charged with the hashes of the first', async () => {
    const { solver, answers } = await runningSolver();
    solver.solve(hopeless(1, 2 ** 10));
    await seen(answers, 1);
    solver.solve({ ...easy(1), hashesMax: 2 ** 10 });
    expect((await seen(answers, 2))[1]).toEqual({ link: 1, nonce: undefined });
  });

  it('is not charged with what was taken before the link was cancelled', async () => {
    const { solver, answers } = await runningSolver();
    solver.solve(hopeless(1, 2 ** 10));
    await seen(answers, 1);
    solver.cancel(1);
    solver.solve({ ...easy(1), difficulty: 0, hashesMax: 1 });
    expect((await seen(answers, 2))[1]!.nonce).toBeDefined();
  });

  it('leaves an offer of that link alone', async () => {
    const { solver, offers } = await runningSolver();
    solver.proveOffer({ link: 1, challenge: CHALLENGE, text: TEXT });
    solver.solve(hopeless(1, 2 ** 40));
    solver.solve(hopeless(1, 2 ** 40));
    expect(linksOf(await seen(offers, 1))).toEqual([1]);
  });
});

describe('cancelling a link', () => {
  it('drops its nonce job and its offers without a callback', async () => {
    const { solver, answers, offers } = await runningSolver();
    solver.solve(hopeless(1, 2 ** 16));
    solver.proveOffer({ link: 1, challenge: CHALLENGE, text: TEXT });
    solver.proveOffer({ link: 1, challenge: u64(5, 6), text: TEXT });
    solver.cancel(1);
    // Many more slices than the others need.
    solver.solve(hopeless(2, 2 ** 22));
    await seen(answers, 1);
    expect([linksOf(answers), offers]).toEqual([[2], []]);
  });

  it('holds back an answer that is on its way', async () => {
    const { solver, answers } = await runningSolver();
    solver.solve(easy(1));
    // The worker answers meanwhile, and this thread cannot hear it.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 300);
    solver.cancel(1);
    solver.solve(easy(2));
    expect(linksOf(await seen(answers, 1))).toEqual([2]);
  });

  it('leaves other links alone', async () => {
    const { solver, answers } = solverWithLog();
    solver.solve(easy(1));
    solver.solve(easy(2));
    solver.cancel(1);
    expect(linksOf(await seen(answers, 1))).toEqual([2]);
  });

  it('makes room for other jobs', () => {
    const { solver } = solverWithLog({ workerScript: SILENT });
    for (let link = 0; link < JOBS_MAX; link++) solver.solve(easy(link));
    solver.cancel(7);
    expect(() => solver.solve(easy(JOBS_MAX))).not.toThrow();
  });
});

describe('the bound on jobs', () => {
  it('admits 264 and fails an assertion at one more', () => {
    const { solver } = solverWithLog({ workerScript: SILENT });
    for (let link = 0; link < 264; link++) solver.solve(easy(link));
    expect(() => solver.solve(easy(264))).toThrow(AssertionError);
  });

  it('counts offers too', () => {
    const { solver } = solverWithLog({ workerScript: SILENT });
    for (let link = 0; link < 264; link++) solver.solve(easy(link));
    const offer = { link: 264, challenge: CHALLENGE, text: TEXT };
    expect(() => solver.proveOffer(offer)).toThrow(AssertionError);
  });

  it('does not count a job that is replaced', () => {
    const { solver } = solverWithLog({ workerScript: SILENT });
    for (let link = 0; link < 264; link++) solver.solve(easy(link));
    expect(() => solver.solve(easy(263))).not.toThrow();
  });
});

describe('a worker that ends', () => {
  it.each(['throw new Error("ouch")', 'process.exit(3)'])(
    'by %s is started again with its jobs',
    async (crash) => {
      const workerScript = endsFirst(1, `parentPort.once('message', () => { ${crash} });`);
      const { solver, answers, offers } = solverWithLog({ workerScript });
      solver.solve(easy(1));
      solver.proveOffer({ link: 2, challenge: CHALLENGE, text: TEXT });
      expect(linksOf(await seen(answers, 1))).toEqual([1]);
      expect(linksOf(await seen(offers, 1))).toEqual([2]);
    },
  );

  it('is reported with its reason', async () => {
    const { solver, answers, troubles } = solverWithLog({
      workerScript: endsFirst(1, 'throw new Error("ouch");'),
    });
    solver.solve(easy(1));
    await seen(answers, 1);
    expect(troubles).toEqual([
      'the proof-of-work worker ended (exit code 1: Error: ouch) and is started again when needed',
    ]);
  });

  it('is started again for the next job if it had none', async () => {
    const { solver, answers, troubles } = solverWithLog({
      workerScript: endsFirst(1, ANSWER_THEN_END),
    });
    solver.solve(easy(1));
    await seen(troubles, 1);
    solver.solve(easy(2));
    expect(linksOf(await seen(answers, 2))).toEqual([1, 2]);
  });

  it('is not started again while there is nothing to do', async () => {
    const { script, starts } = countingScript(ANSWER_THEN_END);
    const { solver, troubles } = solverWithLog({ workerScript: script });
    solver.solve(easy(1));
    await seen(troubles, 1);
    // Another solver's worker comes up meanwhile, and so would this one's.
    await runningSolver();
    expect(starts()).toBe(1);
  });

  it('does not get back a job that was cancelled', async () => {
    const { solver, answers, troubles } = solverWithLog({
      workerScript: endsFirst(
        1,
        `parentPort.on('message', ({ kind }) => kind === 'cancel' && process.exit(1));`,
      ),
    });
    solver.solve(hopeless(1, 1));
    await turn();
    solver.cancel(1);
    await seen(troubles, 1);
    solver.solve(hopeless(2, 2 ** 17));
    expect(linksOf(await seen(answers, 1))).toEqual([2]);
  });
});

describe('a worker that ends again and again', () => {
  it('is started again five times within a minute, then its nonce jobs fail', async () => {
    const { script, starts } = countingScript('throw new Error("ouch");');
    const { solver, answers } = solverWithLog({ workerScript: script });
    solver.solve(easy(1));
    expect(await seen(answers, 1)).toEqual([{ link: 1, nonce: undefined }]);
    expect(starts()).toBe(1 + RESTARTS_MAX);
  });

  it('is not started for a job that comes during its rest: the job fails', async () => {
    const { script, starts } = countingScript('throw new Error("ouch");');
    const { solver, answers } = solverWithLog({ workerScript: script });
    solver.solve(easy(1));
    await seen(answers, 1);
    solver.solve(easy(2));
    expect((await seen(answers, 2))[1]).toEqual({ link: 2, nonce: undefined });
    expect(starts()).toBe(1 + RESTARTS_MAX);
  });

  it('fails only jobs that were there: a callback may start another one', async () => {
    const answers: NonceAnswer[] = [];
    const solver = new ProofSolver({
      onNonce: (link, nonce) => {
        if (link === 1) solver.solve(easy(2));
        note(answers, { link, nonce });
      },
      onOffer: () => {},
      onTrouble: () => {},
      workerScript: ALWAYS_ENDS,
    });
    cleanUps.push(() => solver.close());
    solver.solve(easy(1));
    expect(linksOf(await seen(answers, 1))).toEqual([1]);
    expect(linksOf(await seen(answers, 2))).toEqual([1, 2]);
  });

  it('is reported to rest', async () => {
    const { solver, troubles } = solverWithLog({ workerScript: ALWAYS_ENDS });
    solver.solve(easy(1));
    await seen(troubles, 1 + RESTARTS_MAX);
    expect(troubles.at(-1)).toBe(
      'the proof-of-work worker ended (exit code 1: Error: ouch) and rests for a minute',
    );
  });

  it('counts threads that could not even be started', async () => {
    const { solver, answers, troubles } = solverWithLog({
      workerScript: UNUSABLE,
    });
    solver.solve(easy(1));
    await seen(answers, 1);
    expect(troubles).toHaveLength(1 + RESTARTS_MAX);
  });

  it('proves the offers that waited when its rest is over', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
    const { solver, answers, offers } = solverWithLog({
      workerScript: endsFirst(1 + RESTARTS_MAX, 'throw new Error("ouch");'),
    });
    solver.proveOffer({ link: 1, challenge: CHALLENGE, text: TEXT });
    solver.solve(easy(2));
    await seen(answers, 1);
    vi.advanceTimersByTime(RESTART_WINDOW);
    expect(linksOf(await seen(offers, 1))).toEqual([1]);
  });

  it('is forgiven ends that are more than a minute old', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
    const { solver, troubles } = solverWithLog({ workerScript: ANSWERS_AND_ENDS });
    for (let link = 1; link <= RESTARTS_MAX; link++) {
      solver.solve(easy(link));
      await seen(troubles, link);
    }
    vi.advanceTimersByTime(RESTART_WINDOW);
    solver.solve(easy(6));
    expect((await seen(troubles, 6)).at(-1)).toContain('is started again');
  });
});

describe('closing the solver', () => {
  it('drops jobs without a callback', async () => {
    const { solver, answers } = solverWithLog();
    solver.solve(easy(1));
    await solver.close();
    await turn();
    expect(answers).toEqual([]);
  });

  it('is no trouble for a worker that is at work', async () => {
    const { solver, answers, troubles } = solverWithLog();
    solver.solve(easy(1));
    await seen(answers, 1);
    solver.solve(hopeless(1, 2 ** 40));
    await solver.close();
    expect(troubles).toEqual([]);
  });

  it('may happen before any job and twice', async () => {
    const { solver } = solverWithLog();
    await solver.close();
    await expect(solver.close()).resolves.toBeUndefined();
  });

  it('makes later jobs be ignored', async () => {
    const { solver, answers, troubles } = solverWithLog({ workerScript: UNUSABLE });
    await solver.close();
    solver.solve(easy(1));
    solver.proveOffer({ link: 1, challenge: CHALLENGE, text: TEXT });
    // Otherwise the worker would fail to start in each of these, and the job with it.
    for (let i = 0; i < 20; i++) await turn();
    expect([answers, troubles]).toEqual([[], []]);
  });
});

interface NonceAnswer {
  readonly link: number;
  readonly nonce: U64 | undefined;
}

interface Offer {
  readonly link: number;
  readonly body: Uint8Array;
}

/** A solver that is closed after the test, and lists of what it called back. */
function solverWithLog(options: Pick<ProofSolverOptions, 'workers' | 'workerScript'> = {}) {
  const answers: NonceAnswer[] = [];
  const offers: Offer[] = [];
  const troubles: string[] = [];
  const solver = new ProofSolver({
    ...options,
    onNonce: (link, nonce) => note(answers, { link, nonce }),
    onOffer: (link, body) => note(offers, { link, body }),
    onTrouble: (message) => note(troubles, message),
  });
  cleanUps.push(() => solver.close());
  return { solver, answers, offers, troubles };
}

/** The same with its thread up and waiting, and nothing in the lists. */
async function runningSolver() {
  const running = solverWithLog();
  running.solver.solve(easy(0));
  await seen(running.answers, 1);
  running.answers.length = 0;
  return running;
}

function note<T>(list: T[], entry: T): void {
  list.push(entry);
  callbacks.emit('change');
}

/** The list as soon as it has `count` entries. */
async function seen<T>(list: readonly T[], count: number): Promise<readonly T[]> {
  while (list.length < count) await once(callbacks, 'change');
  return list;
}

/** Lets what has been put off to the next turn of the event loop happen. */
function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

function linksOf(list: readonly { readonly link: number }[]): number[] {
  return list.map((entry) => entry.link);
}

/** Almost certainly ends without a nonce, after `hashes`. */
function hopeless(link: number, hashes: number): NonceJob {
  return { link, challenge: CHALLENGE, difficulty: 31, hashesMax: hashes };
}

function easy(link: number): NonceJob {
  return { link, challenge: CHALLENGE, difficulty: 6, hashesMax: 2 ** 40 };
}

/** No thread is even started with this. */
const UNUSABLE = new URL('https://nowhere.invalid/');
const SILENT = script(`parentPort.on('message', () => {});`);
const ANSWER = `({ number }) => parentPort.postMessage({ number, nonce: { high: 0, low: 0 } })`;
const ANSWERS_ONCE = script(`parentPort.once('message', ${ANSWER}); setInterval(() => {}, 1000);`);
/** The thread ends by itself once nothing listens any more. */
const ANSWER_THEN_END = `parentPort.once('message', ${ANSWER});`;
const ANSWERS_AND_ENDS = script(ANSWER_THEN_END);
const ALWAYS_ENDS = script('throw new Error("ouch");');

function script(code: string): URL {
  const source = `import { parentPort } from 'node:worker_threads'; ${code}`;
  return new URL(`data:text/javascript,${encodeURIComponent(source)}`);
}

/** A script that counts how often it was started. */
function countingScript(code: string): { script: URL; starts(): number } {
  const file = join(temporaryFolder(), 'starts');
  writeFileSync(file, '');
  const count = `import { appendFileSync } from 'node:fs'; appendFileSync(${JSON.stringify(file)}, '.');`;
  return { script: script(`${count} ${code}`), starts: () => readFileSync(file).length };
}

/** A script that runs `code` the first `times` it is started, and then is the real worker. */
function endsFirst(times: number, code: string): URL {
  const file = join(temporaryFolder(), 'starts');
  return script(`
    import { appendFileSync, readFileSync } from 'node:fs';
    appendFileSync(${JSON.stringify(file)}, '.');
    if (readFileSync(${JSON.stringify(file)}).length <= ${times}) { ${code} }
    else await import(${JSON.stringify(REAL_WORKER.href)});`);
}

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'hearsay-'));
  cleanUps.push(() => rmSync(folder, { recursive: true }));
  return folder;
}
