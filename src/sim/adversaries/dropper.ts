/**
 * The silent dropper: an exemplary neighbour that answers, offers and announces, but passes nothing on. Nobody
 * can tell it from a node that has nothing to say; only other paths help.
 */
import { isPassingOn, type RoleMaker } from './role.ts';

export const makeDropper: RoleMaker = ({ honest }) => ({
  handle: (input, now) => honest.handle(input, now).filter((effect) => !isPassingOn(effect)),
  nextDeadline: () => honest.nextDeadline(),
});
