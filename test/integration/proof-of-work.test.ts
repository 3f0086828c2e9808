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
import { ProofSolver, type ProofSolverOptions } from '../../src/daemon/proof-of-work/solver.ts';
import {
  IDLE_TIME,
  RESTART_WINDOW,
  RESTARTS_MAX,
} from '../../src/daemon/proof-of-work/worker-pool.ts';
import { encodePeerMessage } from '../../src/wire/peer-messages.ts';
import { listenRaw, startNode, until, type RawPeer } from './support.ts';

const CHALLENGE = u64(0xbc7a_300e, 0x74f6_cbcb);
const TEXT = new TextEncoder().encode('127.0.0.1:30002');
const BUILT_SOLVER = new URL('../../dist/daemon/proof-of-work/solver.js', import.meta.url);
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

  it.each(['simd', 'js'] as const)('finds a nonce with the kernel %s', async (kernel) => {
    const { solver, answers } = solverWithLog({ kernel });
    solver.solve({ link: 1, challenge: CHALLENGE, difficulty: 12, hashesMax: 2 ** 40 });
    const [answer] = await seen(answers, 1);
    expect(cryptoProofs.checkNonce(CHALLENGE, answer!.nonce!, 12)).toBe(true);
  });

  it('takes JavaScript where there is no WebAssembly', async () => {
    // Without a compiler Node has none. Such a program is slow, so this is an easy job.
    const program = `
      solver.solve({ link: 1, challenge, difficulty: 8, hashesMax: 2 ** 40 });
      setInterval(() => {}, 1000);`;
    const { nonce } = JSON.parse(await runProgram(program, '--jitless')) as { nonce: U64 };
    expect(cryptoProofs.checkNonce(u64(1, 2), nonce, 8)).toBe(true);
  });

  it('lets the process end while a job is being worked on', async () => {
    const program = `
      solver.solve({ link: 1, challenge, difficulty: 31, hashesMax: 2 ** 50 });
      setTimeout(() => console.log('end of program'), 300);`;
    expect(await runProgram(program)).toBe('end of program\n');
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

  it('has the worker stop, who is free for others then', async () => {
    const { solver, answers } = solverWithLog({
      workerScript: script(`parentPort.on('message', ({ kind, portion }) => {
        if (kind === 'stop' || portion.job.link === 2) parentPort.postMessage(${NONCE});
      });`),
    });
    solver.solve(easy(1));
    await turn();
    solver.cancel(1);
    solver.solve(easy(2));
    expect(linksOf(await seen(answers, 1))).toEqual([2]);
  });

  it('makes room for other jobs', () => {
    const { solver } = solverWithLog({ workerScript: SILENT });
    for (let link = 0; link < 256; link++) solver.solve(easy(link));
    solver.cancel(7);
    expect(() => solver.solve(easy(256))).not.toThrow();
  });
});

describe('the bound on jobs', () => {
  it('admits nonce jobs of 256 links and fails an assertion at one more', () => {
    const { solver } = solverWithLog({ workerScript: SILENT });
    for (let link = 0; link < 256; link++) solver.solve(easy(link));
    expect(() => solver.solve(easy(256))).toThrow(AssertionError);
  });

  it('admits 8 offers beside them and fails an assertion at one more', () => {
    const { solver } = solverWithLog({ workerScript: SILENT });
    for (let link = 0; link < 256; link++) solver.solve(easy(link));
    const offer = { link: 1, challenge: CHALLENGE, text: TEXT };
    for (let i = 0; i < 8; i++) solver.proveOffer(offer);
    expect(() => solver.proveOffer(offer)).toThrow(AssertionError);
  });

  it('does not count a job that is replaced', () => {
    const { solver } = solverWithLog({ workerScript: SILENT });
    for (let link = 0; link < 256; link++) solver.solve(easy(link));
    expect(() => solver.solve(easy(255))).not.toThrow();
  });
});

