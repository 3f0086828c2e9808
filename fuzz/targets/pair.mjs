/**
 * `pair`: two node cores connected back to back, with the bytes really encoded and cut anywhere, dials that
 * cross, connections that break, and programs on both sides; in some inputs bits flip on the way. Both nodes
 * are audited like the one of `connections`. Without tampering neither may find fault with the other, both
 * must agree on which links are open, and two nodes that want each other end up with one link.
 *
 * Input: the couple (see node/couple.mjs), and moves of four bytes each.
 */
import { Features } from '../features.mjs';
import { traceOf } from '../failure.mjs';
import { Couple, COUPLE_BYTES, COUPLE_MOVE_BYTES } from '../node/couple.mjs';
import { SETTINGS_BYTES } from '../node/settings.mjs';

const MOVES_MAX = 80;

export function pairTarget(code) {
  return {
    name: 'pair',
    summary: 'two node cores back to back, bytes cut and sometimes changed',
    shape: {
      bytesMax: COUPLE_BYTES + MOVES_MAX * COUPLE_MOVE_BYTES,
      headBytes: COUPLE_BYTES,
      unitBytes: COUPLE_MOVE_BYTES,
      freshAt: COUPLE_BYTES - 1,
    },
    seeds: [0, 1, 2, 224].map((place) => seed(place)),
    execute: (input, features) => run(code, input, features, undefined),
    describe: (input) => traceOf((trace) => run(code, input, new Features(), trace)),
  };
}

function run(code, input, features, trace) {
  if (input.length < COUPLE_BYTES) return;
  const couple = new Couple({ code, head: input.subarray(0, COUPLE_BYTES), features, trace });
  couple.start();
  for (let at = COUPLE_BYTES; at + COUPLE_MOVE_BYTES <= input.length; at += COUPLE_MOVE_BYTES) {
    couple.move(input.subarray(at, at + COUPLE_MOVE_BYTES));
  }
  couple.expectAgreement();
}

/** Two that dial each other at once, deliver, announce and judge. */
function seed(place) {
  const head = new Uint8Array(COUPLE_BYTES);
  head.set([place, 3], SETTINGS_BYTES);
  const moves = [5, 5, 0, 1, 2, 7, 3, 4, 0, 1, 11, 11, 9, 10, 0, 1, 2, 3, 12, 13, 8, 14];
  return Uint8Array.from([...head, ...moves.flatMap((move, i) => [move, i, 200, 1])]);
}
