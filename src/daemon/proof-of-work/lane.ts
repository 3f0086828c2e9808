/**
 * One worker thread and the jobs it has been given.
 *
 * The thread starts with the first job and stays. If it ends, for whatever reason, it is started again with
 * all jobs that are not answered yet, each from a new random nonce: a search has no memory, so nothing is
 * lost but time, and the count of hashes, which begins anew. A thread that ends again and again is given a rest instead. During the rest nonce jobs
 * fail at once, as somebody waits for them and can dial elsewhere; offers, whose askers may wait for
 * minutes, are kept until the rest is over.
 *
 * Callbacks are never called from within a method of this class.
 */
import { Worker } from 'node:worker_threads';
import type { U64 } from '../../basics/integers.ts';
import type { LinkId } from '../../core/inputs.ts';
import type { Answer, Job, Order } from './jobs.ts';

/** Restarts within {@link RESTART_WINDOW}; the next end of the worker begins a rest. A guess. */
export const RESTARTS_MAX = 5;
/** In milliseconds. Also how long a rest takes. */
export const RESTART_WINDOW = 60_000;

export interface LaneOptions {
  /** The worker's script. */
  readonly script: URL;
  /** The job is done; `nonce` is undefined if none was found, which happens to nonce jobs only. */
  onEnd(job: Job, nonce: U64 | undefined): void;
  /** The worker ended. One sentence for the log. */
  onTrouble(message: string): void;
}

export class Lane {
  readonly #options: LaneOptions;
  /** By number, in the order in which they came. The solver bounds them. */
  readonly #jobs = new Map<number, Job>();
  #nextNumber = 0;
  #worker: Worker | undefined;
  #isWaking = false;
  #rest: NodeJS.Timeout | undefined;
  /** When the worker ended, for the last {@link RESTART_WINDOW}; never more than RESTARTS_MAX + 1. */
  #endings: number[] = [];

  constructor(options: LaneOptions) {
    this.#options = options;
  }

  /** Jobs that are not answered yet. */
  get load(): number {
    return this.#jobs.size;
  }

  /** A nonce job takes the place of an earlier one of its link, which is not answered any more. */
  start(job: Job): void {
    if (job.kind === 'nonce') this.#forget(job.link, 'nonce');
    const number = this.#nextNumber++;
    this.#jobs.set(number, job);
    if (this.#worker === undefined) this.#wakeSoon();
    else this.#order({ kind: 'start', number, job });
  }

  /** Drops all jobs of a link; they are not answered any more. */
  cancel(link: LinkId): void {
    this.#forget(link);
    this.#order({ kind: 'cancel', link });
  }

  /** Ends the worker and drops all jobs. Resolves when the thread is gone. */
  async close(): Promise<void> {
    const worker = this.#worker;
    this.#worker = undefined;
    this.#jobs.clear();
    clearTimeout(this.#rest);
    await worker?.terminate();
  }

  #forget(link: LinkId, kind?: Job['kind']): void {
    for (const [number, job] of this.#jobs) {
      if (job.link === link && (kind ?? job.kind) === job.kind) this.#jobs.delete(number);
    }
  }

  #order(order: Order): void {
    this.#worker?.postMessage(order);
  }

  #wakeSoon(): void {
    if (this.#isWaking) return;
    this.#isWaking = true;
    setImmediate(() => {
      this.#isWaking = false;
      if (this.#rest !== undefined) this.#failNonces();
      else if (this.#jobs.size > 0) this.#run();
    });
  }

  #run(): void {
    let worker: Worker;
    try {
      worker = new Worker(this.#options.script, { name: 'proof-of-work' });
    } catch (error) {
      // No more threads to be had.
      this.#onWorkerEnd(String(error));
      return;
    }
    this.#worker = worker;
    let reason = '';
    worker.on('message', (answer: Answer) => this.#onAnswer(answer));
    worker.on('error', (error) => (reason = `: ${String(error)}`));
    worker.on('exit', (code) => {
      if (this.#worker === worker) this.#onWorkerEnd(`exit code ${code}${reason}`);
    });
    // Whoever wants to wait for a proof has a link that keeps the process alive.
    worker.unref();
    for (const [number, job] of this.#jobs) this.#order({ kind: 'start', number, job });
  }

  #onAnswer({ number, nonce }: Answer): void {
    const job = this.#jobs.get(number);
    // An answer may cross the order that ends its job.
    if (job === undefined) return;
    this.#jobs.delete(number);
    this.#options.onEnd(job, nonce);
  }

  #onWorkerEnd(reason: string): void {
    this.#worker = undefined;
    const now = performance.now();
    this.#endings = [...this.#endings.filter((at) => now - at < RESTART_WINDOW), now];
    if (this.#endings.length > RESTARTS_MAX) {
      this.#rest = setTimeout(() => this.#endRest(), RESTART_WINDOW).unref();
    }
    const next = this.#rest === undefined ? 'is started again when needed' : 'rests for a minute';
    this.#options.onTrouble(`the proof-of-work worker ended (${reason}) and ${next}`);
    this.#wakeSoon();
  }

  #endRest(): void {
    this.#rest = undefined;
    this.#endings = [];
    this.#wakeSoon();
  }

  #failNonces(): void {
    const jobs = [...this.#jobs].filter(([, job]) => job.kind === 'nonce');
    for (const [number, job] of jobs) {
      // A callback may have dropped it meanwhile.
      if (this.#jobs.delete(number)) this.#options.onEnd(job, undefined);
    }
  }
}