describe('the workers', () => {
  it.each([
    [1, 1],
    [2, 2],
    [5, 3],
  ])('for %i links that wait are %i where 3 are allowed', async (links, workers) => {
    const { script, starts } = countingScript(ANSWERS);
    const { solver, answers } = solverWithLog({ workers: 3, workerScript: script });
    // One hash each, so that nobody who is up earlier can help.
    for (let link = 1; link <= links; link++) solver.solve({ ...easy(link), hashesMax: 1 });
    await seen(answers, links);
    expect(starts()).toBe(workers);
  });

  it('are no more than links wait, however hard the jobs are', async () => {
    const { script, starts } = countingScript(ANSWERS);
    const { solver, answers } = solverWithLog({ workers: 3, workerScript: script });
    solver.solve(hopeless(1, 2 ** 40));
    await seen(answers, 1);
    // Another solver's worker comes up meanwhile, and so would more of this one's.
    await runningSolver();
    expect(starts()).toBe(1);
  });

  it('help with the job of another when they have none', async () => {
    const claim = join(temporaryFolder(), 'claim');
    const { solver, answers } = solverWithLog({
      workers: 2,
      // Whoever is the first to get the job of link 3 never ends.
      workerScript: script(`
        import { writeFileSync } from 'node:fs';
        parentPort.on('message', ({ kind, portion }) => {
          if (kind === 'stop') return;
          try {
            if (portion.job.link === 3) writeFileSync(${JSON.stringify(claim)}, '', { flag: 'wx' });
            if (portion.job.link === 3) return;
          } catch {}
          parentPort.postMessage(${NONCE});
        });`),
    });
    solver.solve(easy(1));
    solver.solve(easy(2));
    await seen(answers, 2);
    solver.solve(easy(3));
    expect(linksOf(await seen(answers, 3)).at(-1)).toBe(3);
  });

  it('together keep to the hashes of a link', async () => {
    const log = join(temporaryFolder(), 'log');
    const { solver, answers } = solverWithLog({
      workers: 2,
      workerScript: script(`
        import { appendFileSync } from 'node:fs';
        parentPort.on('message', ({ portion: { job, hashesMax } }) => {
          appendFileSync(${JSON.stringify(log)}, job.link + ' ' + hashesMax + '\\n');
          parentPort.postMessage({ nonce: undefined, hashes: hashesMax });
        });`),
    });
    solver.solve(hopeless(1, 5_000_000));
    solver.solve(hopeless(2, 3_000_000));
    await seen(answers, 2);
    const portions = readFileSync(log, 'utf8').trim().split('\n');
    const taken = [1, 2].map((link) =>
      portions
        .map((line) => line.split(' ').map(Number) as [number, number])
        .filter(([of]) => of === link)
        .reduce((sum, [, hashes]) => sum + hashes, 0),
    );
    expect(taken).toEqual([5_000_000, 3_000_000]);
  });

  it('are ended when there was nothing to do for a while, and started again', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const { script, starts } = countingScript(ANSWERS);
    const { solver, answers, troubles } = solverWithLog({ workerScript: script });
    solver.solve(easy(1));
    await seen(answers, 1);
    vi.advanceTimersByTime(IDLE_TIME);
    solver.solve(easy(2));
    await seen(answers, 2);
    expect([starts(), troubles]).toEqual([2, []]);
  });

  it('are kept until then', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const { script, starts } = countingScript(ANSWERS);
    const { solver, answers } = solverWithLog({ workerScript: script });
    for (let link = 1; link <= 3; link++) {
      solver.solve(easy(link));
      await seen(answers, link);
      vi.advanceTimersByTime(IDLE_TIME - 1);
    }
    expect(starts()).toBe(1);
  });

  it('are not ended over a job, however long it takes', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const { solver, answers } = await runningSolver();
    solver.solve(hopeless(1, 2 ** 20));
    await turn();
    vi.advanceTimersByTime(IDLE_TIME);
    expect(linksOf(await seen(answers, 1))).toEqual([1]);
  });
});

