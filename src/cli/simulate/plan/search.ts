/**
 * The search of `hearsay plan`. It looks for the smallest degree that attains the target, in two shapes of
 * network, takes the one whose nodes send less, and checks it on other chance and on a larger network; what
 * does not stand the check gets one peer more and is checked again.
 *
 * - `narrow`: max_connections is little above min_connections, so an announcement goes over most links. It
 *   reaches everyone with few copies, but a newcomer finds fewer free places.
 * - `roomy`: max_connections is four times min_connections or 32, as by default.
 *
 * A network too large to be tried is scaled down. What each node does is the same in a network of any size,
 * since everyone gets everything, and the share that push misses depends on how its neighbours choose; what
 * grows is the number of hops, with the logarithm of the nodes. Small networks show rare bad luck less
 * often, which is why the check is made on larger ones.
 */
import type { Question } from './question.ts';
import type { LinkCounts, Trial } from './trial.ts';

/** The search looks at no more nodes than this. */
export const SEARCH_NODES_MAX = 500;
/** The check looks at no more than this. */
export const CHECK_NODES_MAX = 2_000;
/** More peers than this is no gossip any more. */
export const DEGREE_MAX = 32;
const DEGREE_MIN = 2;
/** So often one peer more is tried when the check fails. */
const CHECKS_MAX = 4;

const SHAPES = {
  narrow: (degree: number): number => degree + Math.max(2, Math.ceil(degree / 4)),
  roomy: (degree: number): number => Math.max(32, 4 * degree),
} as const satisfies Readonly<Record<string, (degree: number) => number>>;

export type Shape = keyof typeof SHAPES;

/** Runs one try. */
export type Measure = (counts: LinkCounts, nodes: number, seed: number) => Promise<Trial>;

export interface Answer {
  /** What to use; the best of all, if nothing attains the target. */
  readonly best: Trial;
  readonly isAttained: boolean;
  /** Everything that was tried, in order. */
  readonly tried: readonly Trial[];
}

/** `tried` grows as it goes, so that who ends the search early still has what was found. */
export async function search(
  question: Question,
  measure: Measure,
  tried: Trial[] = [],
): Promise<Answer> {
  const note: Measure = async (...of) => {
    const trial = await measure(...of);
    tried.push(trial);
    return trial;
  };
  const found: Found[] = [];
  for (const shape of ['narrow', 'roomy'] as const) {
    found.push({ shape, trial: await smallest(question, shape, note) });
  }
  for (const { shape, trial } of found.toSorted(byCost)) {
    if (!trial.attains) continue;
    const checked = await check(question, shape, trial, note);
    if (checked !== undefined) return { best: checked, isAttained: true, tried };
  }
  return { best: closest(tried)!, isAttained: false, tried };
}

/** What reaches most of all that was tried, on the largest network; undefined if nothing was. */
export function closest(tried: readonly Trial[]): Trial | undefined {
  return tried.toSorted((a, b) => b.reach - a.reach || b.nodes - a.nodes)[0];
}

interface Found {
  readonly shape: Shape;
  readonly trial: Trial;
}

function byCost(a: Found, b: Found): number {
  return a.trial.bytesPerSecond - b.trial.bytesPerSecond;
}

/** The counts of links for a degree in one of the shapes. */
export function countsFor(shape: Shape, degree: number): LinkCounts {
  return { degree, min: degree, max: Math.max(2, SHAPES[shape](degree)) };
}

/** The try with the smallest degree that attains the target; if none does, the one that reaches most. */
async function smallest(question: Question, shape: Shape, measure: Measure): Promise<Trial> {
  const nodes = Math.min(question.nodes, SEARCH_NODES_MAX);
  const most = Math.min(DEGREE_MAX, question.nodes - 1);
  const at = (degree: number): Promise<Trial> =>
    measure(countsFor(shape, degree), nodes, question.seed);
  let low = DEGREE_MIN - 1;
  let high = Math.min(4, most);
  let best = await at(high);
  while (!best.attains && high < most) {
    low = high;
    high = Math.min(2 * high, most);
    const next = await at(high);
    // An uplink that is full reaches less with more peers, not more.
    if (!next.attains && next.reach < best.reach) return best;
    best = next;
  }
  if (!best.attains) return best;
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    const next = await at(middle);
    if (next.attains) [best, high] = [next, middle];
    else low = middle;
  }
  return best;
}

/**
 * The try with the fewest peers that stands in a network as large as may be, on two other seeds; undefined
 * if none does. One network alone says little: who is missed are often the same few badly linked nodes.
 */
async function check(
  question: Question,
  shape: Shape,
  found: Trial,
  measure: Measure,
): Promise<Trial | undefined> {
  const nodes = Math.min(question.nodes, CHECK_NODES_MAX);
  const most = Math.min(DEGREE_MAX, question.nodes - 1);
  for (let more = 0; more < CHECKS_MAX && found.degree + more <= most; more++) {
    const counts = countsFor(shape, found.degree + more);
    const once = await measure(counts, nodes, question.seed + 1);
    if (!once.attains) continue;
    const twice = await measure(counts, nodes, question.seed + 2);
    if (twice.attains) return twice.reach < once.reach ? twice : once;
  }
  return undefined;
}
