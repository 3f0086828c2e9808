/** Trouble with a disk goes on for hours, is tried again every few seconds, and concerns several files at once. */
import type { Millis } from '../../core/settings.ts';
import type { Trouble } from './kept-file.ts';

/** Between two lines about the same: often enough to be seen, too seldom to fill a log. A guess. */
export const TROUBLE_EVERY: Millis = 60_000;

/** Tells of the first trouble, and then at most once in `every`; what comes between is left out. */
export function seldom(
  onTrouble: Trouble,
  every: Millis = TROUBLE_EVERY,
  now: () => Millis = () => performance.now(),
): Trouble {
  let toldAt = -Infinity;
  return (message, fields) => {
    if (now() - toldAt < every) return;
    toldAt = now();
    onTrouble(message, fields);
  };
}
