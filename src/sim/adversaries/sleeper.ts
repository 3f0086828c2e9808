/**
 * The sleeper, for a covert flash: it was a good node until now, so it has links everywhere. From now on it
 * does nothing at all; but its machine is up, so TCP acknowledges whatever it is sent, and nobody is told.
 */
import type { RoleMaker } from './role.ts';

export const makeSleeper: RoleMaker = () => ({
  handle: () => [],
  nextDeadline: () => undefined,
});
