/**
 * The comparer begins `plan.rate` exchanges a second with everybody (527), in turn of each kind that costs the most:
 * as many ranges as there may be, all of them different from what anybody has; one range whose list is long; and a
 * list of thousands of messages that do not exist.
 */
import { u64 } from '../../basics/integers.ts';
import type { Random } from '../../basics/random.ts';
import { KEY_SPACE, RANGES_MAX, type Range } from '../../wire/reconciliation.ts';
import { beating } from './beating.ts';
import { anyDigest } from './inventor.ts';
import { say, type RoleMaker } from './role.ts';

/** Digests listed: about as many as a frame holds. */
const LISTED = 4_000;

export const makeComparer: RoleMaker = (context, now) => {
  const { links, random } = context;
  const makers = [manyRanges, oneRange, longList];
  let turn = 0;
  return beating(context, now, () => {
    const exchange = random.below(0x1_0000);
    const ranges = makers[turn++ % makers.length]!(random);
    const message = { kind: 'peer-reconcile', exchange, windowSeconds: 0xffff, ranges } as const;
    return say(links.extended(), message);
  });
};

function manyRanges(random: Random): readonly Range[] {
  return Array.from({ length: RANGES_MAX }, (_, i): Range => {
    const end = ((i + 1) * KEY_SPACE) / RANGES_MAX;
    return { mode: 'fingerprint', end, count: 1, fingerprint: random.u64() };
  });
}

function oneRange(): readonly Range[] {
  return [{ mode: 'fingerprint', end: KEY_SPACE, count: 1, fingerprint: u64(0, 1) }];
}

function longList(random: Random): readonly Range[] {
  const digests = Array.from({ length: LISTED }, () => anyDigest(random)).sort();
  return [{ mode: 'digests', end: KEY_SPACE, digests }];
}
