/**
 * How messages of each data type are treated. Most types are treated alike, as the node's own settings say; what
 * is particular about some stands in `Settings.types`. Every profile is made complete here, once, so that nobody
 * else has to know where a value comes from.
 */
import type { Rate } from '../basics/token-bucket.ts';
import type { Millis, Settings, TypeProfile } from './settings.ts';

/**
 * Messages with less data than this many bytes are sent whole to up to `degree` peers, whatever was learnt: a
 * copy then costs less than avoiding it. A guess.
 */
export const LAZY_THRESHOLD = 1_024;

/** What holds for the messages of one type, complete. */
export interface Profile {
  /** Peers a message is sent whole to at most. */
  readonly degree: number;
  /** Bytes of data from which on a message is sent whole only where that has shown to be useful. */
  readonly lazyThreshold: number;
  /** How fast one peer may bring new messages; undefined is without limit. */
  readonly rateLimit: Rate | undefined;
  /** For how long accepted messages are kept for peers that missed them. */
  readonly historyWindow: Millis;
  /**
   * Nothing that was announced longer ago is asked for: twice the time for which others keep it, because it may
   * have been kept by several peers one after the other, but no longer than it would be known again.
   */
  readonly askedWindow: Millis;
}

export class Profiles {
  /** What holds for the types about which nothing particular was said. */
  readonly usual: Profile;
  readonly #particular: ReadonlyMap<number, Profile>;
  readonly #hasParticular: boolean;

  constructor(settings: Pick<Settings, 'degree' | 'historyWindow' | 'seenWindow' | 'types'>) {
    const { degree, historyWindow, seenWindow, types } = settings;
    const profile = (given: TypeProfile): Profile => {
      // What is kept must be recognised when it comes back.
      const window = Math.min(given.historyWindow ?? historyWindow, historyWindow, seenWindow);
      return {
        degree: given.degree ?? degree,
        lazyThreshold: given.lazyThreshold ?? LAZY_THRESHOLD,
        rateLimit: given.rateLimit,
        historyWindow: window,
        askedWindow: Math.min(2 * window, seenWindow),
      };
    };
    this.usual = profile({});
    this.#particular = new Map(Array.from(types, ([dataType, one]) => [dataType, profile(one)]));
    this.#hasParticular = this.#particular.size > 0;
  }

  /** What holds for messages of this type. */
  of(dataType: number): Profile {
    // Nearly always so, and asked several times for every message.
    if (!this.#hasParticular) return this.usual;
    return this.#particular.get(dataType) ?? this.usual;
  }

  /** Every history window that any type has, each once. */
  get historyWindows(): ReadonlySet<Millis> {
    return new Set([this.usual, ...this.#particular.values()].map((one) => one.historyWindow));
  }
}
