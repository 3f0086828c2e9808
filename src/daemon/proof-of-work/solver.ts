/**
 * Finds proofs of work, away from the thread that serves links and clients: it only hands jobs to workers
 * and answers on. What is asked comes from strangers (a 508, a 505), so everything here is bounded: the
 * hashes of one job, the jobs, the share of the time that one link gets.
 */
import { assert } from '../../basics/assert.ts';
import type { U64 } from '../../basics/integers.ts';
import type { LinkId } from '../../core/inputs.ts';
import { joinOffer } from '../../wire/peer-messages.ts';
import {
  isDifficulty,
  LINKS_MAX,
  OFFER_TEXT_BYTES_MAX,
  type Job,
  type NonceJob,
  type OfferJob,
} from './jobs.ts';
import { Lane } from './lane.ts';

/**
 * Jobs at once: one for each of 256 links that are not open yet, and 8 offers. The core starts no more and
 * cancels those of links that are gone, so one more is a defect and fails an assertion.
 */
export const JOBS_MAX = LINKS_MAX + 8;

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
  /** Threads, at least 1. Default 1. */
  readonly workers?: number;
  /** The script that the threads run; for tests of what happens when it fails. Default: the real one. */
  readonly workerScript?: URL;
}

export class ProofSolver {
  readonly #options: ProofSolverOptions;
  readonly #lanes: readonly Lane[];
  #isClosed = false;

  constructor(options: ProofSolverOptions) {
    const { workers = 1, workerScript: script = WORKER_SCRIPT } = options;
    assert(Number.isInteger(workers) && workers >= 1, `workers out of range: ${workers}`);
    this.#options = options;
    this.#lanes = Array.from(
      { length: workers },
      () =>
        new Lane({
          script,
          onEnd: (job, nonce) => this.#answer(job, nonce),
          onTrouble: (message) => options.onTrouble(message),
        }),
    );
  }

  /**
   * Looks for the nonce of a 509. Takes the place of an earlier such job of the same link, which is not
   * answered any more; its hashes count towards `hashesMax` of this one.
   */
  solve(job: NonceJob): void {
    assert(isDifficulty(job.difficulty), `difficulty out of range: ${job.difficulty}`);
    this.#start({ kind: 'nonce', ...job });
  }

  /** Looks for the nonce of a 506. The text is copied; a link may have several such jobs. */
  proveOffer(job: OfferJob): void {
    assert(job.text.length <= OFFER_TEXT_BYTES_MAX, `an offer text of ${job.text.length} bytes`);
    // A copy of its own also because a view would take its whole buffer along to the worker.
    this.#start({ kind: 'offer', ...job, text: Uint8Array.from(job.text) });
  }

  /**
   * Drops all jobs of a link, whether they are being worked on or not, and forgets the hashes it has taken.
   * No callback follows. To be called for every link that had a nonce job, once it is open or gone.
   */
  cancel(link: LinkId): void {
    this.#laneOf(link).cancel(link);
  }

  /** Ends the workers. No callback follows, and later jobs are ignored. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.all(this.#lanes.map((lane) => lane.close()));
  }

  #start(job: Job): void {
    if (this.#isClosed) return;
    this.#laneOf(job.link).start(job);
    const jobs = this.#lanes.reduce((sum, lane) => sum + lane.load, 0);
    assert(jobs <= JOBS_MAX, `more than ${JOBS_MAX} proofs of work at once`);
  }

  /** Always the same one for a link, as the worker counts the link's hashes. */
  #laneOf(link: LinkId): Lane {
    return this.#lanes[link % this.#lanes.length]!;
  }

  #answer(job: Job, nonce: U64 | undefined): void {
    if (job.kind === 'nonce') {
      this.#options.onNonce(job.link, nonce);
      return;
    }
    assert(nonce !== undefined, 'the search for the nonce of an offer does not give up');
    const { challenge, text } = job;
    this.#options.onOffer(job.link, joinOffer({ challenge, nonce, text }).body);
  }
}
