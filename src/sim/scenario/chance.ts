/**
 * The streams of chance of a scenario. Each purpose has its own, so that one announcement more, say, leaves
 * the faults as they were.
 */
import { seededRandom, type Random } from '../../basics/random.ts';

/** Never reordered: every seed would mean something else. */
const PURPOSES = [
  'cast',
  'known-peers',
  'publishers',
  'faults',
  'liveness',
  'adversaries',
] as const;

/** Above every stream that nodes have, see `streamOf` in world.ts. */
const FIRST_STREAM = 0x8000_0000;
const STREAMS_PER_PURPOSE = 1 << 16;

/** `index` tells apart what is several, such as faults: 0 … 65,535. */
export function chanceFor(seed: number, purpose: (typeof PURPOSES)[number], index = 0): Random {
  const stream = FIRST_STREAM + PURPOSES.indexOf(purpose) * STREAMS_PER_PURPOSE + index;
  return seededRandom(seed, stream >>> 0);
}
