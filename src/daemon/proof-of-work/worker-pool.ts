/**
 * The threads that search: as many as links wait, up to a bound, each started when it is first needed and
 * ended when there has been nothing to do for a while, as each takes 10 to 20 MB (measured).
 *
 * A thread that ends by itself, for whatever reason, is replaced when it is needed. When threads end again
 * and again, no more are started for a while.
 */
import type { HandedOut } from './job-queue.ts';
import type { Report } from './jobs.ts';
import type { KernelName } from './kernel.ts';
import { WorkerThread } from './worker-thread.ts';

/** Ends of threads within {@link RESTART_WINDOW} after which the next one begins a rest. A guess. */
export const RESTARTS_MAX = 5;
/** In milliseconds. Also how long a rest takes. */
export const RESTART_WINDOW = 60_000;
/**
 * Milliseconds without work after which the threads are ended: more than there is between the dials of one
 * round, and little beside the minute between two rounds. A guess; a thread is up again in 0.1 s (measured).
 */
export const IDLE_TIME = 10_000;

export interface WorkerPoolOptions {
  readonly script: URL;
  /** See `createKernel`. */
  readonly kernel: KernelName | undefined;
  /** Threads, at least 1. */
  readonly threadsMax: number;
  /** A portion has ended; without a report if its thread has, too. The thread, if any, is free again. */
  onDone(portion: HandedOut, report: Report | undefined): void;
  /** A thread ended by itself, or could not be started. One sentence for the log. */
  onTrouble(message: string): void;
  /** Threads can be started again. */
  onRested(): void;
}

export class WorkerPool {
  readonly #options: WorkerPoolOptions;
  readonly #threads = new Set<WorkerThread>();
  /** When threads ended by themselves, for the last {@link RESTART_WINDOW}; at most RESTARTS_MAX and one each. */
  #endings: number[] = [];
  #rest: NodeJS.Timeout | undefined;
  #idleTimer: NodeJS.Timeout | undefined;
  /** Settled when all threads that were told to end have ended. */
  #gone: Promise<unknown> = Promise.resolve();

  constructor(options: WorkerPoolOptions) {
    this.#options = options;
  }

  /** There is no thread, and none will be started before the rest is over. */
  get isOut(): boolean {
    return this.#rest !== undefined && this.#threads.size === 0;
  }

  /** Whether one more portion can be worked on while so many links wait or are worked for. */
  hasRoom(links: number): boolean {
    if (this.#idleThread() !== undefined) return true;
    const { size } = this.#threads;
    return this.#rest === undefined && size < Math.min(links, this.#options.threadsMax);
  }

  /** Only if there is room. Calls back at once if a thread cannot be started. */
  start(portion: HandedOut): void {
    clearTimeout(this.#idleTimer);
    this.#idleTimer = undefined;
    let thread = this.#idleThread();
    try {
      thread ??= this.#hire();
    } catch (error) {
      // No more threads to be had.
      this.#onEnd(String(error), portion);
      return;
    }
    thread.start(portion);
  }

  stopUnwanted(): void {
    for (const thread of this.#threads) thread.stopIfUnwanted();
  }

  /** Ends all threads; no callback follows. Resolves when they are gone. */
  async close(): Promise<void> {
    clearTimeout(this.#rest);
    clearTimeout(this.#idleTimer);
    await this.#endThreads();
  }

  #idleThread(): WorkerThread | undefined {
    return [...this.#threads].find((thread) => thread.isIdle);
  }

  #hire(): WorkerThread {
    const { script, kernel, onDone } = this.#options;
    const thread = new WorkerThread({
      script,
      kernel,
      onReport: (portion, report) => {
        this.#watchIdleness();
        onDone(portion, report);
      },
      onEnd: (reason, portion) => {
        this.#threads.delete(thread);
        this.#onEnd(reason, portion);
      },
    });
    this.#threads.add(thread);
    return thread;
  }

  #onEnd(reason: string, portion: HandedOut | undefined): void {
    const { onTrouble, onDone } = this.#options;
    const now = performance.now();
    this.#endings = [...this.#endings.filter((at) => now - at < RESTART_WINDOW), now];
    if (this.#endings.length > RESTARTS_MAX && this.#rest === undefined) {
      this.#rest = setTimeout(() => this.#endRest(), RESTART_WINDOW).unref();
    }
    const next = this.#rest === undefined ? 'another is started when needed' : 'none for a minute';
    onTrouble(`a proof-of-work worker ended (${reason}); ${next}`);
    this.#watchIdleness();
    if (portion !== undefined) onDone(portion, undefined);
  }

  #endRest(): void {
    this.#rest = undefined;
    this.#endings = [];
    this.#options.onRested();
  }

  #watchIdleness(): void {
    if ([...this.#threads].every((thread) => thread.isIdle)) {
      clearTimeout(this.#idleTimer);
      this.#idleTimer = setTimeout(() => void this.#endThreads(), IDLE_TIME).unref();
    }
  }

  async #endThreads(): Promise<void> {
    const ends = [...this.#threads].map((thread) => thread.end());
    this.#threads.clear();
    this.#gone = Promise.all([this.#gone, ...ends]);
    await this.#gone;
  }
}
