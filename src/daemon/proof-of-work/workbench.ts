/**
 * The searches of one worker. Links take turns, a slice each, so that an easy job is not stuck behind a hard
 * one, and a link with several jobs gets no more of the time than any other.
 *
 * A peer may replace its challenge again and again, so the hashes for nonces are counted per link, over all
 * its jobs, until the link is cancelled.
 */
import { assert } from '../../basics/assert.ts';
import type { U64 } from '../../basics/integers.ts';
import type { LinkId } from '../../core/inputs.ts';
import {
  LINKS_MAX,
  type Answer,
  type Job,
  type NonceJob,
  type OfferJob,
  type Order,
} from './jobs.ts';
import { NonceSearch, type Spending } from './nonce-search.ts';
import { OfferSearch } from './offer-search.ts';
import type { Search } from './search.ts';

interface Task {
  readonly number: number;
  readonly kind: Job['kind'];
  readonly search: Search;
}

export class Workbench {
  readonly #drawStart: () => U64;
  /** In the order of their turns, the next one first; no link is without a task. Bounded by the sender. */
  readonly #tasksByLink = new Map<LinkId, Task[]>();
  /** At most {@link LINKS_MAX}; one more fails an assertion, as links are cancelled when they open or end. */
  readonly #spendings = new Map<LinkId, Spending>();

  /** `drawStart` draws the nonce at which a search starts: two that search for the same differ by chance. */
  constructor(drawStart: () => U64) {
    this.#drawStart = drawStart;
  }

  get isIdle(): boolean {
    return this.#tasksByLink.size === 0;
  }

  carryOut(order: Order): void {
    if (order.kind === 'start') {
      this.#start(order.number, order.job);
    } else {
      this.#tasksByLink.delete(order.link);
      this.#spendings.delete(order.link);
    }
  }

  /** Does one slice of the link whose turn it is. Returns the answer if that ended a job. */
  step(): Answer | undefined {
    for (const [link, tasks] of this.#tasksByLink) {
      const task = tasks.shift()!;
      const progress = task.search.step();
      if (progress.kind === 'searching') tasks.push(task);
      this.#tasksByLink.delete(link);
      if (tasks.length > 0) this.#tasksByLink.set(link, tasks);
      return progress.kind === 'ended' ? { number: task.number, nonce: progress.nonce } : undefined;
    }
    return undefined;
  }

  #start(number: number, job: Job): void {
    const search = job.kind === 'nonce' ? this.#searchNonce(job) : this.#searchOffer(job);
    const others = this.#tasksByLink.get(job.link) ?? [];
    const kept = job.kind === 'nonce' ? others.filter((task) => task.kind !== 'nonce') : others;
    // A link that is there already keeps its place in the order.
    this.#tasksByLink.set(job.link, [...kept, { number, kind: job.kind, search }]);
  }

  #searchNonce(job: NonceJob): Search {
    const spending = this.#spendings.get(job.link) ?? { hashes: 0 };
    this.#spendings.set(job.link, spending);
    assert(this.#spendings.size <= LINKS_MAX, `nonces for more than ${LINKS_MAX} links at once`);
    return new NonceSearch({ ...job, spending, start: this.#drawStart() });
  }

  #searchOffer(job: OfferJob): Search {
    return new OfferSearch({ ...job, start: this.#drawStart() });
  }
}
