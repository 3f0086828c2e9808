/**
 * The other end of worker.ts: one thread, and the portion it is working on.
 */
import { Worker } from 'node:worker_threads';
import { assert } from '../../basics/assert.ts';
import type { HandedOut } from './job-queue.ts';
import type { Order, Report } from './jobs.ts';
import type { KernelName } from './kernel.ts';

/** None is called from within a method or the constructor. */
export interface WorkerThreadOptions {
  /** The thread's script. */
  readonly script: URL;
  /** See `createKernel`. */
  readonly kernel: KernelName | undefined;
  onReport(portion: HandedOut, report: Report): void;
  /** The thread ended by itself; what it was working on is lost. Not called after `end`. */
  onEnd(reason: string, portion: HandedOut | undefined): void;
}

export class WorkerThread {
  readonly #options: WorkerThreadOptions;
  readonly #worker: Worker;
  #portion: HandedOut | undefined;
  #isStopped = false;
  #isEnded = false;

  /** Throws if no thread can be had. */
  constructor(options: WorkerThreadOptions) {
    this.#options = options;
    const { script, kernel } = options;
    this.#worker = new Worker(script, {
      name: 'proof-of-work',
      workerData: { kernel },
      execArgv: [],
      env: {},
    });
    let reason = '';
    this.#worker.on('message', (report: Report) => this.#onReport(report));
    this.#worker.on('error', (error) => (reason = `: ${String(error)}`));
    this.#worker.on('exit', (code) => this.#onExit(`exit code ${code}${reason}`));
    // Whoever wants to wait for a proof has a link that keeps the process alive.
    this.#worker.unref();
  }

  get isIdle(): boolean {
    return this.#portion === undefined;
  }

  /** Only while idle. */
  start(portion: HandedOut): void {
    assert(this.isIdle, 'a worker has one portion at a time');
    this.#portion = portion;
    this.#isStopped = false;
    const { job, hashesMax } = portion;
    this.#order({ kind: 'start', portion: { job, hashesMax } });
  }

  /** Stops a portion whose result nobody wants any more; its report comes some milliseconds later. */
  stopIfUnwanted(): void {
    if (this.#portion === undefined || this.#portion.task.isWanted || this.#isStopped) return;
    this.#isStopped = true;
    this.#order({ kind: 'stop' });
  }

  /** Ends the thread. Resolves when it is gone. */
  async end(): Promise<void> {
    this.#isEnded = true;
    await this.#worker.terminate();
  }

  #onReport(report: Report): void {
    if (this.#isEnded) return;
    const portion = this.#portion;
    assert(portion !== undefined, 'a worker reports what it was given, once');
    this.#portion = undefined;
    this.#options.onReport(portion, report);
  }

  #onExit(reason: string): void {
    if (!this.#isEnded) this.#options.onEnd(reason, this.#portion);
  }

  #order(order: Order): void {
    this.#worker.postMessage(order);
  }
}
