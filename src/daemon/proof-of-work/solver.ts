/**
 * Finds proofs of work, away from the thread that serves links and clients: it only hands portions of jobs
 * to workers and answers on. What is asked comes from strangers (a 508, a 505), so everything here is
 * bounded: the hashes of one link, the jobs (job-queue.ts), the threads, the share of the time that one link
 * gets.
 *
 * When a worker ends, its job is continued by another: a search has no memory, so nothing is lost but time.
 * When no worker can be kept running, nonce jobs fail at once, as somebody waits for them and can dial
 * elsewhere; offers, whose askers may wait for minutes, are kept until workers can be had again.
 */
import { availableParallelism } from 'node:os';
import { assert } from '../../basics/assert.ts';
import type { U64 } from '../../basics/integers.ts';
import type { LinkId } from '../../core/inputs.ts';
import { joinOffer } from '../../wire/peer-messages.ts';
import { JobQueue, type HandedOut, type Task } from './job-queue.ts';
import {
  isDifficulty,
  OFFER_TEXT_BYTES_MAX,
  type Job,
  type NonceJob,
  type OfferJob,
  type Report,
} from './jobs.ts';
import type { KernelName } from './kernel.ts';
import { WorkerPool } from './worker-pool.ts';

/** The most workers by default: a node is not there to keep a machine busy. A guess. */
const WORKERS_DEFAULT_MAX = 4;

/** Node 20 runs no TypeScript in a worker: started from the sources, as in tests, the built file is used. */
const WORKER_SCRIPT = import.meta.url.endsWith('.ts')
  ? new URL('../../../dist/daemon/proof-of-work/worker.js', import.meta.url)
  : new URL('./worker.js', import.meta.url);

/** Callbacks come one at a time and never from within a method of the solver. */
export interface ProofSolverOptions {
  /** A nonce job is done. Undefined: its hashes are used up, or no worker can be kept running. */
  onNonce(link: LinkId, nonce: U64 | undefined): void;
  /** An offer is proven: the complete body of the 506 (challenge, nonce, text). */
  onOffer(link: LinkId, body: Uint8Array): void;
  /** A worker ended unexpectedly; one sentence for the log. */
  onTrouble(message: string): void;
  /**
   * Threads at most, at least 1; there are never more than links wait. Default: one less than the machine
   * runs at once, 1 … 4.
   */
  readonly workers?: number;
  /** Default: the fastest that there is, see `createKernel`. To ask for one is meant for tests. */
  readonly kernel?: KernelName;
  /** The script that the threads run; for tests of what happens when it fails. Default: the real one. */
  readonly workerScript?: URL;
}

export class ProofSolver {
  readonly #options: ProofSolverOptions;
  readonly #queue = new JobQueue();
  readonly #pool: WorkerPool;
  #isClosed = false;
  #isDispatching = false;

  constructor(options: ProofSolverOptions) {
    const { workers = defaultWorkers(availableParallelism()) } = options;
    assert(Number.isInteger(workers) && workers >= 1, `workers out of range: ${workers}`);
    this.#options = options;
    this.#pool = new WorkerPool({
      script: options.workerScript ?? WORKER_SCRIPT,
      kernel: options.kernel,
      threadsMax: workers,
      onDone: (portion, report) => this.#onDone(portion, report),
      onTrouble: (message) => options.onTrouble(message),
      onRested: () => this.#dispatchSoon(),
    });
  }

  /**
   * Looks for the nonce of a 509. Takes the place of an earlier such job of the same link, which is not
   * answered any more; its hashes count towards `hashesMax` of this one.
   */
  solve(job: NonceJob): void {
    assert(isDifficulty(job.difficulty), `difficulty out of range: ${job.difficulty}`);
    this.#add({ kind: 'nonce', ...job });
  }

  /** Looks for the nonce of a 506. The text is copied; a link may have several such jobs. */
  proveOffer(job: OfferJob): void {
    assert(job.text.length <= OFFER_TEXT_BYTES_MAX, `an offer text of ${job.text.length} bytes`);
    // A copy of its own also because a view would take its whole buffer along to the worker.
    this.#add({ kind: 'offer', ...job, text: Uint8Array.from(job.text) });
  }

  /**
   * Drops all jobs of a link, whether they are being worked on or not, and forgets the hashes it has taken.
   * No callback follows. To be called for every link that had a nonce job, once it is open or gone.
   */
  cancel(link: LinkId): void {
    this.#queue.cancel(link);
    this.#pool.stopUnwanted();
  }

  /** Ends the workers. No callback follows, and later jobs are ignored. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#pool.close();
  }

  #add(job: Job): void {
    if (this.#isClosed) return;
    this.#queue.add(job);
    this.#pool.stopUnwanted();
    this.#dispatchSoon();
  }

  #dispatchSoon(): void {
    if (this.#isDispatching) return;
    this.#isDispatching = true;
    setImmediate(() => {
      this.#isDispatching = false;
      this.#dispatch();
    });
  }

  /** Gives up what cannot be done, and hands out what can, for as long as somebody is free. */
  #dispatch(): void {
    if (this.#isClosed) return;
    const hopeless = this.#pool.isOut ? this.#queue.tasks('nonce') : this.#queue.exhausted();
    for (const task of hopeless) this.#end(task, undefined);
    while (!this.#isClosed && this.#pool.hasRoom(this.#queue.links)) {
      const portion = this.#queue.next();
      if (portion === undefined) return;
      this.#pool.start(portion);
    }
  }

  #onDone(portion: HandedOut, report: Report | undefined): void {
    this.#queue.settle(portion, report?.hashes ?? 0);
    if (report?.nonce !== undefined) this.#end(portion.task, report.nonce);
    this.#pool.stopUnwanted();
    // At once, so that nobody waits for a busy event loop; but a lost portion may be lost while dispatching.
    if (report === undefined) this.#dispatchSoon();
    else this.#dispatch();
  }

  #end(task: Task, nonce: U64 | undefined): void {
    // A callback may have dropped it meanwhile, or another worker was faster.
    if (this.#isClosed || !this.#queue.end(task)) return;
    const { job } = task;
    if (job.kind === 'nonce') {
      this.#options.onNonce(job.link, nonce);
      return;
    }
    assert(nonce !== undefined, 'the search for the nonce of an offer does not give up');
    const { challenge, text } = job;
    this.#options.onOffer(job.link, joinOffer({ challenge, nonce, text }).body);
  }
}

/** Leaves one processor to everything else, where there is more than one. */
export function defaultWorkers(processors: number): number {
  return Math.min(Math.max(processors - 1, 1), WORKERS_DEFAULT_MAX);
}
