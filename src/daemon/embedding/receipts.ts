/**
 * Who got an announcement: how many peers it was given to at once, and, after a moment, how many are known to
 * have it. The core knows; here somebody waits for it to know more.
 */
import type { Millis } from '../../core/settings.ts';
import { badOption } from './limits.ts';
import { NodeError } from './node-error.ts';

/** What became of an announcement within the time that was waited. */
export interface AnnounceReceipt {
  /** Peers it was sent to at once, whole. */
  readonly sentTo: number;
  /** Peers it was named to, who ask for it if they lack it. */
  readonly namedTo: number;
  /** How many of these are known to have it; existing nodes never say so. */
  readonly known: number;
}

/** What the core says about an announcement with a receipt. */
export interface Spread {
  readonly receipt: number;
  readonly sent: number;
  readonly named: number;
  /** Open links at that moment. */
  readonly links: number;
}

/** For how long a receipt is waited for, unless told. */
export const WITHIN_DEFAULT: Millis = 1_000;
/** The longest that can be asked for. A guess: what has not come by then comes over other links. */
const WITHIN_MAX: Millis = 60_000;
/** Between two looks at what the core knows. */
const LOOK_EVERY: Millis = 10;

/** @throws NodeError `bad-option` unless `within` is whole milliseconds, 0 … 60,000. */
export function checkWithin(within: unknown): asserts within is Millis {
  const isNumber = typeof within === 'number' && Number.isInteger(within);
  if (isNumber && within >= 0 && within <= WITHIN_MAX) return;
  throw badOption('withinMillis', within, `whole milliseconds, 0 to ${WITHIN_MAX}`);
}

export class Receipts {
  readonly #known: (receipt: number) => number | undefined;
  /** What ends the wait for each receipt; as many as the program waits for. */
  readonly #waiting = new Set<() => void>();

  /** `known`: how many peers are known to have it, while the core remembers. */
  constructor(known: (receipt: number) => number | undefined) {
    this.#known = known;
  }

  get size(): number {
    return this.#waiting.size;
  }

  /**
   * Resolves when all that it was given to are known to have it, or `within` milliseconds are over.
   * Rejects with a NodeError `no-peers` if there was no link.
   */
  async wait({ receipt, sent, named, links }: Spread, within: Millis): Promise<AnnounceReceipt> {
    if (links === 0) throw noPeers();
    const all = sent + named;
    let known = 0;
    const isComplete = (): boolean => {
      known = Math.min(all, this.#known(receipt) ?? known);
      return known === all;
    };
    if (!isComplete() && within > 0) await this.#until(isComplete, within);
    return { sentTo: sent, namedTo: named, known };
  }

  /** Ends all waits with what is known by now. */
  close(): void {
    for (const end of this.#waiting) end();
  }

  #until(isTrue: () => boolean, within: Millis): Promise<void> {
    return new Promise((resolve) => {
      const end = (): void => {
        clearInterval(looks);
        clearTimeout(limit);
        this.#waiting.delete(end);
        resolve();
      };
      const look = (): void => {
        if (isTrue()) end();
      };
      const looks = setInterval(look, LOOK_EVERY);
      const limit = setTimeout(() => {
        isTrue();
        end();
      }, within);
      this.#waiting.add(end);
    });
  }
}

function noPeers(): NodeError {
  const message =
    'no link to a peer is open, so only programs of this machine were told: await whenConnected() first';
  return new NodeError('no-peers', message);
}
