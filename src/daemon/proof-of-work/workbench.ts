/**
 * What one worker has to do: nothing, or one portion of a job, slice by slice.
 */
import { assert } from '../../basics/assert.ts';
import type { U64 } from '../../basics/integers.ts';
import type { Order, Portion, Report } from './jobs.ts';
import type { Kernel } from './kernel.ts';
import { NonceSearch } from './nonce-search.ts';
import { OfferSearch } from './offer-search.ts';
import type { Search } from './search.ts';

export interface WorkbenchOptions {
  readonly kernel: Kernel;
  /** Draws the nonce at which a portion starts: two workers that search for the same differ by chance. */
  readonly drawStart: () => U64;
}

export class Workbench {
  readonly #options: WorkbenchOptions;
  #search: Search | undefined;
  #isStopped = false;

  constructor(options: WorkbenchOptions) {
    this.#options = options;
  }

  get isIdle(): boolean {
    return this.#search === undefined;
  }

  carryOut(order: Order): void {
    if (order.kind === 'stop') {
      this.#isStopped = true;
      return;
    }
    assert(this.isIdle, 'a worker has one portion at a time');
    this.#search = this.#begin(order.portion);
    this.#isStopped = false;
  }

  /** Does the next slice. Returns the report if that was the last. */
  step(): Report | undefined {
    const search = this.#search;
    if (search === undefined) return undefined;
    const progress = this.#isStopped ? STOPPED : search.step();
    if (progress.kind === 'searching') return undefined;
    this.#search = undefined;
    return { nonce: progress.nonce, hashes: search.hashes };
  }

  #begin({ job, hashesMax }: Portion): Search {
    const { kernel, drawStart } = this.#options;
    const start = drawStart();
    return job.kind === 'nonce'
      ? new NonceSearch({ ...job, kernel, hashesMax, start })
      : new OfferSearch({ ...job, hashesMax, start });
  }
}

const STOPPED = { kind: 'ended', nonce: undefined } as const;