describe('many links at once', () => {
  it('are all served, each once, and the event loop is free meanwhile', async () => {
    const { solver, answers } = solverWithLog();
    const slices = 2;
    for (let link = 1; link <= 64; link++) solver.solve(hopeless(link, slices * 2 ** 16));
    let loopTurns = 0;
    while (answers.length < 64) {
      await turn();
      loopTurns++;
    }
    expect(linksOf(answers).toSorted((a, b) => a - b)).toEqual(
      Array.from({ length: 64 }, (_, i) => i + 1),
    );
    // Searching in the loop, as politely as can be, would allow for one turn each slice.
    expect(loopTurns).toBeGreaterThan(10 * 64 * slices);
  });

  it('wait for no hard job of another', async () => {
    const { solver, answers } = solverWithLog();
    for (let link = 100; link < 110; link++) solver.solve(hopeless(link, 2 ** 40));
    for (let link = 1; link <= 5; link++) solver.solve(easy(link));
    expect(linksOf(await seen(answers, 5)).toSorted()).toEqual([1, 2, 3, 4, 5]);
  });

  it('leave nothing behind, if each demands a proof and closes when it has it', async () => {
    const { solver, answers } = solverWithLog({ workerScript: script(ANSWERS) });
    for (let link = 1; link <= 1000; link++) {
      solver.solve(easy(link));
      await seen(answers, link);
      solver.cancel(link);
    }
    expect(new Set(linksOf(answers)).size).toBe(1000);
  });

  it('are served by a node that dials 64 peers', async () => {
    const receivers = await Promise.all(Array.from({ length: 64 }, () => listenRaw()));
    const { daemon } = await startNode({
      config: {
        proofOfWork: 'connection',
        powDifficulty: 12,
        minConnections: 64,
        maxConnections: 64,
        knownPeers: receivers.map(({ address }) => address),
      },
    });
    await Promise.all(receivers.map(({ peers }, i) => judge(peers, u64(i, i))));
    await until(() => daemon.snapshot().core.sizes.openLinks.size === 64);
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
      'a proof-of-work worker ended (exit code 1: Error: ouch); another is started when needed',
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
        `parentPort.on('message', ({ kind }) => kind === 'stop' && process.exit(1));`,
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
      'a proof-of-work worker ended (exit code 1: Error: ouch); none for a minute',
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
    expect((await seen(troubles, 6)).at(-1)).toContain('another is started when needed');
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

  it.each([
    ['has been searched for', 2 ** 40, 1],
    ['may take no hashes', 0, 0],
  ])(
    'may happen when told of a nonce that %s: nothing is begun then',
    async (_, hashesMax, begun) => {
      const { script, starts } = countingScript(ANSWERS);
      const answers: NonceAnswer[] = [];
      const solver: ProofSolver = new ProofSolver({
        onNonce: (link, nonce) => {
          void solver.close();
          note(answers, { link, nonce });
        },
        onOffer: () => {},
        onTrouble: () => {},
        workers: 1,
        workerScript: script,
      });
      for (let link = 1; link <= 3; link++) solver.solve({ ...easy(link), hashesMax });
      solver.solve(easy(4));
      await seen(answers, 1);
      // Another solver's worker comes up meanwhile, and so would this one's.
      await runningSolver();
      expect([answers.length, starts()]).toEqual([1, begun]);
    },
  );

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
function solverWithLog(
  options: Pick<ProofSolverOptions, 'workers' | 'kernel' | 'workerScript'> = {},
) {
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
const NONCE = `{ nonce: { high: 0, low: 0 }, hashes: 1 }`;
const ANSWERS = `parentPort.on('message', ({ kind }) => {
  if (kind === 'start') parentPort.postMessage(${NONCE});
});`;
/** The thread ends by itself once nothing listens any more. */
const ANSWER_THEN_END = `parentPort.once('message', () => parentPort.postMessage(${NONCE}));`;
const ANSWERS_AND_ENDS = script(ANSWER_THEN_END);
const ALWAYS_ENDS = script('throw new Error("ouch");');

function script(code: string): URL {
  const source = `import { parentPort } from 'node:worker_threads'; ${code}`;
  return new URL(`data:text/javascript,${encodeURIComponent(source)}`);
}

/**
 * Runs a program that has a built `solver` and a `challenge` (1, 2), and that ends with the first
 * answer, as JSON. Resolves with all that it prints.
 */
async function runProgram(program: string, ...flags: string[]): Promise<string> {
  const file = join(temporaryFolder(), 'program.mjs');
  writeFileSync(
    file,
    `import { ProofSolver } from ${JSON.stringify(BUILT_SOLVER.href)};
    const challenge = { high: 1, low: 2 };
    const solver = new ProofSolver({
      onNonce: (link, nonce) => {
        console.log(JSON.stringify({ link, nonce }));
        process.exit();
      },
      onOffer() {},
      onTrouble: console.log,
    });
    ${program}`,
  );
  const run = promisify(execFile)(process.execPath, [...flags, file]);
  cleanUps.push(() => run.child.kill());
  return (await run).stdout;
}

/** Plays the receivers' part on the one link of each: challenges, checks the proof and opens the link. */
async function judge(peers: readonly RawPeer[], challenge: U64): Promise<void> {
  await until(() => peers[0]?.messages.some(({ kind }) => kind === 'peer-info') ?? false);
  const peer = peers[0]!;
  peer.say({ kind: 'peer-challenge', challenge });
  await until(() => peer.messages.some(({ kind }) => kind === 'peer-verification'));
  const proof = peer.messages.find((message) => message.kind === 'peer-verification')!;
  expect(cryptoProofs.checkNonce(challenge, proof.nonce, 12)).toBe(true);
  peer.say({ kind: 'peer-validation', valid: true });
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
