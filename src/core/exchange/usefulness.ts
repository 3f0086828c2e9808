/**
 * Learns which pushes are worth it. For every pair of links, the one a message came from and the one it could
 * go to, a score estimates how likely the peer at the other end does not have it yet when it arrives there.
 *
 * Why pairs: what comes from one neighbour comes from its side of the network, and whom it has not reached
 * yet depends on that. So the scores of all nodes together come close to one shortest-path tree for each
 * origin, without anybody knowing origins. (In a model of 1,000 nodes with 16 links each, against a mesh of 8
 * as gossipsub has it: half of the copies at a lower latency.)
 */
import type { LinkId } from '../inputs.ts';

/**
 * A pair is pushed to from this score on. Measured: a higher one with more pairs raised by 526 instead made more
 * copies at the same latency; see docs/decisions/0009.
 */
export const PUSH_FROM = 0.2;
/**
 * The same where verdicts are slow: there the way of a message hangs on who judges first, so that no pair is useful
 * for long, and pushes cross. Measured, with verdicts of 200 ms: 0.2 makes half as many copies again, a fifth sooner;
 * with 0.75 it breaks down.
 */
export const PUSH_FROM_SLOW = 0.55;
/** How much one experience counts in the long run; the first ones of a pair count for more. Measured. */
const WEIGHT = 0.1;
/** How much one experience counts for the link as a whole, which is what new pairs begin with. */
const LINK_WEIGHT = 0.1;
/** What a link starts with: everything is pushed until that has shown to be redundant. */
const INITIAL = 1;
/** What a pair is raised to when the peer says that it would have liked a push. */
const WANTED = 0.7;

/**
 * Links remembered that messages to one link came from; the one that came up first makes room. Links end, but
 * messages that came over them are judged later. A guess: twice as many as a large node has links.
 */
export const PAIRS_MAX = 256;

interface Pair {
  score: number;
  experiences: number;
}

/** What is known of pushes on one link. */
interface Target {
  /** Of all of them, whatever link they came from. */
  overall: number;
  /** By the link a message came from. */
  readonly pairs: Map<LinkId, Pair>;
}

export class Usefulness {
  readonly #targets = new Map<LinkId, Target>();

  score(from: LinkId, to: LinkId): number {
    const target = this.#targets.get(to);
    if (target === undefined) return INITIAL;
    return target.pairs.get(from)?.score ?? beginning(target);
  }

  /** What a push of something that came over `from` was for the peer on `to`. */
  learn(from: LinkId, to: LinkId, wasUseful: boolean): void {
    const target = this.#targetOf(to);
    const pair = pairOf(target, from);
    const value = wasUseful ? 1 : 0;
    pair.experiences++;
    pair.score += Math.max(WEIGHT, 1 / (pair.experiences + 1)) * (value - pair.score);
    target.overall += LINK_WEIGHT * (value - target.overall);
  }

  /** The peer on `to` would have liked to be pushed something that came over `from`. */
  want(from: LinkId, to: LinkId): void {
    const pair = pairOf(this.#targetOf(to), from);
    if (pair.score < WANTED) pair.score = WANTED;
  }

  /** Links that pushes to `to` have come from, as far as they are remembered. */
  sourcesOf(to: LinkId): number {
    return this.#targets.get(to)?.pairs.size ?? 0;
  }

  /** A link is gone. */
  forget(link: LinkId): void {
    this.#targets.delete(link);
    for (const { pairs } of this.#targets.values()) pairs.delete(link);
  }

  #targetOf(to: LinkId): Target {
    let target = this.#targets.get(to);
    if (target === undefined) {
      target = { overall: INITIAL, pairs: new Map() };
      this.#targets.set(to, target);
    }
    return target;
  }
}

function pairOf(target: Target, from: LinkId): Pair {
  const { pairs } = target;
  const known = pairs.get(from);
  if (known !== undefined) return known;
  if (pairs.size >= PAIRS_MAX) {
    const [oldest] = pairs.keys();
    pairs.delete(oldest!);
  }
  const pair = { score: beginning(target), experiences: 0 };
  pairs.set(from, pair);
  return pair;
}

/** Every pair is tried once; how quickly it is given up follows from the link as a whole. */
function beginning({ overall }: Target): number {
  return Math.max(PUSH_FROM, overall);
}
