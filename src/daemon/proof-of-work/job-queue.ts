/**
 * The jobs that are not done, and who is next. Jobs are handed out in portions of about a tenth of a second,
 * and links take turns, a portion each: an easy job is not stuck behind a hard one, and a link with several
 * jobs, or a hard one, gets no more of the time than any other. With fewer links than workers, several work
 * on one job, each from a random nonce of its own: two that search for the same differ by chance.
 *
 * A peer may replace its challenge again and again, so the hashes for nonces are counted per link, over all
 * its jobs and whoever works on them, until the link is cancelled. They count when they are handed out, so
 * that workers together cannot exceed the bound; what a portion has left comes back with its end.
 */
import { assert } from '../../basics/assert.ts';
import type { LinkId } from '../../core/inputs.ts';
import { NONCE_LINKS_MAX, OFFERS_MAX, type Job, type Portion } from './jobs.ts';

/**
 * About 0.1 s here, for an offer of 1,000 bytes half of that (measured): how long a link waits at most for a
 * worker to turn to the next.
 */
export const PORTION_HASHES: Readonly<Record<Job['kind'], number>> = {
  nonce: 2 ** 20,
  offer: 2 ** 16,
};

/** A job on its way. */
export interface Task {
  readonly job: Job;
  /** What its link's nonce jobs have taken together. Undefined for an offer, which does not give up. */
  readonly spending: Spending | undefined;
  /** False once the job is answered, replaced or cancelled. */
  isWanted: boolean;
}

interface Spending {
  /** Hashes that were handed out and have not come back. */
  hashes: number;
  /** Portions that are being worked on. */
  portions: number;
}

/** A portion with what the queue has to know when it ends. */
export interface HandedOut extends Portion {
  readonly task: Task;
}

export class JobQueue {
  /** In the order of their turns, the next one first; no link is without a task. */
  readonly #tasksByLink = new Map<LinkId, Task[]>();
  /** At most {@link NONCE_LINKS_MAX}. */
  readonly #spendings = new Map<LinkId, Spending>();

  /** Links with a job. */
  get links(): number {
    return this.#tasksByLink.size;
  }

  /** A nonce job takes the place of an earlier one of its link. */
  add(job: Job): void {
    const tasks = this.#tasksByLink.get(job.link) ?? [];
    const replaced = tasks.find((task) => job.kind === 'nonce' && task.job.kind === 'nonce');
    if (replaced !== undefined) replaced.isWanted = false;
    const spending = job.kind === 'nonce' ? this.#spendingOf(job.link) : undefined;
    const task = { job, spending, isWanted: true };
    // A link that is there already keeps its place in the order.
    this.#tasksByLink.set(job.link, [...tasks.filter((other) => other.isWanted), task]);
    const offers = job.kind === 'offer' ? this.tasks('offer').length : 0;
    assert(offers <= OFFERS_MAX, `more than ${OFFERS_MAX} offers to be proven at once`);
  }

  /** Drops all jobs of a link and forgets what hashes it has taken. */
  cancel(link: LinkId): void {
    for (const task of this.#tasksByLink.get(link) ?? []) task.isWanted = false;
    this.#tasksByLink.delete(link);
    this.#spendings.delete(link);
  }

  /** The next portion, for whoever is free. Undefined: there is nothing to do but wait for the others. */
  next(): HandedOut | undefined {
    for (const [link, tasks] of this.#tasksByLink) {
      const task = tasks.find((each) => hashesLeft(each) > 0);
      if (task === undefined) continue;
      this.#tasksByLink.delete(link);
      this.#tasksByLink.set(link, [...tasks.filter((other) => other !== task), task]);
      return handOut(task);
    }
    return undefined;
  }

  /** To be called once for each portion: it has ended, and took this many hashes. */
  settle({ task: { spending }, hashesMax }: HandedOut, hashes: number): void {
    if (spending === undefined) return;
    spending.hashes -= hashesMax - hashes;
    spending.portions--;
  }

  /** The job is answered. False if it is not wanted any more, so that there is nothing to answer. */
  end(task: Task): boolean {
    if (!task.isWanted) return false;
    task.isWanted = false;
    const { link } = task.job;
    const others = this.#tasksByLink.get(link)!.filter((other) => other !== task);
    if (others.length === 0) this.#tasksByLink.delete(link);
    else this.#tasksByLink.set(link, others);
    return true;
  }

  /** Those jobs whose hashes are used up, with nobody working on them any more. */
  exhausted(): readonly Task[] {
    return this.tasks('nonce').filter(
      (task) => hashesLeft(task) <= 0 && task.spending?.portions === 0,
    );
  }

  tasks(kind: Job['kind']): readonly Task[] {
    return [...this.#tasksByLink.values()].flat().filter((task) => task.job.kind === kind);
  }

  #spendingOf(link: LinkId): Spending {
    const spending = this.#spendings.get(link) ?? { hashes: 0, portions: 0 };
    this.#spendings.set(link, spending);
    const links = this.#spendings.size;
    assert(links <= NONCE_LINKS_MAX, `nonces for more than ${NONCE_LINKS_MAX} links at once`);
    return spending;
  }
}

function hashesLeft({ job, spending }: Task): number {
  return job.kind === 'nonce' ? job.hashesMax - spending!.hashes : Number.POSITIVE_INFINITY;
}

function handOut(task: Task): HandedOut {
  const { job, spending } = task;
  const hashesMax = Math.min(PORTION_HASHES[job.kind], hashesLeft(task));
  if (spending !== undefined) {
    spending.hashes += hashesMax;
    spending.portions++;
  }
  return { task, job, hashesMax };
}
