/**
 * The TTL truncator: whatever it is given it gives to all its neighbours at once, before anybody has judged it,
 * with a TTL of 1. Who gets that copy first and dropped the later, better ones would not pass the message on,
 * and everybody behind it would never hear of it.
 */
import { IdMemory } from './id-memory.ts';
import { announceIn, isPassingOn, sendOn, type RoleMaker } from './role.ts';

export const makeTruncator: RoleMaker = ({ honest, links }) => {
  const met = new IdMemory();
  return {
    handle(input, now) {
      const effects = honest.handle(input, now).filter((effect) => !isPassingOn(effect));
      const arrived = announceIn(input);
      // What came with a TTL of 1 would have ended here: passing it on would do the victims a favour.
      if (arrived === undefined || arrived.message.ttl === 1 || !met.meet(arrived.message.id)) {
        return effects;
      }
      const cut = { ...arrived.message, ttl: 1 };
      return [...effects, ...sendOn(links.ids(arrived.link), cut)];
    },
    nextDeadline: () => honest.nextDeadline(),
  };
};
